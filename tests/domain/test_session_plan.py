"""Days suggested for a session (п. 4.2)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ejournal.domain.session_plan import CONTROLS, EXAM, REST, WITHOUT_DAY, forms, suggest, title

MONDAY = date(2026, 12, 7)
DAYS = [MONDAY + timedelta(days=n) for n in range(14) if n % 7 != 6]


def test_credits_come_first_one_a_day_then_exams_with_days_to_prepare() -> None:
    found = suggest(["Э", "З", "Э", "ДЗ"], DAYS)
    assert found == [date(2026, 12, 9), date(2026, 12, 7), date(2026, 12, 12), date(2026, 12, 8)]


def test_another_form_of_control_has_no_day_of_its_own() -> None:
    assert suggest(["ДФК", "З"], DAYS) == [None, MONDAY]


def test_days_that_are_taken_are_left_out() -> None:
    assert suggest(["З"], DAYS, taken={MONDAY}) == [MONDAY + timedelta(days=1)]


def test_what_finds_no_day_is_left_to_people() -> None:
    assert suggest(["Э", "Э"], DAYS[:2]) == [MONDAY, None]


# A busy machine is no fault of the strategy.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(CONTROLS)), max_size=12), st.sets(st.sampled_from(DAYS)))
def test_a_suggestion_never_breaks_its_own_rules(kinds: list[str], taken: set[date]) -> None:
    found = suggest(kinds, DAYS, taken)
    given_days = [day for day in found if day]
    assert len(found) == len(kinds)
    assert not taken & set(given_days)
    assert len(set(given_days)) == len(given_days)
    exams = sorted(day for kind, day in zip(kinds, found, strict=True) if day and kind == EXAM)
    assert all((later - earlier).days > REST for earlier, later in pairwise(exams))
    assert all(day is None for kind, day in zip(kinds, found, strict=True) if kind in WITHOUT_DAY)


@pytest.mark.parametrize(("control", "found"), [("Э,КП", ["Э", "КП"]), ("ДЗ", ["ДЗ"]), (None, []), ("", [])])
def test_forms_of_control_are_read_from_the_plan(control: str | None, found: list[str]) -> None:
    assert forms(control) == found


def test_a_form_nobody_knows_is_shown_as_it_is() -> None:
    assert title("ДЗ") == "дифференцированный зачёт"
    assert title("Эк") == "Эк"
