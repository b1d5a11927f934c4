"""The list, the archive, one announcement, its files, «Ознакомлен(а)» and the list of who has not yet."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import ANNOUNCERS, permits
from ejournal.models import Role
from ejournal.services import announcement_edit, announcement_readers, announcements
from ejournal.web.announcements import bp
from ejournal.web.downloads import sent
from ejournal.web.errors import is_fragment


@bp.get("/")
@permits(*Role)
def index() -> str:
    """«?archive=1»: those that are over; «?q=»: words of the title or the text."""
    archive, text = request.args.get("archive") == "1", request.args.get("q", "").strip()
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    lines, more = announcements.listing(current_user, archive, text, page)
    return render_template(
        "announcements/index.html",
        lines=lines,
        more=more,
        page=page,
        archive=archive,
        text=text,
        may_write=current_user.holds(ANNOUNCERS),
        states=announcements.STATES,
    )


@bp.get("/<int:announcement_id>")
@permits(*Role)
def announcement(announcement_id: int) -> str:
    line = announcements.load(current_user, announcement_id)
    return render_template(
        "announcements/announcement.html",
        line=line,
        states=announcements.STATES,
        has_readers=line.announcement.needs_ack and announcement_readers.may_see(current_user, line),
    )


@bp.post("/<int:announcement_id>/seen")
@permits(*Role)
def seen(announcement_id: int) -> ResponseReturnValue:
    """The page tells that it was opened."""
    announcement_edit.mark_seen(current_user, announcement_id)
    return "", 204


@bp.post("/<int:announcement_id>/acknowledgement")
@permits(*Role)
def acknowledge(announcement_id: int) -> ResponseReturnValue:
    shown = request.form.get("version", 0, type=int)
    line = announcement_edit.acknowledge(current_user, announcement_id, shown)
    if is_fragment():
        return render_template("announcements/_acknowledge.html", line=line, states=announcements.STATES, answered=True)
    flash("Отмечено: вы ознакомлены с объявлением.")
    return redirect(url_for("announcements.announcement", announcement_id=announcement_id))


@bp.get("/<int:announcement_id>/readers")
@permits(*ANNOUNCERS)
def readers(announcement_id: int) -> str:
    found = announcement_readers.load(current_user, announcement_id)
    return render_template("announcements/readers.html", readers=found, line=found.line)


@bp.get("/<int:announcement_id>/files/<int:attachment_id>")
@permits(*Role)
def file(announcement_id: int, attachment_id: int) -> Response:
    return sent(announcements.download(current_user, announcement_id, attachment_id))
