"""What a browser is given for a time without a network, and a phone for its home screen."""

import json
import re
import struct
from pathlib import Path

import pytest
from conftest import SignIn
from factories import make_journal, make_person
from flask import Flask
from flask.testing import FlaskClient

from ejournal.config import ROOT
from ejournal.models import Role
from ejournal.web import bundles


def sides(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def test_a_phone_finds_what_it_needs_to_install_the_journal(client: FlaskClient) -> None:
    page = client.get("/login").text
    found = re.search(r'<link rel="manifest" href="([^"]+)"', page)
    assert found
    answer = client.get(found[1])
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.data)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert manifest["short_name"] == "Журнал"
    assert f'<meta name="theme-color" content="{manifest["theme_color"]}">' in page
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in manifest["icons"]:
        drawn = client.get(icon["src"])
        assert drawn.mimetype == icon["type"] == "image/png"
        assert "x".join(map(str, sides(drawn.data))) == icon["sizes"]
    apple = re.search(r'<link rel="apple-touch-icon"\s+href="([^"]+)"', page)
    assert apple
    assert sides(client.get(apple[1]).data) == (180, 180)


@pytest.mark.parametrize(("role", "place"), [(Role.STUDENT, "/diary/"), (Role.SYSADMIN, "/admin/")])
def test_the_icon_opens_the_start_page_of_the_role(app: Flask, sign_in: SignIn, role: Role, place: str) -> None:
    with app.app_context():
        person = make_person("Телефонова", (role,))
    assert sign_in(person).get("/").location == place


def test_the_worker_keeps_only_what_is_everybodys(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal()
    signed_in = sign_in(journal.teacher)
    worker = signed_in.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    assert "immutable" in worker.headers["Cache-Control"]
    kept = json.loads(re.search(r"const FILES = (\[.*?\]);", worker.text)[1])  # type: ignore[index]
    assert kept[0] == "/offline"
    assert all(address == "/offline" or address.startswith("/static/") for address in kept)
    for address in kept:
        assert signed_in.get(address).status_code == 200
    assert signed_in.get("/offline").data == app.test_client().get("/offline").data, "the same for everybody"
    assert "Преподавателева" not in signed_in.get("/offline").text


def test_what_a_browser_keeps_is_named_by_account_and_server(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        people = [make_person(surname, (Role.TEACHER,)) for surname in ("Первая", "Вторая")]
    keys = {re.search(r'data-waiting="(\w+)"', sign_in(person).get("/").text)[1] for person in people}  # type: ignore[index]
    app.config["SECRET_KEY"], secret = "another server", app.config["SECRET_KEY"]
    try:
        keys |= {re.search(r'data-waiting="(\w+)"', sign_in(person).get("/").text)[1] for person in people}  # type: ignore[index]
    finally:
        app.config["SECRET_KEY"] = secret
    assert len(keys) == 4
    assert "data-waiting" not in app.test_client().get("/login").text


# ── Joined files ────────────────────────────────────────────────────────────
def joined(folder: Path, **files: str) -> Path:
    for name, text in {"app": "", "offline/waiting": "", "inbox": "", **files}.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    bundles._join_scripts(folder)
    return folder


def test_a_module_comes_with_what_it_imports_and_shares_what_every_page_has(tmp_path: Path) -> None:
    joined(
        tmp_path,
        app='import { a } from "./shared.js";\nexport { a };\n',
        shared="export const a = 1;\n",
        grid__table='import { a as one } from "../app.js";\nexport function find() { return one; }\n',
        grid__main='import * as table from "./table.js";\ntable.find();\n',
    )
    main = (tmp_path / "grid" / "main.js").read_text()
    assert main.startswith('import { $ as base } from "../app.js";')
    assert main.index('$["grid/table.js"]') < main.index('$["grid/main.js"]')
    assert 'const { a: one } = $["app.js"];' in main
    assert 'const table = $["grid/table.js"];' in main
    assert "return { find };" in main
    assert "const a = 1" not in main, "not a second copy of what js/app.js holds"
    assert (tmp_path / "shared.js").read_text() == 'import "./app.js";\n'


@pytest.mark.parametrize(
    "files",
    [
        {"one": 'import { b } from "./two.js";\n', "two": 'import { a } from "./one.js";\n'},
        {"one": "export let changing = 1;\n"},
        {"one": "export default 1;\n"},
        {"one": 'import thing from "./app.js";\nexport * from "./app.js";\n'},
    ],
)
def test_what_cannot_be_joined_is_refused_at_the_start(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"circle|not understood"):
        joined(tmp_path, **files)


def test_no_page_asks_for_more_than_one_script_and_one_style_of_its_own() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        scripts = re.findall(r"static_url\('(js/[^']+)'\)", text)
        assert len(scripts) <= 1, path.name
        assert not set(scripts) & {f"js/{name}" for name in bundles.BASE} or path.name == "layout.html", path.name
