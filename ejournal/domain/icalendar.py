"""Calendars for telephones: RFC 5545 text from events. Moments go out in UTC, so no zone need be described."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//ejournal//calendar//RU"
MOST_OCTETS = 75


@dataclass(frozen=True, slots=True)
class Event:
    """`starts` a moment, or a day for what lasts all day. `stamp`: when the calendar was made (DTSTAMP)."""

    uid: str
    stamp: datetime
    starts: datetime | date
    ends: datetime | None
    summary: str
    location: str = ""
    description: str = ""
    cancelled: bool = False


def render(name: str, events: Iterable[Event]) -> str:
    """The whole calendar, lines ended by CRLF and folded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def escape(text: str) -> str:
    """A TEXT value (3.3.11): backslash, semicolon, comma and line ends. Other control characters are dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign == "\n" or sign == "\t" or (ord(sign) >= 32 and ord(sign) != 127))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
    """Long lines go on after CRLF and a space (3.1); 75 octets each, never inside a letter."""
    pieces: list[str] = []
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > MOST_OCTETS:
            pieces.append(piece)
            # The space that begins the next line counts too.
            piece, size = "", 1
        piece += sign
        size += octets
    return "\r\n ".join([*pieces, piece])


def _event(event: Event) -> Sequence[str]:
    lines = ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_moment(event.stamp)}"]
    if isinstance(event.starts, datetime):
        lines.append(f"DTSTART:{_moment(event.starts)}")
        if event.ends:
            lines.append(f"DTEND:{_moment(event.ends)}")
    else:
        lines.append(f"DTSTART;VALUE=DATE:{event.starts:%Y%m%d}")
        lines.append(f"DTEND;VALUE=DATE:{event.starts + timedelta(days=1):%Y%m%d}")
        lines.append("TRANSP:TRANSPARENT")
    lines.append(f"SUMMARY:{escape(event.summary)}")
    lines += [f"LOCATION:{escape(event.location)}"] if event.location else []
    lines += [f"DESCRIPTION:{escape(event.description)}"] if event.description else []
    lines += ["STATUS:CANCELLED"] if event.cancelled else []
    return [*lines, "END:VEVENT"]


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
