"""Marks of the semesters that are over (п. 4.4), and the journals closed with them."""

from datetime import date, timedelta
from decimal import Decimal

from ejournal.demo import debts
from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Course, Member, dice
from ejournal.domain import attestation, grading
from ejournal.models import PeriodClosing, PeriodMark

GIVEN_EARLY = 2  # days before the end at which the first marks are given
LATE_SHARE = 0.04  # of journals that miss the term of four days
# Teachers give the better mark sooner than the computed suggestion does.
KIND = grading.SuggestionRules(for_3=Decimal("2.50"), for_4=Decimal("3.45"), for_5=Decimal("4.35"))


def add(
    rows: Rows,
    year: Year,
    seed: int,
    semester: int,
    period_ids: dict[tuple[int, int], int],
    courses: list[Course],
    marks: dict[tuple[int, int], list[tuple[str, int]]],
) -> None:
    """Keep rows of the marks that have been given by now."""
    for course in courses:
        if not course.pairs(semester):
            continue
        number = course.group.number
        ends = year.span(number, semester)[1]
        chance = dice(seed, "period", course.id, semester)
        days = chance.randint(6, 12) if chance.random() < LATE_SHARE else chance.randint(-GIVEN_EARLY, 3)
        at = year.bell(ends + timedelta(days=days), 5)[0]
        if at > year.now:
            continue
        place = {"course_id": course.id, "period_id": period_ids[number, semester]}
        for member in course.members(ends):
            mark = _mark(course, semester, member, marks)
            rows.add(
                PeriodMark,
                student_id=member.student.id,
                mark=mark,
                updated_by=course.teacher.id,
                updated_at=at,
                **place,
            )
            if attestation.opens_debt(mark):
                ago = max((year.today - at.date()).days, 0)
                debts.of_mark(rows, year, course, member, place["period_id"], mark, ago)
        # The second semester stays open: a visitor in summer shall be able to write something.
        if semester == 1 and ends + timedelta(days=days + 2) < year.today:
            rows.add(PeriodClosing, closed_by=course.teacher.id, closed_at=at + timedelta(hours=1), **place)


def _mark(course: Course, semester: int, member: Member, marks: dict[tuple[int, int], list[tuple[str, int]]]) -> str:
    own = marks.get((course.id, member.student.id), [])
    numbers = [(mark, weight) for mark, weight in own if grading.numeric(mark) is not None]
    suggested = grading.suggest_period_mark(grading.weighted_mean(numbers), len(numbers), rules=KIND).mark
    control = course.subject.control[course.group.number][semester - 1]
    if control == "З" and suggested.isdecimal():
        return "ЗЧ" if suggested > "2" else "НЗ"
    return suggested


def is_over(year: Year, semester: int) -> bool:
    """Whether a semester's marks may have been given by today."""
    return year.today >= _first_end(year, semester) - timedelta(days=GIVEN_EARLY)


def _first_end(year: Year, semester: int) -> date:
    return min(year.span(number, semester)[1] for number in (1, 2, 3, 4))
