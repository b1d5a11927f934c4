"""The groups for their leaders and administration: over all subjects, only to be read (п. 4.3)."""

from flask import Blueprint

bp = Blueprint("groups", __name__, url_prefix="/groups")

from ejournal.web.groups import pages, students  # noqa: E402, F401 - the views attach themselves
