"""The second step of signing in: an authenticator's codes (RFC 6238, library pyotp) and ones on paper (п. 3.8-3.11)."""

import hmac
from datetime import datetime

import pyotp

# What every authenticator understands: six digits, a new code every thirty seconds, SHA-1.
STEP = 30
# A telephone's clock may be that many steps off, either way.
DRIFT = 1
RECOVERY_CODES = 10


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 advises."""
    return pyotp.random_base32()


def code_at(secret: str, step: int) -> str:
    """The code of a step: whole intervals of thirty seconds since 1970."""
    return pyotp.TOTP(secret, interval=STEP).generate_otp(step)


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def matching_step(secret: str, code: str, moment: datetime, last: int | None) -> int | None:
    """The step whose code was typed, or None. A step not later than `last` is used up: a code enters only once."""
    typed, present, found = digits(code), step_of(moment), None
    for step in range(present - DRIFT, present + DRIFT + 1):
        # Every candidate is compared, so that time tells nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and (last is None or step > last):
            found = step
    return found


def digits(code: str) -> str:
    """What was typed without the blanks that telephones show: «123 456» is 123456."""
    return "".join(code.split())


def address(secret: str, username: str, issuer: str) -> str:
    """What the QR code says: an authenticator makes an entry of it."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=issuer)


def in_groups(secret: str) -> str:
    """The key for typing by hand: in fours."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
