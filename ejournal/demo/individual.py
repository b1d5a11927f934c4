"""Individual plans by an order of August: one student has a discipline credited, another studies one elsewhere."""

from datetime import date

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.students import SISTER, STUDENT
from ejournal.demo.world import Course, Group, Member
from ejournal.models import IndividualPlan, IndividualRow

CREDITED = "Перезачтено по справке об обучении в другой организации"
ELSEWHERE = "Занимается с другой группой: работает в день занятий своей"


def add(rows: Rows, year: Year, groups: list[Group], courses: list[Course]) -> None:
    """Keep rows of two plans, and take the students off and onto the lists of the journals."""
    first, second = _somebody(groups[1], 0), _somebody(groups[1], 1)
    whole = [course for course in courses if course.group is groups[1] and course.half is None]
    if not (first and second and whole):
        return
    plan_id = _plan(rows, year, first, "12-у", CREDITED)
    rows.add(IndividualRow, plan_id=plan_id, discipline_id=whole[0].subject.id, exempt=True)
    whole[0].off.add(first.student.id)
    for own in whole[1:]:
        others = [c for c in courses if _is_same(c, own)]
        other = next((c for c in others if c.group.number == own.group.number), next(iter(others), None))
        if other:
            plan_id = _plan(rows, year, second, "13-у", ELSEWHERE)
            rows.add(IndividualRow, plan_id=plan_id, discipline_id=own.subject.id, course_id=other.id)
            own.off.add(second.student.id)
            other.guests.append(Member(second.student, 1, date(year.start, 9, 1)))
            return


def _plan(rows: Rows, year: Year, member: Member, order: str, note: str) -> int:
    return rows.add(
        IndividualPlan,
        student_id=member.student.id,
        order_number=order,
        order_date=date(year.start, 8, 28),
        since=date(year.start, 9, 1),
        until=date(year.start + 1, 6, 30),
        note=note,
    )


def _somebody(group: Group, place: int) -> Member | None:
    """A student nothing else is going to happen to."""
    usual = [m for m in group.members[3:-1] if m.until is None and m.student.name not in (STUDENT, SISTER)]
    return usual[place] if place < len(usual) else None


def _is_same(course: Course, own: Course) -> bool:
    """Whether a journal of another group teaches the discipline of the same name."""
    return course.group is not own.group and course.half is None and course.subject.title == own.subject.title
