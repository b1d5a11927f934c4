"""Нагрузка: who teaches what to which group in a year; a journal is made for each row of it (п. 4.2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.calendar import MOST_COURSE_HOURS
from ejournal.domain.numbers import whole
from ejournal.extensions import Base, db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseHours,
    CourseTeacher,
    Discipline,
    Group,
    Person,
    ThematicPlan,
)
from ejournal.services import log, people, periods, plan_hours, settings
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.plan_hours import PlanRow

# What goes with an empty journal; anything else that names the course is content, and the journal stays.
OWN = {"course_teacher", "course_hours"}
HOURS_WANTED = f"Часы — целое число от 0 до {MOST_COURSE_HOURS}."


@dataclass(slots=True)
class Row:
    """A discipline of a group: what the curriculum gives it, and its journals (one, or one for each subgroup)."""

    plan: PlanRow
    courses: list[Course] = field(default_factory=list)
    # Of a course: its dated teachers in order.
    teachers: dict[int, list[tuple[CourseTeacher, Person]]] = field(default_factory=dict)
    # Of a course: its hours by the number of the period.
    hours: dict[int, dict[int, int]] = field(default_factory=dict)
    in_plan: bool = True


def of_group(year: AcademicYear, group: Group) -> list[Row]:
    """The rows of the curriculum joined with the journals there are, those outside the plan last."""
    rows = {row.discipline_id: Row(row) for row in plan_hours.for_groups([group], year)[group.id]}
    courses = db.session.scalars(
        select(Course)
        .where(Course.group_id == group.id, Course.year_id == year.id)
        .options(joinedload(Course.discipline), joinedload(Course.subgroup))
        .order_by(Course.discipline_id, Course.id)
    ).all()
    teachers, hours = _teachers(courses), _hours(courses)
    for course in courses:
        found = course.discipline
        bare = PlanRow(found.id, found.index, found.title, found.kind)
        row = rows.setdefault(found.id, Row(bare, in_plan=False))
        row.courses.append(course)
        row.teachers[course.id] = teachers.get(course.id, [])
        row.hours[course.id] = hours.get(course.id, {})
    return list(rows.values())


def find(course_id: int) -> Course:
    course = db.session.get(Course, course_id)
    if course is None:
        raise NotFoundError
    return course


def create_journals(
    actor: Viewer, year: AcademicYear, groups: Sequence[Group], disciplines: Collection[int] = ()
) -> int:
    """A journal for each row of the curriculum that has none; of `disciplines` only, when some are named."""
    periods.check_open(year)
    wanted = plan_hours.for_groups(groups, year)
    there = {
        (group_id, discipline_id)
        for group_id, discipline_id in db.session.execute(
            select(Course.group_id, Course.discipline_id).where(Course.year_id == year.id)
        )
    }
    plans, of_year = _only_plans(year), periods.of_year(year)
    of_group = {group.id: periods.narrowest(of_year, group, year) for group in groups}
    made: list[tuple[Course, PlanRow]] = []
    for group in groups:
        for row in wanted[group.id]:
            if (group.id, row.discipline_id) in there or (disciplines and row.discipline_id not in disciplines):
                continue
            course = Course(
                year_id=year.id, group_id=group.id, discipline_id=row.discipline_id, hours=row.hours,
                plan_id=plans.get(row.discipline_id), group_title=group.title,
            )  # fmt: skip
            db.session.add(course)
            made.append((course, row))
    db.session.flush()
    for course, row in made:
        parts = plan_hours.by_period(row, of_group[course.group_id]).items()
        db.session.add_all(CourseHours(course_id=course.id, number=n, hours=hours) for n, hours in parts if hours)
    if made:
        titles = {group.id: group.title for group in groups}
        entries = [{"after": f"{row.label} — {titles[course.group_id]}, {row.hours} ч"} for course, row in made]
        log.record_many(actor, "load", "create", entries)
    db.session.commit()
    return len(made)


def appoint(actor: Viewer, course_id: int, teacher_id: int | None, since: date | None, instead: bool = False) -> None:
    """Let a teacher give the course from a day on; `instead` ends the others the day before. The past stays."""
    course, year = open_course(course_id)
    teacher = db.session.get(Person, teacher_id) if teacher_id else None
    if teacher is None or teacher not in people.teachers(max(settings.today(), year.starts)):
        raise RefusedError("Выберите преподавателя из списка.")
    since = max(since or year.starts, year.starts)
    if since > year.ends:
        raise RefusedError(f"Учебный год заканчивается {year.ends:%d.%m.%Y}: выберите день раньше.")
    now = [row for row, _ in _teachers([course]).get(course.id, []) if row.until is None or row.until >= since]
    if any(row.teacher_id == teacher.id for row in now):
        raise RefusedError(f"{teacher.short_name} уже ведёт этот журнал.")
    if instead:
        for row in now:
            _end(row, since - timedelta(days=1))
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id, since=since))
    words = f"{course.title}: {teacher.full_name} с {since:%d.%m.%Y}"
    log.record(actor, "load", "update", after=f"{words} вместо прежних" if instead and now else words)
    db.session.commit()


def dismiss(actor: Viewer, course_id: int, teaching_id: int, last: date) -> None:
    """The teacher's last day with the course; what she filled in stays hers."""
    row = db.session.get(CourseTeacher, teaching_id)
    if row is None or row.course_id != course_id:
        raise NotFoundError
    course, _ = open_course(course_id)
    teacher = db.session.get(Person, row.teacher_id)
    words = f"{course.title}: {teacher.full_name if teacher else ''} по {last:%d.%m.%Y}"
    _end(row, last)
    log.record(actor, "load", "end", after=words)
    db.session.commit()


