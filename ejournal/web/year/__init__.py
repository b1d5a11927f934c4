"""Учебный год: how ready it is, periods and vacations, groups, a new year (п. 4.1, 4.2)."""

from flask import Blueprint

bp = Blueprint("year", __name__, url_prefix="/year")

from ejournal.web.year import checklist, groups, next, periods  # noqa: E402, F401 - the views attach themselves
