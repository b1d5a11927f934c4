"""The checklist of a year: what counts as ready (п. 4.1)."""

from dataclasses import replace

import pytest

from ejournal.domain.readiness import Facts, checks, share

READY = Facts(
    periods=2, students=25, curator=True, plan_rows=12, journals=12, journals_with_plan=12, entries=18, lessons=300,
    consents=25, slips=25,
)  # fmt: skip


def of(facts: Facts, key: str) -> tuple[bool, str]:
    return next((check.ready, check.words) for check in checks(facts) if check.key == key)


def test_r4_1_e_a_group_with_everything_is_ready() -> None:
    assert all(check.ready for check in checks(READY))
    assert share([checks(READY)]) == 100


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"periods": 0}, "periods", "нет"),
        ({"students": 0}, "students", "нет"),
        ({"curator": False}, "curator", "нет"),
        ({"plan_rows": 0}, "plan", "нет"),
        ({"journals": 0}, "load", "журналов нет"),
        ({"plan_without_journal": 3}, "load", "без журнала: 3"),
        ({"journals_without_teacher": 2}, "load", "без преподавателя: 2"),
        ({"entries": 0}, "timetable", "нет"),
        ({"lessons": 0}, "timetable", "занятия не созданы"),
        ({"journals_with_plan": 11}, "thematic", "11 из 12"),
        ({"consents": 24}, "consents", "24 из 25"),
        ({"slips": 0}, "slips", "0 из 25"),
    ],
)
def test_what_is_missing_is_said_in_words(change: dict[str, int], key: str, words: str) -> None:
    assert of(replace(READY, **change), key) == (False, words)


def test_r4_1_d_parents_who_have_not_answered_are_told_of_beside_the_students() -> None:
    facts = replace(READY, parents=30, parents_answered=12)
    assert of(facts, "consents") == (True, "25 из 25, родители: 12 из 30")


def test_nothing_is_not_ready() -> None:
    assert not any(check.ready for check in checks(Facts()))
    assert share([]) == 0
    assert share([checks(READY), checks(Facts())]) == 50
