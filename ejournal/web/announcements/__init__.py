"""Announcements (п. 2.3): read by those addressed, written by administration and group leaders."""

from flask import Blueprint

bp = Blueprint("announcements", __name__, url_prefix="/announcements")

from ejournal.web.announcements import editing, reading, words  # noqa: E402, F401 - the views attach themselves
