"""Сводная ведомость of a group for a period."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.extensions import db
from ejournal.models import AcademicYear
from ejournal.services import consolidated

KIND = "consolidated"


def of_group(actor: Viewer, group_id: int, period_id: int | None) -> list[Document]:
    """Raises NotFoundError, ForbiddenError, RefusedError."""
    sheet = consolidated.of_group(actor, group_id, period_id)
    year = db.session.get(AcademicYear, sheet.period.year_id)
    # 3 % for the number, 20 for the name, 17 for the means and missed hours.
    context = {"sheet": sheet, "share": 60 / len(sheet.columns)}
    return [
        Document(
            title="Сводная ведомость успеваемости",
            subtitle=f"группа {sheet.group.title}, {sheet.period.title}, {year.title if year else ''} учебный год",
            sheets=[Sheet("consolidated.html", context, "landscape")],
        )
    ]
