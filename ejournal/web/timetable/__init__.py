"""Расписание: the week as it is, the timetable behind it, lessons made from it (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("timetable", __name__, url_prefix="/timetable")

from ejournal.web.timetable import editing, generating, week  # noqa: E402, F401 - the views attach themselves
