"""/jobs: long work that goes on without its page, and the night's work; a file per thing on the screen."""

from flask import Blueprint

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

from ejournal.web.jobs import night, pages  # noqa: E402, F401 - they attach themselves to bp
