"""Two requests that come together: whom the database refuses is asked again and nobody reads of a fault (R2.1.c)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier
from typing import Any

import factories
import pytest
from factories_board import announce, make_college
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from ejournal.domain import notices as rules
from ejournal.extensions import db
from ejournal.models import AnnouncementReading, LogEntry, NoticeChoice, Person, Role, RoleGrant, Setting, Vacation
from ejournal.services import settings
from ejournal.web import again

AT_ONCE = 4
SignIn = Callable[[Person], FlaskClient]


def pressed(clients: list[FlaskClient], address: str, form: dict[str, Any]) -> list[int]:
    """The statuses of one form sent by all of them at the same moment."""
    barrier = Barrier(len(clients))

    def press(client: FlaskClient) -> int:
        barrier.wait()
        return client.post(address, data=form).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(press, clients))


def test_what_is_pressed_several_times_at_once_is_done_once(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        chief, other = factories.make_person("Приказова", (Role.SYSADMIN,)), factories.make_person("Иванова")
        day = settings.today() + timedelta(days=3)
    clients = [sign_in(chief) for _ in range(AT_ONCE)]
    form = {"role": "administration", "since": day.isoformat()}
    assert pressed(clients, f"/admin/people/{other.id}/roles", form) == [302] * AT_ONCE
    with app.app_context():
        granted = db.select(RoleGrant).where(RoleGrant.person_id == other.id, RoleGrant.role == "administration")
        assert len(db.session.scalars(granted).all()) == 1
        assert len(db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "role")).all()) == 1


def test_an_announcement_opened_in_several_tabs_at_once_is_read(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        college = make_college()
        read = announce(college.director, needs_ack=True).id
        reader = college.student
    clients = [sign_in(reader) for _ in range(AT_ONCE)]
    assert pressed(clients, f"/announcements/{read}/seen", {}) == [204] * AT_ONCE
    assert pressed(clients, f"/announcements/{read}/acknowledgement", {"version": 1}) == [302] * AT_ONCE
    with app.app_context():
        assert len(db.session.scalars(db.select(AnnouncementReading)).all()) == 1


def test_a_choice_saved_several_times_at_once_is_kept(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        reader = factories.make_person("Читателева", (Role.TEACHER,))
        kind, (one, other, *_rest) = next(iter(rules.KINDS)), rules.CHOICES
    clients = [sign_in(reader) for _ in range(AT_ONCE)]
    for how in (one, other, one):
        assert pressed(clients, "/profile/notices", {kind: how}) == [302] * AT_ONCE
    with app.app_context():
        assert db.session.scalars(db.select(NoticeChoice.how)).all() == [one]


def test_what_several_remove_at_once_is_removed_by_one(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        chief = factories.make_person("Приказова", (Role.ADMINISTRATION,))
        year = factories.make_year()[0]
        vacation = Vacation(year_id=year.id, title="Зимние", starts=year.starts, ends=year.starts, kind="vacation")
        db.session.add(vacation)
        db.session.commit()
        address = f"/year/years/{year.id}/vacations/{vacation.id}/removal"
    clients = [sign_in(chief) for _ in range(AT_ONCE)]
    assert sorted(pressed(clients, address, {})) == [302, *[404] * (AT_ONCE - 1)]
    with app.app_context():
        assert len(db.session.scalars(db.select(LogEntry).where(LogEntry.action == "delete")).all()) == 1


class View:
    """What is refused by the database the first `refused` times, as if another request had been quicker."""

    def __init__(self, refused: int, *, commits: bool = False) -> None:
        self.refused, self.commits, self.calls, self.read = refused, commits, 0, b""

    def __call__(self) -> str:
        self.calls += 1
        if "scan" in request.files:
            self.read = request.files["scan"].read()
        if self.commits:
            db.session.add(Setting(key=f"first.{self.calls}", value=1))
            db.session.commit()
        taken = self.calls <= self.refused
        db.session.add(Setting(key="taken" if taken else "free", value=self.calls))
        db.session.commit()
        return "done"


@pytest.fixture
def taken(app: Flask) -> Flask:
    with app.app_context():
        db.session.add(Setting(key="taken", value=0))
        db.session.commit()
    return app


def test_who_was_refused_is_asked_again_with_all_that_was_sent(taken: Flask) -> None:
    view = View(refused=2)
    with taken.test_request_context("/", method="POST", data={"scan": (BytesIO(b"all of it"), "scan.pdf")}):
        assert again.asked_again(view) == "done"
        assert db.session.get_one(Setting, "free").value == view.calls == 3
        assert view.read == b"all of it"


@pytest.mark.parametrize(
    ("method", "refused", "commits", "calls"),
    [("POST", 9, False, again.TIMES), ("POST", 1, True, 1), ("GET", 1, False, 1)],
    ids=["again and again", "after something was stored", "a page"],
)
def test_who_is_refused_otherwise_is_told(taken: Flask, method: str, refused: int, commits: bool, calls: int) -> None:
    view = View(refused, commits=commits)
    with taken.test_request_context("/", method=method), pytest.raises(IntegrityError):
        again.asked_again(view)
    assert view.calls == calls
