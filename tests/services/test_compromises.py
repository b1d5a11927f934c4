"""The working day within which a compromised account is reported (п. 3.11), and who is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from factories import make_person, make_year, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Account, Compromise, Role, RoleGrant, Vacation
from ejournal.services import compromise_register, compromises, notify, settings
from ejournal.services.compromises import Told


@pytest.fixture
def viewer(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Ёлкина", (Role.TEACHER,)))


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), tick=False)


def report(viewer: Viewer, known_on: date) -> Compromise:
    compromises.report_without_password(viewer, Told(known_on))
    return db.session.scalars(db.select(Compromise).order_by(Compromise.id.desc())).first()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("known_on", "due"),
    [
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(2026, 11, 27), date(2026, 11, 30)),  # a Friday
        (date(2026, 11, 28), date(2026, 11, 30)),  # a Saturday
        (date(2026, 11, 3), date(2026, 11, 5)),  # before a state holiday
        (date(2026, 12, 31), date(2027, 1, 11)),  # the holidays of January with the college's own day
    ],
)
def test_r3_11_the_term_is_one_working_day(viewer: Viewer, known_on: date, due: date) -> None:
    year, _period = make_year(date(2026, 11, 1))
    own = [("Выходной", date(2026, 12, 31), date(2026, 12, 31), "holiday"), ("Зимние", known_on, due, "vacation")]
    for title, starts, ends, kind in own:
        db.session.add(Vacation(year_id=year.id, title=title, starts=starts, ends=ends, kind=kind))
    db.session.commit()
    with at(known_on):
        assert report(viewer, known_on).due == due


def test_the_college_may_set_another_term(viewer: Viewer) -> None:
    settings.put("terms", {"compromise": 3})
    with at(date(2026, 11, 24)):
        assert report(viewer, date(2026, 11, 24)).due == date(2026, 11, 27)


def test_r3_11_a_report_open_longer_than_its_term_is_counted(viewer: Viewer) -> None:
    day = date(2026, 11, 24)
    with at(day):
        report(viewer, day)
        assert compromise_register.counts() == compromise_register.Counts(1, 0)
    with at(day + timedelta(days=2)):
        assert compromise_register.counts() == compromise_register.Counts(1, 1)
        (line,), _pages = compromise_register.listing("open")
        assert (line.in_time, line.overdue, line.needs_code) == (True, True, True)
        actor = viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))
        compromise_register.close(actor, line.report.id, "Выдан новый код")
        assert compromise_register.counts() == compromise_register.Counts(0, 0)
        assert compromise_register.listing("open")[0] == []
        assert len(compromise_register.listing("closed")[0]) == 1


def test_only_those_who_hold_the_role_today_are_told(viewer: Viewer) -> None:
    keeper = make_person("Завучева", (Role.ADMINISTRATION, Role.SYSADMIN))
    former = make_person("Бывшая", (Role.ADMINISTRATION,))
    db.session.execute(db.update(RoleGrant).where(RoleGrant.person_id == former.id).values(until=date(2021, 1, 1)))
    db.session.commit()
    report(viewer, settings.today())
    assert [notice.person_id for notice in notify.pending()] == [keeper.id]


def test_the_account_of_a_report_ends_every_session(viewer: Viewer) -> None:
    report(viewer, settings.today())
    account = db.session.get_one(Account, viewer.id)
    assert (account.session_epoch, account.password_hash) == (1, None)
