"""Academic debts: read by who reads the journal, led by administration and its teacher (п. 4.4)."""

from datetime import timedelta

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Debt, DebtAttempt
from tests.web.access_rows import OVERSEERS, STAFF

READS = "401 ok  ok  ok  ok  404 403 403"
KEEPS = "401 ok  ok  403 ok  404 403 403"

ROWS = {
    "debts.change_terms": KEEPS,
    "debts.export": STAFF,
    "debts.index": STAFF,
    "debts.issue": OVERSEERS,
    "debts.pause": OVERSEERS,
    "debts.print_referral": READS,
    "debts.result": KEEPS,
    "debts.show": READS,
}


def arguments(journal: Journal) -> dict[str, object]:
    debt = Debt(
        student_id=journal.students[0].id, course_id=journal.course_id, period_id=journal.period.id,
        slot=str(journal.period.id), mark="н/а", due=journal.year.ends, form="зачёт", opened_on=journal.year.starts,
    )  # fmt: skip
    db.session.add(debt)
    db.session.flush()
    attempt = DebtAttempt(debt_id=debt.id, number=1, day=journal.year.starts + timedelta(days=5), examiners="Иванов")
    db.session.add(attempt)
    db.session.commit()
    return {"debt_id": debt.id, "attempt_id": attempt.id}
