"""Academic years, weeks, school days and Russian dates (п. 3.4, 4.2).

Dates are the college's local dates; a moment in UTC becomes one only through `local_date`.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

PAIR_HOURS = 2  # academic hours of 45 minutes in a pair, unless the lesson says otherwise
MOST_LESSON_HOURS = 8
MOST_COURSE_HOURS = 2000  # of a discipline in a year or semester: more is a slip of the finger
STARTS = (2000, 2100)  # first and last year an academic year or a group may begin in
MOST_YEARS = 6  # of study

MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
MONTHS_GENITIVE = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
WEEKDAYS_SHORT = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
SUNDAY = 6

# Non-working holidays of the Labour Code (ТК РФ, ст. 112) as (month, day); moved days off differ every
# year and are the college's own list.
STATE_HOLIDAYS = frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})

_ISO_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


def pairs_of(hours: int) -> int:
    """How many pairs so many academic hours take."""
    return max(1, hours // PAIR_HOURS)


class Parity(StrEnum):
    """Which of the two weeks of a fortnightly timetable."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"

    @property
    def russian(self) -> str:
        return "числитель" if self is Parity.NUMERATOR else "знаменатель"


def academic_year(day: date) -> int:
    """The year in which the academic year of `day` began: 1 September – 31 August."""
    return day.year if day.month >= 9 else day.year - 1


def year_title(start: int) -> str:
    """«2026/2027»."""
    return f"{start}/{start + 1}"


def year_bounds(start: int) -> tuple[date, date]:
    """The first and the last day of the academic year."""
    return date(start, 9, 1), date(start + 1, 8, 31)


def course_number(year_start: int, admission_year: int) -> int:
    """The course (курс) of a group admitted in `admission_year`; below 1 it is not admitted yet."""
    return year_start - admission_year + 1


def semester_of(place: int, number: int) -> int:
    """The curriculum's semester (1 or 2) of the year that the period with this place (from 1) of so many belongs to.

    Of trimesters and modules the first half makes the first semester; a year in one piece counts as the first.
    """
    return 1 if number == 1 or place * 2 <= number else 2


def hours_by_period(semesters: tuple[int, int], number: int) -> list[int]:
    """Hours of the curriculum's two semesters over so many periods of the year: periods of one semester share its hours
    as evenly as whole hours go, the first ones have more. Without periods the semesters are the periods."""
    if number < 2:
        return [sum(semesters)] if number else list(semesters)
    places = [semester_of(place, number) for place in range(1, number + 1)]
    found: list[int] = []
    for semester, hours in enumerate(semesters, start=1):
        size, longer = divmod(hours, places.count(semester))
        found += [size + (place < longer) for place in range(places.count(semester))]
    return found


def anchor_of(year_start: int, own: date | None) -> date:
    """A day of the first числитель week of a year: the college's own counts for the year that its week lies in alone,
    or the weeks of the years after would go on from it, and that of 1 September might be знаменатель.

    A week is of the year of its Sunday: that of 1 September may begin in August.
    """
    if own and academic_year(monday_of(own) + timedelta(days=SUNDAY)) == year_start:
        return own
    return default_anchor(year_start)


def default_anchor(year_start: int) -> date:
    """The Monday of the week of 1 September: the first числитель, unless the college sets its own anchor."""
    return monday_of(date(year_start, 9, 1))


def week_parity(day: date, anchor: date) -> Parity:
    """The parity of the week of `day`; `anchor` is any day of a числитель week, before or after `day`."""
    weeks = (monday_of(day) - monday_of(anchor)).days // 7
    return Parity.DENOMINATOR if weeks % 2 else Parity.NUMERATOR


def read_day(text: str) -> date | None:
    """A day as a date field sends it (2026-11-24) or as people write it (24.11.2026); None where it is none."""
    text = text.strip()
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_week(text: str) -> date:
    """«2026-W48» → its Monday; ValueError with a Russian message for anything that is not such a week."""
    match = _ISO_WEEK.fullmatch(text)
    try:
        if match:
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass  # a week the year does not have, e.g. 2025-W53
    raise ValueError(f"нет такой недели: «{text[:20]}»; пример: 2026-W48")


def format_week(day: date) -> str:
    """The ISO week of a day: «2026-W48». Its year may differ from the day's own at the turn of the year."""
    iso = day.isocalendar()
    return f"{iso.year:04}-W{iso.week:02}"


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_end(day: date) -> date:
    return next_month(day) - timedelta(days=1)


def months(first: date, last: date) -> list[date]:
    """The first days of the months from that of one day to that of another; none where `last` is in an earlier one."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_school_day(
    day: date,
    vacations: Iterable[tuple[date, date]] = (),
    holidays: Collection[date] = (),
    days_off: Collection[int] = (SUNDAY,),
) -> bool:
    """Whether there may be lessons: not a weekly day off, a holiday (state or the college's) or a vacation.

    Vacations are (first, last) days, both included; `days_off` are weekdays, Monday 0. A Saturday usually
    is a school day.
    """
    if day.weekday() in days_off or is_state_holiday(day) or day in holidays:
        return False
    return not any(first <= day <= last for first, last in vacations)


def is_state_holiday(day: date) -> bool:
    return (day.month, day.day) in STATE_HOLIDAYS


def local_date(moment: datetime, tz: tzinfo | str) -> date:
    """The college's date at an aware moment: terms are counted in its days, not in UTC's."""
    return local_datetime(moment, tz).date()


def local_datetime(moment: datetime, tz: tzinfo | str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an aware datetime is required")
    return moment.astimezone(ZoneInfo(tz) if isinstance(tz, str) else tz)


def day_bounds_utc(day: date, tz: tzinfo | str) -> tuple[datetime, datetime]:
    """The first moment of a local day and of the next one, in UTC: for queries over stored moments."""
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    start, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def format_day_month(day: date) -> str:
    """«24 ноября»."""
    return f"{day.day} {MONTHS_GENITIVE[day.month - 1]}"


def format_long(day: date) -> str:
    """«24 ноября 2026 г.»."""
    return f"{format_day_month(day)} {day.year} г."


def format_weekday(day: date) -> str:
    """«вт, 24.11»."""
    return f"{WEEKDAYS_SHORT[day.weekday()]}, {format_short(day)}"


def format_short(day: date) -> str:
    """«24.11»."""
    return f"{day:%d.%m}"


def format_numeric(day: date) -> str:
    """«24.11.2026»."""
    return f"{day:%d.%m}.{day.year:04}"


def format_month(day: date) -> str:
    """«ноябрь 2026»."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier: who was born then or before is of that age (29 February: 28 February)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
