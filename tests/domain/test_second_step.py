"""Codes of an authenticator: the vectors of RFC 6238, drift, each code once."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import second_step

# RFC 6238, appendix B, SHA-1: the last six of its eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert second_step.code_at(SECRET, seconds // 30) == code
    assert second_step.matching_step(SECRET, f" {code[:3]} {code[3:]} ", at(seconds), None) == seconds // 30


@pytest.mark.parametrize(("late", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, taken: bool) -> None:
    code = second_step.code_at(SECRET, 1000)
    assert (second_step.matching_step(SECRET, code, at(30_000 + late), None) == 1000) is taken


@given(st.integers(1, 10**8), st.integers(-3, 3))
def test_a_step_used_up_never_enters_again(step: int, behind: int) -> None:
    code = second_step.code_at(SECRET, step)
    found = second_step.matching_step(SECRET, code, at(step * 30), step + behind)
    assert found is None or found > step + behind


@given(st.text(max_size=12))
def test_whatever_is_typed_is_no_fault(typed: str) -> None:
    found = second_step.matching_step(SECRET, typed, at(59), None)
    assert found is None or second_step.digits(typed) in {second_step.code_at(SECRET, step) for step in (0, 1, 2)}


def test_the_key_is_160_bits_and_is_typed_in_fours() -> None:
    secret = second_step.new_secret()
    assert len(base64.b32decode(secret)) == 20
    assert second_step.in_groups(secret).replace(" ", "") == secret
    assert second_step.address(secret, "anna", "Колледж").startswith("otpauth://totp/")
