"""Homework of a lesson (п. 4.4): published at once, by 19:00 of the lesson's day to be in time."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.extensions import db
from ejournal.models import (
    ANSWER_MODES,
    AnswerMode,
    Course,
    Discipline,
    DisciplineKind,
    Homework,
    Lesson,
    LessonFile,
    LessonState,
    Topic,
)
from ejournal.models.base import now
from ejournal.services import answer_rounds, lesson_context, settings
from ejournal.services.errors import FieldsError

PURPOSE = "homework"

# Text, due date, AnswerMode.
Stored = tuple[str, date | None, str]
NOTHING: Stored = ("", None, AnswerMode.POSSIBLE.value)


# Which lessons owe homework (setting control.homework): those whose topic of the thematic plan has some and those
# without such a topic; every one; none, and then only what is published late is late. Practice never does.
class Owing(StrEnum):
    PLAN = "plan"
    EVERY = "every"
    GIVEN = "given"


PLAN, EVERY, GIVEN = Owing


def owing() -> Owing:
    return Owing(settings.get("control.homework"))


def is_owed(mode: Owing) -> ColumnElement[bool]:
    """The condition that the query's Lesson of its Course owes homework, as the college has set (п. 4.4)."""
    if mode == GIVEN:
        return false()
    practice = (DisciplineKind.UP, DisciplineKind.PP, DisciplineKind.GIA)
    # Aliases: the query itself may name what it is about.
    discipline, topic = aliased(Discipline), aliased(Topic)
    taught = ~exists().where(discipline.id == Course.discipline_id, discipline.kind.in_(practice))
    if mode == EVERY:
        return taught
    planned = exists().where(topic.id == Lesson.topic_id, topic.homework != "")
    return and_(taught, or_(Lesson.topic_id.is_(None), planned))


def write(actor: Viewer, lesson: Lesson, text: str, due: date | None, answer: str | None = None) -> bool:
    """Publish, change or withdraw what is assigned, in the current transaction; whether anything changed.

    An empty text withdraws the homework unless files are attached to it. `answer`: an AnswerMode; None leaves it.
    Raises FieldsError where what was answered already would be withdrawn.
    """
    found = of_lesson(lesson.id)
    empty = not text and not _has_files(lesson.id)
    before = (found.text, found.due_date, found.answer) if found else NOTHING
    mode = answer if answer in ANSWER_MODES else before[2]
    after = NOTHING if empty else (text, due, mode)
    if before == after and empty == (found is None):
        return False
    if empty:
        _check_unanswered(lesson)
        db.session.delete(found)
    elif found is None:
        db.session.add(Homework(lesson_id=lesson.id, text=text, due_date=due, answer=mode, published_at=now()))
    else:
        found.text, found.due_date, found.answer = text, due, mode
    _log(actor, lesson, before, after)
    return True


def publish_files(actor: Viewer, lesson: Lesson) -> None:
    """Files attached to a lesson without homework are its homework: due by the next lesson. Current transaction."""
    if of_lesson(lesson.id) is None:
        due = next_date(lesson)
        db.session.add(Homework(lesson_id=lesson.id, due_date=due, published_at=now()))
        _log(actor, lesson, NOTHING, ("", due, AnswerMode.POSSIBLE.value))


def withdraw_if_empty(actor: Viewer, lesson: Lesson) -> None:
    """Homework whose last file was taken away and that has no text is none. Current transaction."""
    found = of_lesson(lesson.id)
    if found and not found.text and not _has_files(lesson.id):
        _check_unanswered(lesson)
        db.session.delete(found)
        _log(actor, lesson, ("", found.due_date, found.answer), NOTHING)


def of_lesson(lesson_id: int) -> Homework | None:
    return db.session.scalar(select(Homework).where(Homework.lesson_id == lesson_id))


def next_date(lesson: Lesson) -> date | None:
    """The day of the journal's next lesson: by when homework is usually due."""
    return db.session.scalar(
        select(Lesson.date)
        .where(
            Lesson.course_id == lesson.course_id,
            Lesson.state != LessonState.CANCELLED,
            Lesson.date > lesson.date,
        )
        .order_by(Lesson.date)
        .limit(1)
    )


def lateness(lesson: Lesson) -> terms.Lateness | None:
    """The broken term if the lesson's homework is published now."""
    return terms.homework_lateness(lesson.date, now(), settings.timezone(), settings.get("terms"))


def _has_files(lesson_id: int) -> bool:
    attached = exists().where(
        LessonFile.lesson_id == lesson_id, LessonFile.purpose == PURPOSE, LessonFile.removed_at.is_(None)
    )
    return bool(db.session.scalar(select(attached)))


def _check_unanswered(lesson: Lesson) -> None:
    if answer_rounds.has_any(lesson.id, None):
        raise FieldsError(
            {"homework": "Ответы на это задание уже прислали, поэтому убрать его нельзя: исправьте текст или срок."}
        )


def _log(actor: Viewer, lesson: Lesson, before: Stored, after: Stored) -> None:
    late = lateness(lesson) is not None
    what: tuple[tuple[str, Any, Any], ...] = (
        ("домашнее задание", before[0], after[0]),
        ("срок домашнего задания", before[1], after[1]),
        ("ответ на домашнее задание", _worded(before[2]), _worded(after[2])),
    )
    for name, old, new in what:
        lesson_context.note(actor, lesson, name, old, new, subject="homework", late=late)


def _worded(mode: str) -> str:
    """The usual way is not worth an entry of its own."""
    return "" if mode == AnswerMode.POSSIBLE else ANSWER_MODES[AnswerMode(mode)]
