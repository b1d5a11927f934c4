"""The list of journals."""

from flask import render_template, request
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import courses
from ejournal.web.journal import bp


@bp.get("/")
@permits(Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    """Own journals; those of the group for its leader; all, with a search, for administration."""
    query = request.args.get("q", "").strip()
    return render_template("journal/index.html", listing=courses.listing(current_user, query), query=query)
