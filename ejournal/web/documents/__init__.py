"""Printed documents (п. 3.7): what can be printed for a group, a student, a journal, and checking what was."""

from flask import Blueprint

bp = Blueprint("documents", __name__, url_prefix="/documents")

from ejournal.web.documents import (  # noqa: E402, F401 - the views attach themselves
    check,
    courses,
    days,
    group,
    index,
    student,
)
