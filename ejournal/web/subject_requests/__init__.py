"""Requests of persons for what is held about them (152-ФЗ)."""

from flask import Blueprint

bp = Blueprint("subject_requests", __name__, url_prefix="/subject-requests")

from ejournal.web.subject_requests import pages  # noqa: E402, F401 - the views attach themselves
