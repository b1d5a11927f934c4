"""The demo college's year: semesters, vacations, bells, and where in it today is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ejournal.demo.rows import Rows
from ejournal.domain import calendar, lesson_plan
from ejournal.models import AcademicYear, Bell, BellDate, BellSchedule, Period, Vacation
from ejournal.services.college import BELLS

COURSES = (1, 2, 3, 4)
SEMESTERS = (1, 2)
LAST_COURSE = 4
ONE_DAY = timedelta(days=1)

# Weeks of teaching in a semester: what a curriculum's hours are counted by.
WEEKS = {1: 16, 2: 20}

Times = tuple[time, time]
WEEKDAY_BELLS: tuple[Times, ...] = (*BELLS, (time(19, 20), time(20, 55)))  # a second shift ends late
SATURDAY_BELLS: tuple[Times, ...] = (
    (time(8, 30), time(9, 50)),
    (time(10, 0), time(11, 20)),
    (time(11, 40), time(13, 0)),
    (time(13, 10), time(14, 30)),
    (time(14, 40), time(16, 0)),
    (time(16, 10), time(17, 30)),
    (time(17, 40), time(19, 0)),
)
SHORT_BELLS: tuple[Times, ...] = (
    (time(8, 30), time(9, 30)),
    (time(9, 40), time(10, 40)),
    (time(11, 0), time(12, 0)),
    (time(12, 10), time(13, 10)),
    (time(13, 20), time(14, 20)),
    (time(14, 30), time(15, 30)),
    (time(15, 40), time(16, 40)),
)
SATURDAY = 6
HOLIDAYS = {
    (11, 4): "День народного единства",
    (2, 23): "День защитника Отечества",
    (3, 8): "Международный женский день",
    (5, 1): "Праздник Весны и Труда",
    (5, 9): "День Победы",
    (6, 12): "День России",
}


@dataclass(frozen=True)
class Year:
    """The academic year around `now`, in the college's time zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return calendar.local_date(self.now, self.zone)

    @property
    def start(self) -> int:
        return calendar.academic_year(self.today)

    @property
    def running(self) -> tuple[int, ...]:
        """The semesters that have lessons: the first, and the second once the first is over."""
        return SEMESTERS if self.today > self.span(1, 1)[1] else (1,)

    def span(self, course: int, semester: int) -> tuple[date, date]:
        """The first and the last day of a semester; the last course ends early, for practice and the diploma."""
        last = course == LAST_COURSE
        if semester == 1:
            return date(self.start, 9, 1), _saturday_before(date(self.start, 12, 21 if last else 28))
        return self.winter[1] + ONE_DAY, _saturday_before(date(self.start + 1, *((5, 20) if last else (6, 30))))

    @property
    def winter(self) -> tuple[date, date]:
        """The winter vacation, from the Sunday after the last lessons to a Sunday."""
        return _saturday_before(date(self.start, 12, 28)) + ONE_DAY, _sunday_from(date(self.start + 1, 1, 9))

    def vacations(self) -> list[tuple[str, date, date, int | None]]:
        """Title, first and last day, course (None: everybody)."""
        found: list[tuple[str, date, date, int | None]] = [("Зимние каникулы", *self.winter, None)]
        for (month, day), title in HOLIDAYS.items():
            holiday = date(self.start + (month < 9), month, day)
            found.append((title, holiday, holiday, None))
        summer = (date(self.start + 1, 7, 1), date(self.start + 1, 8, 31))
        found.extend(("Летние каникулы", *summer, course) for course in COURSES if course != LAST_COURSE)
        return found

    def school_days(self, course: int, semester: int) -> Iterator[date]:
        day, last = self.span(course, semester)
        while day <= last:
            if calendar.is_school_day(day, [self.winter]):
                yield day
            day += ONE_DAY

    def focus(self, semester: int) -> date | None:
        """Today, or the next day with lessons: the day a visitor looks at first. None when there is none left."""
        return next((day for day in self.school_days(1, semester) if day >= self.today), None)

    def week(self, day: date) -> str:
        """«odd» (числитель) or «even», as the timetable names it."""
        return lesson_plan.week_of(day, calendar.default_anchor(self.start))

    def at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, tzinfo=self.zone)

    def bell(self, day: date, pair: int) -> tuple[datetime, datetime]:
        """When a pair begins and ends."""
        starts, ends = _bells(day.isoweekday())[pair - 1]
        return self.at(day, starts), self.at(day, ends)


def add(rows: Rows, year: Year) -> tuple[int, dict[tuple[int, int], int]]:
    """Keep rows of the year, its periods, vacations and bells; returns its id and periods by (course, semester)."""
    first, last = calendar.year_bounds(year.start)
    year_id = rows.add(AcademicYear, title=calendar.year_title(year.start), starts=first, ends=last)
    periods = {}
    for course in COURSES:
        for semester in SEMESTERS:
            starts, ends = year.span(course, semester)
            periods[course, semester] = rows.add(
                Period,
                year_id=year_id,
                course_number=course,
                number=semester,
                title=f"{semester} семестр",
                starts=starts,
                ends=ends,
            )
    for title, starts, ends, of_course in year.vacations():
        kind = "holiday" if starts == ends else "vacation"
        rows.add(Vacation, year_id=year_id, course_number=of_course, title=title, starts=starts, ends=ends, kind=kind)
    return year_id, periods


def short_days(year: Year) -> tuple[date, ...]:
    """Days with shorter lessons: nothing that is set by the usual hours is put on them."""
    return date(year.start, 12, 25), date(year.start + 1, 4, 30)


def add_bells(rows: Rows, year: Year) -> None:
    """Keep rows of bells: usual ones, Saturday's, and a short day before a holiday."""
    for title, weekday, bells in (("Будни", None, WEEKDAY_BELLS), ("Суббота", SATURDAY, SATURDAY_BELLS)):
        _add_schedule(rows, bells, title=title, weekday=weekday)
    short = _add_schedule(rows, SHORT_BELLS, title="Сокращённый день", special=True)
    for day in short_days(year):
        rows.add(BellDate, date=day, schedule_id=short)


def _add_schedule(rows: Rows, bells: tuple[Times, ...], **about: object) -> int:
    schedule_id = rows.add(BellSchedule, **about)
    for pair, (starts, ends) in enumerate(bells, 1):
        rows.add(Bell, schedule_id=schedule_id, pair=pair, starts=starts, ends=ends)
    return schedule_id


def _bells(weekday: int) -> tuple[Times, ...]:
    return SATURDAY_BELLS if weekday == SATURDAY else WEEKDAY_BELLS


def _saturday_before(day: date) -> date:
    """That day, or the last Saturday before it."""
    return day - timedelta(days=(day.isoweekday() - SATURDAY) % 7)


def _sunday_from(day: date) -> date:
    return day + timedelta(days=(7 - day.isoweekday()) % 7)
