"""Access slips: groups with how many have them, issuing and printing for a group."""

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.documents import issuing
from ejournal.documents import slips as paper
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import consent_lists, periods, readiness, slips
from ejournal.services.errors import RefusedError
from ejournal.web.documents.answers import check_page, download
from ejournal.web.slips import bp

STATES = {
    "none": "не выдан",
    "given": "код выдан",
    "expired": "срок кода истёк",
    "active": "активирован",
    "blocked": "заблокирован",
    "staff": "сотрудник",
}


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
def index() -> str:
    """All groups with how many have access; a curator's own ones."""
    lines = readiness.part(readiness.load(periods.chosen()), "slips")
    own = {group.id for group in consent_lists.groups_led(current_user)}
    return render_template("slips/index.html", lines=[line for line in lines if line[0].id in own])


@bp.get("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
def group(group_id: int) -> str:
    found, lines = slips.of_group(current_user, group_id)
    return render_template("slips/group.html", group=found, lines=lines, states=STATES, kinds=slips.KINDS)


@bp.post("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
def issue(group_id: int) -> ResponseReturnValue:
    """The slips are in this one answer only: the codes are stored nowhere."""
    try:
        made = slips.issue(current_user, group_id, request.form.get("kind", ""), bool(request.form.get("renew")))
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for("slips.group", group_id=group_id))
    return _printed(group_id, made)


@bp.post("/groups/<int:group_id>/people/<int:person_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
@proven
def reissue(group_id: int, person_id: int) -> ResponseReturnValue:
    try:
        made = slips.reissue(current_user, group_id, person_id)
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for("slips.group", group_id=group_id))
    return _printed(group_id, [made])


def _printed(group_id: int, made: list[slips.Slip]) -> ResponseReturnValue:
    found, _lines = slips.of_group(current_user, group_id)
    if request.form.get("form") == "pdf":
        cards = [(slip, _address(slip)) for slip in made]
        name = f"Коды доступа {found.title}"
        return download(
            issuing.issue(current_user, paper.KIND, name, lambda: paper.of_group(found, cards), check_page())
        )
    return render_template("slips/print.html", group=found, slips=[(slip, _address(slip), _qr(slip)) for slip in made])


def _address(slip: slips.Slip) -> str:
    return url_for("account.activation", code=slip.code, _external=True)


def _qr(slip: slips.Slip) -> str:
    """The address as a picture inside the page."""
    return segno.make(_address(slip), error="m").svg_data_uri(scale=3, border=1)
