"""From a right password to a session: at once, or by the code of the second step (п. 3.8-3.11)."""

from datetime import timedelta
from time import time

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user

from ejournal.models import Account
from ejournal.services import second_step, sessions
from ejournal.web.errors import is_fragment

# How long the password just typed is good for, while the telephone is looked for.
PATIENCE = timedelta(minutes=10)
# The place in the signed cookie of who has proved the password only: account, its epoch, since when.
HALFWAY = "halfway"


def enter(account: Account, target: str, told: str = "") -> ResponseReturnValue:
    """Let in who knows the password, with what is to be `told` there; or ask for the second step where it is on."""
    if second_step.is_on(account.id):
        session.clear()
        session[HALFWAY] = [account.id, account.session_epoch, int(time())]
        if told:
            flash(told)
        if is_fragment():
            return render_template("account/_code_step.html")
        return redirect(url_for("account.code", next=target))
    return let_in(account, target, told)


def let_in(account: Account, target: str, told: str = "") -> ResponseReturnValue:
    start_session(account)
    if told:
        flash(told)
    return render_template("account/_signed_in.html") if is_fragment() else redirect(target)


def start_session(account: Account) -> None:
    """A session of its own for who has just proved who he is: nothing of the one before is kept."""
    limited = second_step.is_required(account) and not second_step.is_on(account.id)
    session.clear()
    session.permanent = True
    login_user(sessions.begin(account, request.remote_addr or "", request.user_agent.string, limited=limited))


def halfway() -> tuple[int, int] | None:
    """The account whose password was right a moment ago in this browser, and its epoch then."""
    known = session.get(HALFWAY)
    if not known or time() - known[2] > PATIENCE.total_seconds():
        return None
    return known[0], known[1]
