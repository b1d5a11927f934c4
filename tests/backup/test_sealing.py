"""A copy under a passphrase is read with it and with nothing else, and any altered byte is noticed."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ejournal.backup import sealing

WORDS = b"personal data " * 200_000  # several pieces


def sealed(content: bytes, passphrase: str = "верный пароль") -> bytes:
    target = io.BytesIO()
    sealing.seal(io.BytesIO(content), target, passphrase)
    return target.getvalue()


def unsealed(content: bytes, passphrase: str = "верный пароль") -> bytes:
    target = io.BytesIO()
    sealing.unseal(io.BytesIO(content), target, passphrase)
    return target.getvalue()


@pytest.mark.parametrize("content", [b"", b"x", b"y" * sealing.PIECE, WORDS])
def test_what_was_sealed_comes_back(content: bytes) -> None:
    assert unsealed(sealed(content)) == content


def test_nothing_of_the_content_shows() -> None:
    assert b"personal data" not in sealed(WORDS)


def test_a_wrong_passphrase_is_refused() -> None:
    with pytest.raises(sealing.SealError, match="не подходит"):
        unsealed(sealed(b"x"), "другой")


def test_a_copy_cut_off_after_a_piece_is_refused() -> None:
    whole = sealed(WORDS)
    head = len(sealing.MAGIC) + 16
    with pytest.raises(sealing.SealError):
        unsealed(whole[: head + sealing.PIECE + sealing.TAG])


def test_pieces_in_another_order_are_refused() -> None:
    whole, head, size = sealed(WORDS), len(sealing.MAGIC) + 16, sealing.PIECE + sealing.TAG
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    with pytest.raises(sealing.SealError):
        unsealed(whole[:head] + second + first + whole[head + 2 * size :])


SHORT = sealed(b"a mark of a student")


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=len(sealing.MAGIC), max_value=len(SHORT) - 1))
def test_any_altered_byte_is_noticed(place: int) -> None:
    altered = bytearray(SHORT)
    altered[place] ^= 1
    with pytest.raises(sealing.SealError):
        unsealed(bytes(altered))
