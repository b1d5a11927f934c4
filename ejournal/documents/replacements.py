"""The day's replacements as they are posted on the wall."""

from datetime import date

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import calendar
from ejournal.services import substitution_day, substitutions
from ejournal.services.errors import ForbiddenError

KIND = "replacements"


def of_day(actor: Viewer, day: date) -> list[Document]:
    """Raises ForbiddenError."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Лист замен печатает администрация.")
    rows = [(row, substitutions.words(row)) for row in substitution_day.of_day(day)]
    return [
        Document(
            title="Замены в расписании",
            subtitle=f"{calendar.format_long(day)}, {calendar.WEEKDAYS[day.weekday()]}",
            sheets=[Sheet("replacements.html", {"rows": rows})],
        )
    ]
