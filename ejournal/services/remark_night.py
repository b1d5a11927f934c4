"""Automatic remarks (п. 4.4): the night makes them about lessons that are not filled in after the term, and closes
those whose lesson was."""

from collections import Counter
from typing import Any

from sqlalchemy import exists, insert, select, update

from ejournal.domain import remarks as rules
from ejournal.domain import terms
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Lesson, LessonState, Remark
from ejournal.models.base import now
from ejournal.services import conflicts, log, notify, remark_list, settings, unfilled
from ejournal.services.cell_context import period_of
from ejournal.services.closed import is_closed


def keep() -> tuple[int, int]:
    """How many were made and closed; the caller commits. A fixed number of queries but for the notices."""
    closed = _close_mended()
    made = [remark for kind in unfilled.CONDITIONS for remark in _make(kind)]
    if made:
        ids = db.session.scalars(insert(Remark).returning(Remark.id, sort_by_parameter_order=True), made).all()
        entries = [
            {"course_id": one["course_id"], "after": one["text"], "details": _which(number, one["lesson_id"])}
            for number, one in zip(ids, made, strict=True)
        ]
        log.record_many(None, "remark", "create", entries)
        _tell(made)
    return len(made), closed


def _close_mended() -> int:
    rows = db.session.execute(
        select(Remark.id, Remark.course_id, Remark.lesson_id).where(
            Remark.kind != "", Remark.state == rules.OPEN, ~remark_list.waits()
        )
    ).all()
    if rows:
        ids = [row.id for row in rows]
        db.session.execute(update(Remark).where(Remark.id.in_(ids)).values(state=rules.MENDED, decided_at=now()))
        entries = [
            {"course_id": row.course_id, "after": rules.STATES[rules.MENDED], "details": _which(row.id, row.lesson_id)}
            for row in rows
        ]
        log.record_many(None, "remark", "close", entries)
    return len(rows)


def _which(remark_id: int, lesson_id: int | None) -> dict[str, int | None]:
    """Not the entry's own `lesson_id`: that would keep an empty lesson from following the timetable."""
    return {"remark": remark_id, "lesson": lesson_id}


def _make(kind: str) -> list[dict[str, Any]]:
    """Of one kind, for lessons of open periods that have none of it. A withdrawn one is not made again."""
    today, values = settings.today(), settings.get("terms")
    known = exists().where(
        Remark.lesson_id == Lesson.id, Remark.kind == kind, Remark.state.in_((rules.OPEN, rules.WITHDRAWN))
    )
    rows = db.session.execute(
        select(Lesson.id, Lesson.course_id, Lesson.date, Lesson.teacher_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .where(
            Lesson.state != LessonState.CANCELLED,
            AcademicYear.closed_at.is_(None),
            ~is_closed(Course.id, period_of(Lesson.date), today),
            unfilled.term_passed(unfilled.first_in_term(today, values)),
            unfilled.CONDITIONS[kind](),
            ~known,
        )
        .order_by(Lesson.id)
    )
    return [
        {
            "course_id": row.course_id, "lesson_id": row.id, "lesson_date": row.date, "kind": kind,
            "text": rules.AUTOMATIC[kind], "due": terms.attendance_due(row.date, values), "state": rules.OPEN,
            "created_at": now(), "answer": "", "decision": "",
        }
        for row in rows
    ]  # fmt: skip


def _tell(made: list[dict[str, Any]]) -> None:
    """One notice for each teacher, whatever the number of lessons."""
    instead = dict(
        db.session.execute(
            select(Lesson.id, Lesson.teacher_id).where(
                Lesson.teacher_id.is_not(None), Lesson.id.in_({one["lesson_id"] for one in made})
            )
        ).all()
    )
    keepers = conflicts.teachers_of({one["course_id"] for one in made}, settings.today())
    counts: Counter[int] = Counter()
    for one in made:
        teacher = instead.get(one["lesson_id"])
        counts.update([teacher] if teacher else keepers.get(one["course_id"], ()))
    for person_id, number in sorted(counts.items()):
        text = f"Занятий, не заполненных в срок (п. 4.4): {number}. Замечания закроются сами, когда вы их заполните."
        notify.add("remark", [person_id], "Замечания по ведению журнала", text)
