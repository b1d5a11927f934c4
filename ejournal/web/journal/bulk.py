"""Mass actions: fill a column, paste from a spreadsheet, everybody present, undo."""

import json
from typing import Any

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import reading
from ejournal.models import Role
from ejournal.services import cells, columns, undo
from ejournal.services.cells import Entry
from ejournal.web.journal import bp
from ejournal.web.journal.fragments import patch

MOST = 40 * 100  # cells in one paste: more is not a journal


@bp.post("/<int:course_id>/works/<int:work_id>/fill")
@permits(Role.TEACHER)
def fill(course_id: int, work_id: int) -> str:
    """Put one value into a whole column; only into empty cells unless «overwrite» is ticked."""
    saved, refused = columns.fill(
        current_user,
        course_id,
        work_id,
        request.form.get("value", "")[:50],
        overwrite=bool(request.form.get("overwrite")),
        reason=request.form.get("reason", "")[:500],
    )
    return patch(course_id, saved, refused)


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/presence")
@permits(Role.TEACHER)
def presence(course_id: int, lesson_id: int) -> str:
    """«Все присутствуют»: attendance of the lesson is entered, nobody is absent or late."""
    reason, request_id = request.form.get("reason", "")[:500], request.headers.get("X-Request-Id", "")
    saved = columns.everybody_present(current_user, course_id, lesson_id, reason, request_id)
    return patch(course_id, saved)


@bp.post("/<int:course_id>/paste/preview")
@permits(Role.TEACHER)
def paste_preview(course_id: int) -> str:
    """What a paste would write and what is refused, before anything is written."""
    entries = _entries()
    with reading():
        good, refused = cells.check_cells(current_user, course_id, entries, request.form.get("reason", "")[:500])
        names = columns.names_of(current_user, course_id, entries)
    return render_template(
        "journal/_paste.html",
        course_id=course_id,
        changes=[(place, value) for place, value in good if place.value.text != value.text],
        same=sum(place.value.text == value.text for place, value in good),
        refused=refused,
        late=sum(refusal.needs_reason for refusal in refused),
        names=names,
        entries=request.form["entries"],
    )


@bp.post("/<int:course_id>/paste")
@permits(Role.TEACHER)
def paste(course_id: int) -> str:
    """Write what the preview showed, as one action."""
    saved, refused = cells.record_cells(
        current_user, course_id, _entries(), "paste", request.form.get("reason", "")[:500]
    )
    return patch(course_id, saved, refused)


@bp.post("/<int:course_id>/undo")
@permits(Role.TEACHER)
def undo_last(course_id: int) -> ResponseReturnValue:
    """Take back one's own last change; a mass action goes back as one."""
    saved, refused = undo.undo_last(current_user, course_id, request.headers.get("X-Request-Id", ""))
    response = make_response(patch(course_id, saved, refused))
    response.headers["X-Undone"] = str(len(saved))
    return response


def _entries() -> list[Entry]:
    """The form's `entries`: JSON rows of [student, work, text, version]."""
    try:
        rows: Any = json.loads(request.form.get("entries", ""))
        entries = [Entry(int(s), int(w), str(text)[:50], int(version)) for s, w, text, version in rows]
    except (ValueError, TypeError, RecursionError):
        abort(400)
    if not entries or len(entries) > MOST:
        abort(400)
    return entries
