"""Rules of messages: what may be sent, how long it may be mended, where links are (R2.3.communicate)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

LONGEST = 5000
# Characters of a text in a list, of a reason.
LINE, REASON = 120, 1000
EDITABLE = timedelta(minutes=15)
# Faster nobody writes by hand; a script that floods a group is stopped.
MOST_IN_A_MINUTE = 20
MOST_FILES = 5
# How many messages before and after the one complained about administration may read.
AROUND = 5
# How long an order opens a conversation.
ACCESS = timedelta(days=7)

AUDIENCES = {"students": "обучающиеся", "parents": "родители", "teachers": "преподаватели"}

_LINK = re.compile(r"https?://[^\s<>\"'«»]+", re.IGNORECASE)
# What ends a sentence is not the address's own.
_TAIL = ".,;:!?…"


def clean(text: str) -> str:
    """The text as it is kept: lines without trailing blanks, at most one empty line at a time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return re.sub(r"\n{3,}", "\n\n", lines)


def is_editable(sent_at: datetime, now: datetime) -> bool:
    """Whether its author may still mend a message."""
    return now - sent_at < EDITABLE


def first_line(text: str) -> str:
    """The beginning of a text, for a list."""
    words = " ".join(text.split())
    return words if len(words) <= LINE else f"{words[: LINE - 1].rstrip()}…"


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut into pieces, each with whether it is the address of a page; together they are the text."""
    end = 0
    for found in _LINK.finditer(text):
        address = _trimmed(found[0])
        if len(address) <= len("https://"):
            continue
        if found.start() > end:
            yield text[end : found.start()], False
        yield address, True
        end = found.start() + len(address)
    if end < len(text):
        yield text[end:], False


def _trimmed(address: str) -> str:
    address = address.rstrip(_TAIL)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TAIL)
    return address
