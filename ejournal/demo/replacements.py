"""Replacements of the next school day: a teacher has fallen ill, a colleague takes one lesson, another is cancelled
(п. 4.2). Published as the office does it, so that journal, diary and timetable show them."""

from collections import defaultdict
from datetime import date

from sqlalchemy import func, select

from ejournal import access
from ejournal.demo.calendar import Year
from ejournal.demo.staff import Staff
from ejournal.extensions import db
from ejournal.models import Account, Lesson, LessonState, SubstitutionKind
from ejournal.services import conflicts, substitution_day, substitutions
from ejournal.services.substitutions import Typed

REASON = "Болезнь преподавателя"


def add(year: Year, staff: Staff) -> int:
    """How many were published; lessons and the log must be written already."""
    day = db.session.scalar(
        select(func.min(Lesson.date)).where(Lesson.date > year.today, Lesson.state == LessonState.PLANNED)
    )
    lessons = _of_somebody_ill(day, {staff.teacher.id, staff.curator.id}) if day else []
    if len(lessons) < 2 or day is None:
        return 0
    account = db.session.scalars(select(Account.id).where(Account.person_id == staff.zavuch)).one()
    zavuch = access.viewer_of(account, year.today)
    taken, cancelled = lessons[0], lessons[-1]
    colleague = next(
        (person for person, free in substitution_day.teachers(day, taken.pair, taken.course) if free), None
    )
    if colleague is None:
        return 0
    for lesson, typed in (
        (taken, Typed(SubstitutionKind.TEACHER, teacher_id=colleague.id, reason=REASON)),
        (cancelled, Typed(SubstitutionKind.CANCELLED, reason=REASON)),
    ):
        substitutions.prepare(zavuch, substitutions.find_lesson(lesson.id), typed)
    return 2


def _of_somebody_ill(day: date, named: set[int]) -> list[Lesson]:
    """The lessons of who has most of them that day; not of those whose logins the visitor has, nor for two groups."""
    lessons = [lesson for lesson in substitution_day.lessons_of_day(day) if lesson.state == LessonState.PLANNED]
    taught = conflicts.teachers_of({lesson.course_id for lesson in lessons}, day)
    own: dict[int, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        if lesson.course.stream_id is None:
            for teacher in taught.get(lesson.course_id, set()) - named:
                own[teacher].append(lesson)
    return max(own.values(), key=lambda found: (len(found), -found[0].id), default=[])
