"""The register of consents, entered by group (п. 4.1)."""

from flask import Blueprint

bp = Blueprint("consents", __name__, url_prefix="/consents")

from ejournal.web.consents import pages, students  # noqa: E402, F401 - the views attach themselves
