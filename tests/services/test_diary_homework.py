"""Homework for the coming days, one's own ticks, files (R4.4.g, R4.5.b)."""

from datetime import timedelta

import factories
import factories_diary
import pytest
from factories import Journal, make_lesson
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import HomeworkTick, Person
from ejournal.services import diary_group, diary_homework, homework, settings
from ejournal.services.errors import ForbiddenError, NotFoundError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=0, lessons=0)


@pytest.fixture
def child(journal: Journal) -> Person:
    return factories_diary.make_child(journal.group)


def listed(person: Person, child: Person) -> diary_homework.HomeworkList:
    found = diary_homework.load(factories.viewer_of(person), child.id)
    db.session.commit()
    return found


def given(journal: Journal, days: int | None, text: str = "§ 5", pair: int = 1):
    lesson = make_lesson(journal.course_id, settings.today() - 2 * DAY, pair=pair)
    return factories_diary.give(lesson, text, None if days is None else settings.today() + days * DAY)


def test_r4_5_b_tasks_stand_by_the_day_they_are_due(journal, child):
    for pair, days in enumerate((1, 3, None, -1, -30), 1):
        given(journal, days, str(days), pair)
    found = listed(child, child)
    assert [[task.text for task in day.tasks] for day in found.coming] == [["1"], ["3"], ["None"]]
    assert found.coming[0].title == "На завтра"
    assert found.coming[-1].title == "Без срока"
    assert [[task.text for task in day.tasks] for day in found.past] == [["-1"]]


def test_homework_of_a_cancelled_lesson_is_not_asked_for(journal, child):
    lesson = make_lesson(journal.course_id, settings.today(), state="cancelled")
    factories_diary.give(lesson, due=settings.today() + DAY)
    assert listed(child, child).coming == []


def test_a_student_ticks_and_unticks_her_own_and_the_parent_sees_it(journal, child):
    parent = factories_diary.make_parent(child)
    task = given(journal, 1)
    viewer = factories.viewer_of(child)
    for done in (True, True, False, False, True):  # twice is once
        assert diary_homework.tick(viewer, child.id, task.id, done).is_done is done
        assert listed(parent, child).coming[0].tasks[0].is_done is done
    other = factories_diary.make_child(journal.group, "Пётр")
    assert not listed(other, other).coming[0].tasks[0].is_done


def test_a_parent_sees_the_tick_but_does_not_set_it(journal, child):
    parent = factories_diary.make_parent(child)
    task = given(journal, 1)
    with pytest.raises(ForbiddenError, match="сам обучающийся"):
        diary_homework.tick(factories.viewer_of(parent), child.id, task.id, True)
    assert db.session.scalars(db.select(HomeworkTick)).all() == []


def test_homework_of_another_group_can_not_be_ticked(journal, child):
    elsewhere = factories.make_journal(students=0, lessons=0)
    task = given(elsewhere, 1)
    with pytest.raises(NotFoundError):
        diary_homework.tick(factories.viewer_of(child), child.id, task.id, True)


def test_homework_that_is_withdrawn_takes_its_ticks_along(journal, child):
    task = given(journal, 1)
    diary_homework.tick(factories.viewer_of(child), child.id, task.id, True)
    teacher: Viewer = factories.viewer_of(journal.teacher)
    lesson = db.session.get_one(factories.Lesson, task.lesson_id)
    assert homework.write(teacher, lesson, "", None)
    db.session.commit()
    assert db.session.scalars(db.select(HomeworkTick)).all() == []


def test_r4_5_b_files_are_given_to_whose_lesson_it_was(journal, child, in_app, tmp_path):
    lesson = make_lesson(journal.course_id, settings.today())
    sha = "ab" * 32
    path = in_app.config["EJOURNAL"].files / "ab" / sha
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4")
    attached = factories_diary.attach(lesson, "схема.pdf", sha256=sha)
    parent = factories_diary.make_parent(child)
    for person in (child, parent):
        found = diary_homework.download(factories.viewer_of(person), child.id, lesson.id, attached.id)
        assert (found.name, found.path.read_bytes()) == ("схема.pdf", b"%PDF-1.4")
    stranger = factories_diary.make_child(factories.make_group(year=journal.year))
    with pytest.raises(NotFoundError):
        diary_homework.download(factories.viewer_of(stranger), stranger.id, lesson.id, attached.id)
    attached.removed_at = attached.file.uploaded_at
    db.session.commit()
    with pytest.raises(NotFoundError):
        diary_homework.download(factories.viewer_of(child), child.id, lesson.id, attached.id)


def test_r4_2_d_the_group_page_names_teachers_leader_and_periods(journal, child):
    factories_diary.make_course(journal, "История")
    curator = factories.make_curator(journal.group)
    page = diary_group.load(factories.viewer_of(child), child.id)
    assert {taught.discipline: len(taught.teachers) for taught in page.taught} == {
        "История": 1,
        "Операционные системы": 1,
    }
    assert [person.id for person in page.curators] == [curator.id]
    assert [period.title for period in page.periods] == ["I семестр"]
