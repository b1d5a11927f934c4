"""Journals (Course) that a timetable needs: found, or made with their subgroup, hours, plan and teacher."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from ejournal.domain.names import fold
from ejournal.exchange.changes import Draft, nothing
from ejournal.exchange.forms.records import EntryRecord
from ejournal.exchange.store import subgroup_lists
from ejournal.exchange.store.courses import Disciplines
from ejournal.exchange.store.groups import id_of
from ejournal.exchange.store.subgroup_names import Part, apart, part_of, subgroup_number
from ejournal.exchange.store.thematic_plan import plan_title
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Person,
    Stream,
    Subgroup,
    ThematicPlan,
)
from ejournal.services import plan_hours

# Group, discipline, subgroup.
Key = tuple[int, int, Part]


class Load:
    """The journals of a year; new ones are steps of the draft, each made once.

    `since`: the first day the list speaks for. Who comes to a journal that somebody teaches already teaches it from
    that day on; a journal that nobody taught is hers for the whole year.
    """

    def __init__(self, year: AcademicYear, draft: Draft, since: date) -> None:
        self.year, self.draft, self.since = year, draft, since
        self.courses: dict[Key, Course] = {}
        self.subgroups: dict[tuple[int, Part], Subgroup] = {}
        # By group, the names of subgroups without a number.
        self.names: dict[int, list[str]] = {}
        for subgroup in db.session.scalars(select(Subgroup)):
            self.subgroups[subgroup.group_id, part_of(subgroup.title)] = subgroup
            if not subgroup_number(subgroup.title):
                self.names.setdefault(subgroup.group_id, []).append(subgroup.title)
        self.taught: set[tuple[int, int]] = set()
        self.has_teachers: set[int] = set()
        # By id() of a journal: who teaches it on the first day, and whom the list names for it.
        self.there: dict[int, dict[int, str]] = {}
        self.named: dict[int, tuple[Course, dict[int, str]]] = {}
        # Of all journals of the year: as long as they are held, id() names them.
        self.by_id: dict[int, Course] = {}
        self.hours = plan_hours.by_discipline()
        # Each year may have a plan of this name: the last one made is this year's.
        plans = db.session.execute(
            select(ThematicPlan.discipline_id, ThematicPlan.title, ThematicPlan.id).order_by(ThematicPlan.id)
        )
        self.plans = {(discipline_id, title): id_ for discipline_id, title, id_ in plans}
        self.streams: set[tuple[int, ...]] = set()
        if year.id is not None:
            self._read()

    def understood(self, record: EntryRecord, group: Group, disciplines: Disciplines) -> EntryRecord:
        """With the subgroup whose name in brackets ends the discipline, unless the plan has one of that very title."""
        words, title = apart(record.discipline, self.names.get(id_of(group), ()))
        if title is None or disciplines.knows(record.discipline, group):
            return record
        return replace(record, discipline=words, subgroup=fold(title))

    def course(self, group: Group, discipline: Discipline, part: Part | None, teacher: Person) -> Course:
        """The journal, with the teacher among its teachers."""
        key = (id_of(group), discipline.id, part or 0)
        course = self.courses.get(key)
        if course is None:
            course = self.courses[key] = self._create(group, discipline, part)
        self.named.setdefault(id(course), (course, {}))[1][teacher.id] = teacher.short_name
        if (id(course), teacher.id) not in self.taught:
            self.taught.add((id(course), teacher.id))
            since = self.since if id(course) in self.has_teachers else self.year.starts
            day = f" с {since:%d.%m.%Y}" if since > self.year.starts else ""
            words = f"{course.title}: преподаватель {teacher.full_name}{day}"
            self.draft.step(words, _teaching(course, teacher, since))
        return course

    def _read(self) -> None:
        rows = db.session.execute(
            select(Course, Subgroup.title)
            .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
            .where(Course.year_id == self.year.id)
        )
        for course, part in rows:
            self.by_id[course.id] = course
            self.courses[course.group_id, course.discipline_id, part_of(part)] = course
        teaching = select(CourseTeacher, Person).join(Person, Person.id == CourseTeacher.teacher_id)
        for row, teacher in db.session.execute(teaching.where(CourseTeacher.course_id.in_(self.by_id))):
            course = self.by_id[row.course_id]
            self.has_teachers.add(id(course))
            if row.until is None or row.until >= self.since:
                self.taught.add((id(course), row.teacher_id))
                self.there.setdefault(id(course), {})[row.teacher_id] = teacher.short_name

    def _create(self, group: Group, discipline: Discipline, part: Part | None) -> Course:
        subgroup = self._subgroup(group, part) if part else None
        course = Course(
            year=self.year,
            group=group,
            discipline=discipline,
            subgroup=subgroup,
            hours=plan_hours.in_year(self.hours.get(discipline.id, ()), group, self.year.starts.year),
            plan_id=self.plans.get((discipline.id, plan_title(discipline, group))),
        )
        if subgroup is not None and subgroup.id is None:
            # After its subgroup, which is stored once its group has an id.
            self.draft.step(f"Новый журнал: {course.title}", lambda: _store(course))
        else:
            self.draft.first.append(course)
            self.draft.step(f"Новый журнал: {course.title}", nothing)
        return course

    def _subgroup(self, group: Group, part: Part) -> Subgroup:
        subgroup = self.subgroups.get((id_of(group), part))
        if subgroup is None:
            assert isinstance(part, int), "a name is told only of a subgroup there is"
            subgroup = Subgroup(group_id=group.id, title=subgroup_lists.title(part))
            self.subgroups[id_of(group), part] = subgroup
            new = subgroup

            def act() -> None:
                db.session.flush()
                new.group_id = group.id
                db.session.add(new)

            self.draft.step(f"Новая подгруппа: {group.title}, {new.title}", act)
            self.draft.notes.append(f"Составьте подгруппу {part} группы {group.title}: пока в ней никого нет.")
        return subgroup

    def note_left(self) -> None:
        """Say for which journals the list names nobody who teaches them: it does not tell whether those still do."""
        for key, (course, named) in self.named.items():
            there = self.there.get(key, {})
            left = [name for teacher_id, name in there.items() if teacher_id not in named]
            if left and not named.keys() & there.keys():
                self.draft.notes.append(
                    f"{course.title}: в файле {', '.join(named.values())}, а журнал ведёт и {', '.join(left)}. "
                    "Если больше не ведёт, снимите преподавателя с журнала: «Учебный год» → «Нагрузка»."
                )

    def together(self, courses: Sequence[Course]) -> None:
        """These journals have their lessons together: a stream, unless they are in one already."""
        streams = {course.stream_id for course in courses}
        names = tuple(sorted({id(course) for course in courses}))
        if len(names) < 2 or names in self.streams or (len(streams) == 1 and streams != {None}):
            return
        self.streams.add(names)
        known = next((id_ for id_ in sorted(filter(None, streams))), None)
        title = f"{courses[0].discipline.title}: {', '.join(course.audience for course in courses)}"[:250]

        def act() -> None:
            db.session.flush()
            stream_id = known
            if stream_id is None:
                stream = Stream(year_id=self.year.id, title=title)
                db.session.add(stream)
                db.session.flush()
                stream_id = stream.id
            for course in courses:
                course.stream_id = course.stream_id or stream_id

        self.draft.step(f"Поток — {title}", act)


def _teaching(course: Course, teacher: Person, since: date) -> Callable[[], None]:
    return lambda: db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id, since=since))


def _store(course: Course) -> None:
    db.session.add(course)
    db.session.flush()
