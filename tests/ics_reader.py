"""A small reader of calendars, written from RFC 5545 and not from what the product writes."""

import re


def unfold(text: str) -> str:
    return re.sub(r"\r\n[ \t]", "", text)


def unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value, flags=re.DOTALL)


def read(text: str) -> list[dict[str, str]]:
    """The events, each a dictionary of its properties with their parameters in the name."""
    events: list[dict[str, str]] = []
    within: list[str] = []
    for line in unfold(text).split("\r\n"):
        if not line:
            continue
        name, _, value = line.partition(":")
        if name == "BEGIN":
            within.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert within.pop() == value, line
        elif within == ["VCALENDAR", "VEVENT"]:
            assert name not in events[-1], f"{name} twice"
            events[-1][name] = unescape(value)
        else:
            assert within == ["VCALENDAR"], line
    assert within == []
    for event in events:
        assert {"UID", "DTSTAMP", "SUMMARY"} <= event.keys()
    return events
