"""The rounds of answers to a task: what was sent when, what the teacher said to it (п. 4.5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import aliased, selectinload

from ejournal.domain import homework_state
from ejournal.domain.homework_state import Standing, came_late
from ejournal.extensions import db
from ejournal.models import VERDICTS, Homework, Person, PersonalTask, TaskAnswer, TaskAnswerFile, Verdict
from ejournal.services import settings
from ejournal.services.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Round:
    """One sending of an answer. `checked_by`: the teacher's short name, "" while nobody has looked at it."""

    id: int
    number: int
    text: str
    sent_at: datetime
    is_late: bool
    verdict: str | None
    verdict_words: str
    comment: str
    checked_by: str
    checked_at: datetime | None
    files: list[TaskAnswerFile]


def of_task(
    lesson_id: int, task: Homework | PersonalTask, student_ids: Collection[int] | None = None
) -> dict[int, list[Round]]:
    """The rounds of a task by student, the first round first. Two queries, or three where files were sent."""
    teacher = aliased(Person)
    query = (
        select(TaskAnswer, teacher)
        .outerjoin(teacher, teacher.id == TaskAnswer.checked_by)
        .where(belongs(lesson_id, own_id(task)))
        .options(selectinload(TaskAnswer.files).joinedload(TaskAnswerFile.file))
        .order_by(TaskAnswer.id)
    )
    if student_ids is not None:
        query = query.where(TaskAnswer.student_id.in_(student_ids))
    found: dict[int, list[Round]] = {}
    for answer, checked_by in db.session.execute(query):
        found.setdefault(answer.student_id, []).append(_round(answer, checked_by, task.due_date))
    return found


def belongs(lesson_id: Any, task_id: int | None) -> ColumnElement[bool]:
    """The condition that an answer is to the lesson's homework (None), or to a personal task of it."""
    same = TaskAnswer.task_id.is_(None) if task_id is None else TaskAnswer.task_id == task_id
    return (TaskAnswer.lesson_id == lesson_id) & same


def own_id(task: Homework | PersonalTask) -> int | None:
    """The number of a personal task; None for the group's homework."""
    return task.id if isinstance(task, PersonalTask) else None


def is_last() -> ColumnElement[bool]:
    """The condition that the query's TaskAnswer is the student's last one to its task."""
    newer = aliased(TaskAnswer)
    return ~exists().where(
        newer.lesson_id == TaskAnswer.lesson_id,
        newer.student_id == TaskAnswer.student_id,
        newer.task_id.is_not_distinct_from(TaskAnswer.task_id),
        newer.id > TaskAnswer.id,
    )


def is_waiting() -> ColumnElement[bool]:
    """The condition that nobody has looked at the query's TaskAnswer, the last of its student."""
    return and_(TaskAnswer.verdict.is_(None), is_last())


def standing(task: Homework | PersonalTask, rounds: Collection[Round]) -> Standing:
    """Where a task stands today for the student of these rounds."""
    last = max(rounds, key=lambda each: each.id, default=None)
    sent_on = settings.local(last.sent_at).date() if last else None
    return homework_state.standing(
        task.answer, task.due_date, sent_on, last.verdict if last else None, settings.today()
    )


def has_any(lesson_id: int, task_id: int | None, student_id: int | None = None) -> bool:
    """Whether anything was sent for a task (by the student)."""
    query = select(TaskAnswer.id).where(belongs(lesson_id, task_id)).limit(1)
    if student_id is not None:
        query = query.where(TaskAnswer.student_id == student_id)
    return db.session.scalar(query) is not None


def worded(verdict: str | None) -> str | None:
    """«принято», «на доработку»; None while there is no verdict."""
    return VERDICTS[Verdict(verdict)] if verdict else None


def file_of(answer_id: int, file_id: int) -> tuple[TaskAnswer, TaskAnswerFile]:
    """A file of an answer; whether it may be had is the caller's to know. Raises NotFoundError."""
    row = db.session.execute(
        select(TaskAnswer, TaskAnswerFile)
        .join(TaskAnswerFile, TaskAnswerFile.answer_id == TaskAnswer.id)
        .where(TaskAnswer.id == answer_id, TaskAnswerFile.id == file_id)
    ).first()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def _round(answer: TaskAnswer, checked_by: Person | None, due: date | None) -> Round:
    return Round(
        id=answer.id,
        number=answer.round,
        text=answer.text,
        sent_at=answer.sent_at,
        is_late=came_late(settings.local(answer.sent_at).date(), due),
        verdict=answer.verdict,
        verdict_words=worded(answer.verdict) or "",
        comment=answer.comment,
        checked_by=checked_by.short_name if checked_by else "",
        checked_at=answer.checked_at,
        files=list(answer.files),
    )
