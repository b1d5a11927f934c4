"""Reading the log of changes (п. 4.2): filtered, newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, or_, select
from sqlalchemy.orm import aliased, selectinload

from ejournal.access import Viewer
from ejournal.domain.names import fold, short_name
from ejournal.extensions import db
from ejournal.models import Course, Enrollment, Group, Lesson, LogEntry, Period, PeriodClosing, Person
from ejournal.services import log, mark_slots, settings
from ejournal.services.log_lessons import lesson_of

PAGE_SIZE = 100
# Of a file: more no spreadsheet program opens with ease, and nobody reads.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show; empty fields do not narrow. `since` and `until` are days in the college's time zone."""

    who: str = ""
    # Whom the entry is about: the beginning of the surname.
    student: str = ""
    # Of its journals and of those who are or were its students.
    group_id: int | None = None
    subject: str = ""
    since: date | None = None
    until: date | None = None
    late: bool = False
    # In a period of a journal that had been closed by then (п. 4.4); marks of the year and final ones with the last.
    after_closing: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown."""

    id: int
    at: datetime
    who: str
    address: str
    what: str
    where: str
    before: str
    after: str
    reason: str
    late: bool


def search(wanted: Filter) -> tuple[list[Line], bool]:
    """The entries of the page, newest first, and whether there are older ones."""
    return _found(wanted, (wanted.page - 1) * PAGE_SIZE, PAGE_SIZE)


def export(actor: Viewer, wanted: Filter) -> tuple[list[Line], bool]:
    """The newest entries for a file, at most MOST; that they were taken out is itself logged. Commits."""
    found = _found(wanted, 0, MOST)
    log.record(actor, "log", "export", after=f"записей: {len(found[0])}")
    db.session.commit()
    return found


def groups() -> list[tuple[int, str]]:
    """Every group, for the filter."""
    return [(row.id, row.title) for row in db.session.execute(select(Group.id, Group.title).order_by(Group.gkey))]


def _found(wanted: Filter, first: int, number: int) -> tuple[list[Line], bool]:
    actor, student = aliased(Person), aliased(Person)
    query: Select[Any, Any, Any] = (
        select(LogEntry, actor, student)
        .outerjoin(actor, actor.id == LogEntry.actor_id)
        .outerjoin(student, student.id == LogEntry.student_id)
        .order_by(LogEntry.id.desc())
        .offset(first)
        .limit(number + 1)
    )
    rows = db.session.execute(_narrowed(query, wanted, actor, student)).all()
    courses = _courses({row[0].course_id for row in rows if row[0].course_id})
    lines = [_line(entry, who, whom, courses) for entry, who, whom in rows[:number]]
    return lines, len(rows) > number


def _narrowed(
    query: Select[Any, Any, Any], wanted: Filter, actor: type[Person], student: type[Person]
) -> Select[Any, Any, Any]:
    for name, person in ((wanted.who, actor), (wanted.student, student)):
        if name:
            query = query.where(person.skey.startswith(fold(name), autoescape=True))
    if wanted.group_id:
        query = query.where(_of_group(wanted.group_id))
    if wanted.subject:
        query = query.where(LogEntry.subject == wanted.subject)
    if wanted.late:
        query = query.where(LogEntry.late)
    if wanted.after_closing:
        query = query.where(_closed_then())
    if wanted.since:
        query = query.where(LogEntry.at >= _midnight(wanted.since))
    if wanted.until:
        query = query.where(LogEntry.at < _midnight(wanted.until + timedelta(days=1)))
    return query


def _of_group(group_id: int) -> ColumnElement[bool]:
    """The condition that an entry is about a journal of the group, or, beside journals, about a student of it."""
    of_journal = LogEntry.course_id.in_(select(Course.id).where(Course.group_id == group_id))
    member = LogEntry.student_id.in_(select(Enrollment.student_id).where(Enrollment.group_id == group_id))
    return or_(of_journal, and_(LogEntry.course_id.is_(None), member))


def _closed_then() -> ColumnElement[bool]:
    """The condition that the journal's period, of the lesson or of the period mark, was closed before the entry."""
    closed = and_(PeriodClosing.course_id == LogEntry.course_id, PeriodClosing.closed_at < LogEntry.at)
    of_lesson = exists().where(
        closed,
        Period.id == PeriodClosing.period_id,
        Lesson.id == lesson_of(),
        Lesson.date.between(Period.starts, Period.ends),
    )
    slot = LogEntry.details["slot"].as_string()
    of_mark = exists().where(closed, cast(PeriodClosing.period_id, String) == slot)
    of_whole = and_(slot.in_(mark_slots.TITLES), exists().where(closed, *_is_last()))
    return or_(of_lesson, and_(LogEntry.subject == "period-mark", or_(of_mark, of_whole)))


def _is_last() -> list[ColumnElement[bool]]:
    """The conditions that a closing is of its journal's last period: with it the year's and final marks are closed."""
    later = aliased(Period)
    follows = exists().where(
        later.year_id == Period.year_id,
        later.group_id.is_not_distinct_from(Period.group_id),
        later.course_number.is_not_distinct_from(Period.course_number),
        later.starts > Period.starts,
    )
    return [Period.id == PeriodClosing.period_id, ~follows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), settings.timezone())


def _courses(ids: set[int]) -> dict[int, Course]:
    """The journals the entries are about, in one query however many entries."""
    loading = [selectinload(Course.group), selectinload(Course.subgroup), selectinload(Course.discipline)]
    found: Sequence[Course] = db.session.scalars(select(Course).where(Course.id.in_(ids)).options(*loading)).all()
    return {course.id: course for course in found}


def _line(entry: LogEntry, who: Person | None, whom: Person | None, courses: dict[int, Course]) -> Line:
    subject = log.SUBJECTS.get(entry.subject, entry.subject)
    course = courses.get(entry.course_id or 0)
    return Line(
        id=entry.id,
        at=entry.at,
        who=short_name(who.surname, who.name, who.patronymic) if who else "",
        address=entry.address or "",
        what=f"{subject}: {log.ACTIONS.get(entry.action, entry.action)}",
        where=" · ".join(filter(None, (whom.short_name if whom else _detail(entry), course.title if course else ""))),
        before=entry.before or "",
        after=entry.after or "",
        reason=entry.reason or "",
        late=entry.late,
    )


def _detail(entry: LogEntry) -> str:
    details = entry.details if isinstance(entry.details, dict) else {}
    return str(details.get("name") or details.get("username") or "")
