"""Passwords and one-time codes: argon2id hashes, and what a good password is (п. 3.8-3.10)."""

import secrets
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ejournal.services import common_passwords
from ejournal.services.errors import RefusedError

# RFC 9106, second recommended option, with less memory: 19 MiB, 2 passes, 1 lane (OWASP's minimum for argon2id).
# A class signing in at once on a small server needs memory for thirty of these, and half a second each at most.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
MINIMUM = 10
MAXIMUM = 200  # characters: hashing a megabyte would be a way to keep the server busy

# Letters and digits that cannot be taken for one another on paper, whatever the font.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 20  # of 31 signs: 99 bits, beyond guessing


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Without a hash it takes as long, and the answer is no."""
    try:
        HASHER.verify(stored or _dummy(), password[:MAXIMUM])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def check_new(password: str, repeated: str, username: str) -> None:
    """Raise RefusedError when the password would be a bad one."""
    if len(password) < MINIMUM:
        raise RefusedError(f"Пароль слишком короткий: нужно не меньше {MINIMUM} знаков.")
    if len(password) > MAXIMUM:
        raise RefusedError(f"Пароль слишком длинный: не больше {MAXIMUM} знаков.")
    named = len(username) > 3 and username.casefold() in password.casefold()
    if named or len(set(password)) < 4:
        raise RefusedError("Такой пароль легко угадать: не повторяйте в нём логин и одни и те же знаки.")
    if common_passwords.is_common(password):
        raise RefusedError(
            "Этот пароль — из самых частых, его подберут первым. Возьмите три-четыре случайных слова подряд."
        )
    if password != repeated:
        raise RefusedError("Пароли не совпали. Введите новый пароль в оба поля ещё раз.")


def new_code() -> str:
    """A one-time activation code as it is printed: «K7QM2-…», four groups of five."""
    signs = [secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)]
    return "-".join("".join(signs[start : start + 5]) for start in range(0, CODE_LENGTH, 5))


def hash_code(code: str) -> str:
    """What is stored of a code. A plain digest will do: the code is random, there is nothing to guess."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return sha256(signs.encode()).hexdigest()


@cache
def _dummy() -> str:
    return HASHER.hash(secrets.token_urlsafe(16))
