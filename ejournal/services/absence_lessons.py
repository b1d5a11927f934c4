"""The lessons that documents about absences concern, and what each document asks of their cells now (п. 4.3)."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    or_,
    select,
)

from ejournal.access import Viewer, prepared
from ejournal.domain import absences
from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AbsenceRequest,
    AcademicYear,
    Cell,
    Course,
    Group,
    Lesson,
    LessonState,
    LogEntry,
    Work,
)
from ejournal.services import settings
from ejournal.services.absence_cover import dates_words
from ejournal.services.cell_context import enrolled_on, period_of
from ejournal.services.closed import is_closed

# Cells changed because of a document share the beginning of their log entries' `batch`: that is how they are found.
BATCH = "absence-"


@dataclass(frozen=True, slots=True)
class Spot:
    """A work of a lesson for the document's student. `asked`: the code the document asks for, None for nothing."""

    lesson_id: int
    work_id: int
    date: datetime.date
    pair: int
    text: str
    attendance: str | None
    entered: bool
    closed: bool
    asked: str | None


@dataclass(slots=True)
class Concern:
    """All of one request's lessons."""

    spots: list[Spot] = field(default_factory=list)

    @property
    def asked(self) -> list[Spot]:
        """What the teacher can change by accepting."""
        return [spot for spot in self.spots if spot.asked and not spot.closed]

    @property
    def closed(self) -> list[Spot]:
        return [spot for spot in self.spots if spot.asked and spot.closed]

    @property
    def shown(self) -> list[Spot]:
        """Whatever is written; of a lesson in which nothing is, its first work."""
        written = {spot.lesson_id for spot in self.spots if spot.text}
        found = {(s.lesson_id, s.work_id if s.text else 0): s for s in reversed(self.spots)}
        return [spot for spot in reversed(found.values()) if spot.text or spot.lesson_id not in written]

    @property
    def lessons(self) -> int:
        return len({spot.lesson_id for spot in self.asked})

    def standing(self, answer: str) -> absences.Standing:
        """Where the request stands; `answer`: as stored."""
        return absences.standing(answer, self.lessons, len({spot.lesson_id for spot in self.closed}))

    @property
    def moves(self) -> list[tuple[str, str, int, str]]:
        """(from, to, lessons, «3.11, 5.11»): what accepting does, a line for each kind of change."""
        found: dict[tuple[str, str], list[Spot]] = {}
        for spot in self.asked:
            found.setdefault((spot.attendance or "", spot.asked or ""), []).append(spot)
        return [
            (before, after, len({spot.lesson_id for spot in spots}), dates_words([spot.date for spot in spots]))
            for (before, after), spots in sorted(found.items())
        ]

    def not_entered(self, today: date) -> str:
        """«6.11, 7.11»: lessons of days gone by whose attendance the teacher has not entered yet."""
        seen = {spot.lesson_id for spot in self.spots if spot.entered or spot.text}
        return dates_words([s.date for s in self.spots if s.lesson_id not in seen and s.date <= today])


def asking(viewer: Viewer, whose: Callable[[Viewer, date], ColumnElement[bool]]) -> dict[int, Concern]:
    """By request: only those that ask something of an open journal now, out of the requests for which `whose` holds."""
    found = _read(*_asking(viewer, settings.today(), whose))
    return {request_id: concern for request_id, concern in found.items() if concern.asked}


def load(request_ids: Collection[int]) -> dict[int, Concern]:
    """By request: all its lessons, also those without absences; a request without lessons has an empty one."""
    wanted = _spots().where(AbsenceRequest.id.in_(request_ids))
    found = _read(wanted, {"today": settings.today()}) if request_ids else {}
    return {request_id: found.get(request_id, Concern()) for request_id in request_ids}


@prepared
def _asking(
    viewer: Viewer, today: date, whose: Callable[[Viewer, date], ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    live = or_(
        and_(AbsencePaper.state == absences.REGISTERED, Cell.attendance == absences.UNEXCUSED),
        and_(AbsencePaper.corrected_at.is_not(None), Cell.attendance.is_not(None)),
    )
    return _spots().where(whose(viewer, today), live, AbsenceRequest.answer != absences.Standing.DECLINED)


@cache
def _spots() -> Select[*tuple[Any, ...]]:
    """Put together once: that costs 20 times what running it does. Run with `today`: an unlocked period is open."""
    reached = Lesson.date.between(AbsencePaper.reached_since, AbsencePaper.reached_until)
    closed = is_closed(Course.id, period_of(Lesson.date), bindparam("today", type_=Date))
    return (
        select(
            *(AbsenceRequest.id, AbsencePaper.id, AbsencePaper.state, AbsencePaper.code, AbsencePaper.since),
            *(AbsencePaper.until, AbsencePaper.corrected_at),
            *(Lesson.id, Work.id, Lesson.date, Lesson.pair, Cell.attendance, Cell.mark, Lesson.attendance_at),
            or_(AcademicYear.closed_at.is_not(None), closed).label("closed"),
        )
        .select_from(AbsenceRequest)
        .join(AbsencePaper, AbsencePaper.id == AbsenceRequest.paper_id)
        .join(Course, Course.id == AbsenceRequest.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .join(Lesson, and_(Lesson.course_id == Course.id, reached, Lesson.state != LessonState.CANCELLED))
        .join(Work, Work.lesson_id == Lesson.id)
        .outerjoin(Cell, and_(Cell.work_id == Work.id, Cell.student_id == AbsencePaper.student_id))
        .where(enrolled_on(AbsencePaper.student_id, Lesson.date))
        .order_by(AbsenceRequest.id, Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )


def _read(query: Executable, values: dict[str, Any] | None = None) -> dict[int, Concern]:
    rows: Sequence[Any] = db.session.execute(query, values).all()
    granted = _granted({row[1] for row in rows if row[6] is not None})
    found: dict[int, Concern] = {}
    for row in rows:
        found.setdefault(row[0], Concern()).spots.append(_spot(row, granted))
    return found


def _spot(row: Any, granted: dict[tuple[int, int], str]) -> Spot:
    paper_id, state, code, since, until = row[1:6]
    lesson, work, day, pair, attendance, mark, entered, closed = row[7:]
    covered = state == absences.REGISTERED and since <= day <= until
    asked = absences.wanted(attendance, granted.get((paper_id, work)), covered, code)
    text = (attendance or "") + (mark or "")
    return Spot(lesson, work, day, pair, text, attendance, entered is not None, bool(closed), asked)


def _granted(paper_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """(document, work) → the code that was put there because of it, from the log. Only corrected and withdrawn
    documents need to know."""
    ids = sorted(set(paper_ids))
    if not ids:
        return {}
    rows = db.session.execute(
        select(AbsencePaper.id, LogEntry.work_id, LogEntry.after)
        .join(LogEntry, LogEntry.student_id == AbsencePaper.student_id)
        .where(
            AbsencePaper.id.in_(ids),
            LogEntry.subject == "cell",
            LogEntry.batch.like(literal(BATCH) + cast(AbsencePaper.id, String) + "-%"),
        )
        .order_by(LogEntry.id)
    )
    return {(paper_id, work_id): (after or "")[:1] for paper_id, work_id, after in rows if work_id is not None}
