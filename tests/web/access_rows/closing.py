"""The end of a period: marks, closing, unlocking (п. 4.4)."""

from factories import Journal

from tests.web.access_rows import OVERSEERS

READS_JOURNAL = "401 ok  ok  ok  ok  404 403 403"
KEEPS_JOURNAL = "401 403 403 403 ok  404 403 403"
CLOSES_JOURNAL = "401 ok  ok  403 ok  404 403 403"

ROWS = {
    "closing.close_many": OVERSEERS,
    "closing.index": OVERSEERS,
    "journal.close_period": CLOSES_JOURNAL,
    "journal.closing": READS_JOURNAL,
    "journal.period_mark_history": READS_JOURNAL,
    "journal.period_marks": READS_JOURNAL,
    "journal.record_period_mark": KEEPS_JOURNAL,
    "journal.record_suggested_marks": KEEPS_JOURNAL,
    "journal.set_debts": CLOSES_JOURNAL,
    "journal.unlock_period": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    return {"mark_slot": str(journal.period.id)}
