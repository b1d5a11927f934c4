"""The start of the area: groups to print for, what was printed lately, checking."""

from flask import render_template
from flask_login import current_user

from ejournal.access import STAFF, permits
from ejournal.services import document_lists, issued
from ejournal.web.documents import bp


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    return render_template(
        "documents/index.html",
        groups=document_lists.groups_led(current_user),
        courses=document_lists.journals_seen(current_user),
        recent=issued.recent(current_user),
        kinds=issued.KINDS,
    )
