"""Control of terms: how a duty stands at a moment, counts and shares (п. 4.2, 4.4)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import control, terms
from ejournal.domain.calendar import local_date
from ejournal.domain.control import Counts, State

ZONES = [ZoneInfo(name) for name in ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka")]
DAY = date(2026, 11, 24)


def at(zone: ZoneInfo, day: int, hour: int, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, micro, tzinfo=zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_terms_end_with_the_local_day_and_homework_at_19_00(zone: ZoneInfo) -> None:
    found = control.deadlines(DAY, zone)
    assert found.attendance == at(zone, 27, 0)
    assert found.mark == datetime(2026, 12, 2, tzinfo=zone)
    assert found.homework == at(zone, 24, 19, micro=1)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize(
    ("done", "state"),
    [
        ((26, 23, 59, 59, 999999), State.IN_TIME),
        ((27, 0), State.LATE),
        ((24, 9), State.IN_TIME),
        (None, State.OPEN),
    ],
)
def test_r4_4_e_attendance_around_midnight(zone: ZoneInfo, done: tuple[int, ...] | None, state: State) -> None:
    until = control.deadlines(DAY, zone).attendance
    moment = at(zone, *done) if done else None
    assert control.state_of(until, moment, at(zone, 28, 12)) is state


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_r4_4_g_homework_around_19_00(zone: ZoneInfo) -> None:
    until = control.deadlines(DAY, zone).homework
    now = at(zone, 24, 20)
    assert control.state_of(until, at(zone, 24, 19), now) is State.IN_TIME
    assert control.state_of(until, at(zone, 24, 19, micro=1), now) is State.LATE
    assert control.state_of(until, None, at(zone, 24, 19)) is State.WAITING
    assert control.state_of(until, None, at(zone, 24, 19, micro=1)) is State.OPEN
    assert control.state_of(until, None, now, closed=True) is State.LOST


def test_what_is_done_after_the_moment_asked_about_was_not_done_then() -> None:
    zone = ZONES[1]
    until = control.deadlines(DAY, zone).attendance
    assert control.state_of(until, at(zone, 25, 10), at(zone, 25, 9)) is State.WAITING
    assert control.state_of(until, at(zone, 28, 10), at(zone, 28, 9)) is State.OPEN


@given(
    day=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    minutes=st.integers(-3 * 24 * 60, 40 * 24 * 60),
    zone=st.sampled_from(ZONES),
    values=st.fixed_dictionaries(
        {
            "attendance": st.integers(0, 20),
            "lesson_mark": st.integers(0, 20),
            "homework": st.sampled_from(["19:00", "08:30"]),
        }
    ),
)
def test_control_calls_late_what_the_terms_call_late(day: date, minutes: int, zone: ZoneInfo, values: dict) -> None:  # type: ignore[type-arg]
    """One rule: the database compares with these moments, cells and pages ask `terms`."""
    done = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) + timedelta(minutes=minutes)
    found, local = control.deadlines(day, zone, values), local_date(done, zone)
    assert (done >= found.attendance) is terms.is_late_attendance(day, local, values)
    assert (done >= found.mark) is terms.is_late_mark(day, None, local, values)
    assert (done >= found.homework) is (terms.homework_lateness(day, done, zone, values) is not None)


def test_days_late_are_local_days() -> None:
    zone = ZONES[2]
    until = control.deadlines(DAY, zone).attendance
    assert control.days_late(until, at(zone, 27, 0), at(zone, 30, 0), zone) == 1
    assert control.days_late(until, None, at(zone, 30, 0), zone) == 4
    homework = control.deadlines(DAY, zone).homework
    assert control.days_late(homework, at(zone, 24, 23), at(zone, 30, 0), zone) == 0


def test_counts_add_up_and_the_share_is_of_what_was_due() -> None:
    early, late = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    counts = Counts(open=1, in_time=5, waiting=9, oldest=late)
    counts.add(Counts(late=1, lost=1, oldest=early))
    assert (counts.due, counts.share, counts.oldest) == (8, Decimal("62.5"), early)
    assert Counts(waiting=3).share is None


@given(st.lists(st.sampled_from(list(State)), max_size=30))
def test_every_duty_is_counted_once(states: list[State]) -> None:
    whole = Counts()
    for state in states:
        whole.add(control.counts_of(state))
    assert whole.due + whole.waiting == len(states)
    assert whole.share is None or 0 <= whole.share <= 100


def test_every_clause_is_a_term_of_the_regulation() -> None:
    assert {key: one.clause for key, one in control.CLAUSES.items()} == {
        "attendance": "п. 4.4",
        "homework": "п. 4.4",
        "lesson_mark": "п. 4.4",
        "period_mark": "п. 4.4",
        "dispute_answer": "п. 4.5, срок колледжа",
        "year_setup": "п. 4.1",
        "compromise": "п. 3.11",
        "subject_request": "152-ФЗ, ст. 20",
    }


@pytest.mark.parametrize(
    ("key", "value", "softer"),
    [
        ("attendance", 2, False), ("attendance", 1, False), ("attendance", 3, True),
        ("homework", "18:00", False), ("homework", "20:00", True),
        ("year_setup", "09-20", False), ("year_setup", "10-01", True),
        ("dispute", 10, False), ("dispute", 5, True),
        ("dispute_answer", 30, False),
    ],
)  # fmt: skip
def test_a_value_softer_than_the_regulation_is_told(key: str, value: object, softer: bool) -> None:
    assert terms.is_softer(key, {key: value}) is softer
