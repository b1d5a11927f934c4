"""A lesson moved or added by hand meets nobody unsaid: teacher, room, group, mode, vacation, stream (п. 4.2, 4.4)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from factories import Journal, make_journal, make_lesson, viewer_of
from factories_load import make_stream, make_subgroup
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, GroupMode, Lesson, Vacation
from ejournal.services import lesson_states, lessons
from ejournal.services.errors import FieldsError

MONDAY = date(2026, 10, 5)


@pytest.fixture
def journal(in_app: Flask) -> Iterator[Journal]:
    with time_machine.travel("2026-10-05 09:00:00+03:00", tick=True):
        yield make_journal(students=1, lessons=1, last=MONDAY)


def move(journal: Journal, day: date = MONDAY, pair: int = 3, **more: str) -> Lesson:
    form = {"date": day.isoformat(), "pair": str(pair), "reason": "просьба", **more}
    return lesson_states.move(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, form, None)


def told(journal: Journal, day: date = MONDAY, pair: int = 3) -> str:
    with pytest.raises(FieldsError) as refused:
        move(journal, day, pair)
    db.session.rollback()
    assert list(refused.value.fields) == ["sure"]
    return refused.value.fields["sure"]


def other_lesson(journal: Journal, **about: object) -> Journal:
    """A lesson of another group on Monday's third pair."""
    other = make_journal(students=0, lessons=0)
    make_lesson(other.course_id, MONDAY, 3, state="planned", **about)
    return other


def test_a_free_place_is_taken_without_a_question(journal: Journal) -> None:
    other_lesson(journal, room="105")
    assert move(journal).pair == 3


def test_the_teachers_other_lesson_is_told_and_can_be_overruled(journal: Journal) -> None:
    other = other_lesson(journal)
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=journal.teacher.id))
    db.session.commit()
    text = told(journal)
    assert "Преподавателева П. И. занят(а)" in text
    assert other.group.title in text
    assert move(journal, sure="1").pair == 3


def test_a_room_that_is_taken_is_told(journal: Journal) -> None:
    other_lesson(journal, room="каб. 217")
    db.session.get_one(Lesson, journal.lessons[0].id).room = "217"
    db.session.commit()
    assert "Аудитория 217 занята" in told(journal)


def test_a_lesson_of_six_hours_takes_its_three_pairs(journal: Journal) -> None:
    other_lesson(journal, room="217", hours=6)
    db.session.get_one(Lesson, journal.lessons[0].id).room = "217"
    db.session.commit()
    assert "занята" in told(journal, pair=5)
    assert move(journal, pair=6).pair == 6
    db.session.get_one(Lesson, journal.lessons[0].id).hours = 6
    db.session.commit()
    assert "занята" in told(journal, pair=2)


def test_the_groups_and_the_subgroups_other_lesson_is_told(journal: Journal) -> None:
    other = other_lesson(journal)
    half, fellow = make_subgroup(journal, "подгруппа 1"), make_subgroup(journal, "подгруппа 2")
    course, own = db.session.get_one(Course, other.course_id), db.session.get_one(Course, journal.course_id)
    course.group_id = journal.group.id
    db.session.commit()
    assert "У группы уже есть занятие" in told(journal)
    course.subgroup_id = own.subgroup_id = half.id
    db.session.commit()
    assert "У подгруппы уже есть занятие" in told(journal)
    course.subgroup_id = fellow.id
    db.session.commit()
    assert move(journal).pair == 3


def test_a_day_off_and_a_pair_outside_the_mode_are_told(journal: Journal) -> None:
    starts = MONDAY + timedelta(days=7)
    db.session.add(Vacation(year_id=journal.year.id, title="Осенние", starts=starts, ends=starts, course_number=None))
    db.session.add(GroupMode(group_id=journal.group.id, year_id=journal.year.id, days="12345", last_pair=4))
    db.session.commit()
    assert "каникулы «Осенние»" in told(journal, starts)
    assert "воскресенье" in told(journal, MONDAY + timedelta(days=6))
    assert "суббота" in told(journal, MONDAY + timedelta(days=5))
    assert "с 1 по 4" in told(journal, pair=5)


def test_a_stream_that_would_fall_apart_is_told(journal: Journal) -> None:
    other = make_journal(students=0, lessons=0)
    fellow = make_lesson(other.course_id, MONDAY, 1, state="planned")
    make_stream(journal, other)
    assert f"{other.group.title} останется на 05.10, 1 паре" in told(journal)
    fellow.pair = 3
    db.session.commit()
    assert move(journal).pair == 3, "the other group has moved already"


def test_a_lesson_added_by_hand_is_checked_too(journal: Journal) -> None:
    other = other_lesson(journal)
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=journal.teacher.id))
    db.session.commit()
    form = {"date": MONDAY.isoformat(), "pair": "3", "hours": "2"}
    with pytest.raises(FieldsError) as refused:
        lessons.add(viewer_of(journal.teacher), journal.course_id, form)
    assert "занят" in refused.value.fields["sure"]
    assert lessons.add(viewer_of(journal.teacher), journal.course_id, {**form, "sure": "1"}).pair == 3
