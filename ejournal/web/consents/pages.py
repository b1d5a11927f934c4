"""Consents: the groups with how many answered, a group's pile of papers, who has not answered."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.consents import STATES
from ejournal.extensions import db
from ejournal.models import CONSENTS, Role
from ejournal.services import consent_lists, consents
from ejournal.services.consents import Entry, Form
from ejournal.services.errors import FieldsError
from ejournal.web.consents import bp

KEEPERS = (Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)


@bp.get("/")
@permits(*KEEPERS)
def index() -> str:
    groups, total = consent_lists.of_viewer(current_user)
    return render_template("consents/index.html", groups=groups, total=total)


@bp.get("/unanswered")
@permits(*KEEPERS)
def unanswered() -> str:
    group_id, who = request.args.get("group", type=int), request.args.get("who", "")
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    return render_template(
        "consents/unanswered.html",
        found=consent_lists.unanswered(current_user, group_id, who, page),
        groups=consent_lists.groups_led(current_user),
        group_id=group_id,
        who=who,
        page=page,
        kept={name: value for name, value in request.args.items() if name != "page" and value},
        states=STATES,
    )


@bp.get("/groups/<int:group_id>")
@permits(*KEEPERS)
def group(group_id: int) -> str:
    return _page(group_id, {})


@bp.post("/groups/<int:group_id>")
@permits(*KEEPERS)
def record(group_id: int) -> ResponseReturnValue:
    """`student_ids` are the lines ticked, each with `signer-<id>` and `kind-<id>`; `kind` is the common answer."""
    form = request.form
    entries = [
        Entry(id_, form.get(f"signer-{id_}", ""), form.get(f"kind-{id_}", ""))
        for id_ in form.getlist("student_ids", type=int)
    ]
    try:
        done = consents.record_group(current_user, group_id, entries, read_form())
    except FieldsError as error:
        db.session.rollback()
        return _page(group_id, error.fields), error.status
    flash(f"Внесено: {done}.")
    return redirect(url_for("consents.group", group_id=group_id))


def read_form() -> Form:
    """What the form says of the paper itself."""
    field = request.form.get
    return Form(
        kind=field("kind", ""),
        dated=field("dated", type=date.fromisoformat),
        number=field("number", ""),
        note=field("note", ""),
        signer_name=field("signer_name", ""),
    )


def _page(group_id: int, errors: dict[str, str]) -> str:
    found, lines = consents.of_group(current_user, group_id)
    return render_template(
        "consents/group.html",
        group=found,
        lines=lines,
        kinds=CONSENTS,
        states=STATES,
        errors=errors,
        typed=request.form,
        ticked=set(request.form.getlist("student_ids", type=int)),
    )
