"""Reports: their list, each on screen, as a spreadsheet and on paper (п. 2.3)."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")

from ejournal.web.reports import pages  # noqa: E402, F401 - the views attach themselves
