"""Documents about absences: the group leader's, the teachers' answers, the family's (п. 4.3)."""

from flask import Blueprint

bp = Blueprint("absences", __name__, url_prefix="/absences")

from ejournal.web.absences import family, leaders, teachers  # noqa: E402, F401 - the views attach themselves
