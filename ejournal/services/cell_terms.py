"""Whether an entry comes later than its term, and when that wants a reason (п. 4.1, 4.2, 4.4)."""

from datetime import date

from ejournal.domain import failures as failure_days
from ejournal.domain import terms
from ejournal.domain.notation import Value
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.services import absence_cover, failures, settings
from ejournal.services.cell_context import Place
from ejournal.services.errors import ReasonNeededError


def is_late(place: Place, value: Value) -> bool:
    """Whether the log marks the entry as late."""
    return _lateness(place, value) is not None and not is_excused(place.value, place.date)


def is_late_attendance(day: date) -> bool:
    """The same of a whole lesson's first attendance, «все присутствуют», which touches no cell."""
    late = terms.lateness("attendance", day, None, settings.today(), settings.get("terms"))
    return late is not None and not is_excused(Value(None, None), day)


def is_excused(before: Value, day: date) -> bool:
    """Whether an entry may be late: a first one of a day on which the system was down (п. 4.1). Changing what was
    entered since then is a change like any other."""
    return before.is_empty and failure_days.excuses(failures.declared(), day)


def check_reason(place: Place, value: Value, reason: str) -> None:
    """A first entry after its term is only marked late; changing what was there wants a reason (п. 4.2).

    Raises ReasonNeededError.
    """
    if place.value.is_empty or len(reason.strip()) >= SHORTEST_REASON:
        return
    late = _lateness(place, value)
    if late:
        raise ReasonNeededError(f"{late.phrase}. Правка возможна: укажите причину, она останется в журнале изменений.")


def _lateness(place: Place, value: Value) -> terms.Lateness | None:
    late = terms.late_change(place.value, value, place.date, place.mark_due, settings.today(), settings.get("terms"))
    # Looked up only where a term is broken at all: a save in time pays nothing for it.
    return None if late and absence_cover.gives_ground(place, value) else late
