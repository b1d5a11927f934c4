"""Debts by ст. 58 273-ФЗ: two attempts within a year, the second before a commission, a clock that can stand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import debts
from ejournal.domain.debts import Attempt

OPENED = date(2026, 12, 30)
THREE = ["Иванов", "Петров", "Сидоров"]


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], date(2027, 12, 30)),
        # Ten days of illness, both days counted.
        ([(date(2027, 2, 1), date(2027, 2, 10))], date(2028, 1, 9)),
        # Two that overlap are one of twelve days.
        ([(date(2027, 2, 1), date(2027, 2, 10)), (date(2027, 2, 8), date(2027, 2, 12))], date(2028, 1, 11)),
        # Two that touch.
        ([(date(2027, 2, 1), date(2027, 2, 2)), (date(2027, 2, 3), date(2027, 2, 4))], date(2028, 1, 3)),
        # What was before the debt arose does not count, nor does the day it arose on.
        ([(date(2026, 12, 1), date(2026, 12, 30))], date(2027, 12, 30)),
        ([(date(2026, 12, 1), date(2027, 1, 1))], date(2028, 1, 1)),
        # Illness that begins on the very last day counts.
        ([(date(2027, 12, 30), date(2027, 12, 31))], date(2028, 1, 1)),
        # Illness that begins after the year is over does not open it again.
        ([(date(2027, 12, 31), date(2028, 2, 10))], date(2027, 12, 30)),
        ([(date(2028, 1, 10), date(2028, 2, 10))], date(2027, 12, 30)),
        # Illness that begins on days which another pause has added counts.
        ([(date(2027, 2, 1), date(2027, 2, 10)), (date(2028, 1, 5), date(2028, 1, 6))], date(2028, 1, 11)),
        # A leave of a year moves it by a year.
        ([(date(2027, 1, 1), date(2027, 12, 31))], date(2028, 12, 29)),
    ],
)
def test_year_is_longer_by_every_day_of_illness_and_leave(pauses, expected):
    assert debts.last_day(OPENED, pauses) == expected


def test_a_debt_of_29_february_ends_on_28():
    assert debts.last_day(date(2028, 2, 29)) == date(2029, 2, 28)


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2029, 1, 1)), st.integers(0, 60)), max_size=6))
def test_pauses_never_shorten_the_year_and_their_order_does_not_matter(spans):
    pauses = [(since, since + timedelta(days=length)) for since, length in spans]
    end = debts.last_day(OPENED, pauses)
    assert debts.last_day(OPENED) <= end <= debts.last_day(OPENED) + timedelta(days=sum(n + 1 for _day, n in spans))
    assert debts.last_day(OPENED, reversed(pauses)) == end


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ([], 1),
        ([Attempt(1)], None),
        ([Attempt(1, "2")], 2),
        ([Attempt(1, "неявка")], 2),
        ([Attempt(1, "неявка", excused=True)], 1),
        ([Attempt(1, "неявка", excused=True), Attempt(1, "2")], 2),
        ([Attempt(1, "2"), Attempt(2, "2")], None),
        ([Attempt(1, "3")], None),
    ],
)
def test_at_most_two_attempts_one_after_another(attempts, expected):
    assert debts.next_attempt(attempts) == expected


@pytest.mark.parametrize(
    ("attempts", "day", "examiners", "field"),
    [
        ([], OPENED + timedelta(days=10), ["Иванов"], None),
        ([], OPENED, ["Иванов"], "day"),
        ([], date(2027, 12, 31), ["Иванов"], "day"),
        ([], date(2027, 3, 5), ["Иванов"], "day"),  # ill
        ([], OPENED + timedelta(days=10), [], "examiners"),
        ([Attempt(1, "2")], OPENED + timedelta(days=10), THREE[:2], "examiners"),
        ([Attempt(1, "2")], OPENED + timedelta(days=10), ["Иванов"] * 3, "examiners"),
        ([Attempt(1, "2")], OPENED + timedelta(days=10), THREE, None),
        ([Attempt(1, "2", day=OPENED + timedelta(days=9))], OPENED + timedelta(days=10), THREE, None),
        ([Attempt(1, "2", day=OPENED + timedelta(days=10))], OPENED + timedelta(days=10), THREE, "day"),
        ([Attempt(1, "2", day=OPENED + timedelta(days=11))], OPENED + timedelta(days=10), THREE, "day"),
        # Who was excused has used nothing up.
        (
            [Attempt(1, "неявка", excused=True, day=OPENED + timedelta(days=11))],
            OPENED + timedelta(days=10),
            ["Иванов"],
            None,
        ),
        ([Attempt(1)], OPENED + timedelta(days=10), THREE, ""),
        ([Attempt(1, "2"), Attempt(2, "неявка")], OPENED + timedelta(days=10), THREE, ""),
    ],
)
def test_what_keeps_an_attempt_from_being_given(attempts, day, examiners, field):
    found = debts.refusal(attempts, day, examiners, OPENED, [(date(2027, 3, 5), date(2027, 3, 5))])
    if day == date(2027, 12, 31):
        # One day of illness: the year ends a day later, on the 31st.
        assert found is None
        found = debts.refusal(attempts, day, examiners, OPENED, [])
    assert (found and found[0]) == field


@pytest.mark.parametrize(
    ("attempts", "words"),
    [([Attempt(1)], "внесите результат"), ([Attempt(1, "2"), Attempt(2, "неявка")], "Обе попытки использованы")],
)
def test_who_has_no_attempt_left_is_told_from_who_waits_for_a_result(attempts, words):
    _field, told = debts.refusal(attempts, OPENED + timedelta(days=10), THREE, OPENED, [])
    assert words in told


@pytest.mark.parametrize(
    ("attempts", "today", "expected"),
    [
        ([], date(2027, 2, 1), "open"),
        ([], date(2027, 2, 2), "overdue"),
        ([], date(2027, 12, 30), "overdue"),
        ([], date(2027, 12, 31), "expired"),
        ([Attempt(1, "2"), Attempt(2)], date(2028, 1, 9), "waiting"),
        ([Attempt(1, "2"), Attempt(2, "неявка")], date(2028, 1, 9), "exhausted"),
        ([Attempt(1, "2"), Attempt(2, "неявка", excused=True)], date(2027, 2, 1), "open"),
    ],
)
def test_how_an_open_debt_stands(attempts, today, expected):
    assert debts.state(attempts, date(2027, 2, 1), date(2027, 12, 30), today) == expected
