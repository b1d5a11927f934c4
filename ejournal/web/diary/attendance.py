"""Attendance by months and by reason."""

from flask import render_template, request
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import diary_attendance
from ejournal.web.diary import bp
from ejournal.web.diary.readers import READERS


@bp.get("/<int:student_id>/attendance")
@permits(*READERS)
def attendance(student_id: int) -> str:
    found = diary_attendance.load(current_user, student_id, request.args.get("shown", ""))
    return render_template("diary/attendance.html", attendance=found, diary=found.diary)
