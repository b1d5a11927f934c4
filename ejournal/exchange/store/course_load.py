"""Journals (Course) that a timetable needs: found, or made with their subgroup, hours, plan and teacher."""

from collections.abc import Callable, Sequence

from sqlalchemy import or_, select

from ejournal.exchange.changes import Draft, nothing
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

# Group, discipline, subgroup number (0: the whole group).
Key = tuple[int, int, int]


class Load:
    """The journals of a year; new ones are steps of the draft, each made once."""

    def __init__(self, year: AcademicYear, draft: Draft) -> None:
        self.year, self.draft = year, draft
        self.courses: dict[Key, Course] = {}
        self.subgroups: dict[tuple[int, int], Subgroup] = {}
        for subgroup in db.session.scalars(select(Subgroup)):
            self.subgroups[subgroup.group_id, subgroup_number(subgroup.title)] = subgroup
        self.taught: set[tuple[int, int]] = set()
        self.hours = plan_hours.by_discipline()
        plans = db.session.execute(select(ThematicPlan.discipline_id, ThematicPlan.title, ThematicPlan.id))
        self.plans = {(discipline_id, title): id_ for discipline_id, title, id_ in plans}
        self.streams: set[tuple[int, ...]] = set()
        if year.id is not None:
            self._read()

    def course(self, group: Group, discipline: Discipline, number: int | None, teacher: Person) -> Course:
        """The journal, with the teacher among its teachers."""
        key = (_id(group), discipline.id, number or 0)
        course = self.courses.get(key)
        if course is None:
            course = self.courses[key] = self._create(group, discipline, number)
        if (id(course), teacher.id) not in self.taught:
            self.taught.add((id(course), teacher.id))
            self.draft.step(f"{course.title}: преподаватель {teacher.full_name}", self._teaching(course, teacher))
        return course

    def _read(self) -> None:
        numbers = {row.id: subgroup_number(row.title) for row in self.subgroups.values()}
        by_id = {}
        for course in db.session.scalars(select(Course).where(Course.year_id == self.year.id)):
            by_id[course.id] = course
            self.courses[course.group_id, course.discipline_id, numbers.get(course.subgroup_id or 0, 0)] = course
        rows = db.session.scalars(
            select(CourseTeacher).where(
                CourseTeacher.course_id.in_(by_id),
                or_(CourseTeacher.until.is_(None), CourseTeacher.until >= self.draft.today),
            )
        )
        self.taught = {(id(by_id[row.course_id]), row.teacher_id) for row in rows}

    def _create(self, group: Group, discipline: Discipline, number: int | None) -> Course:
        subgroup = self._subgroup(group, number) if number else None
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

    def _subgroup(self, group: Group, number: int) -> Subgroup:
        subgroup = self.subgroups.get((_id(group), number))
        if subgroup is None:
            subgroup = self.subgroups[_id(group), number] = Subgroup(group_id=group.id, title=f"подгруппа {number}")
            new = subgroup

            def act() -> None:
                db.session.flush()
                new.group_id = group.id
                db.session.add(new)

            self.draft.step(f"Новая подгруппа: {group.title}, {new.title}", act)
            self.draft.notes.append(f"Составьте подгруппу {number} группы {group.title}: пока в ней никого нет.")
        return subgroup

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

    def _teaching(self, course: Course, teacher: Person) -> Callable[[], None]:
        return lambda: db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id, since=self.year.starts))


def _store(course: Course) -> None:
    db.session.add(course)
    db.session.flush()


def _id(group: Group) -> int:
    """A group that this import makes has no id yet."""
    return group.id if group.id is not None else -id(group)


def subgroup_number(title: str) -> int:
    return next((int(sign) for sign in title if sign.isdecimal()), 0)
