"""Индивидуальные учебные планы: the list, a plan, its rows (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("individual", __name__, url_prefix="/individual")

from ejournal.web.individual import plans, rows  # noqa: E402, F401 - the views attach themselves
