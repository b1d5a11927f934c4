"""Звонки и режим работы групп (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("bells", __name__, url_prefix="/bells")

from ejournal.web.bells import modes, schedules  # noqa: E402, F401 - the views attach themselves
