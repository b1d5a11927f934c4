"""/admin/import: choose, look, confirm; nobody but the system administrator (R4.2.b)."""

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from factories import make_session
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from ejournal.exchange import pending
from ejournal.exchange.importer import KINDS
from ejournal.extensions import db
from ejournal.models import Account, Group, LogEntry, Person, Role, RoleGrant
from ejournal.services import settings
from ejournal.web.admin.imports import NEXT
from tests.exchange.conftest import COLLEGE, TODAY


@pytest.fixture(autouse=True)
def people_of_every_role(app: Flask) -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        with app.app_context():
            for role in Role:
                add_person(role, role.value)
            add_person(Role.SYSADMIN, "second")
            db.session.commit()
        yield
    shutil.rmtree(Path(app.instance_path) / "uploads", ignore_errors=True)


@pytest.fixture
def admin(app: Flask, people_of_every_role: None) -> FlaskClient:
    return signed_in(app, Role.SYSADMIN.value)


def test_a_list_is_shown_and_written_only_after_confirmation(app: Flask, admin: FlaskClient) -> None:
    preview = upload(admin, "students", "students.xlsx", create_groups="1")
    assert "Олимпиева Шейла Романовна" in preview.text
    assert "Новая группа ИС-21: 2 курс" in preview.text
    assert people(app) == 0
    done = admin.post(action(preview, "application"), data=fields(preview), follow_redirects=True)
    assert done.status_code == 200
    assert "загружено" in done.text
    assert '<a class="btn btn-primary" href="/slips/">Раздать коды доступа</a>' in done.text
    assert people(app) == 102
    assert list((Path(app.instance_path) / "uploads" / "pending").iterdir()) == []
    with app.app_context():
        entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "import")).one()
        assert entry.actor_id is not None
    assert "students.xlsx" in admin.get("/admin/import").text


def test_a_second_upload_of_the_same_file_offers_nothing_to_write(admin: FlaskClient) -> None:
    preview = upload(admin, "students", "students.xlsx", create_groups="1")
    admin.post(action(preview, "application"), data=fields(preview))
    again = upload(admin, "students", "students-cp1251.csv")
    assert "Записать" not in again.text
    assert re.search(r"Без изменений</dt>\s*<dd>\s*102", again.text)


