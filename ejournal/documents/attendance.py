"""The attendance sheet of a group for a month."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import calendar
from ejournal.services import attendance_sheet, groups

KIND = "attendance"
WIDEST = 3.5  # % of the page for one day


def of_group(actor: Viewer, group_id: int, month: str) -> list[Document]:
    """Raises NotFoundError, RefusedError where there were no lessons."""
    sheet = attendance_sheet.of_group(actor, group_id, month)
    # Of 81 % the name has at least 22; 3 are for the number, 16 for the totals.
    share = min(59 / len(sheet.days), WIDEST)
    title = groups.title_on(sheet.group, sheet.days[0])
    context = {"sheet": sheet, "share": share, "name": 81 - share * len(sheet.days)}
    return [
        Document(
            title="Ведомость учёта посещаемости",
            subtitle=f"группа {title}, {calendar.format_month(sheet.month)} г.",
            sheets=[Sheet("attendance.html", context, "landscape")],
        )
    ]
