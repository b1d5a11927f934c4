"""Homework: published at once, by 19:00 of the lesson's day to be in time (R4.4.g)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from factories import Journal, make_journal, make_lesson, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Homework, Lesson, LogEntry
from ejournal.services import homework, lesson_page, lessons, settings
from ejournal.services.lessons import Filled

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = datetime(2026, 11, 24, tzinfo=MOSCOW)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    with time_machine.travel(DAY.replace(hour=12)):
        return make_journal(students=1, lessons=1)


def give(journal: Journal, text: str, due: str = "", *, day: int = 24, at: tuple[int, int] = (12, 0)) -> None:
    """Save the homework at this local time of November."""
    with time_machine.travel(DAY.replace(day=day, hour=at[0], minute=at[1])):
        lesson = db.session.get_one(Lesson, journal.lessons[0].id)
        filled = Filled(lesson.version, lesson.topic, None, True, "2", "", "", text, due)
        lessons.fill(viewer_of(journal.teacher), journal.course_id, lesson.id, filled)


def stored(journal: Journal) -> Homework | None:
    return db.session.scalar(db.select(Homework).where(Homework.lesson_id == journal.lessons[0].id))


def logged(journal: Journal) -> list[tuple[str | None, str | None, bool]]:
    rows = db.session.scalars(
        db.select(LogEntry)
        .where(LogEntry.course_id == journal.course_id, LogEntry.subject == "homework")
        .order_by(LogEntry.id)
    )
    return [(row.before, row.after, row.late) for row in rows]


def term(journal: Journal) -> lesson_page.Term:
    found = lesson_page.load(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id)
    return next(term for term in found.terms if "задание" in term.text)


@pytest.mark.parametrize(
    ("day", "at", "kind"),
    [(24, (12, 0), "good"), (24, (18, 59), "good"), (24, (19, 1), "late"), (25, (8, 0), "late"), (20, (8, 0), "good")],
)
def test_r4_4_g_homework_is_in_time_until_19_00_of_the_lessons_day(journal, day, at, kind):
    give(journal, "Параграф 5", day=day, at=at) if day >= 24 else _ahead(journal, day, at)
    assert (term(journal).kind, logged(journal)[0][2]) == (kind, kind == "late")


def _ahead(journal: Journal, day: int, at: tuple[int, int]) -> None:
    """Given before the lesson: a lesson to come is not held yet."""
    with time_machine.travel(DAY.replace(day=day, hour=at[0], minute=at[1])):
        lesson = db.session.get_one(Lesson, journal.lessons[0].id)
        lesson.state = "planned"
        filled = Filled(0, "", None, False, "2", "", "", "Параграф 5", "")
        lessons.fill(viewer_of(journal.teacher), journal.course_id, lesson.id, filled)


def test_r4_4_g_the_colleges_own_time_counts_and_not_the_servers(journal):
    settings.put("timezone", "Asia/Vladivostok")
    db.session.commit()
    give(journal, "Параграф 5", at=(12, 30))  # 19:30 in Vladivostok
    assert term(journal).kind == "late"


def test_r4_4_g_the_term_is_shown_before_it_is_over_and_after(journal):
    with time_machine.travel(DAY.replace(hour=12)):
        assert (term(journal).text, term(journal).kind) == ("задание до 19:00", "info")
    with time_machine.travel(DAY.replace(hour=20)):
        assert term(journal).text == "задание не выдано"


def test_homework_is_due_by_the_journals_next_lesson(journal):
    lesson = db.session.get_one(Lesson, journal.lessons[0].id)
    assert homework.next_date(lesson) is None
    make_lesson(journal.course_id, lesson.date + timedelta(days=2), state="cancelled")
    make_lesson(journal.course_id, lesson.date + timedelta(days=4), state="planned")
    make_lesson(journal.course_id, lesson.date + timedelta(days=6), state="planned")
    assert homework.next_date(lesson) == lesson.date + timedelta(days=4)


def test_r4_2_e_a_change_of_homework_and_of_its_due_date_are_two_entries(journal):
    give(journal, "Параграф 5", "2026-11-30")
    give(journal, "Параграф 6", "2026-12-01", at=(20, 0))
    assert logged(journal) == [
        (None, "Параграф 5", False),
        (None, "30.11.2026", False),
        ("Параграф 5", "Параграф 6", True),
        ("30.11.2026", "01.12.2026", True),
    ]


def test_changing_the_text_later_does_not_make_a_timely_homework_late(journal):
    give(journal, "Параграф 5")
    give(journal, "Параграф 5, кроме задачи 3", day=25)
    assert term(journal).kind == "good"


def test_emptied_homework_is_withdrawn_and_saving_again_changes_nothing(journal):
    give(journal, "Параграф 5", "2026-11-30")
    give(journal, "  \n ")
    assert stored(journal) is None
    entries = logged(journal)
    assert entries[-2:] == [("Параграф 5", None, False), ("30.11.2026", None, False)]
    give(journal, "", "2026-11-30")
    assert (stored(journal), logged(journal)) == (None, entries)


def test_lines_of_the_author_stay_lines(journal):
    give(journal, "Прочитать:\r\n— главу 5  \r\n\r\n— главу 6\r\n")
    found = stored(journal)
    assert found is not None
    assert found.text == "Прочитать:\n— главу 5\n\n— главу 6"
