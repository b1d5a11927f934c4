"""/bulletins: a group leader's letters to parents (п. 4.3)."""

from flask import Blueprint

bp = Blueprint("bulletins", __name__, url_prefix="/bulletins")

from ejournal.web.bulletins import pages  # noqa: E402, F401 - the views attach themselves
