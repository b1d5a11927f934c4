"""The days of a report: of each group, because periods differ by course and group (п. 4.2); and what can be chosen."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ejournal.domain import calendar
from ejournal.domain.calendar import MONTHS, format_month
from ejournal.models import Period
from ejournal.services import periods
from ejournal.services.attendance_sheet import month_span
from ejournal.services.reports.query import MONTH

if TYPE_CHECKING:
    from ejournal.services.reports.scope import Scope

Span = tuple[date, date]
WHOLE_YEAR = "year"


def fill(scope: "Scope") -> None:
    """Give every group of the scope its days; one that has no such period, or whose has not begun, gets none."""
    chosen = chosen_period(scope)
    for group in scope.groups.values():
        of_group = periods.narrowest(scope.year_periods, group, scope.year)
        span = _span(scope, chosen, of_group)
        if chosen.startswith("s"):
            found = next((one for one in of_group if f"s{one.number}" == chosen), None)
            if found:
                scope.periods[group.id] = found
        if span is None:
            continue
        scope.whole[group.id] = span
        if span[0] <= scope.today:
            scope.spans[group.id] = (span[0], min(span[1], scope.today))


def chosen_period(scope: "Scope") -> str:
    """What is asked for if it is offered; else the report's own, the period that runs today or the one that ended last.
    "" where days are given."""
    if scope.query.since or scope.query.until:
        return ""
    if scope.query.period in {value for value, _title in choices(scope)}:
        return scope.query.period
    if scope.report.period:
        return scope.report.period
    begun = [one for one in scope.year_periods if one.starts <= scope.today]
    return f"s{max(begun, key=lambda one: one.starts).number}" if begun else _first(scope.year_periods)


def _first(rows: Sequence[Period]) -> str:
    return f"s{rows[0].number}" if rows else WHOLE_YEAR


def _span(scope: "Scope", chosen: str, of_group: Sequence[Period]) -> Span | None:
    year = (scope.year.starts, scope.year.ends)
    if not chosen:
        # Lessons and courses are of the year: days beyond it add nothing, and are counted one by one.
        first, last = max(scope.query.since or year[0], year[0]), min(scope.query.until or year[1], year[1])
        return (first, last) if first <= last else None
    if MONTH.fullmatch(chosen):
        return month_span(chosen, scope.today)
    if chosen == WHOLE_YEAR:
        return (of_group[0].starts, of_group[-1].ends) if of_group else year
    own = next((one for one in of_group if f"s{one.number}" == chosen), None)
    return (own.starts, own.ends) if own else None


def choices(scope: "Scope") -> list[tuple[str, str]]:
    """Periods by number, the year, the months of it that have begun."""
    titles: dict[int, str] = {}
    for one in scope.year_periods:
        titles.setdefault(one.number, one.title)
    found = [(f"s{number}", title) for number, title in sorted(titles.items())]
    return [*found, (WHOLE_YEAR, "учебный год"), *months(scope.year.starts, min(scope.year.ends, scope.today))]


def months(first: date, last: date) -> list[tuple[str, str]]:
    """The months between two days: («2026-11», «ноябрь 2026»)."""
    return [(f"{day:%Y-%m}", format_month(day)) for day in calendar.months(first, last)]


def month_title(day: date) -> str:
    """«сентябрь»: inside one year its name is enough."""
    return MONTHS[day.month - 1]


def words(scope: "Scope") -> str:
    """«1 семестр, 01.09.2026 – 27.11.2026»."""
    chosen = chosen_period(scope)
    title = dict(choices(scope)).get(chosen, "")
    days = scope.whole.values() if scope.report.ahead else scope.spans.values()
    if not days:
        return f"{title}: ещё не начался" if title else "этих дней ещё не было"
    first, last = min(one for one, _ in days), max(one for _, one in days)
    return f"{title}{', ' if title else ''}{first:%d.%m.%Y} – {last:%d.%m.%Y}"
