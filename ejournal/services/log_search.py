"""Reading the log of changes (п. 4.2): filtered, newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, selectinload

from ejournal.domain.names import fold, short_name
from ejournal.extensions import db
from ejournal.models import Course, LogEntry, Person
from ejournal.services import log, settings

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show; empty fields do not narrow. `since` and `until` are days in the college's time zone."""

    who: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    late: bool = False
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
    actor, student = aliased(Person), aliased(Person)
    query: Select[Any, Any, Any] = (
        select(LogEntry, actor, student)
        .outerjoin(actor, actor.id == LogEntry.actor_id)
        .outerjoin(student, student.id == LogEntry.student_id)
        .order_by(LogEntry.id.desc())
        .offset((wanted.page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    rows = db.session.execute(_narrowed(query, wanted, actor)).all()
    courses = _courses({row[0].course_id for row in rows if row[0].course_id})
    lines = [_line(entry, who, whom, courses) for entry, who, whom in rows[:PAGE_SIZE]]
    return lines, len(rows) > PAGE_SIZE


def _narrowed(query: Select[Any, Any, Any], wanted: Filter, actor: type[Person]) -> Select[Any, Any, Any]:
    if wanted.who:
        query = query.where(actor.skey.startswith(fold(wanted.who), autoescape=True))
    if wanted.subject:
        query = query.where(LogEntry.subject == wanted.subject)
    if wanted.late:
        query = query.where(LogEntry.late)
    if wanted.since:
        query = query.where(LogEntry.at >= _midnight(wanted.since))
    if wanted.until:
        query = query.where(LogEntry.at < _midnight(wanted.until + timedelta(days=1)))
    return query


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
