"""What the curriculum gives a group in a year: disciplines with hours of its two semesters (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import AcademicYear, CurriculumHours, Discipline, DisciplineKind, Group, Period


@dataclass(slots=True)
class PlanRow:
    """A discipline of a group in one year; hours are academic, `control` as the plan writes it (Э, ДЗ, З …)."""

    discipline_id: int
    index: str
    title: str
    kind: str
    semester_1_hours: int = 0
    semester_2_hours: int = 0
    control_1: str | None = None
    control_2: str | None = None

    @property
    def hours(self) -> int:
        return self.semester_1_hours + self.semester_2_hours

    @property
    def label(self) -> str:
        return f"{self.index} {self.title}".strip()


def for_groups(groups: Sequence[Group], year: AcademicYear) -> dict[int, list[PlanRow]]:
    """The rows of each group by its id, in the order of the plan; one query however many groups.

    Rows of the group's own admission win over those of every admission (0). Modules, which have no journal, and
    rows without hours or control in that year are left out.
    """
    programmes = {group.programme_id for group in groups if group.programme_id}
    plans: dict[tuple[int, int], list[tuple[Discipline, CurriculumHours]]] = {}
    for discipline, hours in db.session.execute(
        select(Discipline, CurriculumHours)
        .join(CurriculumHours, CurriculumHours.discipline_id == Discipline.id)
        .where(Discipline.programme_id.in_(programmes), Discipline.kind != DisciplineKind.PM)
        .order_by(Discipline.id, CurriculumHours.semester)
    ):
        plans.setdefault((discipline.programme_id, hours.admission_year), []).append((discipline, hours))
    return {group.id: _rows_of(group, year, plans) for group in groups}


def by_period(row: PlanRow, of_group: Sequence[Period]) -> dict[int, int]:
    """The hours of a row by the number of the group's period; of a year without periods, by semester."""
    hours = calendar.hours_by_period((row.semester_1_hours, row.semester_2_hours), len(of_group))
    numbers = [period.number for period in of_group] or range(1, len(hours) + 1)
    found: dict[int, int] = {}
    for number, part in zip(numbers, hours, strict=True):
        found[number] = found.get(number, 0) + part
    return found


def year_hours(discipline_id: int, group: Group, year_starts: int) -> int:
    """The hours the curriculum gives one discipline in one year of the group's study."""
    rows = db.session.scalars(select(CurriculumHours).where(CurriculumHours.discipline_id == discipline_id)).all()
    return in_year(rows, group, year_starts)


def by_discipline() -> dict[int, list[CurriculumHours]]:
    """The rows of all curricula, for who needs them of many disciplines at once."""
    rows: dict[int, list[CurriculumHours]] = {}
    for row in db.session.scalars(select(CurriculumHours)):
        rows.setdefault(row.discipline_id, []).append(row)
    return rows


def in_year(rows: Sequence[CurriculumHours], group: Group, year_starts: int) -> int:
    """Of one discipline's rows, the hours of one year of the group's study."""
    first = first_semester(group, year_starts)
    own = [row for row in rows if row.admission_year == group.admission_year]
    return sum(
        row.hours for row in own or rows if row.semester in (first, first + 1) and (own or not row.admission_year)
    )


def first_semester(group: Group, year_starts: int) -> int:
    """The number (1…8) of the semester in which the group begins the year."""
    return 2 * group.course_number(year_starts) - 1


def _rows_of(
    group: Group, year: AcademicYear, plans: dict[tuple[int, int], list[tuple[Discipline, CurriculumHours]]]
) -> list[PlanRow]:
    programme = group.programme_id or 0
    plan = plans.get((programme, group.admission_year)) or plans.get((programme, 0), [])
    first = first_semester(group, year.starts.year)
    rows: dict[int, PlanRow] = {}
    for discipline, hours in plan:
        if hours.semester not in (first, first + 1) or not (hours.hours or hours.control):
            continue
        row = rows.setdefault(
            discipline.id, PlanRow(discipline.id, discipline.index, discipline.title, discipline.kind)
        )
        if hours.semester == first:
            row.semester_1_hours, row.control_1 = hours.hours, hours.control
        else:
            row.semester_2_hours, row.control_2 = hours.hours, hours.control
    return list(rows.values())
