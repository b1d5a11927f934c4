"""To whom something is addressed: places, targets with blanks, what an author ticks (R2.3.communicate)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.audiences import EVERYBODY, Choice, Place, Target, choice_of, is_addressed

STUDENT = Place("student", group_id=1, course_number=2, programme_id=7)
PARENT = Place("parent", group_id=1, course_number=2, programme_id=7)
LEADER = Place("curator", group_id=1, course_number=2, programme_id=7)
DIRECTOR = Place("administration")


@pytest.mark.parametrize(
    ("choice", "place", "meant"),
    [
        (EVERYBODY, STUDENT, True),
        (EVERYBODY, DIRECTOR, True),
        (Choice(roles=("student",)), STUDENT, True),
        (Choice(roles=("student",)), PARENT, False),
        (Choice(roles=("student", "parent")), PARENT, True),
        (Choice(group_ids=(1,)), STUDENT, True),
        (Choice(group_ids=(1,)), LEADER, True),
        (Choice(group_ids=(1,)), DIRECTOR, False),
        (Choice(group_ids=(2, 3)), STUDENT, False),
        (Choice(roles=("parent",), group_ids=(2, 1)), PARENT, True),
        (Choice(roles=("parent",), group_ids=(2, 1)), STUDENT, False),
        (Choice(courses=(2,)), STUDENT, True),
        (Choice(courses=(1, 3)), STUDENT, False),
        (Choice(courses=(2,), programme_ids=(8,)), STUDENT, False),
        (Choice(roles=("student",), courses=(1, 2), programme_ids=(7, 8)), STUDENT, True),
    ],
)
def test_who_is_meant(choice: Choice, place: Place, meant: bool) -> None:
    assert is_addressed(choice.targets(), [place]) is meant


def test_one_of_several_places_is_enough() -> None:
    """A teacher who is a parent too."""
    places = [Place("teacher", group_id=5), PARENT]
    assert is_addressed(Choice(roles=("parent",), group_ids=(1,)).targets(), places)
    assert not is_addressed(Choice(roles=("teacher",), group_ids=(1,)).targets(), places)


def test_who_has_no_place_is_not_even_in_everybody() -> None:
    assert not is_addressed(EVERYBODY.targets(), [])


def test_nothing_ticked_is_one_target_of_blanks() -> None:
    assert EVERYBODY.targets() == [Target()]


@given(
    st.builds(
        Choice,
        *(st.lists(values, unique=True, max_size=3).map(tuple) for values in (
            st.sampled_from(["student", "parent", "teacher"]), st.integers(1, 9), st.integers(1, 5), st.integers(1, 9)
        )),
    )
)  # fmt: skip
def test_what_was_ticked_can_be_read_back(choice: Choice) -> None:
    assert choice_of(choice.targets()) == choice
