"""The start page of the system administrator."""

from flask import render_template

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import compromise_register, people
from ejournal.web.admin import bp


@bp.get("/")
@permits(Role.SYSADMIN)
def index() -> str:
    return render_template("admin/index.html", counts=people.counts(), compromises=compromise_register.counts())
