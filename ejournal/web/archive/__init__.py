"""/archive: closed years as they were written down, read without the database (п. 2.3)."""

from flask import Blueprint

bp = Blueprint("archive", __name__, url_prefix="/archive")

from ejournal.web.archive import pages  # noqa: E402, F401 - the views attach themselves
