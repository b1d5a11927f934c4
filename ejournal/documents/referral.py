"""Направление на пересдачу: one attempt to pass a debt, before named examiners (п. 4.4; ст. 58 273-ФЗ)."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import debts as law
from ejournal.extensions import db
from ejournal.models import DebtAttempt
from ejournal.services import debt_list, debts
from ejournal.services.errors import NotFoundError

KIND = "referral"


def of_attempt(actor: Viewer, attempt_id: int) -> list[Document]:
    """Raises NotFoundError."""
    attempt = db.session.get(DebtAttempt, attempt_id)
    if attempt is None:
        raise NotFoundError
    debt = debts.find(actor, attempt.debt_id)
    line = debt_list.lines_of([debt])[0]
    names = attempt.examiners.splitlines()
    context = {
        "line": line,
        "attempt": attempt,
        "course_number": debt.course.group.course_number(debt.course.year.starts.year),
        "before": "комиссия" if attempt.number == law.MOST_ATTEMPTS else "преподаватель",
        "examiners": names,
    }
    return [
        Document(
            title="Направление на ликвидацию академической задолженности",
            subtitle=f"№ {debts.ground(attempt)}, попытка {attempt.number} из {law.MOST_ATTEMPTS}",
            sheets=[Sheet("referral.html", context)],
            subject_ids=[debt.student_id],
        )
    ]
