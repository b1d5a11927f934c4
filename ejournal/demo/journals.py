"""Who keeps which journal (учебная нагрузка)."""

from datetime import date

from ejournal.demo.calendar import Year
from ejournal.demo.plans import hours_of_year
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff, Want
from ejournal.demo.world import Course, Group, Teacher
from ejournal.models import Course as CourseRow
from ejournal.models import CourseTeacher

# Journals of the login «teacher»: group (place in the list), index, half. The same kind of list for «curator».
OF_TEACHER = ((0, "ОУД.05", 1), (1, "ОП.04", None), (2, "МДК.01.01", None), (2, "УП.01", None), (3, "МДК.01.04", None))
OF_CURATOR = ((0, "ОУД.04", None), (1, "ЕН.01", None), (1, "ЕН.02", None), (2, "ЕН.03", None))


def add(rows: Rows, year: Year, year_id: int, groups: list[Group], wants: list[Want], staff: Staff) -> list[Course]:
    """Keep rows of journals: the named ones first, then each to the least busy teacher of its area."""
    named = _named(groups, wants, staff)
    for number, teacher in named.items():
        teacher.load += _pairs(wants[number])
    courses: list[Course] = []
    for number, want in enumerate(wants):
        teacher = named.get(number) or _least_busy(staff, want, courses)
        if number not in named:
            teacher.load += _pairs(want)
        courses.append(_add_course(rows, year, year_id, want, teacher))
    return courses


def _named(groups: list[Group], wants: list[Want], staff: Staff) -> dict[int, Teacher]:
    """The journals of the two logins, by place in the list of wants."""
    places = {group.id: place for place, group in enumerate(groups)}
    return {
        number: teacher
        for number, want in enumerate(wants)
        for teacher, journals in ((staff.teacher, OF_TEACHER), (staff.curator, OF_CURATOR))
        if (places[want.group.id], want.subject.index, want.half) in journals
    }


def _least_busy(staff: Staff, want: Want, courses: list[Course]) -> Teacher:
    # Both halves of a group are taught at the same time, so by two teachers.
    halves = {
        course.teacher.id for course in courses[-1:] if course.subject is want.subject and course.group is want.group
    }
    able = [t for t in staff.teachers if t.area == want.subject.area and t.id not in halves]
    return min(able, key=lambda teacher: teacher.load)


def _pairs(want: Want) -> int:
    return max(want.subject.load[want.group.number])


def _add_course(rows: Rows, year: Year, year_id: int, want: Want, teacher: Teacher) -> Course:
    plan = want.subject.plans[want.group.number]
    course_id = rows.add(
        CourseRow,
        year_id=year_id,
        group_id=want.group.id,
        subgroup_id=want.group.subgroups[want.half] if want.half else None,
        discipline_id=want.subject.id,
        plan_id=plan.id,
        hours=hours_of_year(want.subject, want.group.number),
    )
    rows.add(CourseTeacher, course_id=course_id, teacher_id=teacher.id, since=date(year.start, 9, 1))
    return Course(course_id, want.group, want.half, want.subject, teacher, plan)
