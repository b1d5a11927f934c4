"""Which lessons a day has, what is otherwise on it, and who could replace (п. 4.2)."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.extensions import db
from ejournal.models import Course, Lesson, LessonState, Person, Substitution
from ejournal.services import conflicts, people


def of_day(day: date) -> list[Substitution]:
    """What is otherwise on a day, and what was moved to it; by group and pair. Withdrawn ones left out."""
    rows = db.session.scalars(
        select(Substitution)
        .where(or_(Substitution.date == day, Substitution.to_date == day), Substitution.withdrawn_at.is_(None))
        .options(
            *(joinedload(link).joinedload(Course.group) for link in (Substitution.course, Substitution.instead_course)),
            *(
                joinedload(link).joinedload(Course.discipline)
                for link in (Substitution.course, Substitution.instead_course)
            ),
            joinedload(Substitution.course).joinedload(Course.subgroup),
            joinedload(Substitution.teacher),
        )
    )
    return sorted(rows, key=lambda row: (row.course.group.gkey, row.pair, row.id))


def lessons_of_day(day: date, group_id: int | None = None, teacher_id: int | None = None) -> list[Lesson]:
    """The lessons of a day, of a group or a teacher where one is named; by pair."""
    query = (
        select(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.date == day)
        .options(
            joinedload(Lesson.course).joinedload(Course.group),
            joinedload(Lesson.course).joinedload(Course.subgroup),
            joinedload(Lesson.course).joinedload(Course.discipline),
        )
        .order_by(Lesson.pair, Lesson.id)
    )
    if group_id:
        query = query.where(Course.group_id == group_id)
    found = list(db.session.scalars(query))
    if teacher_id:
        taught = conflicts.teachers_of({lesson.course_id for lesson in found}, day)
        found = [
            lesson
            for lesson in found
            if (
                teacher_id == lesson.teacher_id if lesson.teacher_id else teacher_id in taught.get(lesson.course_id, ())
            )
        ]
    return found


def teachers(day: date, pair: int, course: Course) -> list[tuple[Person, bool]]:
    """Who could replace on a pair, with whether he is free: free ones first, then by surname."""
    busy: set[int] = set()
    at = [lesson for lesson in lessons_of_day(day) if lesson.pair == pair and lesson.state != LessonState.CANCELLED]
    taught = conflicts.teachers_of({lesson.course_id for lesson in at}, day)
    for lesson in at:
        busy |= {lesson.teacher_id} if lesson.teacher_id else taught.get(lesson.course_id, set())
    own = conflicts.teachers_of([course.id], day).get(course.id, set())
    return sorted(
        ((person, person.id not in busy) for person in people.teachers(day) if person.id not in own),
        key=lambda row: not row[1],
    )
