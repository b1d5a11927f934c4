"""Years, weeks and dates of a college, far from UTC and near it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import calendar
from ejournal.domain.calendar import Parity

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2026, 9, 1), "2026/2027"),
        (date(2026, 12, 31), "2026/2027"),
        (date(2027, 1, 1), "2026/2027"),
        (date(2027, 8, 31), "2026/2027"),
        (date(2026, 8, 31), "2025/2026"),
    ],
)
def test_r4_2_c_a_year_runs_from_september_to_august(day, title):
    assert calendar.year_title(calendar.academic_year(day)) == title


@given(days)
def test_r4_2_c_every_day_is_within_its_academic_year(day):
    first, last = calendar.year_bounds(calendar.academic_year(day))
    assert first <= day <= last


@pytest.mark.parametrize(("admitted", "course"), [(2026, 1), (2025, 2), (2023, 4), (2027, 0)])
def test_r4_2_c_a_group_is_on_the_course_counted_from_admission(admitted, course):
    assert calendar.course_number(2026, admitted) == course


@pytest.mark.parametrize(
    ("day", "russian"),
    [
        (date(2026, 9, 1), "числитель"),
        (date(2026, 8, 31), "числитель"),
        (date(2026, 9, 6), "числитель"),
        (date(2026, 9, 7), "знаменатель"),
        (date(2026, 9, 14), "числитель"),
        (date(2026, 8, 30), "знаменатель"),
        (date(2027, 1, 11), "знаменатель"),
    ],
)
def test_r4_2_c_the_week_of_1_september_is_the_numerator(day, russian):
    assert calendar.week_parity(day, calendar.default_anchor(2026)).russian == russian


def test_r4_2_c_the_college_sets_its_own_first_week():
    wednesday = date(2026, 9, 9)
    assert calendar.week_parity(date(2026, 9, 7), wednesday) is Parity.NUMERATOR
    assert calendar.week_parity(date(2026, 9, 1), wednesday) is Parity.DENOMINATOR


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (date(2026, 9, 7), date(2026, 9, 7)),
        # The week of 1 September 2026 begins in August and is of the year that begins in it.
        (date(2026, 8, 31), date(2026, 8, 31)),
        (date(2027, 8, 23), date(2027, 8, 23)),
        (date(2027, 8, 30), date(2026, 8, 31)),
        (date(2026, 8, 24), date(2026, 8, 31)),
        (date(2025, 9, 8), date(2026, 8, 31)),
        (None, date(2026, 8, 31)),
    ],
)
def test_r4_2_c_the_colleges_own_first_week_counts_for_its_year_alone(own, expected):
    assert calendar.anchor_of(2026, own) == expected


@given(days, days)
def test_r4_2_c_parity_changes_every_week_on_both_sides_of_the_anchor(day, anchor):
    next_week = day + timedelta(days=7)
    assert calendar.week_parity(day, anchor) is not calendar.week_parity(next_week, anchor)


@given(days)
def test_r4_6_a_week_address_reads_back(day):
    monday = calendar.parse_week(calendar.format_week(day))
    assert monday.weekday() == 0
    assert monday <= day < monday + timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        (" 24.11.2026 ", date(2026, 11, 24)),
        ("4.9.2026", date(2026, 9, 4)),
        ("", None),
        ("31.02.2026", None),
        ("24.11", None),
        ("завтра", None),
        (f"{'9' * 5000}.1.2026", None),
    ],
)
def test_a_day_is_read_as_fields_send_it_and_as_people_write_it(text, day):
    assert calendar.read_day(text) == day


def test_months_between_two_days():
    assert calendar.months(date(2026, 11, 30), date(2027, 1, 1)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
    ]  # fmt: skip
    assert calendar.months(date(2027, 1, 1), date(2026, 12, 31)) == []


@given(days)
def test_a_month_ends_on_the_day_before_the_next(day):
    end = calendar.month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert end + timedelta(days=1) == calendar.next_month(day)


def test_r4_6_a_week_at_the_turn_of_the_year_belongs_to_the_iso_year():
    assert calendar.parse_week("2026-W48") == date(2026, 11, 23)
    assert calendar.format_week(date(2027, 1, 1)) == "2026-W53"
    assert calendar.format_week(date(2024, 12, 30)) == "2025-W01"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-48", "2026-W00", "2026-W54", "2025-W53", "0000-W01", "2026-W5", "2026-W48\n", "٢٠٢٦-W48"]
)
def test_r4_6_a_wrong_week_address_is_refused_in_russian(text):
    with pytest.raises(ValueError, match="нет такой недели"):
        calendar.parse_week(text)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), True),  # a Saturday usually is
        (date(2026, 11, 29), False),  # a Sunday
        (date(2026, 11, 4), False),  # a state holiday
        (date(2026, 12, 28), False),  # the first day of the vacation
        (date(2027, 1, 10), False),  # the last one
        (date(2027, 1, 11), True),
        (date(2026, 11, 25), False),  # the college's own day off
    ],
)
def test_r4_2_c_lessons_are_on_school_days_only(day, expected):
    vacations = [(date(2026, 12, 28), date(2027, 1, 10))]
    assert calendar.is_school_day(day, vacations, [date(2026, 11, 25)]) is expected


def test_r4_2_c_a_five_day_week_frees_saturday():
    assert not calendar.is_school_day(date(2026, 11, 28), days_off=(5, 6))


@pytest.mark.parametrize(
    ("tz", "moment", "day"),
    [
        ("Asia/Vladivostok", datetime(2026, 11, 24, 13, 59, tzinfo=UTC), date(2026, 11, 24)),
        ("Asia/Vladivostok", datetime(2026, 11, 24, 14, 0, tzinfo=UTC), date(2026, 11, 25)),
        ("Europe/Moscow", datetime(2026, 11, 24, 20, 59, tzinfo=UTC), date(2026, 11, 24)),
        ("Europe/Moscow", datetime(2026, 11, 24, 21, 0, tzinfo=UTC), date(2026, 11, 25)),
    ],
)
def test_r4_4_e_a_day_ends_at_midnight_of_the_college(tz, moment, day):
    assert calendar.local_date(moment, tz) == day
    assert calendar.local_date(moment, ZoneInfo(tz)) == day
    start, end = calendar.day_bounds_utc(day, tz)
    assert start <= moment < end


def test_r4_4_e_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        calendar.local_date(datetime(2026, 11, 24), "Europe/Moscow")  # noqa: DTZ001


def test_r3_4_dates_are_written_in_russian():
    day = date(2026, 11, 24)
    assert calendar.format_day_month(day) == "24 ноября"
    assert calendar.format_long(day) == "24 ноября 2026 г."
    assert calendar.format_weekday(day) == "вт, 24.11"
    assert calendar.format_numeric(date(2026, 9, 1)) == "01.09.2026"
    assert calendar.format_month(day) == "ноябрь 2026"
    assert len(calendar.MONTHS) == len(calendar.MONTHS_GENITIVE) == 12


@pytest.mark.parametrize(
    ("number", "hours"),
    [(0, [30, 41]), (1, [71]), (2, [30, 41]), (3, [30, 21, 20]), (4, [15, 15, 21, 20])],
)
def test_r4_2_c_periods_share_the_hours_of_their_semester(number, hours):
    assert calendar.hours_by_period((30, 41), number) == hours


@pytest.mark.parametrize(
    ("month", "day", "free"),
    [
        *((1, day, day < 9) for day in range(1, 11)),
        (2, 22, False), (2, 23, True), (3, 8, True), (5, 1, True),
        (5, 2, False), (5, 9, True), (6, 12, True), (11, 4, True),
    ],
)  # fmt: skip
def test_state_holidays_are_those_of_the_labour_code(month, day, free):
    assert calendar.is_state_holiday(date(2026, month, day)) is free


def test_both_ends_of_a_vacation_are_free():
    vacation = [(date(2026, 3, 23), date(2026, 3, 27))]
    free = [day for day in range(20, 32) if not calendar.is_school_day(date(2026, 3, day), vacation)]
    assert free == [22, 23, 24, 25, 26, 27, 29]


@pytest.mark.parametrize(
    ("day", "born"),
    [(date(2026, 11, 28), date(2012, 11, 28)), (date(2028, 2, 29), date(2014, 2, 28)), (date(2028, 2, 29), None)],
)
def test_the_same_day_years_earlier(day, born):
    assert calendar.years_before(day, 14 if born else 4) == (born or date(2024, 2, 29))
