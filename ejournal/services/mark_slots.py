"""The columns of a journal that are no lessons: the marks of its periods, of the year, and the final one (п. 4.4)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from typing import cast as is_a

from sqlalchemy import CompoundSelect, String, Table, cast, literal, select, union_all

from ejournal.access import prepared
from ejournal.extensions import db
from ejournal.models import YEAR_MARKS, Course, Period, PeriodMark, YearMark
from ejournal.services import spans
from ejournal.services.errors import NotFoundError

YEAR, FINAL = "year", "final"
TITLES = YEAR_MARKS
SHORT = {YEAR: "Год", FINAL: "Итог"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A column of marks. `key` is the period's number, "year" or "final"; `period_id` the period whose closing closes
    it: its own, or the last one."""

    key: str
    title: str
    short: str
    starts: datetime.date
    ends: datetime.date
    period_id: int

    @property
    def is_period(self) -> bool:
        return self.key not in TITLES

    @property
    def phrase(self) -> str:
        """«за I семестр», «за год», «итоговая»."""
        return f"за {self.title}" if self.is_period else self.title

    @property
    def heading(self) -> str:
        """«Оценки за I семестр», «Оценки за год», «Итоговые оценки»."""
        return "Итоговые оценки" if self.key == "final" else f"Оценки {self.phrase}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A mark as it is stored; `updated_by` is the writer's number."""

    mark: str
    version: int
    updated_by: int | None = None
    updated_at: datetime.datetime | None = None


NOTHING = Stored("", 0)
_LAST = 2**31 - 1


class Given(NamedTuple):
    """A mark of a student, in which journal; `title` of its period, which may be none of the student's own group."""

    course_id: int
    slot: str
    mark: str
    title: str


Marks = dict[tuple[int, str], Stored]


def of_course(course: Course, periods: Sequence[Period] | None = None) -> list[Slot]:
    """The periods of a journal, then the year and the final mark; none where the year has no periods."""
    found = spans.periods_of(course) if periods is None else periods
    if not found:
        return []
    slots = [Slot(str(p.id), p.title, f"{p.number} п.", p.starts, p.ends, p.id) for p in found]
    last = found[-1]
    whole = [Slot(key, TITLES[key], SHORT[key], found[0].starts, last.ends, last.id) for key in (YEAR, FINAL)]
    return slots + whole


def find(course: Course, key: str) -> Slot:
    """Raises NotFoundError for a key that is none of the journal's."""
    slot = next((slot for slot in of_course(course) if slot.key == key), None)
    if slot is None:
        raise NotFoundError
    return slot


def marks_of(course_id: int) -> Marks:
    """Every mark of a journal by (student, slot). One query."""
    rows = db.session.execute(*_marks_of(course_id))
    return {(row[0], row[1]): Stored(row[2] or "", *row[3:]) for row in rows}


@prepared
def _marks_of(course_id: int) -> CompoundSelect[*tuple[Any, ...]]:
    parts = [
        select(
            table.student_id, cast(key, String).label("slot"), table.mark, table.version, table.updated_by,
            table.updated_at,
        ).where(table.course_id == course_id)
        for table, key in ((PeriodMark, PeriodMark.period_id), (YearMark, YearMark.kind))
    ]  # fmt: skip
    return union_all(*parts)


def marks_of_student(student_id: int, course_ids: Iterable[int]) -> list[Given]:
    """A student's marks in journals, periods in their order, then the year's and the final one. One query."""
    wanted = set(course_ids)
    of_period = select(Period.title).where(Period.id == PeriodMark.period_id).scalar_subquery()
    parts = [
        select(
            table.course_id, cast(key, String).label("slot"), table.mark, title.label("title"), rank.label("rank"),
            table.id,
        ).where(table.student_id == student_id, table.course_id.in_(wanted), table.mark.is_not(None))
        for table, key, title, rank in (
            (PeriodMark, PeriodMark.period_id, of_period, PeriodMark.period_id),
            (YearMark, YearMark.kind, literal(""), literal(_LAST)),
        )
    ]  # fmt: skip
    rows = db.session.execute(union_all(*parts).order_by("rank", "id"))
    given = [Given(row[0], row[1], row[2] or "", TITLES.get(row[1]) or row[3]) for row in rows]
    order = {YEAR: 1, FINAL: 2}
    return sorted(given, key=lambda one: order.get(one.slot, 0))


def store(course_id: int, slot: Slot, student_id: int, seen: int, values: dict[str, Any]) -> bool:
    """Write a mark over version `seen` in the current transaction; False when somebody else was quicker.

    Raises IntegrityError where a first mark met another first one.
    """
    model = PeriodMark if slot.is_period else YearMark
    table = is_a(Table, model.__table__)
    place: dict[str, Any] = {"course_id": course_id, "student_id": student_id}
    place |= {"period_id": slot.period_id} if slot.is_period else {"kind": slot.key}
    connection = db.session.connection()
    if seen == 0:
        connection.execute(table.insert(), {**place, "version": 1, **values})
        return True
    condition = [table.c[name] == value for name, value in place.items()]
    statement = table.update().where(*condition, table.c.version == seen).values(version=seen + 1, **values)
    return connection.execute(statement).rowcount == 1
