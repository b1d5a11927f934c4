"""Замены: the day's list for everybody of the staff, publishing for administration (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("substitutions", __name__, url_prefix="/substitutions")

from ejournal.web.substitutions import day, lesson  # noqa: E402, F401 - the views attach themselves
