"""Remarks of administration on how journals are kept (п. 4.2): open, to be checked, closed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ejournal.demo.calendar import Year
from ejournal.demo.journal import Journal
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.demo.world import Course
from ejournal.domain import remarks
from ejournal.models import Remark, Role

# Days of the year before anybody looks into the journals.
SETTLED = 14


class Told(NamedTuple):
    """A remark made so many days ago, to be mended in `term` days, and how many days ago the rest was done."""

    text: str
    ago: int
    term: int
    answered: int = 0
    answer: str = ""
    accepted: int = 0


OWN = (
    Told("Запишите темы полностью, как в тематическом плане: «повторение» без темы не принимается.", 1, 3),
    Told(
        "Мало оценок: за три занятия подряд опрошено меньше четверти группы.", 4, 5,
        answered=1, answer="Опрос проведён, оценки выставлены.",
    ),
    Told(
        "Укажите виды работ у занятий с контрольными: сейчас все оценки стоят за ответ.", 10, 4,
        answered=8, answer="Виды работ указаны.", accepted=7,
    ),
)  # fmt: skip
OTHER = Told("Задания выдаются без срока: укажите, к какому занятию.", 2, 3)


def add(rows: Rows, year: Year, courses: Sequence[Course], staff: Staff, journal: Journal) -> None:
    """Keep rows of remarks in the demo teacher's journals and in a colleague's, with their entries of the log."""
    if year.today - timedelta(days=SETTLED) < date(year.start, 9, 1):
        return
    running = [course for course in courses if course.pairs(year.running[-1])]
    own = [course for course in running if course.teacher is staff.teacher]
    other = [course for course in running if course.teacher is not staff.teacher]
    told = [(own[number % len(own)], one) for number, one in enumerate(OWN)] if own else []
    for course, one in [*told, *((course, OTHER) for course in other[:1])]:
        _add(rows, year, course, one, staff.zavuch)
        _note(journal, year, course, one, staff.zavuch)


def _add(rows: Rows, year: Year, course: Course, told: Told, zavuch: int) -> None:
    state = remarks.ACCEPTED if told.accepted else remarks.ANSWERED if told.answered else remarks.OPEN
    rows.add(
        Remark, course_id=course.id, text=told.text, due=year.today + timedelta(days=told.term - told.ago), state=state,
        created_by=zavuch, created_at=_ago(year, told.ago), answer=told.answer,
        answered_by=course.teacher.id if told.answered else None, answered_at=_ago(year, told.answered),
        decided_by=zavuch if told.accepted else None, decided_at=_ago(year, told.accepted),
    )  # fmt: skip


def _note(journal: Journal, year: Year, course: Course, told: Told, zavuch: int) -> None:
    steps = (
        ("create", told.ago, zavuch, Role.ADMINISTRATION, told.text),
        ("mended", told.answered, course.teacher.id, Role.TEACHER, told.answer),
        ("accept", told.accepted, zavuch, Role.ADMINISTRATION, None),
    )
    for action, days, actor, role, after in steps:
        at = _ago(year, days)
        if at:
            journal.note("remark", action, at, actor, role, course_id=course.id, after=after)


def _ago(year: Year, days: int) -> datetime | None:
    return year.now - timedelta(days=days) if days else None
