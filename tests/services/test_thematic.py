"""Тематические планы: made, copied, edited, attached; nothing a lesson says is lost (п. 4.2, 4.4)."""

import pytest
from factories import Journal, make_journal, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Lesson, LogEntry, ThematicPlan, Topic
from ejournal.models.base import now
from ejournal.services import thematic as service
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.services.thematic import Line


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=1, lessons=2)


@pytest.fixture
def teacher(journal: Journal) -> Viewer:
    return viewer_of(journal.teacher)


def line(title: str, hours: int = 2, **more: object) -> Line:
    usual = {"id": None, "section": "", "kind": "", "homework": ""}
    return Line(title=title, hours=hours, **{**usual, **more})  # type: ignore[arg-type]


def titles(plan: ThematicPlan) -> list[tuple[str, int]]:
    db.session.expire_all()
    return [(topic.title, topic.hours) for topic in service.topics(plan.id)]


def test_r4_4_b_a_teacher_makes_a_plan_for_her_journal(teacher: Viewer, journal: Journal) -> None:
    plan = service.create(teacher, journal.course_id)
    service.save(teacher, plan.id, [line("Потоки"), line("Процессы", 4)])
    assert titles(plan) == [("Потоки", 2), ("Процессы", 4)]
    (listed,) = service.journals(teacher, journal.year)
    assert (listed.plan is not None, listed.topics, listed.hours, listed.fits) == (True, 2, 6, False)


def test_topics_move_and_go_and_lessons_keep_their_text(teacher: Viewer, journal: Journal) -> None:
    plan = service.create(teacher, journal.course_id)
    service.save(teacher, plan.id, [line("Потоки"), line("Процессы"), line("Память")])
    first, second, third = service.topics(plan.id)
    lesson = db.session.get(Lesson, journal.lessons[0].id)
    assert lesson is not None
    lesson.topic_id = first.id
    db.session.commit()
    service.save(teacher, plan.id, [line("Память", id=third.id), line("Процессы и потоки", id=second.id)])
    assert titles(plan) == [("Память", 2), ("Процессы и потоки", 2)]
    assert [topic.id for topic in service.topics(plan.id)] == [third.id, second.id]
    lesson = db.session.get(Lesson, journal.lessons[0].id)
    assert lesson is not None
    assert (lesson.topic, lesson.topic_id) == ("Потоки", None)
    entry = db.session.scalars(
        db.select(LogEntry).where(LogEntry.action == "update").order_by(LogEntry.id.desc())
    ).first()
    assert entry
    assert "Потоки" in (entry.before or "")


def test_a_copy_is_a_plan_of_its_own(teacher: Viewer, journal: Journal) -> None:
    plan = service.create(teacher, journal.course_id)
    service.save(teacher, plan.id, [line("Потоки", section="Раздел 1", homework="§ 1")])
    copy = service.create(teacher, journal.course_id, plan.id)
    assert copy.title == f"{plan.title} (2)"
    service.save(teacher, copy.id, [line("Другое")])
    assert titles(plan) == [("Потоки", 2)]
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    assert course.plan_id == copy.id
    assert [hours for _plan, hours in service.offered(teacher, journal.course_id)] == [2, 2]


def test_a_plan_is_attached_and_taken_off(teacher: Viewer, journal: Journal) -> None:
    plan = service.create(teacher, journal.course_id)
    service.attach(teacher, journal.course_id, None)
    assert service.used_by(plan.id) == []
    service.attach(teacher, journal.course_id, plan.id)
    assert [course.id for course in service.used_by(plan.id)] == [journal.course_id]


def test_a_plan_of_another_discipline_is_refused(teacher: Viewer, journal: Journal) -> None:
    with pytest.raises(RefusedError, match="другой дисциплины"):
        service.attach(teacher, journal.course_id, 999)


def test_another_teachers_journal_and_plan_are_not_there(teacher: Viewer, journal: Journal) -> None:
    stranger = viewer_of(make_journal(students=1, lessons=0).teacher)
    plan = service.create(teacher, journal.course_id)
    for act in (
        lambda: service.find(stranger, plan.id),
        lambda: service.save(stranger, plan.id, [line("Чужое")]),
        lambda: service.create(stranger, journal.course_id),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert journal.course_id not in {row.course.id for row in service.journals(stranger, journal.year)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [(line("", homework="§ 1"), "title-0"), (line("Тема", 0), "hours-0"), (line("я" * 1001), "title-0")],
)
def test_a_topic_that_cannot_be_is_said_in_its_row(teacher: Viewer, journal: Journal, wrong: Line, field: str) -> None:
    plan = service.create(teacher, journal.course_id)
    with pytest.raises(FieldsError) as refusal:
        service.save(teacher, plan.id, [wrong])
    assert field in refusal.value.fields
    db.session.rollback()
    assert db.session.scalars(db.select(Topic)).all() == []


def test_a_closed_years_journal_gets_no_new_plan(teacher: Viewer, journal: Journal) -> None:
    year = db.session.get(AcademicYear, journal.year.id)
    assert year is not None
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        service.create(teacher, journal.course_id)


def test_rows_of_a_spreadsheet_become_topics() -> None:
    pasted = "Раздел 1. Основы\n1\tПотоки  и нити\t4\tлекция\t§ 1\nПроцессы\t\tпрактика\n\nПамять"
    assert service.parse_pasted(pasted) == [
        line("Потоки и нити", 4, section="Раздел 1. Основы", kind="лекция", homework="§ 1"),
        line("Процессы", 2, section="Раздел 1. Основы", kind="практика"),
        line("Память", 2, section="Раздел 1. Основы"),
    ]


def test_a_plan_changed_by_somebody_else_meanwhile_is_told_and_not_written_over(
    teacher: Viewer, journal: Journal
) -> None:
    plan = service.create(teacher, journal.course_id)
    service.save(teacher, plan.id, [line("Потоки")])
    seen = service.stamp(service.lines(plan.id))
    (known,) = service.topics(plan.id)
    service.save(teacher, plan.id, [line("Потоки", id=known.id), line("Процессы")], seen)
    with pytest.raises(FieldsError) as refused:
        service.save(teacher, plan.id, [line("Потоки и нити", id=known.id)], seen)
    db.session.rollback()
    assert "изменил кто-то другой" in refused.value.fields["seen"]
    assert titles(plan) == [("Потоки", 2), ("Процессы", 2)]
    service.save(teacher, plan.id, [line("Потоки и нити", id=known.id)], service.stamp(service.lines(plan.id)))
    assert titles(plan) == [("Потоки и нити", 2)]
