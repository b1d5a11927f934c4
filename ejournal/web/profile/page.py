"""The profile page: everybody's own."""

from flask import render_template
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import people
from ejournal.web.profile import bp, panels


@bp.get("")
@permits(*Role)
def index() -> str:
    return render_template("profile/index.html", panels=panels.shown())


@panels.panel("profile/_person.html", order=0)
def person() -> dict[str, object]:
    found = people.find(current_user.person_id)
    return {"person": found, "grants": people.grants(found), "account": found.account}
