"""Days on which the system was down: nobody is late because of them (R4.1.b, R4.4.e)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.failures import KINDS, MOST_DAYS, Failure, excuses, problem

TODAY = date(2026, 11, 27)
DAYS = st.dates(date(2026, 9, 1), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("since", "until", "kind", "words"),
    [
        (TODAY, TODAY, "network", ""),
        (TODAY - timedelta(days=MOST_DAYS - 1), TODAY, "server", ""),
        (TODAY, TODAY + timedelta(days=3), "power", ""),  # it goes on
        (None, TODAY, "network", "первый и последний"),
        (TODAY, None, "network", "первый и последний"),
        (TODAY, TODAY - timedelta(days=1), "network", "раньше первого"),
        (TODAY + timedelta(days=1), TODAY + timedelta(days=1), "network", "не наступил"),
        (TODAY - timedelta(days=MOST_DAYS), TODAY, "network", f"длиннее {MOST_DAYS}"),
        (TODAY, TODAY, "laziness", "Выберите причину"),
    ],
)
def test_a_declaration_is_checked(since: date | None, until: date | None, kind: str, words: str) -> None:
    found = problem(since, until, kind, TODAY)
    assert (words in found) if words else not found


@given(DAYS, st.integers(0, 20), DAYS)
def test_only_lessons_of_the_declared_days_are_excused(since: date, length: int, lesson: date) -> None:
    failure = Failure(since, since + timedelta(days=length), next(iter(KINDS)))
    assert excuses([failure], lesson) == (0 <= (lesson - since).days <= length)
    assert not excuses([], lesson)
