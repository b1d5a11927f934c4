"""Remarks on how a journal is kept (п. 4.2): made by administration, answered by teachers."""

from flask import Blueprint

bp = Blueprint("remarks", __name__, url_prefix="/remarks")

from ejournal.web.remarks import pages  # noqa: E402, F401 - the views attach themselves
