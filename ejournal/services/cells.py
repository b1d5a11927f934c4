"""Marks and attendance into cells: record, fill, paste, undo (п. 3.6, 4.4).

Each verb is one transaction: read what is there, check, write with a version, log, commit.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import notation
from ejournal.domain.names import short_name
from ejournal.domain.notation import NotationError, Value
from ejournal.extensions import db
from ejournal.models import Cell, LessonState
from ejournal.models.base import now
from ejournal.services import cell_context, cell_terms, guard, held_lessons, log, repeats, settings, stats
from ejournal.services.cell_context import Place
from ejournal.services.cell_values import Entry, Refusal, Saved
from ejournal.services.errors import (
    Current,
    ForbiddenError,
    NotFoundError,
    ReasonNeededError,
    RefusedError,
    ServiceError,
    StaleError,
)

STALE = "Эту ячейку только что изменили. Выберите, какое значение оставить."


def record_cell(actor: Viewer, course_id: int, entry: Entry, reason: str = "", request_id: str = "") -> Saved:
    """Write one cell (п. 4.4).

    Who repeats a request that was carried out gets the cell as it is now.
    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError, ReasonNeededError.
    """
    return record_and_show(actor, course_id, entry, reason, request_id)[0]


def record_and_show(
    actor: Viewer,
    course_id: int,
    entry: Entry,
    reason: str = "",
    request_id: str = "",
    shown: tuple[date, date] | None = None,
) -> tuple[Saved, stats.Figures]:
    """`record_cell`, and the figures of its row between the dates `shown` (the lesson's period) and of its column.

    The hot path: six statements in one transaction; one more to read the figures costs more than keeping the next
    writer waiting for them.
    """
    is_first = repeats.is_first(actor, request_id)
    places = cell_context.load(actor, course_id, [entry.student_id], [entry.work_id])
    place = places.get((entry.student_id, entry.work_id))
    if place is None:
        raise NotFoundError
    if not is_first and (place.teaches or place.sees):
        saved = Saved(entry.student_id, entry.work_id, place.value.text, place.version, False, place.span)
        return saved, _figures(place, shown)
    value = _checked(place, entry, reason)
    try:
        saved = _write(actor, [(place, value)], "record", reason=reason)[0]
        figures = _figures(place, shown)
        db.session.commit()
    except (IntegrityError, _CollisionError) as error:
        # PostgreSQL lets two read the same version: the second to write finds it gone and is told as usual.
        db.session.rollback()
        place = cell_context.load(actor, course_id, [entry.student_id], [entry.work_id])[
            entry.student_id, entry.work_id
        ]
        raise StaleError(STALE, current(place)) from error
    return saved, figures


def _figures(place: Place, shown: tuple[date, date] | None) -> stats.Figures:
    return stats.of_cells(place.course_id, shown or place.span, [place.student_id], [place.work_id])


def record_cells(
    actor: Viewer, course_id: int, entries: Sequence[Entry], action: str, reason: str = ""
) -> tuple[list[Saved], list[Refusal]]:
    """Write many cells as one action that is undone as one; what can't be written is returned, not lost.

    `action` is «fill» or «paste». Raises NotFoundError or ForbiddenError for the journal as a whole.
    """
    good, refused = check_cells(actor, course_id, entries, reason)
    with _collisions_told():
        saved = _write(actor, good, action, reason=reason, batch=secrets.token_hex(8))
        db.session.commit()
    return saved, refused


@contextmanager
def _collisions_told() -> Iterator[None]:
    """On PostgreSQL another save may come between reading and writing: then nothing of a mass action is written."""
    try:
        yield
    except (IntegrityError, _CollisionError) as error:
        db.session.rollback()
        raise RefusedError("Пока вы вводили, часть ячеек изменили. Ничего не записано: повторите.") from error


def write_batch(
    actor: Viewer,
    changes: Sequence[tuple[Place, Value]],
    action: str,
    batch: str,
    reason: str = "",
    *,
    excused: bool = False,
) -> list[Saved]:
    """Store checked values as part of the mass action `batch` and commit. `excused`: another clause than п. 4.4 gives
    the ground (a document, п. 4.3; a disputed mark, п. 4.5), so that no term of entry is broken."""
    with _collisions_told():
        saved = _write(actor, changes, action, reason=reason, batch=batch, excused=excused)
        db.session.commit()
    return saved


def write_back(
    actor: Viewer, changes: Sequence[tuple[Place, Value]], undoes: dict[tuple[int, int], int]
) -> list[Saved]:
    """Store the values an undo restores, each entry naming the one it takes back, and commit."""
    batch = secrets.token_hex(8) if len(changes) > 1 else None
    with _collisions_told():
        saved = _write(actor, changes, "undo", reason="отмена своего действия", batch=batch, undoes=undoes)
        db.session.commit()
    return saved


def check_cells(
    actor: Viewer, course_id: int, entries: Sequence[Entry], reason: str = ""
) -> tuple[list[tuple[Place, Value]], list[Refusal]]:
    """What of a mass action could be written and what not; writes nothing."""
    places = cell_context.load(
        actor, course_id, sorted({e.student_id for e in entries}), sorted({e.work_id for e in entries})
    )
    if entries and not places:
        raise NotFoundError
    if places and not any(place.teaches for place in places.values()):
        # Not this teacher's journal: no question of single cells.
        check_may_write(next(iter(places.values())))
    good, refused = [], []
    for entry in entries:
        place = places.get((entry.student_id, entry.work_id))
        try:
            if place is None:
                raise NotFoundError("Такой ячейки в этом журнале нет.")
            good.append((place, _checked(place, entry, reason)))
        except ForbiddenError:
            raise
        except ServiceError as error:
            refused.append(
                Refusal(entry, error.message, getattr(error, "repair", None), isinstance(error, ReasonNeededError))
            )
    return good, refused


def parse(text: str) -> Value:
    """The notation of п. 3.6 and 4.4; RefusedError with the reason and the repair."""
    try:
        return notation.parse(text)
    except NotationError as error:
        raise RefusedError(error.message, error.repair) from error


def check_may_write(place: Place) -> None:
    """Raise unless the viewer may write into this place today (п. 4.4)."""
    guard.check_may_edit(place)
    if place.state == LessonState.CANCELLED:
        raise RefusedError(f"Занятие {place.date:%d.%m} отменено: отметки в него не ставятся.")
    if not place.enrolled:
        raise RefusedError(
            f"{place.date:%d.%m} обучающийся не числился в этой группе или подгруппе либо занимался "
            "по индивидуальному плану (п. 4.2)."
        )
    if place.date > settings.today():
        raise RefusedError(f"Занятие {place.date:%d.%m} ещё не проведено: отметки ставятся в день занятия (п. 4.4).")


def check_version(place: Place, version: int | None) -> None:
    """Raise StaleError when somebody changed the cell since `version` was seen (a counter, never the value)."""
    if version is not None and version != place.version:
        raise StaleError(STALE, current(place))


def current(place: Place) -> Current:
    who = short_name(*place.updated_by) if place.updated_by else ""
    return Current(place.value.text, place.version, who, _when(place.updated_at))


def _checked(place: Place, entry: Entry, reason: str) -> Value:
    check_may_write(place)
    value = parse(entry.text)
    if value.text != place.value.text:
        check_version(place, entry.version)
        cell_terms.check_reason(place, value, reason)
    return value


def _when(moment: datetime | None) -> str:
    return f"{settings.local(moment):%d.%m.%Y %H:%M}" if moment else ""


def _write(
    actor: Viewer,
    changes: Sequence[tuple[Place, Value]],
    action: str,
    *,
    reason: str = "",
    batch: str | None = None,
    undoes: dict[tuple[int, int], int] | None = None,
    excused: bool = False,
) -> list[Saved]:
    """Store values with their log entries, in the current transaction."""
    moment = now()
    entries: list[dict[str, Any]] = []
    saved = []
    shown = held_lessons.shown_by(changes)
    for place, value in changes:
        changed = value.text != place.value.text
        version = place.version + changed
        if changed:
            _store(actor, place, value, version, moment)
            entries.append(
                {
                    "course_id": place.course_id,
                    "lesson_id": place.lesson_id,
                    "work_id": place.work_id,
                    "student_id": place.student_id,
                    "batch": batch,
                    "undoes_id": undoes[place.student_id, place.work_id] if undoes else None,
                    "before": place.value.text,
                    "after": value.text,
                    "reason": reason.strip() or None,
                    "late": not excused and cell_terms.is_late(place, value),
                    "details": shown[place.lesson_id].was if _is_first(place, shown) else None,
                }
            )
        saved.append(Saved(place.student_id, place.work_id, value.text, version, changed, place.span))
    if entries:
        log.record_many(actor, "cell", action, entries)
        held_lessons.note(actor, shown)
    return saved


def _is_first(place: Place, shown: dict[int, held_lessons.Shown]) -> bool:
    return place.lesson_id in shown and shown[place.lesson_id].place is place


def _store(actor: Viewer, place: Place, value: Value, version: int, moment: datetime) -> None:
    row = {
        "attendance": value.attendance,
        "mark": value.mark,
        "version": version,
        "updated_by": actor.person_id,
        "updated_at": moment,
    }
    connection = db.session.connection()
    if place.cell_id is None:
        connection.execute(INSERT, {"work_id": place.work_id, "student_id": place.student_id, **row})
        return
    result = connection.execute(UPDATE, {"cell": place.cell_id, "seen": place.version, **row})
    if result.rowcount != 1:
        raise _CollisionError


# Written past the ORM: the hot path needs no objects, and these statements are put together once.
CELLS = cast(Table, Cell.__table__)
INSERT = CELLS.insert()
UPDATE = (
    CELLS.update()
    .where(CELLS.c.id == bindparam("cell"), CELLS.c.version == bindparam("seen"))
    .values({name: bindparam(name) for name in ("attendance", "mark", "version", "updated_by", "updated_at")})
)


class _CollisionError(Exception):
    """Somebody else's write came between reading and writing."""
