"""The phone layout: one lesson, the list of students, big buttons (п. 4.4)."""

from flask import render_template, request
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import roll
from ejournal.web.journal import bp
from ejournal.web.journal.grid import READERS


@bp.get("/<int:course_id>/lessons/<int:lesson_id>/roll", endpoint="roll")
@permits(*READERS)
def show(course_id: int, lesson_id: int) -> str:
    """The lesson's first work, or «?work=12»."""
    found = roll.load(current_user, course_id, lesson_id, request.args.get("work", type=int))
    return render_template("journal/roll.html", roll=found)
