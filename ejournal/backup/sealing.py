"""A copy under a passphrase: AES-256-GCM in pieces, the key made by scrypt (library: cryptography)."""

import hashlib
import os
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"EJSEAL1\n"
PIECE = 1 << 20
TAG = 16
WRONG = "Пароль копии не подходит, или файл повреждён."


class SealError(Exception):
    """The passphrase is wrong or the file was altered or cut; the message is Russian."""


def is_sealed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def seal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write `source` sealed. Each piece knows its number and whether it is the last: none can be moved or cut off."""
    salt = os.urandom(16)
    cipher = _cipher(passphrase, salt)
    target.write(MAGIC + salt)
    number, piece = 0, source.read(PIECE)
    while True:
        following = source.read(PIECE)
        target.write(cipher.encrypt(_nonce(number), piece, _place(last=not following)))
        if not following:
            return
        number, piece = number + 1, following


def unseal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """The opposite. Raises SealError."""
    if source.read(len(MAGIC)) != MAGIC:
        raise SealError("Это не копия под паролем.")
    cipher = _cipher(passphrase, source.read(16))
    number, piece = 0, source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            target.write(cipher.decrypt(_nonce(number), piece, _place(last=not following)))
        except InvalidTag as error:
            raise SealError(WRONG) from error
        if not following:
            return
        number, piece = number + 1, following


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    # n = 2^15: a tenth of a second and 32 MB for each guess.
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=1 << 15, r=8, p=1, maxmem=1 << 26, dklen=32)
    return AESGCM(key)


def _nonce(number: int) -> bytes:
    # The key is of this one file (a salt of its own), so a counter never repeats under it.
    return number.to_bytes(12, "big")


def _place(last: bool) -> bytes:
    return b"last" if last else b"more"
