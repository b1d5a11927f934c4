"""The hash chain of the log of changes (п. 4.2: changes cannot be hidden): what is hashed, and how. Pure functions."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Everything an entry says. Its id is not here: the place in the chain is the link's own number.
FIELDS = (
    "at",
    "actor_id",
    "role",
    "address",
    "subject",
    "action",
    "course_id",
    "lesson_id",
    "work_id",
    "student_id",
    "batch",
    "client",
    "undoes_id",
    "before",
    "after",
    "reason",
    "late",
    "details",
)
# What the first link follows.
START = "0" * 64


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash (64 hex digits) of an entry that follows the link `previous`."""
    return hashlib.sha256(f"{previous}\n{canonical(entry)}".encode()).hexdigest()


def canonical(entry: Mapping[str, Any]) -> str:
    """An entry as text, the same on every machine and from either database: UTC microseconds, sorted keys."""
    values = [_plain(entry[name]) for name in FIELDS]
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    # An enum of words is stored as its word.
    return str(value) if isinstance(value, str) else value
