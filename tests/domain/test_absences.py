"""What a document asks of a cell, and where a request stands (R4.3.d)."""

import pytest

from ejournal.domain import absences
from ejournal.domain.absences import Standing


@pytest.mark.parametrize(
    ("attendance", "granted", "covered", "code", "asked"),
    [
        ("н", None, True, "б", "б"),
        ("н", None, True, "п", "п"),
        ("н", "б", True, "б", "б"),  # put back by the teacher: the document asks again
        ("н", None, False, "б", None),
        (None, None, True, "б", None),
        ("о", None, True, "б", None),
        ("б", None, True, "п", None),  # somebody's own «б» is never touched
        ("б", "б", True, "б", None),
        ("б", "б", True, "п", "п"),  # the code was corrected
        ("б", "б", False, "б", "н"),  # withdrawn, or the dates were corrected
        ("п", "б", False, "б", None),  # changed since by the teacher
        ("б", None, False, "б", None),
        ("н", "н", False, "б", None),  # given back already
        ("о", "о", True, "б", None),
    ],
)
def test_r4_3_d_a_document_asks_only_for_what_is_its_own(attendance, granted, covered, code, asked):
    assert absences.wanted(attendance, granted, covered, code) == asked


@pytest.mark.parametrize(
    ("answer", "asked", "closed", "standing"),
    [
        ("waiting", 0, 0, Standing.NOTHING),
        ("waiting", 2, 0, Standing.WAITING),
        ("accepted", 0, 0, Standing.ACCEPTED),
        ("accepted", 1, 0, Standing.AGAIN),
        ("declined", 0, 0, Standing.DECLINED),
        ("declined", 3, 0, Standing.DECLINED),
        ("waiting", 0, 1, Standing.CLOSED),
        ("waiting", 1, 1, Standing.WAITING),
        ("accepted", 0, 1, Standing.CLOSED),
        ("declined", 0, 1, Standing.DECLINED),
    ],
)
def test_r4_3_d_a_request_waits_only_while_there_is_something_to_change(answer, asked, closed, standing):
    assert absences.standing(answer, asked, closed) is standing


@pytest.mark.parametrize("step", absences.STEPS)
@pytest.mark.parametrize("state", absences.STATES)
def test_r4_3_d_steps_are_taken_only_from_their_states(step, state):
    allowed = {
        ("confirm", "sent"),
        ("decline", "sent"),
        ("correct", "registered"),
        ("withdraw", "registered"),
        ("remind", "registered"),
        ("remind", "withdrawn"),
    }
    assert absences.may(step, state) is ((step, state) in allowed)
