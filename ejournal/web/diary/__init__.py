"""The diary (п. 4.5, 4.6): the week, homework, marks, attendance, the group, the calendar of a telephone."""

from flask import Blueprint

bp = Blueprint("diary", __name__, url_prefix="/diary")

from ejournal.web.diary import (  # noqa: E402, F401 - the views attach themselves
    answers,
    attendance,
    calendar,
    group,
    homework,
    index,
    marks,
    week,
    words,
)
