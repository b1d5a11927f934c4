"""Where a task stands for a student (R4.5.b)."""

from datetime import date

import pytest

from ejournal.domain.homework_state import WORDS, State, standing

DUE = date(2026, 11, 27)
BEFORE, AFTER = date(2026, 11, 26), date(2026, 11, 28)


@pytest.mark.parametrize(
    ("mode", "due", "sent_on", "verdict", "today", "state", "is_late", "is_owed"),
    [
        # nothing sent
        ("none", DUE, None, None, AFTER, State.NOT_ASKED, False, False),
        ("possible", DUE, None, None, BEFORE, State.NOT_SENT, False, False),
        ("possible", DUE, None, None, AFTER, State.NOT_SENT, False, False),
        ("required", DUE, None, None, BEFORE, State.AWAITED, False, False),
        ("required", DUE, None, None, DUE, State.AWAITED, False, False),
        ("required", DUE, None, None, AFTER, State.OVERDUE, True, True),
        ("required", None, None, None, AFTER, State.AWAITED, False, False),
        # sent, waiting for the teacher
        ("possible", DUE, BEFORE, None, AFTER, State.SENT, False, False),
        ("required", DUE, DUE, None, AFTER, State.SENT, False, False),
        ("required", DUE, AFTER, None, AFTER, State.SENT, True, False),
        ("required", None, AFTER, None, AFTER, State.SENT, False, False),
        # answered by the teacher
        ("possible", DUE, BEFORE, "returned", AFTER, State.RETURNED, False, False),
        ("required", DUE, BEFORE, "returned", DUE, State.RETURNED, False, False),
        ("required", DUE, BEFORE, "returned", AFTER, State.RETURNED, False, True),
        ("required", DUE, AFTER, "accepted", AFTER, State.ACCEPTED, True, False),
        # no longer needed, yet it was sent
        ("none", DUE, BEFORE, None, AFTER, State.SENT, False, False),
        ("none", DUE, BEFORE, "returned", AFTER, State.RETURNED, False, False),
    ],
)
def test_r4_5_b_where_a_task_stands(mode, due, sent_on, verdict, today, state, is_late, is_owed):
    found = standing(mode, due, sent_on, verdict, today)
    assert (found.state, found.is_late, found.is_owed) == (state, is_late, is_owed)


def test_a_student_sends_until_it_is_accepted():
    takes = {state for state in State if standing_of(state).takes_answers}
    assert takes == set(State) - {State.NOT_ASKED, State.ACCEPTED}
    assert {state for state in State if standing_of(state).is_sent} == {State.SENT, State.ACCEPTED}


def test_every_state_has_words():
    assert set(WORDS) == set(State)
    assert all(standing_of(state).words for state in State)


def standing_of(state):
    by = {
        State.NOT_ASKED: ("none", None, None),
        State.NOT_SENT: ("possible", None, None),
        State.AWAITED: ("required", None, None),
        State.OVERDUE: ("required", None, None),
        State.SENT: ("possible", BEFORE, None),
        State.RETURNED: ("possible", BEFORE, "returned"),
        State.ACCEPTED: ("possible", BEFORE, "accepted"),
    }
    return standing(by[state][0], DUE, by[state][1], by[state][2], AFTER if state is State.OVERDUE else BEFORE)
