"""The teachers of the group, its leader, periods and vacations."""

from flask import render_template
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import diary_group
from ejournal.web.diary import bp
from ejournal.web.diary.readers import READERS


@bp.get("/<int:student_id>/teachers")
@permits(*READERS)
def teachers(student_id: int) -> str:
    found = diary_group.load(current_user, student_id)
    return render_template("diary/teachers.html", page=found, diary=found.diary)
