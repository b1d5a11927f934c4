"""What every form of a report has: the day it became known, what was noticed, a new password."""

from datetime import date

from flask import request

from ejournal.services import settings
from ejournal.services.compromises import Told
from ejournal.services.errors import FieldsError, RefusedError, ServiceError


def told() -> Told:
    """Raises FieldsError for a day that is none."""
    text = request.form.get("known_on", "").strip()
    try:
        known_on = date.fromisoformat(text) if text else settings.today()
    except ValueError:
        raise FieldsError({"known_on": "Укажите день: ДД.ММ.ГГГГ."}) from None
    return Told(known_on, request.form.get("note", ""), request.remote_addr or "")


def new_password() -> tuple[str, str]:
    return request.form.get("new", ""), request.form.get("repeated", "")


def values(error: ServiceError | None = None) -> dict[str, object]:
    """What the form shows: everything typed but the passwords, and what is wrong."""
    fields = error.fields if isinstance(error, FieldsError) else {}
    return {
        "typed": request.form,
        "known_on": request.form.get("known_on") or settings.today().isoformat(),
        "errors": fields,
        "error": error.message if isinstance(error, RefusedError | ServiceError) and not fields else None,
    }
