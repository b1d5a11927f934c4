"""The work of the night: once a day, each task for itself, its outcome kept."""

import errno
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from factories import make_person, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.jobs import night, registry
from ejournal.jobs.folder import Lock
from ejournal.models import Account, LogEntry, Programme, Role, UserSession
from ejournal.models.base import now
from ejournal.services import old_sessions, settings
from ejournal.services.errors import FieldsError, RefusedError

EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 23:00 in Moscow


@pytest.fixture
def extra_tasks() -> Iterator[None]:
    """Of the tasks below the first and the second fail, the third does not."""

    @registry.nightly("aa-breaks", "Ломается")
    def breaks() -> str:
        db.session.add(Programme(code="99.99.99", title="Наполовину", years=1))
        db.session.flush()
        raise ZeroDivisionError

    @registry.nightly("ab-refuses", "Отказывает")
    def refuses() -> str:
        raise RefusedError("Нет места на диске: освободите его.")

    @registry.nightly("zz-works", "Работает")
    def works() -> str:
        return "сделано"

    yield
    for name in ("aa-breaks", "ab-refuses", "zz-works"):
        del registry._night_tasks[name]


def test_one_task_that_fails_stops_none_of_the_others(in_app: Flask, extra_tasks: None) -> None:
    done = night.run()
    assert [task.name for task in done.failed] == ["aa-breaks", "ab-refuses"]
    by_name = {task.name: task for task in done.tasks}
    assert by_name["ab-refuses"].message == "Нет места на диске: освободите его."
    assert "журнал сервера" in by_name["aa-breaks"].message
    assert (by_name["zz-works"].ok, by_name["zz-works"].message) == (True, "сделано")
    assert db.session.scalar(db.select(Programme.id).where(Programme.code == "99.99.99")) is None
    kept = night.last()
    assert kept == done


def test_r2_1_c_a_task_that_the_disk_refused_says_so(in_app: Flask) -> None:
    @registry.nightly("aa-full", "Пишет на диск")
    def writes() -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    try:
        assert [task.message for task in night.run().failed] == ["на сервере кончилось место на диске"]
    finally:
        del registry._night_tasks["aa-full"]


def test_two_at_once_is_refused(in_app: Flask) -> None:
    lock = Lock("nightly")
    assert lock.take()
    try:
        with pytest.raises(RefusedError, match="уже выполняется"):
            night.run()
    finally:
        lock.release()
    assert night.run().failed == []


@pytest.mark.parametrize(
    ("here", "previous", "due"),
    [
        ("2026-11-25 03:00", "2026-11-24 03:00", True),
        ("2026-11-25 02:59", "2026-11-24 03:00", False),
        ("2026-11-25 03:01", "2026-11-25 03:00", False),
        ("2026-11-25 08:10", "2026-11-24 03:00", True),  # switched off at night: done when it starts
        ("2026-11-25 08:10", "2026-11-25 07:00", False),
        ("2026-12-01 01:00", "2026-11-24 03:00", True),
        ("2026-11-25 02:00", "2026-11-24 15:00", False),  # by hand in the afternoon: the next night is due as ever
    ],
)
def test_the_hour_strikes_once_a_day(here: str, previous: str, due: bool) -> None:
    assert night.is_due(datetime.fromisoformat(here), 3, datetime.fromisoformat(previous)) is due


def test_a_new_college_has_its_first_night_at_its_own_hour_and_then_one_a_day(in_app: Flask) -> None:
    settings.put("timezone", "Asia/Yekaterinburg")
    db.session.commit()
    with time_machine.travel(EVENING, tick=False) as clock:  # 01:00 there
        assert [night.tick(), night.tick()] == [False, False]
        last = night.last()
        assert last
        assert last.finished is None
        clock.shift(timedelta(hours=1, minutes=59))
        assert night.tick() is False
        clock.shift(timedelta(minutes=1))
        assert [night.tick(), night.tick()] == [True, False]
        clock.shift(timedelta(hours=24))
        assert [night.tick(), night.tick()] == [True, False]


def test_r2_3_a_night_by_a_clock_that_was_years_ahead_does_not_put_the_next_off_for_years(in_app: Flask) -> None:
    with time_machine.travel(EVENING, tick=False) as clock:
        night.tick()
        clock.shift(timedelta(days=2000))
        assert night.tick() is True
        clock.shift(timedelta(days=-1999))
        assert [night.tick(), night.tick()] == [True, False]
        clock.shift(timedelta(hours=-1))  # the clock was put right by an hour: no night is done twice
        assert night.tick() is False
        clock.shift(timedelta(days=1))
        assert night.tick() is True


def test_the_hour_is_the_colleges_own_and_its_change_is_logged(in_app: Flask) -> None:
    administrator = viewer_of(make_person("Ежова", (Role.SYSADMIN,)))
    with time_machine.travel(EVENING, tick=False) as clock:
        night.tick()
        night.set_hour(administrator, "0")
        clock.shift(timedelta(hours=1))
        assert night.tick() is True
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting")).one()
    assert (entry.before, entry.after) == ("ночная работа в 3 ч", "ночная работа в 0 ч")


@pytest.mark.parametrize("text", ["24", "-1", "", "три", "3.5", "²"])
def test_an_hour_there_is_not_is_refused(in_app: Flask, text: str) -> None:
    administrator = viewer_of(make_person("Ежова", (Role.SYSADMIN,)))
    with pytest.raises(FieldsError):
        night.set_hour(administrator, text)
    assert settings.get(night.HOUR) == 3


def test_sessions_long_over_are_removed_and_others_stay(in_app: Flask) -> None:
    person = make_person("Ежова", (Role.SYSADMIN,))
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    long_ago = now() - timedelta(days=91)
    for name, seen, ended in (("over", long_ago, long_ago), ("forgotten", long_ago, None), ("open", now(), None)):
        db.session.add(UserSession(id=name, account_id=account.id, started_at=seen, seen_at=seen, ended_at=ended))
    db.session.commit()
    assert old_sessions.remove_old() == 2
    assert db.session.scalars(db.select(UserSession.id)).all() == ["open"]
