"""How the terms were kept in a day or a week, for administration to sign (R4.2.f; п. 3.7)."""

from datetime import date

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import control
from ejournal.services import settings
from ejournal.services.control import digest
from ejournal.services.errors import ForbiddenError

KIND = "control"
TITLE = "Отчёт о соблюдении сроков ведения журнала"


def of_day(actor: Viewer, kind: str, day: date) -> list[Document]:
    """`kind`: "day" or "week". Raises ForbiddenError, RefusedError."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Отчёт о сроках по колледжу составляет администрация (п. 4.2).")
    found = digest.load(kind, day)
    context = {
        "found": found,
        "at": settings.local(found.at),
        "is_over": settings.local(found.at).date() > found.last,
        "of_journals": control.JOURNAL_CLAUSES,
        "share": lambda counts: "—" if counts.share is None else f"{counts.share:.1f}".replace(".", ",") + " %",
    }
    return [Document(TITLE, [Sheet("control.html", context)], subtitle=found.words)]
