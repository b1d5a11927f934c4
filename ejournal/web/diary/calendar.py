"""The calendar address of a telephone: made, shown once, taken back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import calendar_feed
from ejournal.web.diary import bp
from ejournal.web.diary.readers import FAMILY


@bp.get("/<int:student_id>/calendar")
@permits(*FAMILY)
def calendar(student_id: int) -> str:
    opened, feed = calendar_feed.live(current_user, student_id)
    return render_template("diary/calendar.html", diary=opened, feed=feed, address="")


@bp.post("/<int:student_id>/calendar")
@permits(*FAMILY)
def create_calendar(student_id: int) -> str:
    """The address is on this page and nowhere else: only its hash is kept."""
    token = calendar_feed.create(current_user, student_id)
    opened, feed = calendar_feed.live(current_user, student_id)
    address = url_for("calendar.show", token=token, _external=True)
    return render_template("diary/calendar.html", diary=opened, feed=feed, address=address)


@bp.post("/<int:student_id>/calendar/removal")
@permits(*FAMILY)
def revoke_calendar(student_id: int) -> ResponseReturnValue:
    if calendar_feed.revoke(current_user, student_id):
        flash("Адрес календаря отозван: по нему больше ничего не открывается.")
    return redirect(url_for("diary.calendar", student_id=student_id))
