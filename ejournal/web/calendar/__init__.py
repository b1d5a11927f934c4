"""The calendar that a telephone reads by a secret address, without signing in (R4.2.d)."""

from flask import Blueprint

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

from ejournal.web.calendar import feed  # noqa: E402, F401 - the view attaches itself
