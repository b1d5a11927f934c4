"""A list of replacements → published replacements, with the lessons they need."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.domain.names import fold
from ejournal.exchange.changes import Draft
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.store.courses import Disciplines, Teachers, academic_year
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.substitutions import Replacement, SubstitutionRecord
from ejournal.extensions import db
from ejournal.models import Course, Group, Lesson, LessonState, Substitution
from ejournal.services import plan_hours, substitutions
from ejournal.services.errors import FieldsError, RefusedError, ServiceError
from ejournal.services.substitutions import Typed


def plan(listing: Listing[SubstitutionRecord], draft: Draft) -> None:
    """Add the replacements of a list to the draft. Counted are replacements; one that is published already stays."""
    groups = {group.gkey: group for group in db.session.scalars(select(Group))}
    finder = _Finder(draft)
    for record in listing.records:
        try:
            group = groups.get(record.group_key)
            if group is None:
                raise RowRefusedError("group", f"группы «{record.group}» нет. Проверьте название")
            _plan_record(record, group, finder, draft)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))


class _Finder:
    """Journals, people and what is published already, found by the words of a list."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.disciplines, self.teachers = Disciplines(), Teachers()
        self.made: dict[tuple[int, int], Course] = {}

    def planned(self, record: SubstitutionRecord, group: Group) -> Course:
        """The journal whose lesson is replaced: what the group has on that pair, told apart by the discipline."""
        courses = self._courses(group, record.date)
        there = [course for course in courses if _stands(course, record)]
        named = [course for course in there if fold(course.discipline.title) == fold(record.planned)]
        found = named or there
        if not found:
            raise RowRefusedError(
                "pair", f"{record.date:%d.%m.%Y} на {record.pair} паре у группы {record.group} занятия нет"
            )
        if len(found) > 1:
            found = [course for course in found if record.planned_teacher and self._taught_by(course, record)]
        if len(found) != 1:
            raise RowRefusedError("planned", "на этой паре несколько занятий: напишите дисциплину и преподавателя")
        return found[0]

    def instead(self, record: SubstitutionRecord, group: Group, planned: Course) -> Course:
        """The journal of the discipline that comes instead; made where the group has none yet."""
        discipline = self.disciplines.find(record.discipline, group)
        courses = [c for c in self._courses(group, record.date) if c.discipline_id == discipline.id]
        whole = [course for course in courses if course.subgroup_id in (None, planned.subgroup_id)]
        if whole:
            return whole[0]
        if (group.id, discipline.id) not in self.made:
            hours = plan_hours.year_hours(discipline.id, group, planned.year.starts.year)
            new = Course(year_id=planned.year_id, group=group, discipline=discipline, hours=hours)
            self.made[group.id, discipline.id] = new
            self.draft.step(f"Новый журнал: {new.title}", _adding(new))
        return self.made[group.id, discipline.id]

    def _courses(self, group: Group, day: date) -> list[Course]:
        year = academic_year(day, self.draft)
        rows = db.session.scalars(
            select(Course)
            .where(Course.group_id == group.id, Course.year_id == year.id)
            .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.year))
        )
        return list(rows)

    def _taught_by(self, course: Course, record: SubstitutionRecord) -> bool:
        teacher = self.teachers.find(record.planned_teacher)
        return teacher.id in substitutions.conflicts.teachers_of([course.id], record.date).get(course.id, set())


def _stands(course: Course, record: SubstitutionRecord) -> bool:
    """Whether a journal has a lesson there: in the journal, in the timetable, or already replaced from there."""
    return bool(
        _published(course, record)
        or db.session.scalar(
            select(Lesson.id).where(
                Lesson.course_id == course.id,
                Lesson.date == record.date,
                Lesson.pair == record.pair,
                Lesson.state != LessonState.CANCELLED,
            )
        )
        or substitutions.entry_on(course, record.date, record.pair)
    )


def _published(course: Course, record: SubstitutionRecord) -> Substitution | None:
    return db.session.scalar(
        select(Substitution).where(
            Substitution.course_id == course.id,
            Substitution.date == record.date,
            Substitution.pair == record.pair,
            Substitution.withdrawn_at.is_(None),
        )
    )


def _plan_record(record: SubstitutionRecord, group: Group, finder: _Finder, draft: Draft) -> None:
    course = finder.planned(record, group)
    teacher = finder.teachers.find(record.teacher) if record.teacher else None
    instead = finder.instead(record, group, course) if record.kind is Replacement.DISCIPLINE else None
    known = _published(course, record)
    name = f"{record.date:%d.%m.%Y}, {group.title}, {record.pair} пара"
    line = _words(record)

    def act() -> None:
        db.session.flush()
        typed = Typed(
            kind=record.kind.value,
            teacher_id=teacher.id if teacher else None,
            instead_course_id=instead.id if instead else None,
            to_date=record.date if record.to_pair else None,
            to_pair=record.to_pair,
            room=record.room,
            reason=record.reason,
            sure=True,
        )
        _publish(record, course, known, typed, draft)

    if known is None:
        draft.create(name, [line], act)
    elif _same(known, record, teacher.id if teacher else None, instead):
        draft.keep(name)
    else:
        draft.update(name, [f"{substitutions.words(known)} → {line}"], act)


def _publish(
    record: SubstitutionRecord, course: Course, known: Substitution | None, typed: Typed, draft: Draft
) -> None:
    try:
        if known:
            substitutions.take_back(draft.actor, known)
        lesson = substitutions.lesson_on(course, record.date, record.pair)
        if lesson is None:
            raise RefusedError("занятия на этой паре больше нет")
        substitutions.prepare(draft.actor, lesson, typed)
    except FieldsError as error:
        raise RefusedError(f"Строка {record.row}: {' '.join(error.fields.values())}") from error
    except ServiceError as error:
        raise RefusedError(f"Строка {record.row}: {error.message}") from error


def _same(known: Substitution, record: SubstitutionRecord, teacher_id: int | None, instead: Course | None) -> bool:
    return (
        known.kind == record.kind.value
        and known.teacher_id == teacher_id
        and known.instead_course_id == (instead.id if instead else None)
        and known.to_pair == record.to_pair
        and known.room == record.room
        and known.reason == record.reason
    )


def _words(record: SubstitutionRecord) -> str:
    if record.kind is Replacement.CANCELLED:
        return "снято"
    if record.kind is Replacement.MOVED:
        return f"перенос на {record.to_pair} пару"
    return ", ".join(part for part in (record.discipline, record.teacher, record.room) if part)


def _adding(course: Course) -> Callable[[], None]:
    return lambda: db.session.add(course)
