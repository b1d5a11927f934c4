"""The teacher's journal (п. 4.4): list of journals, the grid, its cells, mass actions, lessons."""

from flask import Blueprint

bp = Blueprint("journal", __name__, url_prefix="/journal")

from ejournal.web.journal import (  # noqa: E402, F401 - the views attach themselves
    bulk,
    cells,
    checking,
    closing,
    courses,
    files,
    grid,
    lessons,
    owed,
    period_marks,
    roll,
    tasks,
    works,
)
