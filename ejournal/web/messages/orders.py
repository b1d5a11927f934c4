"""«Доступ к переписке»: by an order, for some days, seen by those who wrote."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import messages as rules
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import message_access, people
from ejournal.services.errors import FieldsError
from ejournal.web.messages import bp


@bp.get("/access")
@permits(Role.ADMINISTRATION)
def orders() -> str:
    """The register, and whose conversation an order is about."""
    text = request.args.get("q", "").strip()
    listing = people.search(people.Filter(text=text)) if text else None
    return render_template(
        "messages/orders.html", records=message_access.records(), text=text, listing=listing, days=rules.ACCESS.days
    )


@bp.get("/access/new")
@permits(Role.ADMINISTRATION)
def new_order() -> str:
    return _form()


@bp.post("/access")
@permits(Role.ADMINISTRATION)
def register_order() -> ResponseReturnValue:
    form = request.form
    try:
        made = message_access.register(
            current_user, form.get("conversation", 0, type=int), form.get("ground", ""), form.get("order_number", "")
        )
    except FieldsError as error:
        db.session.rollback()
        return _form(error.fields), error.status
    flash("Приказ внесён в реестр. Участники увидят, что переписка просмотрена, когда вы её откроете.")
    return redirect(url_for("messages.order", access_id=made.id))


@bp.get("/access/<int:access_id>")
@permits(Role.ADMINISTRATION)
def order(access_id: int) -> str:
    return render_template("messages/order.html", record=message_access.find(access_id), messages=None)


@bp.post("/access/<int:access_id>/reading")
@permits(Role.ADMINISTRATION)
def read_by_order(access_id: int) -> str:
    """The conversation itself: reading is written down, so it is no plain link."""
    record = message_access.find(access_id)
    found = message_access.view(current_user, access_id)
    return render_template("messages/order.html", record=record, messages=found)


def _form(errors: dict[str, str] | None = None) -> str:
    person_id = request.values.get("person", 0, type=int)
    person = people.find(person_id)
    return render_template(
        "messages/order_new.html",
        person=person,
        outlines=message_access.outlines(person_id),
        errors=errors or {},
        typed=request.form,
        days=rules.ACCESS.days,
    )
