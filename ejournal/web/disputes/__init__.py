"""Disputed marks: asked from the diary, answered by a teacher (п. 4.5)."""

from flask import Blueprint

bp = Blueprint("disputes", __name__, url_prefix="/disputes")

from ejournal.web.disputes import pages  # noqa: E402, F401 - the views attach themselves
