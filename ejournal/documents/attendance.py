"""The attendance sheet of a group for a month."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import calendar
from ejournal.services import attendance_sheet

KIND = "attendance"


def of_group(actor: Viewer, group_id: int, month: str) -> list[Document]:
    """Raises NotFoundError, RefusedError where there were no lessons."""
    sheet = attendance_sheet.of_group(actor, group_id, month)
    # 22 % for the name, 3 for the number, 16 for the totals.
    context = {"sheet": sheet, "share": 59 / len(sheet.days)}
    return [
        Document(
            title="Ведомость учёта посещаемости",
            subtitle=f"группа {sheet.group.title}, {calendar.format_month(sheet.month)} г.",
            sheets=[Sheet("attendance.html", context, "landscape")],
        )
    ]
