"""A thematic plan loaded into a college that has one of that name from a year gone by (п. 2.3)."""

from datetime import datetime

import pytest
import time_machine
from factories import make_journal, make_year
from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Lesson, ThematicPlan, Topic
from ejournal.models.base import now
from tests.exchange.conftest import Import, workbook

LAST_YEAR = datetime.fromisoformat("2026-03-24 09:00:00+03:00")
TOPICS = ["№", "Тема", "Часы"]


def planned(year_of_plan: bool) -> Lesson:
    """A lesson of today's year that goes by the topic «Ядро» of its journal's plan."""
    journal = make_journal(students=1, lessons=1)
    course = db.session.get_one(Course, journal.course_id)
    group = db.session.get_one(Group, course.group_id)
    plan = ThematicPlan(
        discipline_id=course.discipline_id,
        title=f"Операционные системы, {group.title}",
        year_id=course.year_id if year_of_plan else None,
    )
    db.session.add(plan)
    db.session.flush()
    topic = Topic(plan_id=plan.id, ordinal=1, title="Ядро", hours=2)
    db.session.add(topic)
    db.session.flush()
    course.plan_id = plan.id
    lesson = db.session.get_one(Lesson, journal.lessons[0].id)
    lesson.topic, lesson.topic_id = "Ядро", topic.id
    db.session.commit()
    return lesson


def close(year_id: int) -> None:
    db.session.get_one(AcademicYear, year_id).closed_at = now()
    db.session.commit()


def book(lesson: Lesson) -> bytes:
    group = db.session.scalars(select(Group).join(Course).where(Course.id == lesson.course_id)).one()
    return workbook([f"Дисциплина: Операционные системы    Группа: {group.title}"], TOPICS, [1, "Процессы", 4])


@pytest.mark.parametrize("year_of_plan", [True, False])
def test_the_plan_of_a_closed_year_stays_as_it_was(load: Import, year_of_plan: bool) -> None:
    with time_machine.travel(LAST_YEAR, tick=True):
        lesson = planned(year_of_plan)
        old = db.session.get_one(Course, lesson.course_id)
        close(old.year_id)
    year, _ = make_year()
    journal = Course(year_id=year.id, group_id=old.group_id, discipline_id=old.discipline_id, hours=72)
    db.session.add(journal)
    db.session.commit()
    for created in (1, 0):
        plan = load("thematic-plan", book(lesson))
        assert (plan.errors, plan.created) == ([], created)
    db.session.expire_all()
    assert db.session.get_one(Topic, lesson.topic_id).title == "Ядро"
    assert old.plan_id != journal.plan_id
    assert db.session.get_one(ThematicPlan, journal.plan_id).year_id == year.id
    assert list(db.session.scalars(select(Topic.title).where(Topic.plan_id == journal.plan_id))) == ["Процессы"]


def test_the_plan_of_a_running_year_that_is_closed_is_refused(load: Import) -> None:
    lesson = planned(True)
    close(db.session.get_one(Course, lesson.course_id).year_id)
    (error,) = load("thematic-plan", book(lesson)).errors
    assert "п. 2.3" in error.message
    assert db.session.get_one(Topic, lesson.topic_id).title == "Ядро"
