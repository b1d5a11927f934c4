"""Whether a journal may be written in on a day: one rule for cells, lessons, works and homework (п. 4.3, 4.4)."""

from typing import Protocol

from ejournal.services.errors import ClosedError, ForbiddenError, NotFoundError

CLOSED = "Период закрыт: оценки за него уже выставлены (п. 4.4). Правку разрешает администратор с указанием причины."


class Guarded(Protocol):
    """A place of a journal, as the viewer meets it today."""

    @property
    def teaches(self) -> bool: ...
    @property
    def sees(self) -> bool: ...
    @property
    def year_closed(self) -> bool: ...
    @property
    def period_closed(self) -> bool: ...


def check_may_edit(place: Guarded) -> None:
    """Raise unless the viewer keeps this journal and the place's period is open.

    Raises NotFoundError, ForbiddenError, ClosedError.
    """
    if not place.teaches:
        if not place.sees:
            raise NotFoundError
        raise ForbiddenError("Править журнал может только преподаватель, который его ведёт (п. 4.3, 4.4).")
    if place.year_closed or place.period_closed:
        raise ClosedError(CLOSED)
