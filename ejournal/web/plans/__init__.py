"""Учебные планы: programmes, the curriculum of each as a table, its rows (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/plans")

from ejournal.web.plans import rows, table  # noqa: E402, F401 - the views attach themselves
