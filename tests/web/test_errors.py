"""Errors in Russian: a page for a page, a fragment for a fragment."""

from collections.abc import Iterator

import pytest
from conftest import anew
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from ejournal import access
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import settings
from ejournal.services.errors import ClosedError, Current, ForbiddenError, RefusedError, StaleError, TooManyError
from web.signing import MakeAccount, enter

FRAGMENT = {"HX-Request": "true"}

WORDS = {
    400: "Запрос не понят",
    403: "Нет доступа",
    404: "Не найдено",
    405: "Действие недоступно",
    409: "Кто-то изменил это раньше",
    413: "Файл слишком большой",
    422: "Проверьте введённое",
    423: "Период закрыт",
    429: "Слишком много попыток",
    500: "Ошибка на сервере",
    503: "Сервер занят",
}


@pytest.fixture
def failing(app: Flask) -> Iterator[Flask]:
    """The application with pages that fail in every way."""
    made = anew(app)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_FAULTS=False)

    @made.get("/fails/<int:code>")
    @access.public
    def fails(code: int) -> str:
        abort(code)

    @made.get("/crashes")
    @access.public
    def crashes() -> str:
        raise ZeroDivisionError("secret detail")

    @made.get("/refuses/<kind>")
    @access.public
    def refuses(kind: str) -> str:
        raise REFUSALS[kind]

    yield made
    with made.app_context():
        db.engine.dispose()


REFUSALS = {
    "422": RefusedError("Оценки «6» нет"),
    "409": StaleError("Изменила Петрова", Current("4", 2, "Петрова", "сегодня")),
    "423": ClosedError("Семестр закрыт приказом"),
    "429": TooManyError("Подождите", 120),
    "403": ForbiddenError("Журнал не ваш"),
}


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_page_that_fails_says_so_in_russian(failing: Flask, code: int) -> None:
    answer = failing.test_client().get(f"/fails/{code}")
    assert answer.status_code == code
    assert WORDS[code] in answer.text
    assert "<html" in answer.text
    assert "Войти" in answer.text


@pytest.mark.parametrize("code", [*sorted(WORDS), 401])
def test_a_fragment_that_fails_is_never_a_whole_page(failing: Flask, code: int) -> None:
    answer = failing.test_client().get(f"/fails/{code}", headers=FRAGMENT)
    assert answer.status_code == code
    assert f'data-error="{code}"' in answer.text
    assert "<html" not in answer.text
    assert "<main" not in answer.text


@pytest.mark.parametrize("kind", sorted(REFUSALS))
@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_what_a_service_says_reaches_the_person(failing: Flask, kind: str, headers: dict[str, str]) -> None:
    answer = failing.test_client().get(f"/refuses/{kind}", headers=headers)
    assert answer.status_code == int(kind)
    assert REFUSALS[kind].message in answer.text
    assert answer.headers.get("Retry-After") == ("120" if kind == "429" else None)


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_fault_of_ours_shows_nothing_of_its_inside(failing: Flask, headers: dict[str, str]) -> None:
    answer = failing.test_client().get("/crashes", headers=headers)
    assert answer.status_code == 500
    assert WORDS[500] in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("came_from", "led_to"),
    [
        ("http://localhost/events/new?day=1", "/login?next=/events/new?day%3D1"),
        ("http://evil.example/events/new", "/login"),
        ("http://localhost//evil.example/", "/login"),
        (None, "/login"),
    ],
)
def test_who_signs_in_after_a_refused_form_is_led_back_to_its_page(
    client: FlaskClient, came_from: str | None, led_to: str
) -> None:
    answer = client.post("/password", headers={"Referer": came_from} if came_from else {})
    assert answer.status_code == 401
    assert f'href="{led_to}">Войти</a>' in answer.text


def test_without_a_database_there_are_still_words(failing: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_key: str) -> object:
        raise OperationalError("SELECT", {}, Exception("no such file"))

    monkeypatch.setattr(settings, "get", broken)
    answer = failing.test_client().get("/crashes")
    assert answer.status_code == 500
    assert WORDS[500] in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_script_that_wants_json_gets_json(failing: Flask) -> None:
    answer = failing.test_client().get("/fails/404", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json
    assert "Такой страницы нет" in answer.json["error"]


def test_a_wrong_method_says_which_are_right(failing: Flask) -> None:
    answer = failing.test_client().post("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_who_is_signed_in_is_led_home_from_an_error(failing: Flask, account: MakeAccount) -> None:
    account()
    client = failing.test_client()
    enter(client)
    page = client.get("/fails/404").text
    assert "На главную" in page
    assert "Семёнова А. П." in page


def test_an_upload_over_the_limit_is_refused_with_the_limit(failing: Flask) -> None:
    failing.config["MAX_CONTENT_LENGTH"] = 1000
    answer = failing.test_client().post("/login", data={"username": "x" * 2000})
    assert answer.status_code == 413
    assert "25 МБ" in answer.text


@pytest.mark.parametrize("address", ["/diary/{}", "/groups/{}", "/journal/{}", "/subject-requests/new?person={}"])
def test_a_number_that_no_database_holds_is_not_found(client: FlaskClient, account: MakeAccount, address: str) -> None:
    account("anna", Role.ADMINISTRATION, Role.CURATOR)
    enter(client)
    assert client.get(address.format("9" * 20)).status_code == 404
