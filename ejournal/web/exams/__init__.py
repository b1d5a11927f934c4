"""Расписание сессии: put together by administration, read by everybody concerned (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("exams", __name__)

from ejournal.web.exams import editing, reading  # noqa: E402, F401 - the views attach themselves
