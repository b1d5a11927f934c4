"""A list of replacements → published replacements, with the lessons they need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.domain import calendar
from ejournal.domain.bells import PAIRS
from ejournal.domain.names import fold
from ejournal.exchange.changes import Draft
from ejournal.exchange.forms.replacement_records import Replacement, SubstitutionRecord
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.store.courses import Disciplines, Teachers
from ejournal.exchange.store.groups import year_of
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.store.subgroup_names import subgroup_number
from ejournal.extensions import db
from ejournal.models import Course, Group, Lesson, LessonState, Substitution, TimetableEntry
from ejournal.services import guard, lesson_context, plan_hours, substitutions
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
            for single in finder.singles(record, group):
                _plan_record(single, group, finder, draft)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))


@dataclass(frozen=True, slots=True)
class _Day:
    """A group's day: its journals, what is published already, and where lessons stand, by journal and pair."""

    courses: Sequence[Course]
    published: dict[tuple[int, int], Substitution]
    lessons: set[tuple[int, int]]
    # The journals whose period is closed (п. 4.4).
    closed: set[int]

    def standing(self, pair: int) -> list[Course]:
        """The journals that have a lesson there: in the journal, in the timetable, or replaced from there already."""
        return [c for c in self.courses if (c.id, pair) in self.lessons or (c.id, pair) in self.published]


class _Finder:
    """Journals, people and what is published already, found by the words of a list."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.disciplines, self.teachers = Disciplines(calendar.academic_year(draft.today)), Teachers()
        self.made: dict[tuple[int, int, int], Course] = {}
        self.days: dict[tuple[int, date], _Day] = {}

    def singles(self, record: SubstitutionRecord, group: Group) -> list[SubstitutionRecord]:
        """The replacement of each lesson that one of a whole day means («выходной день»)."""
        if record.pair:
            return [record]
        found = [
            replace(record, pair=pair, planned=course.discipline.title, subgroup=_subgroup(course) or None)
            for pair in PAIRS
            for course in self.day(group, record.date).standing(pair)
        ]
        if not found:
            self.draft.notes.append(f"{record.date:%d.%m.%Y} у группы {group.title} занятий нет: снимать нечего.")
        return found

    def planned(self, record: SubstitutionRecord, group: Group) -> Course:
        """The journal whose lesson is replaced: what the group has on that pair, told apart by the discipline."""
        day = self.day(group, record.date)
        there = day.standing(record.pair)
        if record.subgroup:
            there = [course for course in there if _subgroup(course) in (0, record.subgroup)]
        named = [course for course in there if fold(course.discipline.title) == fold(record.planned)]
        # What came instead stands there too by now: of the two, the one that was replaced is meant.
        found = named or [course for course in there if (course.id, record.pair) in day.published] or there
        if not found:
            raise RowRefusedError(
                "pair", f"{record.date:%d.%m.%Y} на {record.pair} паре у группы {record.group} занятия нет"
            )
        if len(found) > 1:
            found = [course for course in found if record.planned_teacher and self._taught_by(course, record)]
        if len(found) != 1:
            raise RowRefusedError("planned", "на этой паре несколько занятий: напишите дисциплину и преподавателя")
        if record.subgroup and not _subgroup(found[0]):
            raise RowRefusedError(
                "planned",
                f"на {record.pair} паре по расписанию занятие всей группы ({found[0].discipline.title}): замену по "
                "подгруппам внесите на странице дня",
            )
        return found[0]

    def instead(self, record: SubstitutionRecord, group: Group, planned: Course) -> Course:
        """The journal of the discipline that comes instead; made where the group has none yet."""
        discipline = self.disciplines.find(record.discipline, group)
        courses = [c for c in self.day(group, record.date).courses if c.discipline_id == discipline.id]
        whole = [course for course in courses if course.subgroup_id in (None, planned.subgroup_id)]
        if whole:
            return whole[0]
        subgroup = planned.subgroup if record.subgroup else None
        key = group.id, discipline.id, record.subgroup or 0
        if key not in self.made:
            hours = plan_hours.year_hours(discipline.id, group, planned.year.starts.year)
            new = Course(year_id=planned.year_id, group=group, subgroup=subgroup, discipline=discipline, hours=hours)
            self.made[key] = new
            self.draft.step(f"Новый журнал: {new.title}", _adding(new))
        return self.made[key]

    def day(self, group: Group, on: date) -> _Day:
        """Read once, however many rows of the list are about it."""
        if (group.id, on) not in self.days:
            self.days[group.id, on] = _day(group, on)
        return self.days[group.id, on]

    def _taught_by(self, course: Course, record: SubstitutionRecord) -> bool:
        teacher = self.teachers.find(record.planned_teacher)
        return teacher.id in substitutions.conflicts.teachers_of([course.id], record.date).get(course.id, set())


def _day(group: Group, on: date) -> _Day:
    year = year_of(on)
    if year is None:
        return _Day((), {}, set(), set())
    courses = db.session.scalars(
        select(Course)
        .where(Course.group_id == group.id, Course.year_id == year.id)
        .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.year))
        .order_by(Course.id)
    ).all()
    ids = [course.id for course in courses]
    published = db.session.scalars(
        select(Substitution)
        .where(Substitution.course_id.in_(ids), Substitution.date == on, Substitution.withdrawn_at.is_(None))
        .order_by(Substitution.id)
    )
    held = db.session.execute(
        select(Lesson.course_id, Lesson.pair).where(
            Lesson.course_id.in_(ids), Lesson.date == on, Lesson.state != LessonState.CANCELLED
        )
    )
    timetabled = db.session.execute(
        select(TimetableEntry.course_id, TimetableEntry.pair).where(
            TimetableEntry.course_id.in_(ids), substitutions.stands_on(on, year)
        )
    )
    return _Day(
        courses,
        {(each.course_id, each.pair): each for each in published},
        {(row.course_id, row.pair) for row in (*held, *timetabled)},
        lesson_context.closed_on(ids, on),
    )


def _plan_record(record: SubstitutionRecord, group: Group, finder: _Finder, draft: Draft) -> None:
    course = finder.planned(record, group)
    record = _settled(record, course, group, finder)
    teacher = finder.teachers.find(record.teacher) if record.teacher else None
    instead = finder.instead(record, group, course) if record.kind is Replacement.DISCIPLINE else None
    day = finder.day(group, record.date)
    known = day.published.get((course.id, record.pair))
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

    if known and _same(known, record, teacher.id if teacher else None, instead):
        draft.keep(name)
    elif course.id in day.closed or (instead and instead.id in day.closed):
        raise RowRefusedError("date", guard.CLOSED)
    elif known is None:
        draft.create(name, [line], act)
    else:
        draft.update(name, [f"{substitutions.words(known)} → {line}"], act)


def _settled(record: SubstitutionRecord, planned: Course, group: Group, finder: _Finder) -> SubstitutionRecord:
    """A sheet of a day does not say what was planned: the same discipline means that another teacher gives it."""
    if record.kind is not Replacement.DISCIPLINE or record.planned:
        return record
    discipline = finder.disciplines.find(record.discipline, group)
    title = discipline.title
    same = discipline.id == planned.discipline_id
    return replace(record, discipline=title, kind=Replacement.TEACHER if same else Replacement.DISCIPLINE)


def _subgroup(course: Course) -> int:
    return subgroup_number(course.subgroup.title) if course.subgroup else 0


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
        # A list moves a pair within its day.
        and known.to_date in (None, record.date)
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
