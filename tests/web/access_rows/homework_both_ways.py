"""Личные задания, ответы на задания, несданные работы (п. 4.4, 4.5)."""

import factories_diary
import factories_tasks
from factories import Journal

from ejournal.extensions import db
from ejournal.models import Homework, StoredFile, TaskAnswerFile

KEEPS = "401 403 403 403 ok  404 403 403"
READS = "401 ok  ok  ok  ok  404 403 403"
DIARY_READS = "401 ok  ok  ok  403 403 404 404"
FAMILY = "401 403 403 403 403 403 404 404"
# The answer, the task and the work are the journal's; the file itself is not stored.
NO_FILE = "401 404 404 404 404 404 403 403"

ROWS = {
    "diary.answer_file": "401 404 404 404 403 403 404 404",  # the file is not stored
    "diary.send_answer": FAMILY,
    "diary.tick_own": FAMILY,
    "journal.answer_file": NO_FILE,
    "journal.answers": READS,
    "journal.answers_archive": READS,
    "journal.change_task": KEEPS,
    "journal.detach_task_file": "401 403 403 403 404 404 403 403",  # a file that is not there
    "journal.give_task": KEEPS,
    "journal.judge_answer": KEEPS,
    "journal.lift_owed": KEEPS,
    "journal.mark_owed": KEEPS,
    "journal.owed_work": READS,
    "journal.task_answers": READS,
    "journal.withdraw_task": KEEPS,
}


def arguments(journal: Journal) -> dict[str, object]:
    """For the diary's student (of the part «diary»): a personal task, an answer with a file, a work owed."""
    student, lesson = journal.students[0], journal.lessons[0]
    if db.session.scalar(db.select(Homework).where(Homework.lesson_id == lesson.id)) is None:
        factories_diary.give(lesson)
    task = factories_tasks.give_task(lesson, student)
    answer = factories_tasks.answer(lesson, student, task=task)
    stored = StoredFile(sha256="0" * 64, name="ответ.pdf", media_type="application/pdf", size=1)
    sent = TaskAnswerFile(answer_id=answer.id, file=stored)
    db.session.add(sent)
    db.session.commit()
    return {
        "personal_task_id": task.id,
        "answer_id": answer.id,
        "answer_file_id": sent.id,
        "owed_work_id": factories_tasks.owe(journal.works[0], student).id,
    }
