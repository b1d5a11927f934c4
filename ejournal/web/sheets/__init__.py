"""Ведомости of exams and credits: the register, a new one, filling, closing, correcting (п. 4.4)."""

from flask import Blueprint

bp = Blueprint("sheets", __name__, url_prefix="/sheets")

from ejournal.web.sheets import register, sheet  # noqa: E402, F401 - the views attach themselves
