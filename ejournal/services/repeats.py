"""Exactly once: a browser that lost the answer sends the same request again, under the id it chose at first."""

import hashlib
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import DoneRequest
from ejournal.models.base import now

# Longer than values wait in a browser over the longest vacation; versions guard what comes later still.
KEPT = timedelta(days=120)


def is_first(actor: Viewer, request_id: str) -> bool:
    """Whether this request was not carried out yet; notes it in the transaction that carries it out.

    To be asked before anything is read: on PostgreSQL it waits for the same request under way. A refusal rolls the
    note back, so that a value sent again after it is looked at anew. Without an id every request is a first one.
    """
    return not request_id or note(key_of(actor, request_id))


def note(key: str) -> bool:
    """Note a request in the current transaction; False where it is noted already."""
    values = {"key": key, "made_at": now()}
    return db.session.connection().execute(_insert(db.engine.dialect.name), values).first() is not None


def is_done(key: str) -> bool:
    return db.session.get(DoneRequest, key) is not None


def made_at(actor: Viewer, request_id: str) -> datetime:
    """When a request that was carried out began to be: all it wrote is of this moment or later."""
    return db.session.get_one(DoneRequest, key_of(actor, request_id)).made_at


def led_to(key: str) -> str | None:
    """The address that a request that was carried out was answered with, where one is known."""
    done = db.session.get(DoneRequest, key)
    return done.led_to if done else None


def lead_to(key: str, address: str) -> None:
    """Note the address that a request that was carried out is answered with."""
    db.session.execute(update(DoneRequest).where(DoneRequest.key == key).values(led_to=address))
    db.session.commit()


def forget(key: str) -> None:
    """A request that may well be sent again: what it did is nothing that must not be done twice."""
    db.session.execute(delete(DoneRequest).where(DoneRequest.key == key))
    db.session.commit()


def key_of(actor: Viewer, request_id: str) -> str:
    return hashlib.sha256(f"{actor.id}/{request_id}".encode()).hexdigest()[:32]


@cache
def _insert(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table = cast(Table, DoneRequest.__table__)
    return insert(table).on_conflict_do_nothing().returning(table.c.key)


def remove_old() -> int:
    """Forget requests that no browser repeats any more."""
    removed: Any = db.session.execute(delete(DoneRequest).where(DoneRequest.made_at < now() - KEPT))
    db.session.commit()
    return int(removed.rowcount)
