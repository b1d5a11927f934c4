"""A week of the diary, and the note that it was looked at."""

from datetime import date

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import calendar
from ejournal.services import diary, diary_week, settings
from ejournal.web.diary import bp
from ejournal.web.diary.readers import FAMILY, READERS
from ejournal.web.errors import is_fragment


@bp.get("/<int:student_id>")
@permits(*READERS)
def week(student_id: int) -> str:
    """«?week=2026-W48»; the running week by itself. A script that turns the page gets the week alone."""
    shown = diary_week.load(current_user, student_id, _monday())
    if shown.board:
        g.notice_board = shown.board
    # Going back asks as a script too, and finds its part in the whole page.
    alone = is_fragment() and "HX-History-Restore-Request" not in request.headers
    return render_template("diary/_week.html" if alone else "diary/week.html", week=shown, diary=shown.diary)


@bp.post("/<int:student_id>/visit")
@permits(*FAMILY)
def visit(student_id: int) -> ResponseReturnValue:
    """The page tells that it was opened: what is new is counted from visit to visit."""
    diary.visited(current_user, student_id)
    return "", 204


def _monday() -> date:
    try:
        return calendar.parse_week(request.args.get("week", ""))
    except ValueError:
        return calendar.monday_of(settings.today())
