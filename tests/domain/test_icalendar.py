"""RFC 5545: lines, escaping, folding by octets, moments (R4.2.d)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from ics_reader import read, unescape, unfold

from ejournal.domain import icalendar
from ejournal.domain.icalendar import Event

STAMP = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


def event(**changes):
    usual = {
        "uid": "lesson-1@x", "stamp": STAMP, "summary": "История",
        "starts": datetime(2026, 11, 25, 8, 30, tzinfo=MOSCOW), "ends": datetime(2026, 11, 25, 10, 5, tzinfo=MOSCOW),
    }  # fmt: skip
    return Event(**{**usual, **changes})


def test_a_lesson_goes_out_in_utc():
    (made,) = read(icalendar.render("Занятия", [event()]))
    assert made["DTSTART"] == "20261125T053000Z"
    assert made["DTEND"] == "20261125T070500Z"
    assert made["DTSTAMP"] == "20260901T120000Z"
    assert made["SUMMARY"] == "История"


def test_a_day_has_no_hours_and_a_cancelled_lesson_says_so():
    day, off = read(icalendar.render("", [event(starts=date(2026, 11, 25), ends=None), event(cancelled=True)]))
    assert (day["DTSTART;VALUE=DATE"], day["DTEND;VALUE=DATE"]) == ("20261125", "20261126")
    assert off["STATUS"] == "CANCELLED"


def test_what_would_end_a_value_is_escaped():
    text = "Задачи: 1, 2; «А\\Б»\nEND:VEVENT\r\nBEGIN:VEVENT"
    (made,) = read(icalendar.render("x", [event(description=text)]))
    assert made["DESCRIPTION"] == text.replace("\r\n", "\n")


@given(st.text(max_size=300))
def test_any_text_comes_back_and_no_line_is_too_long(text):
    rendered = icalendar.render("x", [event(summary="А" + text)])
    assert all(len(line.encode()) <= 75 for line in rendered.split("\r\n"))
    assert unescape(unfold(icalendar.fold(icalendar.escape(text)))) == unescape(icalendar.escape(text))
    assert len(read(rendered)) == 1


def test_lines_end_as_the_standard_asks():
    rendered = icalendar.render("x", [event()])
    assert rendered.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert rendered.endswith("END:VCALENDAR\r\n")
    assert "\n" not in rendered.replace("\r\n", "")
