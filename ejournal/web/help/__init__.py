"""/help/: guides by role, their search, what an update brought (п. 4.1)."""

from flask import Blueprint

bp = Blueprint("help", __name__, url_prefix="/help")

from ejournal.web.help import pages, updates  # noqa: E402, F401 - the views attach themselves
