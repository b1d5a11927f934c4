"""What every form of a report has: the day it became known, what was noticed, a new password."""

from flask import request

from ejournal.domain.calendar import read_day
from ejournal.services import settings
from ejournal.services.compromises import Told
from ejournal.services.errors import FieldsError, RefusedError, ServiceError


def told() -> Told:
    """Raises FieldsError for a day that is none."""
    text = request.form.get("known_on", "").strip()
    known_on = read_day(text) if text else settings.today()
    if known_on is None:
        raise FieldsError({"known_on": "Укажите день: ДД.ММ.ГГГГ."})
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
