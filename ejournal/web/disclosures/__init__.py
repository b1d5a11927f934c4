"""The register of extracts given to authorised bodies (п. 2.1)."""

from flask import Blueprint

bp = Blueprint("disclosures", __name__, url_prefix="/disclosures")

from ejournal.web.disclosures import pages  # noqa: E402, F401 - the views attach themselves
