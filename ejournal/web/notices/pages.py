"""«Что нового», and how each kind of it is to be told."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import notices as rules
from ejournal.models import Role
from ejournal.services import mail, notices
from ejournal.web.notices import bp
from ejournal.web.profile import panels

# Kinds that another part of the product tells of: offered where there is one.
PARTS = {"message": "messages.index", "announcement": "announcements.index"}


@bp.get("/notices/")
@permits(*Role)
def index() -> str:
    last = notices.last_id(current_user)
    return render_template("notices/index.html", found=notices.recent(current_user), last=last, kinds=rules.TITLES)


@bp.post("/notices/seen")
@permits(*Role)
def see() -> ResponseReturnValue:
    """Everything up to the last one on the page."""
    notices.see_all(current_user, request.form.get("last", 0, type=int))
    return redirect(url_for("notices.index"))


@bp.post("/profile/notices")
@permits(*Role)
def choose() -> ResponseReturnValue:
    changed = notices.choose(current_user, request.form)
    flash("Записано, как вам сообщать." if changed else "Ничего не изменилось.")
    return redirect(url_for("profile.index"))


@panels.panel("notices/_choices.html", order=16)
def choices() -> dict[str, object]:
    chosen = notices.choices(current_user.person_id, current_user.holds(notices.FAMILY))
    return {"chosen": chosen, "kinds": rules.KINDS, "ways": rules.CHOICES, "parts": PARTS, "ready": mail.is_ready()}
