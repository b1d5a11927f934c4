"""One debt: its term and form, attempts with their направления and results, days that do not count."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, keeps, permits
from ejournal.documents import referral
from ejournal.domain.debts import RESULTS
from ejournal.extensions import db
from ejournal.models import DebtAttempt, Role
from ejournal.services import debt_list, debt_marks, debts, settings
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.web.debts import bp
from ejournal.web.documents import answers

KEEPERS = (Role.TEACHER, Role.ADMINISTRATION, Role.SYSADMIN)


@bp.get("/<int:debt_id>")
@permits(*STAFF)
def show(debt_id: int) -> str:
    return _page(debt_id)


@bp.post("/<int:debt_id>/attempts")
@permits(*OVERSEERS)
def issue(debt_id: int) -> ResponseReturnValue:
    def act() -> None:
        debts.issue(current_user, debt_id, request.form)

    return _answer(debt_id, "attempt", act, "Попытка назначена: напечатайте направление.")


@bp.post("/attempts/<int:attempt_id>/result")
@permits(*KEEPERS)
def result(attempt_id: int) -> ResponseReturnValue:
    """What an attempt came to; a passed debt writes the mark of its period."""

    def act() -> None:
        debts.record_result(current_user, attempt_id, request.form.get("result", ""), bool(request.form.get("excused")))

    return _answer(_debt_of(attempt_id), "result", act, "Результат записан.")


@bp.post("/attempts/<int:attempt_id>/referral")
@permits(*STAFF)
def print_referral(attempt_id: int) -> ResponseReturnValue:
    back = url_for("debts.show", debt_id=_debt_of(attempt_id))
    return answers.pdf(
        referral.KIND, "Направление", lambda: referral.of_attempt(current_user, attempt_id), back
    )  # fmt: skip


@bp.post("/<int:debt_id>/terms")
@permits(*KEEPERS)
def change_terms(debt_id: int) -> ResponseReturnValue:
    terms = Terms(request.form.get("due", "")[:20], request.form.get("form", ""))
    return _answer(debt_id, "terms", lambda: debts.change_terms(current_user, debt_id, terms), "Срок и форма записаны.")


@bp.post("/<int:debt_id>/pauses")
@permits(*OVERSEERS)
def pause(debt_id: int) -> ResponseReturnValue:
    """Illness or leave: days on which the year does not run."""
    return _answer(
        debt_id, "pause", lambda: debts.pause(current_user, debt_id, request.form), "Эти дни в срок не входят."
    )  # fmt: skip


def _debt_of(attempt_id: int) -> int:
    attempt = db.session.get(DebtAttempt, attempt_id)
    if attempt is None:
        raise NotFoundError
    return attempt.debt_id


def _answer(debt_id: int, section: str, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it and show the debt anew; refused, the page with what was typed."""
    try:
        act()
    except RefusedError as error:
        db.session.rollback()
        return _page(debt_id, section, error), error.status
    flash(done)
    return redirect(url_for("debts.show", debt_id=debt_id))


def _page(debt_id: int, section: str = "", error: RefusedError | None = None) -> str:
    debt = debts.find(current_user, debt_id)
    return render_template(
        "debts/debt.html",
        line=debt_list.lines_of([debt])[0],
        pauses=debts.pauses_of(debt)[len(debt.pauses) :],
        may_keep=keeps(current_user, debt.course_id, settings.today()),
        is_office=current_user.holds(OVERSEERS),
        results=[(mark, mark) for mark in RESULTS],
        ground=debts.ground,
        section=section,
        error=error,
        errors=error.fields if isinstance(error, FieldsError) else {},
        forms=debt_marks.FORMS,
    )
