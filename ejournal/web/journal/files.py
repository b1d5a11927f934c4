"""Files of a lesson: attach several at once, take one off, download (п. 4.4)."""

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import files
from ejournal.services.errors import RefusedError
from ejournal.web.downloads import files_in, sent
from ejournal.web.journal import answers, bp
from ejournal.web.journal.grid import READERS


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/files", endpoint="attach_files")
@permits(Role.TEACHER)
def attach(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """`files` to `purpose` (homework or material); the good ones are kept when others are refused."""
    purpose = request.form.get("purpose", "")
    uploads = files_in(request)

    def act() -> None:
        kept, refused = files.attach(current_user, course_id, lesson_id, uploads, purpose)
        if refused:
            taken = f"Загружено: {len(kept)}. Не принято: {len(refused)}. " if kept else ""
            raise RefusedError(taken + " ".join(refused))

    return answers.of_lesson(course_id, lesson_id, "files", act, "Загружено.", purpose)


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/files/<int:file_id>/removal", endpoint="detach_file")
@permits(Role.TEACHER)
def detach(course_id: int, lesson_id: int, file_id: int) -> ResponseReturnValue:
    def act() -> None:
        files.detach(current_user, course_id, lesson_id, file_id)

    return answers.of_lesson(course_id, lesson_id, "files", act, "Файл убран.")


@bp.get("/<int:course_id>/lessons/<int:lesson_id>/files/<int:file_id>", endpoint="file")
@permits(*READERS)
def download(course_id: int, lesson_id: int, file_id: int) -> Response:
    return sent(files.download(current_user, course_id, lesson_id, file_id))
