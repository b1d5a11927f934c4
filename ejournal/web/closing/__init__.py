"""Periods of the whole college at their end, for administration (п. 4.2, 4.4)."""

from flask import Blueprint

bp = Blueprint("closing", __name__, url_prefix="/closing")

from ejournal.web.closing import pages  # noqa: E402, F401 - the views attach themselves
