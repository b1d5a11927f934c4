"""Remarks on how a journal is kept (п. 4.2): made by administration, answered by the teacher, accepted or returned."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from ejournal.access import Viewer, makes_remarks
from ejournal.domain import remarks as rules
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import Course, Lesson, Remark
from ejournal.models.base import now
from ejournal.services import absence_asking, grid, log, notify, remark_list, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

LONGEST, SHORTEST = 2000, 3
NOT_YOURS = "Замечания по ведению журнала делает и снимает администрация (п. 4.2)."
CHANGED = "С этим замечанием уже что-то сделали: посмотрите, что с ним сейчас."


def usual_due() -> date:
    return settings.today() + timedelta(days=rules.USUAL_DAYS)


def place(actor: Viewer, course_id: int, lesson_id: int | None) -> tuple[Course, Lesson | None]:
    """The journal and the lesson a remark is to be about. Raises ForbiddenError, NotFoundError."""
    if not makes_remarks(actor):
        raise ForbiddenError(NOT_YOURS)
    course, _may_edit = grid.find_course(actor, course_id)
    lesson = db.session.get(Lesson, lesson_id) if lesson_id else None
    if lesson_id and (lesson is None or lesson.course_id != course.id):
        raise NotFoundError
    return course, lesson


def create(actor: Viewer, course_id: int, lesson_id: int | None, form: Mapping[str, str]) -> Remark:
    """Make a remark; the teacher is told. Raises ForbiddenError, NotFoundError, FieldsError."""
    course, lesson = place(actor, course_id, lesson_id)
    text, errors = _words(form, "text", "Напишите, что исправить: преподаватель прочтёт это в своём журнале.")
    due = _due(form.get("due", ""), errors)
    if errors or due is None:
        raise FieldsError(errors)
    remark = Remark(
        course_id=course.id, lesson_id=lesson.id if lesson else None, lesson_date=lesson.date if lesson else None,
        kind="", text=text, due=due, state=rules.OPEN, created_by=actor.person_id,
    )  # fmt: skip
    db.session.add(remark)
    db.session.flush()
    _log(actor, remark, "create", after=text)
    tell(course, lesson, f"Замечание по ведению журнала: исправьте до {due:%d.%m}", text)
    db.session.commit()
    return remark


def answer(actor: Viewer, remark_id: int, word: str) -> None:
    """The teacher says that it is mended. Raises NotFoundError, ForbiddenError, RefusedError, FieldsError."""
    line = remark_list.show(actor, remark_id).line
    if line.is_automatic:
        raise RefusedError("Это замечание закроется само, когда занятие будет заполнено (п. 4.4).")
    if not line.asked:
        raise ForbiddenError("Отвечает преподаватель, который ведёт этот журнал (п. 4.4).")
    words, errors = _words({"answer": word}, "answer", "Напишите, что исправлено: прочтёт администрация.")
    if errors:
        raise FieldsError(errors)
    _move(line, "answer", answer=words, answered_by=actor.person_id, answered_at=now())
    _log(actor, line.remark, "mended", after=words)
    author = line.remark.created_by
    if author:
        title = f"Замечание исправлено: {line.remark.course.title}"
        notify.add("remark", [author], title, words)
    db.session.commit()


def decide(actor: Viewer, remark_id: int, verb: str, form: Mapping[str, str]) -> str:
    """Accept it, return it with a word and a new term, or withdraw it; returns the state it has then.

    Raises NotFoundError, ForbiddenError, RefusedError, FieldsError.
    """
    line = remark_list.show(actor, remark_id).line
    if not makes_remarks(actor):
        raise ForbiddenError(NOT_YOURS)
    if verb not in ("accept", "return", "withdraw"):
        raise FieldsError({"verb": "Выберите, что сделать с замечанием."})
    words = form.get("decision", "").strip()[:LONGEST]
    errors: dict[str, str] = {}
    due: date | None = line.remark.due
    if verb != "accept":
        words, errors = _words(form, "decision", "Напишите почему: прочтёт преподаватель.")
    if verb == "return":
        due = _due(form.get("due", ""), errors)
    if errors:
        raise FieldsError(errors)
    state = _move(line, verb, decision=words, decided_by=actor.person_id, decided_at=now(), due=due)
    _log(actor, line.remark, verb, after=rules.STATES[state], reason=words or None)
    if verb == "return":
        remark = line.remark
        tell(remark.course, remark.lesson, f"Замечание возвращено: исправьте до {due:%d.%m}", words)
    db.session.commit()
    return state


def tell(course: Course, lesson: Lesson | None, title: str, text: str) -> None:
    """Whoever is asked: who gives the lesson, or else the journal's teachers."""
    whom = [lesson.teacher_id] if lesson and lesson.teacher_id else absence_asking.teachers_of([course.id])
    where = f"{course.title}, занятие {lesson.date:%d.%m}" if lesson else course.title
    notify.add("remark", whom, title, f"{where}: {text}")


def _move(line: remark_list.Line, verb: str, **values: Any) -> str:
    """To the next state, unless somebody else was quicker."""
    remark = line.remark
    state = rules.after(line.state, verb, remark.kind)
    if state is None:
        raise RefusedError(CHANGED)
    moved: Any = db.session.execute(
        update(Remark).where(Remark.id == remark.id, Remark.state == remark.state).values(state=state, **values)
    )
    if not moved.rowcount:
        raise RefusedError(CHANGED)
    return state


def _words(form: Mapping[str, str], name: str, lacking: str) -> tuple[str, dict[str, str]]:
    words = form.get(name, "").strip()[:LONGEST]
    return words, {} if len(words) >= SHORTEST else {name: lacking}


def _due(text: str, errors: dict[str, str]) -> date | None:
    due = read_day(text)
    if due is None:
        errors["due"] = "Укажите, к какому дню исправить."
        return None
    if due < settings.today():
        errors["due"] = "Этот день уже прошёл: укажите сегодняшний или следующий."
    elif due > settings.today() + timedelta(days=366):
        errors["due"] = "Срок слишком далёкий: не больше года."
    return due


def _log(actor: Viewer, remark: Remark, action: str, **what: Any) -> None:
    log.record(
        actor, "remark", action, course_id=remark.course_id, lesson_id=remark.lesson_id,
        details={"remark": remark.id}, **what,
    )  # fmt: skip
