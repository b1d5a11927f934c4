"""Academic years and the periods of a group in them (п. 4.2: periods differ by course)."""

from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from ejournal.access import prepared, running
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Period
from ejournal.services import settings
from ejournal.services.errors import ClosedError, NoYearError


def of_group(group: Group, year: AcademicYear) -> list[Period]:
    """The periods of a group: its own, its course's and everybody's, as `narrowest` says."""
    rows = db.session.scalars(*_of_group(year.id, group.id, group.course_number(year.starts.year))).all()
    return narrowest(list(rows), group, year)


@prepared
def _of_group(year_id: int, group_id: int, number: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Period)
        .where(
            Period.year_id == year_id,
            or_(Period.group_id == group_id, Period.group_id.is_(None)),
            or_(Period.course_number == number, Period.course_number.is_(None)),
        )
        .order_by(Period.starts, Period.id)
    )


def narrowest(rows: list[Period], group: Group, year: AcademicYear) -> list[Period]:
    """Of a year's periods those that hold for a group: for many groups at once the rows are read only once.

    Its own come before its course's and those before everybody's: one that has the same number or shares a day gives
    way, the others hold on (п. 4.2: «2 семестр» of a group that graduates in May beside the common «1 семестр»).
    """
    number = group.course_number(year.starts.year)
    ranks = {row.id: _rank(row, group.id, number) for row in rows}
    return [
        row
        for row in rows
        if ranks[row.id] is not None
        and not any(_is_less(ranks[other.id], ranks[row.id]) and _meet(other, row) for other in rows)
    ]


def _rank(period: Period, group_id: int, number: int) -> int | None:
    """0 of the group's own, 1 of its course's, 2 of everybody's; None of others'."""
    if period.group_id is not None:
        return 0 if period.group_id == group_id else None
    if period.course_number is not None:
        return 1 if period.course_number == number else None
    return 2


def _is_less(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one < other


def _meet(one: Period, other: Period) -> bool:
    return one.number == other.number or (one.starts <= other.ends and one.ends >= other.starts)


def of_year(year: AcademicYear) -> list[Period]:
    """Every period of a year, of all courses and groups, by date."""
    return list(db.session.scalars(select(Period).where(Period.year_id == year.id).order_by(Period.starts, Period.id)))


def years() -> list[AcademicYear]:
    """All years, the newest first."""
    return list(db.session.scalars(select(AcademicYear).order_by(AcademicYear.starts.desc())))


def current(on: date | None = None) -> AcademicYear | None:
    """The year of a day (today)."""
    day = on or settings.today()
    return db.session.scalar(select(AcademicYear).where(running(day)).order_by(AcademicYear.id))


def chosen(year_id: int | None = None) -> AcademicYear:
    """The year asked for, else the running one, else the newest. Raises NoYearError where there is none."""
    asked = db.session.get(AcademicYear, year_id) if year_id else None
    found = asked or current() or next(iter(years()), None)
    if found is None:
        raise NoYearError
    return found


def check_open(year: AcademicYear) -> None:
    """Raises ClosedError for a year that is closed: it can only be read (п. 2.3)."""
    if year.closed_at:
        raise ClosedError(f"Учебный год {year.title} закрыт: его можно только читать (п. 2.3).")


def check_days_open(first: date, last: date) -> None:
    """The same of every year that has one of these days, both included; none where the last is before the first."""
    if first > last:
        return
    touched = (AcademicYear.starts <= last, AcademicYear.ends >= first, AcademicYear.closed_at.is_not(None))
    year = db.session.scalar(select(AcademicYear).where(*touched).order_by(AcademicYear.starts).limit(1))
    if year:
        check_open(year)
