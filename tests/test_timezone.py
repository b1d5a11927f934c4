"""The college lives by its own clock (R4.2.c, п. 4.4), wherever the server stands and whatever its clock is set to."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from conftest import SignIn
from factories import make_journal
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Cell
from ejournal.services import college, settings

# 22:30 on the 24th in Moscow, 05:30 on the 25th in Vladivostok.
EVENING = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
ZONES = [
    ("Europe/Moscow", date(2026, 11, 24), "24.11.2026 22:30"),
    ("Asia/Vladivostok", date(2026, 11, 25), "25.11.2026 05:30"),
]


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The clock of the server itself, which must not matter."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="only Unix changes the zone of a running process")
@pytest.mark.usefixtures("machine_zone")
@pytest.mark.parametrize(("zone", "today", "shown"), ZONES, ids=["Moscow", "Vladivostok"])
def test_a_mark_is_stored_at_its_moment_and_shown_by_the_colleges_clock(
    app: Flask, sign_in: SignIn, zone: str, today: date, shown: str
) -> None:
    with time_machine.travel(EVENING, tick=False):
        with app.app_context():
            _set_zone(zone)
            assert settings.today() == today
            journal = make_journal(students=1, lessons=1)
            assert journal.lessons[0].date == today
        teacher = sign_in(journal.teacher)
        saved = teacher.post(journal.url(), data={"value": "5", "version": "0"})
        assert saved.status_code == 200, saved.text
        assert shown in teacher.get(f"{journal.url()}/history").text
    with app.app_context():
        assert db.session.scalars(db.select(Cell)).one().updated_at == EVENING


@pytest.mark.parametrize(
    ("zone", "year"), [("Europe/Moscow", "2025/2026"), ("Asia/Vladivostok", "2026/2027")], ids=["Moscow", "Vladivostok"]
)
def test_the_new_year_begins_at_the_colleges_own_midnight(in_app: Flask, zone: str, year: str) -> None:
    with time_machine.travel(datetime(2026, 8, 31, 18, 0, tzinfo=UTC), tick=False):
        assert college.create("Колледж", zone, "Ким Анна Львовна", "admin").year == year


def _set_zone(zone: str) -> None:
    settings.put("timezone", zone)
    db.session.commit()
    db.session.remove()
