"""The catalogue of recommended resources (п. 2.3)."""

from flask import Blueprint

bp = Blueprint("resources", __name__, url_prefix="/resources")

from ejournal.web.resources import editing, reading  # noqa: E402, F401 - the views attach themselves
