"""Access slips of a group (п. 4.3)."""

from flask import Blueprint

bp = Blueprint("slips", __name__, url_prefix="/slips")

from ejournal.web.slips import pages  # noqa: E402, F401 - the views attach themselves
