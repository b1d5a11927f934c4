"""News of marks and absences: what stands in the cells now against what was told last (п. 4.4, 4.6)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import and_, insert, select, tuple_, update

from ejournal import access
from ejournal.domain import calendar, grading
from ejournal.domain import notices as rules
from ejournal.domain.notation import ATTENDANCE
from ejournal.extensions import db
from ejournal.models import (
    YEAR_MARKS,
    AcademicYear,
    Cell,
    Course,
    Discipline,
    Lesson,
    Period,
    PeriodMark,
    Told,
    Work,
    WorkKind,
    YearMark,
)
from ejournal.models.base import now
from ejournal.services import mail, notices, settings
from ejournal.services.notices import News

# Older lessons are corrected and lists of whole years are loaded: the diary shows that, it is no news.
RECENT = timedelta(days=31)
AT_ONCE = 300

# What is told of, once: the key without the student, the student.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """What stands somewhere: «5» or «н», empty for nothing; in which words it is told, on which page it is seen."""

    student_id: int
    key: str
    value: str
    about: str
    day: date | None
    note: str = ""
    lesson_id: int | None = None

    @property
    def place(self) -> Place:
        return self.key, self.student_id


def marks(since: datetime, until: datetime) -> int:
    """Tell of marks whose cells changed between two moments and have stood since. Current transaction."""
    rows = db.session.execute(
        select(
            Cell.student_id, Cell.work_id, Cell.mark, Lesson.date, Discipline.title, Work.title.label("work"),
            WorkKind.title.label("kind"), Work.lesson_id,
        )
        .join(Work, Work.id == Cell.work_id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(Cell.updated_at > since, Cell.updated_at <= until, Lesson.date >= settings.today() - RECENT)
        .order_by(Cell.updated_at, Cell.id)
    )  # fmt: skip
    facts = (
        Fact(
            row.student_id, f"mark:{row.work_id}", row.mark or "", f"{row.title}, {calendar.format_short(row.date)}",
            row.date, (row.work or row.kind).lower(), row.lesson_id,
        )
        for row in rows.all()
    )  # fmt: skip
    return sum(_tell("mark", chunk, _mark_words) for chunk in _chunks(facts))


def period_marks(since: datetime, until: datetime) -> int:
    """Tell of marks for periods, in the same way. Current transaction."""
    rows = db.session.execute(
        select(
            PeriodMark.student_id, PeriodMark.course_id, PeriodMark.period_id, PeriodMark.mark, Period.title,
            Discipline.title.label("discipline"),
        )
        .join(Period, Period.id == PeriodMark.period_id)
        .join(Course, Course.id == PeriodMark.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(PeriodMark.updated_at > since, PeriodMark.updated_at <= until)
        .where(Period.ends >= settings.today() - RECENT)
        .order_by(PeriodMark.updated_at, PeriodMark.id)
    )  # fmt: skip
    facts = (
        Fact(
            row.student_id, f"period:{row.course_id}:{row.period_id}", row.mark or "",
            f"{row.discipline}, {row.title}", None,
        )
        for row in rows.all()
    )  # fmt: skip
    return sum(_tell("mark", chunk, _mark_words) for chunk in _chunks(facts))


def year_marks(since: datetime, until: datetime) -> int:
    """Tell of marks for the year and of final ones, in the same way. Current transaction."""
    rows = db.session.execute(
        select(
            YearMark.student_id, YearMark.course_id, YearMark.kind, YearMark.mark,
            Discipline.title.label("discipline"),
        )
        .join(Course, Course.id == YearMark.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(YearMark.updated_at > since, YearMark.updated_at <= until)
        .where(AcademicYear.ends >= settings.today() - RECENT)
        .order_by(YearMark.updated_at, YearMark.id)
    )  # fmt: skip
    facts = (
        Fact(
            row.student_id, f"year:{row.course_id}:{row.kind}", row.mark or "",
            f"{row.discipline}, {YEAR_MARKS[row.kind]}", None,
        )
        for row in rows.all()
    )  # fmt: skip
    return sum(_tell("mark", chunk, _mark_words) for chunk in _chunks(facts))


def absences(since: datetime, until: datetime) -> int:
    """Tell of absences and latenesses: once a lesson, however many kinds of work it has. Current transaction."""
    changed = db.session.execute(
        select(Work.lesson_id, Cell.student_id)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Cell.updated_at > since, Cell.updated_at <= until, Lesson.date >= settings.today() - RECENT)
        .distinct()
        .order_by(Work.lesson_id, Cell.student_id)
    )
    return sum(_tell("absence", _absences(chunk, until), _absence_words) for chunk in _chunks(changed))


def values_now(places: Collection[Place]) -> dict[Place, str]:
    """What stands now where something was told, by «mark:…», «attendance:…», «period:…», «year:…» and student."""
    found: dict[Place, str] = {}
    ids: dict[str, list[tuple[int, int]]] = {"mark": [], "attendance": []}
    periods: list[tuple[int, int, int]] = []
    years: list[tuple[int, str, int]] = []
    for key, student_id in places:
        kind, _, rest = key.partition(":")
        if kind in ids:
            ids[kind].append((int(rest), student_id))
        elif kind == "period":
            course_id, _, period_id = rest.partition(":")
            periods.append((int(course_id), int(period_id), student_id))
        elif kind == "year":
            course_id, _, slot = rest.partition(":")
            years.append((int(course_id), slot, student_id))
    for work_id, student_id, mark in db.session.execute(
        select(Cell.work_id, Cell.student_id, Cell.mark).where(tuple_(Cell.work_id, Cell.student_id).in_(ids["mark"]))
    ):
        found[f"mark:{work_id}", student_id] = mark or ""
    for course, period, student, mark in db.session.execute(
        select(PeriodMark.course_id, PeriodMark.period_id, PeriodMark.student_id, PeriodMark.mark).where(
            tuple_(PeriodMark.course_id, PeriodMark.period_id, PeriodMark.student_id).in_(periods)
        )
    ):
        found[f"period:{course}:{period}", student] = mark or ""
    for course, slot, student, mark in db.session.execute(
        select(YearMark.course_id, YearMark.kind, YearMark.student_id, YearMark.mark).where(
            tuple_(YearMark.course_id, YearMark.kind, YearMark.student_id).in_(years)
        )
    ):
        found[f"year:{course}:{slot}", student] = mark or ""
    for fact in _absences(ids["attendance"], now()):
        found[fact.place] = fact.value
    return found


def _absences(pairs: Sequence[tuple[int, int]], until: datetime) -> list[Fact]:
    """The attendance of students at lessons as it is now; who is being changed just now is left for later."""
    rows = db.session.execute(
        select(
            Cell.student_id, Work.lesson_id, Cell.attendance, Cell.updated_at, Lesson.date, Lesson.pair,
            Discipline.title,
        )
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(tuple_(Work.lesson_id, Cell.student_id).in_(list(pairs)))
        .order_by(Work.lesson_id, Cell.student_id, Work.ordinal)
    )  # fmt: skip
    together: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        together.setdefault((row.lesson_id, row.student_id), []).append(row)
    return [
        Fact(
            student_id, f"attendance:{lesson_id}", grading.lesson_attendance([row.attendance for row in cells]) or "",
            f"{cells[0].title}, {calendar.format_short(cells[0].date)}, {cells[0].pair} пара", cells[0].date,
            lesson_id=lesson_id,
        )
        for (lesson_id, student_id), cells in together.items()
        if all(row.updated_at <= until for row in cells)
    ]  # fmt: skip


def _tell(kind: str, facts: Iterable[Fact], words: Any) -> int:
    """Tell what differs from what was told last, and remember it."""
    listed = list(facts)
    told = _told(listed)
    changed = [fact for fact in listed if fact.value != told.get(fact.place, "")]
    if not changed:
        return 0
    readers: dict[int, list[int]] = {}
    for reader, student in access.readers_of({fact.student_id for fact in changed}, settings.today()):
        readers.setdefault(student, []).append(reader)
    news = [
        News(
            person_id=reader,
            student_id=fact.student_id,
            key=f"{fact.key}:{fact.student_id}",
            value=fact.value,
            text=words(fact, told.get(fact.place, "")),
            url=_page(fact),
        )
        for fact in changed
        for reader in readers.get(fact.student_id, [])
    ]
    _remember(changed, told)
    return notices.tell(kind, news)


def _mark_words(fact: Fact, before: str) -> str:
    note = f" ({fact.note})" if fact.note and fact.value and not before else ""
    return f"{fact.about}: {rules.change_words(before, fact.value)}{note}"


def _absence_words(fact: Fact, before: str) -> str:
    if not fact.value:
        return f"{fact.about}: отметка «{before}» снята"
    if before:
        return f"{fact.about}: исправлено, {ATTENDANCE[fact.value]}"
    return f"{fact.about}: {ATTENDANCE[fact.value]}"


def _page(fact: Fact) -> str:
    if fact.day is None:
        _period, course_id, slot = fact.key.split(":")
        return mail.path_of("diary.period_mark", student_id=fact.student_id, course_id=int(course_id), mark_slot=slot)
    return notices.day_page(fact.student_id, fact.day, fact.lesson_id)


def _told(facts: Sequence[Fact]) -> dict[Place, str]:
    rows = db.session.execute(
        select(Told.key, Told.student_id, Told.value).where(
            Told.key.in_({fact.key for fact in facts}), Told.student_id.in_({fact.student_id for fact in facts})
        )
    )
    return {(row.key, row.student_id): row.value for row in rows}


def _remember(facts: Sequence[Fact], told: Mapping[Place, str]) -> None:
    moment = now()
    new = [fact for fact in facts if fact.place not in told]
    if new:
        columns = ("student_id", "key", "value", "told_at")
        rows = [dict(zip(columns, (f.student_id, f.key, f.value, moment), strict=True)) for f in new]
        db.session.execute(insert(Told), rows)
    for fact in facts:
        if fact.place in told:
            here = and_(Told.key == fact.key, Told.student_id == fact.student_id)
            changed = update(Told).where(here).values(value=fact.value, told_at=moment)
            db.session.execute(changed.execution_options(synchronize_session=False))


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, AT_ONCE)):
        yield chunk
