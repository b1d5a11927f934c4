"""CHANGELOG.md as people read it in the journal: versions and what each brought."""

import re
from dataclasses import dataclass
from hashlib import sha256

from ejournal.domain import guide
from ejournal.domain.names import fold

# How an entry begins that is about running the server.
FOR_ADMIN = "Администратору: "

_VERSION = re.compile(r"^## (.+)$", re.MULTILINE)
_ENTRY = re.compile(r"^- ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `key` is its words' print: the same entry in another version is known by it. `for_admin`: about the
    server, nothing to anybody else."""

    key: str
    html: str
    for_admin: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    title: str
    entries: tuple[Entry, ...]


def read(text: str) -> list[Version]:
    """Versions, the newest first, as the file has them."""
    _, *rest = _VERSION.split(text)
    return [
        Version(title.strip(), tuple(_entry(part) for part in _ENTRY.split(body)[1:]))
        for title, body in zip(rest[::2], rest[1::2], strict=True)
    ]


def _entry(text: str) -> Entry:
    # The words and not the layout: a paragraph wrapped anew is no news.
    key = sha256(fold(guide.to_plain(text)).encode()).hexdigest()[:10]
    return Entry(key, guide.to_html(" ".join(text.split())), text.startswith(FOR_ADMIN))
