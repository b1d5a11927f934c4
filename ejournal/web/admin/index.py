"""The start page of the system administrator."""

from flask import render_template

from ejournal.access import permits
from ejournal.backup import copies
from ejournal.jobs import night
from ejournal.models import Role
from ejournal.services import clock, compromise_register, mail_admin, people, settings
from ejournal.web.admin import bp


@bp.get("/")
@permits(Role.SYSADMIN)
def index() -> str:
    return render_template(
        "admin/index.html",
        counts=people.counts(),
        compromises=compromise_register.counts(),
        backup=copies.status(),
        last_entry=clock.is_behind(),
        mail=mail_admin.state(),
        night=night.last(),
        night_hour=settings.get(night.HOUR),
    )