def set_hours(actor: Viewer, course_id: int, typed: str) -> None:
    """The hours of the load for the whole year."""
    course, _ = open_course(course_id)
    if not is_hours(typed):
        raise RefusedError(HOURS_WANTED)
    before, course.hours = course.hours, int(typed)
    if before != course.hours:
        log.record(actor, "load", "update", before=f"{course.title}: {before} ч", after=f"{course.hours} ч")
    db.session.commit()


def set_period_hours(actor: Viewer, course_id: int, typed: Mapping[int, str]) -> None:
    """The hours of each period of the year by its number; the year's are their sum. Raises RefusedError."""
    course, _ = open_course(course_id)
    if not all(is_hours(text or "0") for text in typed.values()):
        raise RefusedError(HOURS_WANTED)
    rows = {
        row.number: row for row in db.session.scalars(select(CourseHours).where(CourseHours.course_id == course.id))
    }
    before = _hours_words({number: row.hours for number, row in rows.items()})
    # A year that was divided otherwise since leaves hours of periods it no longer has.
    there = {period.number for period in periods.of_group(course.group, course.year)} | typed.keys()
    gone = [rows.pop(number) for number in sorted(rows.keys() - there)]
    wanted = {number: row.hours for number, row in rows.items()} | {n: int(text or 0) for n, text in typed.items()}
    if sum(wanted.values()) > MOST_COURSE_HOURS:
        raise RefusedError(HOURS_WANTED)
    for row in gone:
        db.session.delete(row)
    for number, hours in wanted.items():
        row = rows.get(number) or CourseHours(course_id=course.id, number=number)
        row.hours = hours
        db.session.add(row)
    course.hours = sum(wanted.values())
    if before != _hours_words(wanted):
        log.record(actor, "load", "update", before=f"{course.title}: {before}", after=_hours_words(wanted))
    db.session.commit()


def is_hours(text: str) -> bool:
    return whole(text, most=MOST_COURSE_HOURS) is not None


def _hours_words(hours: Mapping[int, int]) -> str:
    return " + ".join(str(hours[number]) for number in sorted(hours)) + " ч" if hours else "не распределены"


def remove(actor: Viewer, course_id: int) -> str:
    """Take away a journal in which there is nothing yet."""
    course, _ = open_course(course_id)
    title = course.title
    if is_used(course.id):
        raise RefusedError(f"В журнале «{title}» уже есть занятия, расписание или записи: удалить его нельзя (п. 4.2).")
    if course.stream_id:
        raise RefusedError(f"Журнал «{title}» в потоке: сначала выведите его оттуда.")
    delete_empty(course)
    log.record(actor, "load", "delete", before=title)
    db.session.commit()
    return title


def delete_empty(course: Course) -> None:
    """The journal with its teachers and hours; whether anything else is in it the caller has asked."""
    db.session.execute(delete(CourseTeacher).where(CourseTeacher.course_id == course.id))
    db.session.execute(delete(CourseHours).where(CourseHours.course_id == course.id))
    db.session.delete(course)


def open_course(course_id: int) -> tuple[Course, AcademicYear]:
    course = find(course_id)
    periods.check_open(course.year)
    return course, course.year


def _end(row: CourseTeacher, last: date) -> None:
    """A teaching that would end before it began was never: it is taken away."""
    if row.since and last < row.since:
        db.session.delete(row)
    elif row.until is None or row.until > last:
        row.until = last


def is_used(course_id: int) -> bool:
    """Does any table but its own hours and teachers name the course? New tables are asked without a change here."""
    for table in Base.metadata.sorted_tables:
        if table.name in OWN:
            continue
        for key in table.foreign_keys:
            if key.column.table.name == "course" and db.session.scalar(
                select(func.count()).select_from(table).where(key.parent == course_id)
            ):
                return True
    return False


def _teachers(courses: Sequence[Course]) -> dict[int, list[tuple[CourseTeacher, Person]]]:
    found: dict[int, list[tuple[CourseTeacher, Person]]] = {}
    for row, person in db.session.execute(
        select(CourseTeacher, Person)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_([course.id for course in courses]))
        .order_by(CourseTeacher.since, CourseTeacher.id)
    ):
        found.setdefault(row.course_id, []).append((row, person))
    return found


def _hours(courses: Sequence[Course]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for row in db.session.scalars(
        select(CourseHours).where(CourseHours.course_id.in_([course.id for course in courses]))
    ):
        found.setdefault(row.course_id, {})[row.number] = row.hours
    return found


def _only_plans(year: AcademicYear) -> dict[int, int]:
    """Of a discipline with exactly one thematic plan of this year: that plan."""
    found = db.session.execute(
        select(ThematicPlan.discipline_id, func.min(ThematicPlan.id))
        .where(ThematicPlan.year_id == year.id)
        .group_by(ThematicPlan.discipline_id)
        .having(func.count() == 1)
    )
    return {discipline_id: plan_id for discipline_id, plan_id in found if plan_id}


def options(year: AcademicYear) -> list[tuple[int, str]]:
    """The journals of a year, to choose one from: by group and discipline."""
    courses = db.session.scalars(
        select(Course)
        .join(Group, Group.id == Course.group_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(Course.year_id == year.id)
        .options(joinedload(Course.group), joinedload(Course.discipline), joinedload(Course.subgroup))
        .order_by(Group.gkey, Discipline.index, Course.id)
    )
    return [(course.id, f"{course.audience}: {course.discipline.title}") for course in courses]
