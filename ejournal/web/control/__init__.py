"""Контроль сроков: who is late with what, by clause; the terms and who is told (п. 4.2, 4.4)."""

from flask import Blueprint

bp = Blueprint("control", __name__, url_prefix="/control")

from ejournal.web.control import pages, terms  # noqa: E402, F401 - the views attach themselves
