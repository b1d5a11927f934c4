"""What entries show of their lesson, that it was held and that absentees were noted (п. 4.4), and its taking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from ejournal.access import Viewer
from ejournal.domain import notation
from ejournal.domain.notation import Value
from ejournal.extensions import db
from ejournal.models import LESSON_STATES, Lesson, LessonState, LogEntry
from ejournal.models.base import now
from ejournal.services import log
from ejournal.services.cell_context import Place
from ejournal.services.closed import close_alone


@dataclass(frozen=True, slots=True)
class Shown:
    """What entries show of a lesson; `place`: the first of those that show it."""

    place: Place
    is_held: bool
    attendance: bool

    @property
    def was(self) -> dict[str, Any]:
        return was(self.place.state, self.place.attendance_at)


def was(state: str, attendance_at: datetime | None) -> dict[str, Any]:
    """A lesson as it was before an entry: kept in the entry's `details`, for its undo."""
    return {"state": str(state), "attendance_at": attendance_at.isoformat() if attendance_at else None}


def shown_by(changes: Sequence[tuple[Place, Value]]) -> dict[int, Shown]:
    """The lessons that a writing changes: the first value of one not held, the first code of one without attendance."""
    coded = {place.lesson_id for place, value in changes if value.attendance}
    shown: dict[int, Shown] = {}
    for place, value in changes:
        if place.lesson_id in shown or value.text == place.value.text:
            continue
        is_held = place.state in (LessonState.PLANNED, LessonState.MOVED)
        attendance = place.attendance_at is None and place.lesson_id in coded
        if is_held or attendance:
            shown[place.lesson_id] = Shown(place, is_held, attendance)
    return shown


def note(actor: Viewer, shown: dict[int, Shown]) -> None:
    """Change the lessons, in the current transaction."""
    for lesson_id, what in shown.items():
        values: dict[str, Any] = {}
        if what.is_held:
            values["state"] = LessonState.HELD
            values["version"] = Lesson.version + 1
            log.record(
                actor, "lesson", "held", before=LESSON_STATES[LessonState(what.place.state)], after="проведено",
                course_id=what.place.course_id, lesson_id=lesson_id,
            )  # fmt: skip
        if what.attendance:
            values["attendance_at"] = now()
        db.session.execute(update(Lesson).where(Lesson.id == lesson_id).values(**values))


def hold(changes: Sequence[Any]) -> None:
    """To be called before any of the changes is taken back: a mark that is on its way into their lessons is there, or
    finds them as they are put back. Raises RefusedError."""
    if any(_changed_its_lesson(change) for change in changes):
        close_alone()


def put_back(actor: Viewer, undone: Sequence[Any]) -> None:
    """The lessons of entries that are taken back are as they were before those, each as far as nothing else was
    entered since: attendance by its own, that the lesson was held by whatever the log says of it."""
    for change in undone:
        if _changed_its_lesson(change):
            _put_back(actor, change, change.details, [one.id for one in undone])


def _changed_its_lesson(change: Any) -> bool:
    return "attendance_at" in (change.details or {})


def _put_back(actor: Viewer, change: Any, before: dict[str, Any], undone: Sequence[int]) -> None:
    since = _entered_since(change, undone)
    lesson = db.session.get_one(Lesson, change.lesson_id, with_for_update=True, populate_existing=True)
    values: dict[str, Any] = {}
    # What a move or a cancelling has cleared since does not come again.
    if lesson.attendance_at and not any(_is_attendance(entry) for entry in since):
        noted = before["attendance_at"]
        values["attendance_at"] = datetime.fromisoformat(noted) if noted else None
    # What was undone before this was kept names no state.
    state = LessonState(before.get("state", LessonState.HELD))
    if not since and lesson.state == LessonState.HELD != state:
        values["state"] = state
        log.record(
            actor, "lesson", "undo", before="проведено", after=LESSON_STATES[state],
            course_id=lesson.course_id, lesson_id=lesson.id,
        )  # fmt: skip
    if values:
        db.session.execute(update(Lesson).where(Lesson.id == lesson.id).values(**values, version=Lesson.version + 1))


def _entered_since(change: Any, undone: Sequence[int]) -> Sequence[Any]:
    """What the log says of the lesson after the change: neither that it was held, nor what was taken back since."""
    undoing = aliased(LogEntry)
    return db.session.execute(
        select(LogEntry.subject, LogEntry.action, LogEntry.after).where(
            LogEntry.lesson_id == change.lesson_id,
            LogEntry.id > change.id,
            LogEntry.id.not_in(undone),
            LogEntry.action.not_in(("held", "undo")),
            ~exists().where(undoing.undoes_id == LogEntry.id),
        )
    ).all()


def _is_attendance(entry: Any) -> bool:
    if entry.subject == "cell":
        return notation.parse(entry.after or "").attendance is not None
    return bool(entry.subject == "lesson" and entry.action == "present")
