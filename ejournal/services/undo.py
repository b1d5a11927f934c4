"""Taking back one's own last change: an undo is itself a change, logged with what it takes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer
from ejournal.domain import notation
from ejournal.extensions import db
from ejournal.models import LogEntry
from ejournal.models.base import now
from ejournal.services import cell_context, cells, held_lessons, lesson_context, log, repeats
from ejournal.services.cells import Refusal, Saved
from ejournal.services.errors import RefusedError, ServiceError

# Further back a slip of the hand is a correction: it is typed anew, with its own log entry.
UNDO_WITHIN = timedelta(hours=12)


def undo_last(actor: Viewer, course_id: int, request_id: str = "") -> tuple[list[Saved], list[Refusal]]:
    """Put back what the actor's last change of cells replaced; a mass action goes back as one, and the lesson that
    was held by it alone is planned again (п. 4.4).

    Cells that somebody else has changed since stay as they are and are returned as refusals. Who repeats a request that
    was carried out takes back nothing more and gets the cells it put back, as they are now.
    Raises RefusedError when there is nothing to take back.
    """
    if not repeats.is_first(actor, request_id):
        return _put_back(actor, course_id, repeats.made_at(actor, request_id)), []
    changes = _last_change(actor, course_id)
    if not changes:
        raise RefusedError("Отменять нечего: ваших правок в этом журнале за последние 12 часов нет.")
    _refuse_past_period_mark(actor, course_id, changes[-1].id)
    held_lessons.hold(changes)
    undone = [change for change in changes if change.subject == "lesson"]
    for change in undone:
        _take_back_presence(actor, course_id, change)
    changes = [change for change in changes if change.subject == "cell"]
    places = cell_context.load(
        actor,
        course_id,
        sorted({change.student_id for change in changes}),
        sorted({change.work_id for change in changes}),
    )
    good, refused = [], []
    for change in changes:
        place = places[change.student_id, change.work_id]
        entry = cells.Entry(change.student_id, change.work_id, change.before or "", None)
        try:
            cells.check_may_write(place)
            if place.value.text != change.after:
                raise RefusedError(f"После вас эту ячейку изменили: сейчас «{place.value.text}».")
            good.append((place, notation.parse(entry.text)))
            undone.append(change)
        except ServiceError as error:
            refused.append(Refusal(entry, error.message))
    held_lessons.put_back(actor, undone)
    saved = cells.write_back(actor, good, {(change.student_id, change.work_id): change.id for change in changes})
    return saved, refused


def _refuse_past_period_mark(actor: Viewer, course_id: int, entry_id: int) -> None:
    """Who has given a mark of a period since means that one by «последнее действие»: with its debt it is taken back in
    its own column (п. 4.4), and no older mark goes in its place. Raises RefusedError."""
    rows = db.session.execute(
        select(LogEntry.student_id, LogEntry.before, LogEntry.after, LogEntry.details)
        .where(
            LogEntry.course_id == course_id,
            LogEntry.actor_id == actor.person_id,
            LogEntry.subject == "period-mark",
            LogEntry.id > entry_id,
        )
        .order_by(LogEntry.id)
    )
    given: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        given.setdefault((row.student_id, (row.details or {}).get("slot", "")), []).append(row)
    # One that was put back, as the page does at once, is none.
    left = [each[-1] for each in given.values() if (each[0].before or "") != (each[-1].after or "")]
    if left:
        name, mark = (left[-1].details or {}).get("name", "за период"), left[-1].after or "пусто"
        raise RefusedError(
            f"Последней вы изменили оценку {name} («{mark}»): исправьте её в её столбце (п. 4.4). Отметки, "
            "поставленные до неё, отмена не трогает."
        )


def _take_back_presence(actor: Viewer, course_id: int, change: Any) -> None:
    """«Все присутствуют» is taken back by who may change the lesson."""
    lesson_context.find_to_change(actor, course_id, change.lesson_id, None)
    log.record(
        actor, "lesson", "undo", before=change.after, course_id=course_id, lesson_id=change.lesson_id,
        undoes_id=change.id,
    )  # fmt: skip


def _put_back(actor: Viewer, course_id: int, since: datetime) -> list[Saved]:
    """The cells of the actor's first undo from a moment on."""
    undone = select(LogEntry.student_id, LogEntry.work_id, LogEntry.batch).where(
        LogEntry.course_id == course_id,
        LogEntry.actor_id == actor.person_id,
        LogEntry.subject == "cell",
        LogEntry.action == "undo",
        LogEntry.at >= since,
    )
    rows = db.session.execute(undone.order_by(LogEntry.id)).all()
    first = [row for number, row in enumerate(rows) if not number or (row.batch and row.batch == rows[0].batch)]
    students, works = sorted({row.student_id for row in first}), sorted({row.work_id for row in first})
    places = cell_context.load(actor, course_id, students, works) if first else {}
    found = [places[row.student_id, row.work_id] for row in first if (row.student_id, row.work_id) in places]
    return [Saved(p.student_id, p.work_id, p.value.text, p.version, False, p.span) for p in found]


def _last_change(actor: Viewer, course_id: int) -> Sequence[Any]:
    """The newest change of cells by the actor that is neither an undo nor undone, with the rest of its batch."""
    undoing = aliased(LogEntry)
    own = select(
        LogEntry.id,
        LogEntry.subject,
        LogEntry.lesson_id,
        LogEntry.student_id,
        LogEntry.work_id,
        LogEntry.before,
        LogEntry.after,
        LogEntry.batch,
        LogEntry.details,
    ).where(
        LogEntry.course_id == course_id,
        LogEntry.actor_id == actor.person_id,
        or_(
            and_(LogEntry.subject == "cell", LogEntry.action != "undo"),
            and_(LogEntry.subject == "lesson", LogEntry.action == "present"),
        ),
        LogEntry.at >= now() - UNDO_WITHIN,
        ~exists().where(undoing.undoes_id == LogEntry.id),
        # A mark corrected by answering a dispute stands by that answer (п. 4.5).
        LogEntry.action != "dispute",
        ~_changed_or_decided_since(actor),
    )
    last = db.session.execute(own.order_by(LogEntry.id.desc()).limit(1)).first()
    if last is None:
        return []
    if last.batch is None:
        return [last]
    return db.session.execute(own.where(LogEntry.batch == last.batch).order_by(LogEntry.id)).all()


def _changed_or_decided_since(actor: Viewer) -> ColumnElement[bool]:
    """What somebody else has changed since is theirs, and what was decided about a disputed mark is decided (п. 4.5):
    neither must stand in the way of one's earlier changes."""
    later = aliased(LogEntry)
    return exists().where(
        later.work_id == LogEntry.work_id,
        later.student_id == LogEntry.student_id,
        later.id > LogEntry.id,
        or_(
            and_(later.subject == "cell", later.actor_id != actor.person_id),
            and_(later.subject == "dispute", later.action.in_(("update", "uphold"))),
        ),
    )
