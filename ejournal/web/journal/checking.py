"""Answers to tasks: a journal's list, one task's answers, accepted or returned, files of all (п. 4.4, R4.5.b)."""

from flask import Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db, reading
from ejournal.models import Role, TaskAnswer
from ejournal.services import answer_board, answer_checks
from ejournal.web.downloads import sent
from ejournal.web.errors import is_fragment
from ejournal.web.journal import answers, bp
from ejournal.web.journal.answers import Wrong
from ejournal.web.journal.grid import READERS

HOMEWORK = "/<int:course_id>/lessons/<int:lesson_id>/answers"
PERSONAL = "/<int:course_id>/lessons/<int:lesson_id>/tasks/<int:personal_task_id>/answers"


@bp.get("/<int:course_id>/answers", endpoint="answers")
@permits(*READERS)
def board(course_id: int) -> str:
    return render_template("journal/answers.html", board=answer_board.load(current_user, course_id))


@bp.get(HOMEWORK, endpoint="task_answers")
@bp.get(PERSONAL, endpoint="task_answers")
@permits(*READERS)
def sheet(course_id: int, lesson_id: int, personal_task_id: int | None = None) -> str:
    found = answer_checks.sheet(current_user, course_id, lesson_id, personal_task_id)
    return render_template("journal/task_answers.html", sheet=found, wrong=None, done="")


@bp.get(f"{HOMEWORK}/files.zip", endpoint="answers_archive")
@bp.get(f"{PERSONAL}/files.zip", endpoint="answers_archive")
@permits(*READERS)
def archive(course_id: int, lesson_id: int, personal_task_id: int | None = None) -> Response:
    packed, name = answer_checks.archive(current_user, course_id, lesson_id, personal_task_id)
    return send_file(packed, mimetype="application/zip", as_attachment=True, download_name=name, etag=False)


@bp.post("/<int:course_id>/answers/<int:answer_id>/verdict", endpoint="judge_answer")
@permits(Role.TEACHER)
def judge(course_id: int, answer_id: int) -> ResponseReturnValue:
    """`verdict`: accepted, returned, or mark (accepted, and on to the lesson's marks); `comment`."""
    pressed, comment = request.form.get("verdict", ""), request.form.get("comment", "")
    verdict = "accepted" if pressed == "mark" else pressed
    try:
        answer = answer_checks.judge(current_user, course_id, answer_id, verdict, comment)
    except answers.MENDABLE as error:
        db.session.rollback()
        return _line(course_id, answer_id, Wrong.by(error, "answer", str(answer_id))), error.status
    done = "Принято." if verdict == "accepted" else "Возвращено на доработку."
    if pressed == "mark":
        anchor = f"name-{answer.student_id}"
        address = url_for("journal.roll", course_id=course_id, lesson_id=answer.lesson_id, _anchor=anchor)
        return answers.go(address, f"{done} Поставьте оценку.")
    if not is_fragment():
        return answers.go(_address(course_id, answer), done)
    return _line(course_id, answer_id, None, done)


@bp.get("/<int:course_id>/answers/<int:answer_id>/files/<int:answer_file_id>", endpoint="answer_file")
@permits(*READERS)
def download(course_id: int, answer_id: int, answer_file_id: int) -> Response:
    return sent(answer_checks.download(current_user, course_id, answer_id, answer_file_id))


def _line(course_id: int, answer_id: int, wrong: Wrong | None, done: str = "") -> str:
    """The answer's student anew; without scripts the whole page, with what was typed."""
    with reading():
        answer = answer_checks.answer_of(course_id, answer_id)
        found = answer_checks.sheet(current_user, course_id, answer.lesson_id, answer.task_id)
        template = "journal/_answer_line.html" if is_fragment() else "journal/task_answers.html"
        line = next(line for line in found.lines if line.student_id == answer.student_id)
        return render_template(template, sheet=found, line=line, wrong=wrong, done=done)


def _address(course_id: int, answer: TaskAnswer) -> str:
    return url_for(
        "journal.task_answers",
        course_id=course_id,
        lesson_id=answer.lesson_id,
        personal_task_id=answer.task_id,
        _anchor=f"answer-{answer.student_id}",
    )
