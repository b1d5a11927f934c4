"""The year of a diary: periods, vacations and holidays of the days it shows. One query."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, cast, literal, null, select, union_all

from ejournal.access import prepared
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Period, Vacation
from ejournal.services import bells, periods
from ejournal.services.bells import Bells
from ejournal.services.school_days import SchoolDays


@dataclass(slots=True)
class YearPlan:
    """An academic year with everything set up in it."""

    year: AcademicYear
    periods: list[Period] = field(default_factory=list)
    vacations: list[Vacation] = field(default_factory=list)

    def of_group(self, group: Group | None) -> list[Period]:
        """The periods of a group: its own, else its course's, else everybody's."""
        return periods.narrowest(self.periods, group, self.year) if group else []

    def free_of(self, group: Group | None) -> list[Vacation]:
        """Vacations and holidays that concern a group."""
        number = group.course_number(self.year.starts.year) if group else None
        return [free for free in self.vacations if free.course_number in (None, number)]

    def why_free(self, day: date, group: Group | None) -> str:
        """Why a group has no lessons on a day; "" where it might have."""
        free = tuple((v.starts, v.ends, v.course_number, v.title, v.kind) for v in self.vacations)
        number = group.course_number(self.year.starts.year) if group else None
        return SchoolDays((self.year.starts, self.year.ends), free).why_not(day, number) or ""


@dataclass(frozen=True, slots=True)
class Plans:
    years: list[YearPlan]

    def of(self, day: date) -> YearPlan | None:
        return next((plan for plan in self.years if plan.year.starts <= day <= plan.year.ends), None)

    def period_of(self, group: Group | None, day: date) -> tuple[date, date]:
        """The period a day is in; between periods the last one begun; without any the year, or the month before."""
        plan = self.of(day)
        if plan is None:
            return day - timedelta(days=30), day
        begun = [period for period in plan.of_group(group) if period.starts <= day]
        if not begun:
            return plan.year.starts, plan.year.ends
        return begun[-1].starts, begun[-1].ends

    def why_free(self, day: date, group: Group | None) -> str:
        plan = self.of(day)
        return plan.why_free(day, group) if plan else "вне учебного года"


def load(*days: date) -> Plans:
    """The years in which any of the days is, and those between."""
    return _plans(db.session.execute(*_calendar(min(days), max(days))).all())


def load_with_bells(groups: Collection[int], *days: date) -> tuple[Plans, Bells]:
    """The same and when pairs begin for some groups, all in one query: the page of a week counts them."""
    rows = db.session.execute(*_calendar_with_bells(groups, min(days), max(days))).all()
    return _plans([row for row in rows if row.what]), bells.collect(row for row in rows if not row.what)


@prepared
def _calendar(first: date, last: date) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*_parts(first, last)).order_by("starts", "id")


@prepared
def _calendar_with_bells(groups: Collection[int], first: date, last: date) -> CompoundSelect[*tuple[Any, ...]]:
    no_day = [cast(null(), each.type).label(each.name) for each in _years(first, last).selected_columns]
    united = [part.add_columns(*no_day) for part in bells.parts(groups)]
    united += [part.with_only_columns(*bells.NOTHING, *part.selected_columns) for part in _parts(first, last)]
    return union_all(*united).order_by("schedule_id", "pair", "starts", "id")


def _parts(first: date, last: date) -> list[Select[*tuple[Any, ...]]]:
    return [_years(first, last), _periods(first, last), _vacations(first, last)]


def _plans(rows: Sequence[Any]) -> Plans:
    plans = {
        row.id: YearPlan(AcademicYear(id=row.id, title=row.title, starts=row.starts, ends=row.ends))
        for row in rows
        if row.what == "year"
    }
    _share_out(plans, rows)
    return Plans(list(plans.values()))


def _share_out(plans: dict[int, YearPlan], rows: Iterable[Any]) -> None:
    for row in rows:
        named = {"id": row.id, "title": row.title, "starts": row.starts, "ends": row.ends, "year_id": row.year_id}
        course = {"course_number": row.course_number}
        if row.what == "period":
            plans[row.year_id].periods.append(Period(**named, **course, number=row.number, group_id=row.group_id))
        elif row.what != "year":
            plans[row.year_id].vacations.append(Vacation(**named, **course, kind=row.what))


def _years(first: date, last: date) -> Select[*tuple[Any, ...]]:
    nothing = cast(null(), Integer)
    return select(
        literal("year").label("what"),
        AcademicYear.id.label("id"),
        AcademicYear.id.label("year_id"),
        AcademicYear.title.label("title"),
        AcademicYear.starts.label("starts"),
        AcademicYear.ends.label("ends"),
        nothing.label("course_number"),
        nothing.label("group_id"),
        nothing.label("number"),
    ).where(AcademicYear.starts <= last, AcademicYear.ends >= first)


def _periods(first: date, last: date) -> Select[*tuple[Any, ...]]:
    columns = (Period.title, Period.starts, Period.ends, Period.course_number, Period.group_id, Period.number)
    return (
        select(literal("period"), Period.id, Period.year_id, *columns)
        .join(AcademicYear, AcademicYear.id == Period.year_id)
        .where(AcademicYear.starts <= last, AcademicYear.ends >= first)
    )


def _vacations(first: date, last: date) -> Select[*tuple[Any, ...]]:
    columns = (Vacation.title, Vacation.starts, Vacation.ends, Vacation.course_number)
    nothing = cast(null(), Integer)
    return (
        select(Vacation.kind, Vacation.id, Vacation.year_id, *columns, nothing, nothing)
        .join(AcademicYear, AcademicYear.id == Vacation.year_id)
        .where(AcademicYear.starts <= last, AcademicYear.ends >= first)
    )
