"""What of a group is looked at: a day, a week or a period, and the period its figures belong to (п. 4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.domain import calendar
from ejournal.models import Group
from ejournal.services import diary_calendar, groups
from ejournal.services.diary_calendar import Plans
from ejournal.services.spans import Choice

VIEWS = {"day": "День", "week": "Неделя", "period": "Период"}
WAYS = {"days": "По дням и парам", "disciplines": "По дисциплинам"}
ORDERS = {"name": "По фамилии", "risk": "По риску"}


@dataclass(frozen=True, slots=True)
class Frame:
    """`span`: the days shown; `period`: means, risk and debts are its. `previous` and `following` are days or weeks
    to turn to; `args` repeat the page's address."""

    view: str
    by: str
    order: str
    span: tuple[date, date]
    title: str
    period: Choice
    choices: list[Choice]
    previous: str = ""
    following: str = ""

    @property
    def args(self) -> dict[str, str]:
        own = {
            "day": {"day": self.span[0].isoformat()},
            "week": {"week": calendar.format_week(self.span[0]), "by": self.by},
            "period": {"period": self.period.value},
        }
        return {"view": self.view, **own[self.view], "sort": self.order}


def of(group: Group, asked: Mapping[str, str], today: date) -> Frame:
    """The frame an address asks for; what it does not say, or says wrongly, is the usual. One query."""
    last = min(today, group.released_on or today)
    choices = choices_of(group, last)
    order = asked.get("sort", "")
    order = order if order in ORDERS else "name"
    usual = "week" if choices[0].span[0] <= last == today else "period"
    view = asked.get("view", "")
    view = view if view in VIEWS else usual
    if view == "day":
        return _day(_parse_day(asked.get("day", ""), last), choices, order)
    if view == "week":
        by = asked.get("by", "")
        return _week(_parse_week(asked.get("week", ""), last), by if by in WAYS else "days", choices, order)
    chosen = next((one for one in choices if one.value == asked.get("period")), None) or enclosing(choices, last)
    return Frame("period", "disciplines", order, chosen.span, chosen.title, chosen, choices)


def choices_of(group: Group, last: date) -> list[Choice]:
    """The periods and years of a group that have begun, the newest year first; never empty."""
    first = min(date(group.admission_year, 9, 1), last)
    return begun(diary_calendar.load(first, last), group, last) or [Choice("all", "всё время", (first, last))]


def begun(plans: Plans, group: Group, last: date) -> list[Choice]:
    """Of some years the periods of a group that began by a day, and the years themselves, the newest first."""
    choices = []
    for plan in reversed(plans.years):
        if not 1 <= group.course_number(plan.year.starts.year) <= groups.years_of_study(group):
            continue
        of_group = [period for period in plan.of_group(group) if period.starts <= last]
        choices += [
            Choice(f"p{one.id}", f"{one.title}, {plan.year.title}", (one.starts, one.ends), one) for one in of_group
        ]
        choices.append(Choice(f"y{plan.year.id}", f"весь {plan.year.title} год", (plan.year.starts, plan.year.ends)))
    return choices


def enclosing(choices: Sequence[Choice], day: date) -> Choice:
    """The period a day is in; between periods the last one before it."""
    around = [one for one in choices if one.span[0] <= day <= one.span[1]]
    inside = [one for one in around if one.value[0] == "p"]
    before = sorted((one for one in choices if one.value[0] == "p" and one.span[1] < day), key=lambda one: one.span[1])
    return (inside or before[-1:] or around or list(choices))[0]


def _day(day: date, choices: list[Choice], order: str) -> Frame:
    title = f"{calendar.WEEKDAYS[day.weekday()]}, {calendar.format_long(day)}"
    return Frame(
        "day", "days", order, (day, day), title, enclosing(choices, day), choices,
        _school_day(day, -1).isoformat(), _school_day(day, 1).isoformat(),
    )  # fmt: skip


def _week(monday: date, by: str, choices: list[Choice], order: str) -> Frame:
    sunday = monday + timedelta(days=6)
    start = str(monday.day) if monday.month == sunday.month else calendar.format_day_month(monday)
    return Frame(
        "week", by, order, (monday, sunday), f"{start} – {calendar.format_long(sunday)}",
        enclosing(choices, monday), choices,
        calendar.format_week(monday - timedelta(days=7)), calendar.format_week(monday + timedelta(days=7)),
    )  # fmt: skip


def _school_day(day: date, step: int) -> date:
    day += timedelta(days=step)
    return day + timedelta(days=step) if day.weekday() == calendar.SUNDAY else day


def _parse_day(text: str, default: date) -> date:
    return _near(calendar.read_day(text) or default, default)


def _parse_week(text: str, default: date) -> date:
    try:
        return _near(calendar.parse_week(text), calendar.monday_of(default))
    except ValueError:
        return calendar.monday_of(default)


def _near(day: date, default: date) -> date:
    """A date of our century: beyond the calendar there is no next week to turn to."""
    return day if 2000 <= day.year <= 2199 else default
