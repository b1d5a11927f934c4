"""Reading what happened to cells: the history of one, and what others changed since a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from ejournal.access import Viewer, sees
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Course, Lesson, LogEntry, LogLink, Person, Work, WorkKind
from ejournal.services import log, log_chain, roster, settings
from ejournal.services.cell_context import Place, load
from ejournal.services.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a cell's history: who, when, from → to, why."""

    at: datetime
    who: str
    before: str
    after: str
    action: str
    reason: str
    late: bool


@dataclass(frozen=True, slots=True)
class History:
    """A cell with everything that happened to it, newest first."""

    student: str
    work: str
    lesson: Lesson
    text: str
    changes: list[Change]


def history(viewer: Viewer, course_id: int, student_id: int, work_id: int) -> History:
    """The history of a cell. Raises NotFoundError where the viewer may not read the journal."""
    place = load(viewer, course_id, [student_id], [work_id]).get((student_id, work_id))
    if place is None or not (place.sees or place.teaches):
        raise NotFoundError
    if all(student.id != student_id for student in roster.students_of(db.session.get_one(Course, course_id))):
        # A name is given away only of the journal's own students (п. 2.1).
        raise NotFoundError
    rows = db.session.execute(
        select(
            LogEntry.at,
            Person.surname,
            Person.name,
            Person.patronymic,
            LogEntry.before,
            LogEntry.after,
            LogEntry.action,
            LogEntry.reason,
            LogEntry.late,
        )
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(
            LogEntry.work_id == work_id,
            LogEntry.student_id == student_id,
            LogEntry.subject == "cell",
        )
        .order_by(LogEntry.id.desc())
    )
    return _described(place, [_change(row) for row in rows])


def newest() -> int:
    """The number of the log's last link: what a page has seen up to. Links are numbered in the order of commits,
    which ids of entries are not where two write at once (PostgreSQL)."""
    return log_chain.head()[0]


def changed_since(viewer: Viewer, course_id: int, after: int, client: str) -> tuple[list[Place], int]:
    """Cells that other pages changed after link `after` of the log, as they are now, and the newest link's number.

    Raises NotFoundError where the viewer may not read the journal.
    """
    if db.session.scalar(select(Course.id).where(Course.id == course_id, sees(viewer, settings.today()))) is None:
        raise NotFoundError
    last = newest()
    rows = db.session.execute(
        select(LogEntry.student_id, LogEntry.work_id)
        .join(LogLink, LogLink.entry_id == LogEntry.id)
        .where(
            LogLink.number > after,
            LogLink.number <= last,
            LogEntry.course_id == course_id,
            LogEntry.subject == "cell",
            or_(LogEntry.client.is_(None), LogEntry.client != client),
        )
    ).all()
    keys = sorted({(row.student_id, row.work_id) for row in rows})
    if not keys:
        return [], last
    places = load(viewer, course_id, sorted({k[0] for k in keys}), sorted({k[1] for k in keys}))
    return [places[key] for key in keys if key in places], last


def _described(place: Place, changes: Sequence[Change]) -> History:
    student = db.session.get_one(Person, place.student_id)
    work, kind = db.session.execute(
        select(Work, WorkKind).join(WorkKind, WorkKind.id == Work.kind_id).where(Work.id == place.work_id)
    ).one()
    lesson = db.session.get_one(Lesson, place.lesson_id)
    return History(student.full_name, work.title or kind.title, lesson, place.value.text, list(changes))


def _change(row: Any) -> Change:
    at, surname, name, patronymic, before, after, action, reason, late = row
    who = full_name(surname, name, patronymic) if surname else "система"
    return Change(at, who, before or "", after or "", log.ACTIONS.get(action, action), reason or "", late)
