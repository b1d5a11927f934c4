"""What one request, one account, one proxy may; what the server's log says of people: nothing (152-ФЗ)."""

import io
import logging
from collections.abc import Iterator
from time import monotonic

import pytest
from conftest import anew
from flask import Flask, request
from flask.testing import FlaskClient

from ejournal import access
from ejournal.extensions import db
from ejournal.models import Account, Person, Role
from ejournal.web import pace
from web.signing import MakeAccount, enter


@pytest.fixture
def made(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application with settings of its own on the test's database."""
    other = anew(app, **getattr(request, "param", {}))
    other.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_FAULTS=False)
    yield other
    with other.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("made", [{"trusted_hosts": "journal.example .college.example"}], indirect=True)
def test_only_the_names_of_the_journal_are_answered(made: Flask) -> None:
    client = made.test_client()
    for host in ("journal.example", "a.college.example", "journal.example:8000"):
        assert client.get("/login", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "journal.example.evil.example", "evil.example:80", "127.0.0.1"):
        answer = client.get("/login", headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil.example" not in answer.text


def test_without_the_setting_any_name_is_answered(client: FlaskClient) -> None:
    assert client.get("/login", headers={"Host": "school.local"}).status_code == 200


def test_files_too_large_together_are_refused_with_both_limits(made: Flask, account: MakeAccount) -> None:
    account()
    client = made.test_client()
    made.config["MAX_CONTENT_LENGTH"] = 2000
    answer = client.post("/login", data={"file": (io.BytesIO(b"x" * 3000), "a.pdf")})
    assert answer.status_code == 413
    assert "25 МБ" in answer.text
    assert "вместе — не больше 100 МБ" in answer.text


def test_a_number_of_thousands_of_digits_is_no_fault_of_the_server(
    made: Flask, account: MakeAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """Python refuses to read one."""
    account("sysadmin", Role.SYSADMIN)
    client = made.test_client()
    enter(client, "sysadmin")
    data = {"kind": "students", "admission": "9" * 5000, "file": (io.BytesIO(b"a;b"), "a.csv")}
    answer = client.post("/admin/import", data=data)
    assert answer.status_code == 422
    assert "Год набора — четыре цифры" in answer.text
    assert "unhandled" not in caplog.text


def test_a_page_tells_its_scripts_the_limits_before_anything_is_sent(client: FlaskClient) -> None:
    page = client.get("/login").text
    assert f'data-max-file="{25 * 1024 * 1024}"' in page
    assert f'data-max-sending="{100 * 1024 * 1024}"' in page


def test_what_is_dear_is_not_asked_for_without_end(app: Flask, account: MakeAccount) -> None:
    account("anna", Role.ADMINISTRATION), account("berta", Role.ADMINISTRATION)
    anna, berta = app.test_client(), app.test_client()
    enter(anna), enter(berta, "berta")
    with app.app_context():
        account_id = db.session.scalars(db.select(Account.id).where(Account.username == "anna")).one()
        for _ in range(pace.MOST):
            assert pace.pace().wait(f"account {account_id}", monotonic()) == 0
    answer = anna.get("/admin/log")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert "Подождите" in answer.text
    assert "Слишком много выгрузок" in anna.get("/admin/log", headers={"HX-Request": "true"}).text
    assert anna.get("/profile").status_code == 200
    assert berta.get("/admin/log").status_code == 200


def test_the_wait_ends_by_itself() -> None:
    counted = pace.Pace()
    for second in range(pace.MOST):
        assert counted.wait("a", second / 10) == 0
    assert counted.wait("a", 10.0) == 50.0
    assert counted.wait("a", 60.0) == 0
    assert counted.wait("b", 10.0) == 0


def test_every_dear_route_is_there(app: Flask) -> None:
    assert set(app.view_functions) >= pace.DEAR


def test_the_servers_log_quotes_nothing_of_anybody(made: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @made.get("/crashes/<kind>")
    @access.public
    def crashes(kind: str) -> str:
        if kind == "value":
            return str(int(request.args["name"]))
        if kind == "chain":
            try:
                int(request.args["name"])
            except ValueError as error:
                raise KeyError(request.args["mark"]) from error
        names = (request.args["name"], request.args["mark"])
        db.session.add_all([Person.called(name, snils=request.args["snils"]) for name in names])
        db.session.commit()
        return ""

    caplog.set_level(logging.DEBUG)
    client = made.test_client()
    told = {"name": "Иванов Пётр", "mark": "5 по математике", "snils": "112-233-445 95", "token": "secret-token"}
    for kind in ("value", "chain", "database"):
        assert client.get(f"/crashes/{kind}", query_string=told).status_code == 500
    said = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}" for record in caplog.records
    )
    assert "unhandled fault at crashes" in said
    assert "builtins.ValueError" in said
    assert "test_limits.py" in said
    assert "IntegrityError" in said
    for personal in ("Иванов", "Пётр", "математике", "112-233", "secret-token"):
        assert personal not in said, personal


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\t/x"]
)
def test_no_way_back_leads_out_of_the_journal(client: FlaskClient, account: MakeAccount, target: str) -> None:
    account()
    for address, form in (
        ("/login", {}),
        ("/view", {"on": "1"}),
        ("/role", {"role": "teacher"}),
        ("/help/updates/seen", {}),
    ):
        answer = (
            enter(client, form={"next": target})
            if address == "/login"
            else client.post(address, data={**form, "next": target})
        )
        assert answer.location is None or (answer.location.startswith("/") and "evil" not in answer.location), address
