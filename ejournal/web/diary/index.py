"""The start of the diary: the one child's week at once, several at a glance; for the staff a list to choose from."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, permits
from ejournal.models import Role
from ejournal.services import diary, diary_week
from ejournal.web.context import active_role
from ejournal.web.diary import bp
from ejournal.web.diary.readers import FAMILY, READERS


@bp.get("/")
@permits(*READERS)
def index() -> ResponseReturnValue:
    if active_role(current_user) not in FAMILY and current_user.holds(OVERSEERS | {Role.CURATOR}):
        return choose()
    children = diary_week.at_a_glance(current_user)
    if len(children) == 1:
        return redirect(url_for("diary.week", student_id=children[0][0].id))
    return render_template("diary/index.html", children=children)


def choose() -> str:
    """Administration looks a student up by surname; a curator has the own group's list."""
    text = request.args.get("q", "").strip()[:100]
    needs_text = current_user.holds(OVERSEERS)
    found = diary.search(current_user, text) if text or not needs_text else []
    return render_template("diary/choose.html", found=found, text=text, needs_text=needs_text)
