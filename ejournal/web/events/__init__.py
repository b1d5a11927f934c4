"""Planned events (п. 2.3): a calendar of what concerns the viewer, the session's exams in it."""

from flask import Blueprint

bp = Blueprint("events", __name__, url_prefix="/events")

from ejournal.web.events import editing, reading  # noqa: E402, F401 - the views attach themselves
