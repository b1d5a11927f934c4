"""Who answers about personal data, and where it stands (R4.1.d,f; 152-ФЗ)."""

from datetime import date

import pytest

from ejournal.domain import consents
from ejournal.domain.consents import Answer, Signer, State

BIRTH = date(2008, 11, 25)
TODAY = date(2026, 11, 25)  # the day of coming of age
EVE = date(2026, 11, 24)


def own(kind: str = "agreed", dated: date = TODAY) -> Answer:
    return Answer(kind, dated, own=True)


def parent(kind: str = "agreed", dated: date = date(2025, 9, 1), person: int = 1) -> Answer:
    return Answer(kind, dated, own=False, person=person)


@pytest.mark.parametrize(
    ("birth", "on", "who"),
    [(BIRTH, EVE, Signer.GUARDIAN), (BIRTH, TODAY, Signer.OWN), (None, TODAY, Signer.EITHER)],
)
def test_r4_1_d_a_minors_answer_is_the_parents_and_an_adults_own(birth: date | None, on: date, who: Signer) -> None:
    assert consents.signer(birth, on) is who
    assert consents.may_sign(True, birth, on) is (who is not Signer.GUARDIAN)
    assert consents.may_sign(False, birth, on) is (who is not Signer.OWN)


@pytest.mark.parametrize(
    ("answers", "on", "state"),
    [
        ([], EVE, State.SILENT),
        ([parent()], EVE, State.AGREED),
        ([parent("refused")], EVE, State.REFUSED),
        ([parent(), parent("withdrawn")], EVE, State.WITHDRAWN),
        ([parent("refused", person=1), parent(person=2)], EVE, State.AGREED),
        ([parent(person=2), parent("refused", person=1)], EVE, State.AGREED),
        ([parent(person=1), parent("withdrawn", person=1), parent("refused", person=2)], EVE, State.REFUSED),
        ([own(dated=EVE)], EVE, State.SILENT),
        # At 18 the parent's answer covers nothing any more.
        ([parent()], TODAY, State.ANEW),
        ([parent("refused")], TODAY, State.ANEW),
        ([parent(), own()], TODAY, State.AGREED),
        ([parent(), own(), own("withdrawn")], TODAY, State.WITHDRAWN),
        ([own("refused"), parent(dated=TODAY)], TODAY, State.REFUSED),
        # Given after 18 it is about the parent's own access.
        ([parent(dated=TODAY)], TODAY, State.SILENT),
        ([], TODAY, State.SILENT),
    ],
)
def test_r4_1_f_where_a_students_data_stand(answers: list[Answer], on: date, state: State) -> None:
    assert consents.processing(answers, BIRTH, on) is state


def test_without_a_birth_date_either_answer_is_believed() -> None:
    assert consents.processing([own()], None, TODAY) is State.AGREED
    assert consents.processing([parent()], None, TODAY) is State.AGREED


def test_who_was_born_on_29_february_is_of_age_from_1_march() -> None:
    birth = date(2008, 2, 29)
    assert consents.majority_day(birth) == date(2026, 3, 1)
    assert not consents.is_adult(birth, date(2026, 2, 28))
    assert consents.is_adult(birth, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("on", "day"),
    [(date(2026, 10, 25), None), (date(2026, 10, 26), TODAY), (EVE, TODAY), (TODAY, None)],
)
def test_who_turns_18_within_30_days_is_told_of(on: date, day: date | None) -> None:
    assert consents.comes_of_age(BIRTH, on) == day
    assert consents.comes_of_age(None, on) is None


def test_an_answer_is_waited_for_since_the_student_came_or_since_18() -> None:
    came = date(2025, 9, 1)
    assert consents.waiting_since(State.SILENT, BIRTH, came) == came
    assert consents.waiting_since(State.ANEW, BIRTH, came) == TODAY


def test_only_an_answer_is_an_answer() -> None:
    assert [state.answered for state in State] == [True, True, True, False, False]
    assert set(consents.STATES) == set(State)
