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
# Of a hash, on paper: enough that nobody finds another past with the same signs, few enough to be typed.
PRINTED = 16
# What a Russian keyboard types for the same signs.
_LIKE = str.maketrans("асе", "ace")


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash (64 hex digits) of an entry that follows the link `previous`."""
    return hashlib.sha256(f"{previous}\n{canonical(entry)}".encode()).hexdigest()


def canonical(entry: Mapping[str, Any]) -> str:
    """An entry as text, the same on every machine and from either database: UTC microseconds, sorted keys."""
    values = [_plain(entry[name]) for name in FIELDS]
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def printed(digest: str) -> str:
    """«8ff1 5447 efac 93fa»: what stands on paper of a hash."""
    return " ".join(digest[start : start + 4] for start in range(0, PRINTED, 4))


def is_same(digest: str, typed: str) -> bool:
    """Whether a sum typed from paper, as printed or longer, is the beginning of this hash. Never of fewer signs."""
    signs = "".join(sign for sign in typed.casefold().translate(_LIKE) if sign.isalnum())
    return len(signs) >= PRINTED and digest.startswith(signs)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    # An enum of words is stored as its word.
    return str(value) if isinstance(value, str) else value
