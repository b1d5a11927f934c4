"""Сводная ведомость of a group for a period."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.extensions import db
from ejournal.models import AcademicYear
from ejournal.services import consolidated

KIND = "consolidated"
WIDEST = 5  # % of the page for one discipline


def of_group(actor: Viewer, group_id: int, period_id: int | None, of: str = consolidated.PERIOD) -> list[Document]:
    """Raises NotFoundError, ForbiddenError, RefusedError."""
    of = of if of in consolidated.MARKS else consolidated.PERIOD
    sheet = consolidated.of_group(actor, group_id, period_id, of)
    span = sheet.period.title if of == consolidated.PERIOD else f"оценки {consolidated.MARKS[of]}"
    year = db.session.get(AcademicYear, sheet.period.year_id)
    # Of 80 % the name has at least 20; 3 are for the number, 17 for the mean and missed hours.
    share = min(60 / len(sheet.columns), WIDEST)
    context = {"sheet": sheet, "share": share, "name": 80 - share * len(sheet.columns)}
    return [
        Document(
            title="Сводная ведомость успеваемости",
            subtitle=f"группа {sheet.title}, {span}, {year.title if year else ''} учебный год",
            sheets=[Sheet("consolidated.html", context, "landscape")],
        )
    ]
