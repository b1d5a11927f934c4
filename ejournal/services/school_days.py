"""On which days a group may have lessons: vacations, holidays, its weekdays (п. 4.2); working days of terms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import AcademicYear, Vacation

EVERY_DAY = "123456"
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The vacations and holidays of a year, read once. `days` are a group's weekdays, Monday «1»."""

    year: tuple[date, date]
    free: tuple[tuple[date, date, int | None, str, str], ...]

    def why_not(self, day: date, course_number: int | None, days: str = EVERY_DAY) -> str | None:
        """Why there are no lessons on a day, in Russian; None where there may be. `course_number` None: no course."""
        if not self.year[0] <= day <= self.year[1]:
            return "вне учебного года"
        for starts, ends, course, title, kind in self.free:
            if starts <= day <= ends and (course is None or course == course_number):
                return f"праздничный день: {title}" if kind == "holiday" else f"каникулы «{title}»"
        if calendar.is_state_holiday(day):
            return "праздничный день"
        if str(day.isoweekday()) not in days:
            return "воскресенье" if day.isoweekday() == 7 else "группа в этот день не учится"
        return None

    def may_study(self, day: date, course_number: int | None, days: str = EVERY_DAY) -> bool:
        return self.why_not(day, course_number, days) is None


def load(year: AcademicYear) -> SchoolDays:
    """One query."""
    rows = db.session.scalars(
        select(Vacation).where(Vacation.year_id == year.id).order_by(Vacation.kind, Vacation.starts)
    )
    free = tuple((row.starts, row.ends, row.course_number, row.title, row.kind) for row in rows)
    return SchoolDays((year.starts, year.ends), free)


def working() -> Callable[[date], bool]:
    """Which days count for a term of working days: Monday to Friday without holidays, state and the college's."""
    rows = db.session.execute(select(Vacation.starts, Vacation.ends).where(Vacation.kind == "holiday")).all()

    def is_working(day: date) -> bool:
        if day.isoweekday() >= SATURDAY or calendar.is_state_holiday(day):
            return False
        return not any(starts <= day <= ends for starts, ends in rows)

    return is_working
