"""How each student of a group stands in a period: mean, what is missed, risk, debts. Of facts read once (п. 4.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy import select

from ejournal.domain import attestation, grading, risk
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Discipline, Period, PeriodMark
from ejournal.services import attendance_sheet, statements
from ejournal.services.statement_facts import Facts, Given, Held
from ejournal.services.statements import Row


@dataclass(frozen=True, slots=True)
class Debt:
    """A period mark that is owed."""

    discipline: str
    period: str
    mark: str

    @property
    def words(self) -> str:
        return f"{self.discipline}: «{self.mark}», {self.period}"


@dataclass(frozen=True, slots=True)
class Standing:
    """`rows`: by discipline, in the order of the plan; `total`: their sum; `risk`: why, in words."""

    rows: list[Row]
    total: Row
    mean: str
    risk: list[str]

    def row(self, discipline_id: int) -> Row | None:
        return next((row for row in self.rows if row.discipline_id == discipline_id), None)


def of_student(
    facts: Facts, names: Mapping[int, str], student_id: int, span: tuple[date, date], held: Sequence[Held]
) -> Standing:
    """A student between two dates. `names`: titles of disciplines without their index, for sentences; `held`: the
    lessons the student had to attend (Facts.held), which is dear and asked for once."""
    rows, total = statements.count(
        facts.titles,
        (lesson for lesson in held if span[0] <= lesson.date <= span[1]),
        within(facts.given.get(student_id, ()), span),
        facts.period_marks.get(student_id, {}),
    )
    subjects = [
        risk.Subject(names.get(row.discipline_id, row.title), row.weighed, row.lessons, row.missed_lessons)
        for row in rows
    ]
    return Standing(rows, total, mean_of(rows), risk.reasons(subjects))


def mean_of(rows: Iterable[Row]) -> str:
    """The weighted mean of all marks of some rows, as text."""
    return grading.format_mean(grading.weighted_mean(chain.from_iterable(row.weighed for row in rows)))


def within(cells: Iterable[Given], span: tuple[date, date]) -> list[Given]:
    return [cell for cell in cells if span[0] <= cell.date <= span[1]]


def planned(held: Iterable[Held], span: tuple[date, date]) -> int:
    """Academic hours of lessons held between two dates."""
    return sum(lesson.hours for lesson in held if span[0] <= lesson.date <= span[1])


def hours_by_code(cells: Sequence[Given]) -> dict[str, int]:
    """Hours missed as «н», «п», «б», and how many times late («о»)."""
    found = dict.fromkeys(grading.SEVERITY, 0)
    for of_day in attendance_sheet.day_codes(cells).values():
        for code, hours in of_day.items():
            found[code] += hours
    return found


def disciplines(facts: Facts) -> list[Discipline]:
    """The disciplines the facts speak of, in the order of the plan. One query."""
    return list(
        db.session.scalars(select(Discipline).where(Discipline.id.in_(facts.titles)).order_by(Discipline.index))
    )


def debts(student_ids: Collection[int]) -> dict[int, list[Debt]]:
    """Period marks owed, of every year, by student. One query."""
    found: dict[int, list[Debt]] = {}
    for student_id, title, period, year, mark in db.session.execute(
        select(PeriodMark.student_id, Discipline.title, Period.title, AcademicYear.title, PeriodMark.mark)
        .join(Course, Course.id == PeriodMark.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Period, Period.id == PeriodMark.period_id)
        .join(AcademicYear, AcademicYear.id == Period.year_id)
        .where(PeriodMark.student_id.in_(student_ids), PeriodMark.mark.in_(attestation.DEBTS))
        .order_by(Period.starts, Discipline.index, PeriodMark.id)
    ):
        found.setdefault(student_id, []).append(Debt(title, f"{period}, {year}", mark or ""))
    return found
