"""All marks by discipline, one mark in full, and «что если»."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import diary_mark, diary_marks, diary_period_mark, disputes
from ejournal.services.errors import RefusedError
from ejournal.web.diary import bp
from ejournal.web.diary.readers import READERS
from ejournal.web.errors import is_fragment


@bp.get("/<int:student_id>/marks")
@permits(*READERS)
def marks(student_id: int) -> str:
    found = diary_marks.load(current_user, student_id, _shown())
    return render_template("diary/marks.html", marks=found, diary=found.diary)


@bp.get("/<int:student_id>/marks/<int:cell_id>")
@permits(*READERS)
def mark(student_id: int, cell_id: int) -> str:
    """Who gave a mark, when and for what: into the page's dialog, or a page of its own."""
    found = diary_mark.load(current_user, student_id, cell_id)
    template = "diary/_mark.html" if is_fragment() else "diary/mark.html"
    return render_template(template, detail=found, diary=found.diary, panel=disputes.panel(found))


@bp.get("/<int:student_id>/courses/<int:course_id>/marks/<mark_slot>")
@permits(*READERS)
def period_mark(student_id: int, course_id: int, mark_slot: str) -> str:
    """The same of a mark of a period, of the year or a final one."""
    found = diary_period_mark.load(current_user, student_id, course_id, mark_slot)
    template = "diary/_period_mark.html" if is_fragment() else "diary/period_mark.html"
    return render_template(template, detail=found, diary=found.diary, panel=disputes.panel(found))


@bp.get("/<int:student_id>/courses/<int:course_id>/outlook")
@permits(*READERS)
def outlook(student_id: int, course_id: int) -> ResponseReturnValue:
    """What the mean would be after further marks; nothing is stored."""
    try:
        reckoned = diary_marks.what_if(current_user, student_id, course_id, _shown(), request.args.to_dict())
    except RefusedError as error:
        if is_fragment():
            return render_template("diary/_outlook.html", reckoned=None, refusal=error.message), error.status
        raise
    if is_fragment():
        return render_template("diary/_outlook.html", reckoned=reckoned, refusal="")
    found = diary_marks.load(current_user, student_id, _shown())
    return render_template("diary/marks.html", marks=found, diary=found.diary, reckoned=reckoned)


def _shown() -> str:
    return request.args.get("shown", "")
