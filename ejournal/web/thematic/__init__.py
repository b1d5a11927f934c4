"""Тематические планы: journals and their plans, one plan with its topics (п. 4.2, 4.4)."""

from flask import Blueprint

bp = Blueprint("thematic", __name__, url_prefix="/thematic")

from ejournal.web.thematic import pages  # noqa: E402, F401 - the views attach themselves
