"""Who has signed in during the last weeks, for the report of activity: sessions that are over, in working hours."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from ejournal.demo.accounts import FAMILY
from ejournal.demo.calendar import Year
from ejournal.demo.world import dice
from ejournal.extensions import db
from ejournal.models import Account, UserSession

DAYS = 21
NEVER = 0.1  # of employees
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add(year: Year, seed: int) -> int:
    """Write them, and return how many; accounts must be written already. Families last signed in when they last read
    the diary. What stands for a session here is no secret: they are all over."""
    sessions: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    for account, username, signed_in in db.session.execute(
        select(Account.id, Account.username, Account.last_sign_in_at)
        .where(Account.password_hash.is_not(None))
        .order_by(Account.id)
    ):
        chance = dice(seed, "sign-in", username)
        if signed_in:
            sessions.append(_session(f"{chance.getrandbits(160):040x}", account, signed_in))
            continue
        if username not in FAMILY and chance.random() < NEVER:
            continue
        days = [2] if username in FAMILY else sorted(chance.sample(range(1, DAYS), chance.randint(2, 12)))
        for day in days:
            began = year.now - timedelta(days=day, hours=3, minutes=chance.randint(0, 50))
            sessions.append(_session(f"{chance.getrandbits(160):040x}", account, began))
        last.append({"id": account, "last_sign_in_at": sessions[-len(days)]["started_at"]})
    if sessions:
        db.session.execute(insert(UserSession), sessions)
    if last:
        db.session.execute(update(Account), last)
    return len(sessions)


def _session(name: str, account: int, began: Any) -> dict[str, Any]:
    ended = began + timedelta(minutes=55)
    return {
        "id": name, "account_id": account, "started_at": began, "seen_at": ended,
        "ended_at": ended, "address": "192.0.2.10", "agent": AGENT, "epoch": 0,
    }  # fmt: skip
