"""/continuity: teaching goes on without the system, and what was written meanwhile comes back (п. 4.1)."""

from flask import Blueprint

bp = Blueprint("continuity", __name__, url_prefix="/continuity")

from ejournal.web.continuity import failures, packs, returns  # noqa: E402, F401 - the views attach themselves
