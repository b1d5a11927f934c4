"""Ведомости: read by who reads the journal, filled by its teacher, created by administration (п. 4.4)."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import AttestationSheet, SheetCorrection, SheetRow
from tests.web.access_rows import OVERSEERS, STAFF

READS = "401 ok  ok  ok  ok  404 403 403"
KEEPS = "401 ok  ok  403 ok  404 403 403"

ROWS = {
    "sheets.create": OVERSEERS,
    "sheets.decide": OVERSEERS,
    "sheets.fill": KEEPS,
    "sheets.index": STAFF,
    "sheets.new": OVERSEERS,
    "sheets.print_sheet": READS,
    "sheets.propose": KEEPS,
    "sheets.remove": OVERSEERS,
    "sheets.show": READS,
}


def arguments(journal: Journal) -> dict[str, object]:
    sheet = AttestationSheet(
        course_id=journal.course_id, period_id=journal.period.id, kind="main", control="Э", number="2026-1",
        date=journal.year.starts, examiners="Иванов",
    )  # fmt: skip
    sheet.rows = [SheetRow(student_id=journal.students[0].id, mark="4")]
    db.session.add(sheet)
    db.session.flush()
    correction = SheetCorrection(row_id=sheet.rows[0].id, before="4", after="5", reason="ошибка")
    db.session.add(correction)
    db.session.commit()
    return {"sheet_id": sheet.id, "sheet_row_id": sheet.rows[0].id, "correction_id": correction.id}
