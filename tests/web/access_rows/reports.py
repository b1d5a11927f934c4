"""Отчёты (R2.3.control, R2.3.monitor): of journals for everybody who teaches, of groups for who leads them."""

from factories import Journal

from tests.web.access_rows import STAFF

ROWS = {
    "reports.index": STAFF,
    "reports.pdf": STAFF,
    "reports.show": STAFF,
    "reports.xlsx": STAFF,
}


def arguments(_journal: Journal) -> dict[str, object]:
    return {"report_key": "performance"}
