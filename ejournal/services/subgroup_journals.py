"""A journal of the whole group split into journals of its subgroups, each with its teacher and hours (п. 4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models import Course, CourseHours, CourseTeacher, Subgroup
from ejournal.services import load, log, people, settings, subgroups
from ejournal.services.errors import FieldsError


@dataclass(frozen=True, slots=True)
class Offer:
    """A subgroup that may get a journal of the discipline, and whether it has one already."""

    subgroup: Subgroup
    there: bool


def offers(course: Course) -> list[Offer]:
    there = set(
        db.session.scalars(
            select(Course.subgroup_id).where(
                Course.year_id == course.year_id,
                Course.group_id == course.group_id,
                Course.discipline_id == course.discipline_id,
            )
        )
    )
    return [Offer(row, row.id in there) for row in subgroups.of_group(course.group)]


def split(actor: Viewer, course_id: int, chosen: Sequence[int], typed: Mapping[str, str]) -> tuple[int, bool]:
    """A journal for each chosen subgroup (`teacher-7`, `hours-7`), with the plan and the hours of the group's one.

    Returns how many were made, and whether the group's own journal stays because something is in it; an empty one
    goes, unless it is in a stream, which would lose it unseen. Raises ClosedError, FieldsError.
    """
    course, year = load.open_course(course_id)
    wanted = [offer.subgroup for offer in offers(course) if offer.subgroup.id in chosen and not offer.there]
    if not wanted:
        raise FieldsError({"chosen": "Отметьте подгруппы, у которых ещё нет журнала этой дисциплины."})
    stays = course.subgroup_id is not None or load.is_used(course.id)
    if course.stream_id and not stays:
        raise FieldsError({"chosen": f"Журнал «{course.title}» в потоке: сначала выведите его оттуда (п. 4.2)."})
    known = {person.id for person in people.teachers(max(settings.today(), year.starts))}
    errors: dict[str, str] = {}
    parts = [(row, _teacher(row, typed, known, errors), _hours(row, typed, course, errors)) for row in wanted]
    if errors:
        raise FieldsError(errors)
    for row, teacher_id, hours in parts:
        made = _make(course, row, hours)
        if teacher_id:
            db.session.add(CourseTeacher(course_id=made.id, teacher_id=teacher_id, since=year.starts))
        log.record(actor, "load", "split", before=course.title, after=f"{row.title}, {hours} ч", course_id=made.id)
    if not stays:
        load.delete_empty(course)
    db.session.commit()
    return len(parts), stays and course.subgroup_id is None


def _make(course: Course, subgroup: Subgroup, hours: int) -> Course:
    made = Course(
        year_id=course.year_id, group_id=course.group_id, subgroup_id=subgroup.id, discipline_id=course.discipline_id,
        plan_id=course.plan_id, hours=hours, group_title=course.group_title,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if hours == course.hours:
        rows = db.session.scalars(select(CourseHours).where(CourseHours.course_id == course.id)).all()
        db.session.add_all(CourseHours(course_id=made.id, number=row.number, hours=row.hours) for row in rows)
    return made


def _teacher(row: Subgroup, typed: Mapping[str, str], known: set[int], errors: dict[str, str]) -> int | None:
    text = typed.get(f"teacher-{row.id}", "")
    teacher_id = whole(text)
    if text and teacher_id not in known:
        errors[f"teacher-{row.id}"] = "Выберите преподавателя из списка."
    return teacher_id


def _hours(row: Subgroup, typed: Mapping[str, str], course: Course, errors: dict[str, str]) -> int:
    text = typed.get(f"hours-{row.id}", "").strip() or str(course.hours)
    if not load.is_hours(text):
        errors[f"hours-{row.id}"] = load.HOURS_WANTED
        return 0
    return int(text)
