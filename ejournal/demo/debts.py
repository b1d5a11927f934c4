"""Academic debts and a ведомость: what the office and the family find while the semester runs (п. 4.4)."""

from datetime import timedelta

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Course, Member
from ejournal.domain import session_plan
from ejournal.domain.notation import NOT_ATTESTED
from ejournal.models import AttestationSheet, Debt, DebtAttempt, PeriodMark, SheetRow

AGO, TERM = 10, 20  # days since a debt arose, and up to its term
SETTLED = 40  # days of the semester before anybody is attested early


def of_mark(rows: Rows, year: Year, course: Course, member: Member, period_id: int, mark: str, days: int) -> int:
    """The debt of a mark given `days` ago; returns its number."""
    opened = year.today - timedelta(days=days)
    return rows.add(
        Debt, student_id=member.student.id, course_id=course.id, period_id=period_id, slot=str(period_id), mark=mark,
        due=opened + timedelta(days=AGO + TERM), form="собеседование", opened_on=opened, opened_by=course.teacher.id,
    )  # fmt: skip


def add(
    rows: Rows, year: Year, semester: int, period_ids: dict[tuple[int, int], int], courses: list[Course],
    student: int, teacher: int,
) -> None:  # fmt: skip
    """Keep rows of two debts of the demo student's group, attested early, and of an exam's sheet of the teacher."""
    own = [one for one in courses if one.pairs(semester) and _has(one, year, student)]
    if own and (year.today - year.span(own[0].group.number, semester)[0]).days > SETTLED:
        course = own[0]
        members = course.members(year.today)
        mate = next(one for one in members if one.student.id != student)
        first = next(one for one in members if one.student.id == student)
        period = period_ids[course.group.number, semester]
        for member in (first, mate):
            rows.add(
                PeriodMark, course_id=course.id, period_id=period, student_id=member.student.id, mark=NOT_ATTESTED,
                updated_by=course.teacher.id, updated_at=year.now - timedelta(days=AGO),
            )  # fmt: skip
            debt = of_mark(rows, year, course, member, period, NOT_ATTESTED, AGO)
        rows.add(
            DebtAttempt, debt_id=debt, number=1, day=year.today - timedelta(days=3), examiners=_name(course),
            result="2", result_by=course.teacher.id, result_at=year.now - timedelta(days=3),
        )  # fmt: skip
    _sheet(rows, year, semester, period_ids, [one for one in courses if one.teacher.id == teacher])


def _sheet(
    rows: Rows, year: Year, semester: int, period_ids: dict[tuple[int, int], int], courses: list[Course]
) -> None:
    """Made ready for the session: an exam's where the teacher has one, else a credit's."""
    ends = [
        (session_plan.forms(one.subject.control.get(one.group.number, ("", ""))[semester - 1]), one)
        for one in courses
        if one.pairs(semester)
    ]
    ready = [(forms[0], one) for forms, one in ends if forms and forms[0] not in session_plan.WITHOUT_DAY]
    if not ready:
        return
    control, course = min(ready, key=lambda pair: (pair[0] != session_plan.EXAM, pair[1].id))
    number = course.group.number
    sheet = rows.add(
        AttestationSheet, course_id=course.id, period_id=period_ids[number, semester], kind="main", control=control,
        number=f"{year.start}-1", date=year.span(number, semester)[1], examiners=_name(course),
    )  # fmt: skip
    for member in course.members(year.today):
        rows.add(SheetRow, sheet_id=sheet, student_id=member.student.id)


def _has(course: Course, year: Year, student: int) -> bool:
    return len(course.members(year.today)) > 1 and any(
        member.student.id == student for member in course.members(year.today)
    )


def _name(course: Course) -> str:
    name = course.teacher.name
    return f"{name.surname} {name.name} {name.patronymic}".strip()