def test_mistakes_are_shown_by_row_and_column_and_cannot_be_confirmed(app: Flask, admin: FlaskClient) -> None:
    preview = upload(admin, "students", "students.xlsx", create_groups="1")
    admin.post(action(preview, "application"), data=fields(preview))
    page = upload(admin, "students", "students-errors.xlsx")
    for cell in ("C7", "D9", "B11", "F13", "G14", "D15"):
        assert f">{cell}<" in page.text
    assert "Ошибок: 6" in page.text
    assert "Записать" not in page.text
    refused = admin.post(action(page, "removal").replace("removal", "application"), data={"fingerprint": ""})
    assert refused.status_code == 422
    assert people(app) == 102


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("students", b"%PDF-1.7", "не таблица"),
        ("students", b"", "пуст"),
        ("nothing", b"a;b\n1;2", "Выберите, какой это список"),
        ("bells", "ФИО;Группа\nКим Вера;ИС-21\n".encode(), "Не найдена таблица звонков"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_beside_the_field(
    admin: FlaskClient, kind: str, content: bytes, said: str
) -> None:
    response = admin.post("/admin/import", data={"kind": kind, "file": (io.BytesIO(content), "x.csv")})
    assert response.status_code == 422
    assert said in response.text


def test_no_file_is_said_to_be_missing(admin: FlaskClient) -> None:
    response = admin.post("/admin/import", data={"kind": "students"})
    assert (response.status_code, "Выберите файл" in response.text) == (422, True)


def test_what_changed_since_the_preview_is_shown_again_instead_of_written(app: Flask, admin: FlaskClient) -> None:
    preview = upload(admin, "students", "students.xlsx", create_groups="1")
    with app.app_context():
        db.session.add(Group(title="ИС-21", gkey="ис21", admission_year=2025))
        db.session.commit()
    answer = admin.post(action(preview, "application"), data=fields(preview), follow_redirects=True)
    assert "данные изменились" in answer.text
    assert people(app) == 0
    admin.post(action(answer, "application"), data=fields(answer))
    assert people(app) == 102


def test_a_cancelled_file_is_deleted(app: Flask, admin: FlaskClient) -> None:
    preview = upload(admin, "students", "students.xlsx", create_groups="1")
    assert "отменена" in admin.post(action(preview, "removal"), follow_redirects=True).text
    assert list((Path(app.instance_path) / "uploads" / "pending").iterdir()) == []
    assert admin.get(action(preview, "removal").removesuffix("/removal")).status_code == 404


def test_somebody_elses_file_is_not_found(app: Flask, admin: FlaskClient) -> None:
    address = action(upload(admin, "students", "students.xlsx", create_groups="1"), "removal")
    other = signed_in(app, "second")
    assert other.get(address.removesuffix("/removal")).status_code == 404
    assert other.post(address).status_code == 404
    assert other.post(address.replace("removal", "application")).status_code == 404
    assert admin.get(address.removesuffix("/removal")).status_code == 200


def test_one_mistake_in_many_cells_is_said_once_with_its_places(admin: FlaskClient) -> None:
    page = upload(admin, "timetable", "../real/timetable-perm-2025-11-05.xlsx")
    assert "Ошибок: 205" in page.text
    assert page.text.count("Группы «БУ1-25» нет") == 1
    words = " ".join(page.text.split())
    assert "Ещё 5: G17, G27, G29, G37, G39" in words
    assert "Обратите внимание: 8" in words


def test_the_day_of_a_page_without_a_date_is_asked_for_and_kept(admin: FlaskClient) -> None:
    name = "../real/timetable-kbt-day.html"
    assert "на какой это день" in upload(admin, "timetable", name).text
    page = upload(admin, "timetable", name, day="2026-11-24")
    assert "на какой это день" not in page.text
    assert "Расписание на даты: 24.11.2026; групп в файле: 7." in page.text
    wrong = upload(admin, "timetable", name, check=False, day="завтра")
    assert (wrong.status_code, "Напишите дату так" in wrong.text) == (422, True)
    assert 'value="завтра"' in wrong.text


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fsecret_key", "0" * 31 + "/"])
def test_a_made_up_name_of_a_file_is_not_found(admin: FlaskClient, name: str) -> None:
    assert admin.get(f"/admin/import/{name}").status_code == 404


def test_kept_files_are_readable_by_the_server_only_and_go_after_a_day(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(app.instance_path) / "uploads" / "pending"
    upload(admin, "bells", "bells.xlsx")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    # Whenever it runs: the test travels in time, the dates of files do not.
    monkeypatch.setattr(pending, "KEPT_SECONDS", -(10**9))
    upload(admin, "bells", "bells.xlsx", check=False)
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSADMIN])
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/admin/import"),
        ("POST", "/admin/import"),
        ("GET", f"/admin/import/{'0' * 32}"),
        ("POST", f"/admin/import/{'0' * 32}/application"),
        ("POST", f"/admin/import/{'0' * 32}/removal"),
        ("GET", "/admin/import/finished/1"),
    ],
)
def test_nobody_else_may_import(app: Flask, role: Role, method: str, address: str) -> None:
    assert signed_in(app, role.value).open(address, method=method).status_code == 403


def test_an_unknown_finished_import_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/admin/import/finished/12345").status_code == 404


def test_the_start_page_leads_here(admin: FlaskClient) -> None:
    assert 'href="/admin/import"' in admin.get("/admin/").text


def add_person(role: Role, username: str) -> None:
    person = Person.called("Вход", username)
    db.session.add(person)
    db.session.flush()
    db.session.add(Account(person_id=person.id, username=username))
    db.session.add(RoleGrant(person_id=person.id, role=role.value, since=settings.today()))


def signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        person = db.session.scalars(select(Person).join(Person.account).where(Account.username == username)).one()
        token = make_session(person)
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def upload(client: FlaskClient, kind: str, name: str, check: bool = True, **more: str) -> TestResponse:
    file = (io.BytesIO((COLLEGE / name).read_bytes()), name)
    response = client.post("/admin/import", data={"kind": kind, "file": file, **more}, follow_redirects=True)
    assert response.status_code == 200 or not check
    return response


def action(page: TestResponse, what: str) -> str:
    found = re.search(rf'action="(/admin/import/[0-9a-f]{{32}}/{what})"', page.text)
    assert found
    return found[1]


def fields(page: TestResponse) -> dict[str, str]:
    found = re.search(r'name="fingerprint" value="([0-9a-f]+)"', page.text)
    assert found
    return {"fingerprint": found[1]}


def people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(RoleGrant.id)).where(RoleGrant.role == "student")) - 1


def test_every_list_that_was_loaded_leads_to_what_is_done_next(app: Flask) -> None:
    assert set(NEXT) == set(KINDS)
    assert {endpoint for endpoint, _words in NEXT.values()} <= set(app.view_functions)
