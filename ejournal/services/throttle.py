"""Slowing down the guessing of passwords; held in the database, so that workers share it and a restart keeps it.

An attempt is written down before its password is looked at and taken back when the password was right: requests
sent in parallel cannot slip past the count. A refused attempt is not counted, so a lock always ends by itself.

Why three limits, and these numbers:

* an account from one address: 5 in 15 minutes. A person who mistypes stops here, and only here: the neighbour at
  the next computer is not touched, nor is the same account anywhere else.
* an address: 50 in 15 minutes, for accounts that never signed in from it. A class of thirty behind one address,
  most of whom mistype the code of the first day, still gets in; somebody who tries names one by one does not get
  far. Those who signed in from here before do not wait for what a classmate typed.
* an account from everywhere: 20 in an hour, only for addresses it never signed in from. Guessing spread over many
  addresses ends here, yet its owner, at a usual place, is not locked out by a stranger.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from flask import current_app
from sqlalchemy import ColumnElement, delete, exists, or_, select

from ejournal.extensions import db, in_turn
from ejournal.models import KnownAddress, SignInFailure
from ejournal.models.base import now
from ejournal.services.errors import TooManyError


@dataclass(frozen=True, slots=True)
class Limit:
    failures: int
    window: timedelta


PAIR = Limit(5, timedelta(minutes=15))
ADDRESS = Limit(50, timedelta(minutes=15))
ACCOUNT = Limit(20, timedelta(hours=1))

LONGEST = max(limit.window for limit in (PAIR, ADDRESS, ACCOUNT))
# An address counts as an account's own for as long after the last sign-in from it.
KNOWN_FOR = timedelta(days=120)


def begin(username: str, address: str, account_id: int | None) -> None:
    """Count one attempt, or raise TooManyError with the seconds to wait. The caller commits."""
    name, place, moment = fingerprint(username), network(address), now()
    in_turn("sign-in")  # until the caller's commit: of attempts sent at once each sees those before it
    # What a clock that was ahead has dated would lock for as long as it was ahead.
    swept = or_(SignInFailure.at < moment - LONGEST, SignInFailure.at > moment + LONGEST)
    db.session.execute(delete(SignInFailure).where(swept))
    from_here = SignInFailure.address == place
    by_name = SignInFailure.username == name
    waits = [_wait(PAIR, moment, by_name, from_here)]
    if not _is_known(account_id, place, moment):
        waits += [_wait(ADDRESS, moment, from_here), _wait(ACCOUNT, moment, by_name)]
    wait = max(waits)
    if wait > timedelta():
        minutes = ceil(wait / timedelta(minutes=1))
        raise TooManyError(
            f"Слишком много неудачных попыток входа. Подождите {minutes} мин. и попробуйте снова; "
            "если пароль забыт, попросите у руководителя группы или администратора новый код активации.",
            retry_after=ceil(wait.total_seconds()),
        )
    db.session.add(SignInFailure(username=name, address=place, at=moment))


def succeed(username: str, address: str, account_id: int) -> None:
    """Forget the failures of this account from this address, and know the address from now on."""
    name, place, moment = fingerprint(username), network(address), now()
    db.session.execute(delete(SignInFailure).where(SignInFailure.username == name, SignInFailure.address == place))
    known = db.session.scalar(
        select(KnownAddress).where(KnownAddress.account_id == account_id, KnownAddress.address == place)
    )
    if known is None:
        db.session.add(KnownAddress(account_id=account_id, address=place, last_at=moment))
    else:
        known.last_at = moment


def fingerprint(username: str) -> str:
    """What stands for a typed name: people type passwords there by mistake, so it is not kept as typed."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, username.encode(), sha256).hexdigest()


def network(address: str) -> str:
    """The address as it is counted: of IPv6 the /64 that one household or computer has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _is_known(account_id: int | None, place: str, moment: datetime) -> bool:
    known = exists().where(
        KnownAddress.account_id == account_id,
        KnownAddress.address == place,
        KnownAddress.last_at > moment - KNOWN_FOR,
    )
    return account_id is not None and bool(db.session.scalar(select(known)))


def _wait(limit: Limit, moment: datetime, *where: ColumnElement[bool]) -> timedelta:
    """How long until fewer than the limit's failures lie in its window; not positive: no need to wait."""
    oldest_that_counts = db.session.scalar(
        select(SignInFailure.at)
        .where(*where, SignInFailure.at > moment - limit.window)
        .order_by(SignInFailure.at.desc())
        .offset(limit.failures - 1)
        .limit(1)
    )
    return oldest_that_counts + limit.window - moment if oldest_that_counts else timedelta()
