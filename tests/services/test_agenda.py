"""The teacher's start page: today's lessons, the next day's, and what is late by which clause (п. 4.4)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from factories import Journal, make_journal, make_kind, make_lesson, make_person, viewer_of
from flask import Flask
from sqlalchemy import event

from ejournal.extensions import db
from ejournal.models import Bell, BellSchedule, CourseTeacher, Homework, Lesson, PeriodClosing, Role, Work
from ejournal.models.base import now
from ejournal.services import agenda, cells, homework, settings
from ejournal.services.agenda import Agenda

NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def journal(in_app: Flask):  # type: ignore[no-untyped-def]
    with time_machine.travel(NOON, tick=False):
        yield make_journal(students=1, lessons=0)


def lesson(journal: Journal, days: int, **rest: object) -> Lesson:
    """A lesson so many days from today with attendance gone through, unless said otherwise; past ones with homework."""
    has_homework = rest.pop("homework", days < 0)
    made = make_lesson(journal.course_id, settings.today() + timedelta(days=days), **{"topic": "Тема", **rest})
    if has_homework:
        db.session.add(Homework(lesson_id=made.id, text="§ 3", published_at=now() + timedelta(days=days)))
        db.session.commit()
    if made.state == "held" and "attendance_at" not in rest:
        made.attendance_at = now()
        db.session.commit()
    return made


def load(journal: Journal) -> Agenda:
    return agenda.load(viewer_of(journal.teacher))


def overdue(journal: Journal) -> dict[str, list[int]]:
    return {group.title: [slot.lesson_id for slot in group.slots] for group in load(journal).overdue}


def test_today_is_in_order_with_times_and_the_next_day_with_lessons_follows(journal):
    schedule = BellSchedule(title="Обычный")
    db.session.add(schedule)
    db.session.flush()
    db.session.add(Bell(schedule_id=schedule.id, pair=2, starts=time(10, 15), ends=time(11, 50)))
    db.session.commit()
    late, early = lesson(journal, 0, pair=2, state="planned"), lesson(journal, 0, pair=1, state="planned")
    later, cancelled = lesson(journal, 3, state="planned"), lesson(journal, 1, state="cancelled")
    lesson(journal, 4, state="planned")
    found = load(journal)
    assert [slot.lesson_id for slot in found.today] == [early.id, late.id]
    assert [slot.times for slot in found.today] == [None, (time(10, 15), time(11, 50))]
    assert (found.next_day, [slot.lesson_id for slot in found.following]) == (later.date, [later.id])
    assert cancelled.id not in [slot.lesson_id for slot in found.following]


def test_saturday_has_bells_of_its_own(journal):
    for weekday, starts in ((None, time(8, 30)), (6, time(9, 0))):
        schedule = BellSchedule(title=str(weekday), weekday=weekday)
        db.session.add(schedule)
        db.session.flush()
        db.session.add(Bell(schedule_id=schedule.id, pair=1, starts=starts, ends=time(10, 0)))
    db.session.commit()
    lesson(journal, 4, state="planned")  # Saturday, 28 November
    assert load(journal).following[0].times == (time(9, 0), time(10, 0))


def test_r4_4_g_homework_is_owed_from_19_00_where_the_college_controls_it(journal):
    of_today, of_yesterday = lesson(journal, 0), lesson(journal, -1, homework=False)
    title = "Домашнее задание не опубликовано"
    assert overdue(journal) == {title: [of_yesterday.id]}
    with time_machine.travel(NOON.replace(hour=19, minute=0, second=1), tick=False):
        assert overdue(journal) == {title: [of_yesterday.id, of_today.id]}
        assert load(journal).overdue[0].slots[1].phrase == (
            "п. 4.4: задание — не позднее 19:00 в день занятия, срок был 24.11"
        )
    settings.put("control.homework", homework.GIVEN)
    db.session.commit()
    assert overdue(journal) == {}
    assert [slot.lesson_id for slot in load(journal).homework_owed] == [of_today.id]


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (-2, False), (-3, True)])
def test_r4_4_e_attendance_is_owed_after_two_days(journal, days, is_late):
    made = lesson(journal, days, attendance_at=None)
    assert overdue(journal) == ({"Посещаемость не внесена": [made.id]} if is_late else {})
    if is_late:
        assert load(journal).overdue[0].slots[0].phrase == "п. 4.4: посещаемость — не позднее 2 дней, срок был 23.11"


def test_r4_4_e_the_colleges_own_term_counts(journal):
    settings.put("terms", {"attendance": 5})
    db.session.commit()
    lesson(journal, -5, attendance_at=None)
    assert overdue(journal) == {}


def add_work(made: Lesson, **rest: object) -> Work:
    work = Work(lesson_id=made.id, kind_id=make_kind("Контрольная", "КР").id, ordinal=5, **rest)
    db.session.add(work)
    db.session.commit()
    return work


@pytest.mark.parametrize(("days", "is_late"), [(-7, False), (-8, True)])
def test_r4_4_h_a_work_without_marks_is_owed_after_seven_days(journal, days, is_late):
    made = lesson(journal, days)
    add_work(made)
    assert ("Оценки за работу не выставлены" in overdue(journal)) is is_late


def test_r4_4_h_a_work_with_a_later_own_term_is_owed_after_it(journal):
    made = lesson(journal, -10)
    work = add_work(made, mark_due=settings.today())
    assert overdue(journal) == {}
    work.mark_due = settings.today() - timedelta(days=1)
    db.session.commit()
    slot = load(journal).overdue[0].slots[0]
    assert (slot.lesson_id, slot.work) == (made.id, "Контрольная")
    assert "установленный преподавателем" in slot.phrase


def test_r4_4_h_a_marked_work_and_an_answer_in_class_are_not_owed(journal):
    made = lesson(journal, -10)
    work = add_work(made)
    entry = cells.Entry(journal.students[0].id, work.id, "4", 0)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)
    assert overdue(journal) == {}


def test_a_lesson_that_passed_unfilled_is_named_once(journal):
    bare = lesson(journal, -4, state="planned", topic="")
    lesson(journal, 0, state="planned", topic="")
    lesson(journal, -4, state="cancelled", topic="", pair=2)
    assert overdue(journal) == {"Занятие прошло, но не заполнено: нет темы и отметки о проведении": [bare.id]}


def test_r4_4_a_what_a_closed_period_holds_cannot_be_mended_and_is_not_listed(journal):
    lesson(journal, -5, attendance_at=None)
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    assert overdue(journal) == {}


def test_r4_4_g_homework_is_reminded_of_until_19_00(journal):
    given, owed = lesson(journal, 0, pair=1), lesson(journal, 0, pair=2)
    lesson(journal, 0, pair=3, state="cancelled")
    db.session.add(Homework(lesson_id=given.id, text="Параграф 5", published_at=now()))
    db.session.commit()
    assert ([slot.lesson_id for slot in load(journal).homework_owed], load(journal).homework_until) == (
        [owed.id],
        "19:00",
    )
    with time_machine.travel(NOON.replace(hour=19, minute=1)):
        assert load(journal).homework_owed == []


def test_r2_1_c_only_ones_own_journals_are_listed(journal):
    lesson(journal, 0)
    lesson(journal, -5, attendance_at=None)
    stranger = viewer_of(make_person("Чужая", (Role.TEACHER,)))
    found = agenda.load(stranger)
    assert (found.today, found.following, found.overdue) == ([], [], [])


def test_a_journal_given_to_another_teacher_leaves_the_list(journal):
    lesson(journal, 0)
    for row in db.session.scalars(db.select(CourseTeacher).where(CourseTeacher.course_id == journal.course_id)):
        row.until = settings.today() - timedelta(days=1)
    db.session.commit()
    assert load(journal).today == []


def test_the_number_of_queries_does_not_grow(journal):
    def queries() -> int:
        viewer = viewer_of(journal.teacher)
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            agenda.load(viewer)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len([statement for statement in seen if statement.startswith("SELECT")])

    lesson(journal, 0)
    few = queries()
    for days in range(-30, 5):
        lesson(journal, days, attendance_at=None, pair=4)
    assert len(overdue(journal)["Посещаемость не внесена"]) == 28
    assert queries() == few
