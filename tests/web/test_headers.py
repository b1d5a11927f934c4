"""What protects every answer: headers, cookies, no script or style but our own files."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import anew
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ejournal.config import ROOT
from ejournal.extensions import db
from web.signing import MakeAccount, enter

ASKED: dict[str, Callable[[FlaskClient], TestResponse]] = {
    "page": lambda client: client.get("/login"),
    "redirect": lambda client: client.get("/"),
    "fragment 401": lambda client: client.get("/", headers={"HX-Request": "true"}),
    "404": lambda client: client.get("/nothing"),
    "405": lambda client: client.post("/healthz"),
    "wrong password": lambda client: enter(client),
    "json": lambda client: client.get("/healthz"),
    "static": lambda client: client.get(static_address(client, "css/base.css")),
    "static 404": lambda client: client.get("/static/nothing.css"),
    "head": lambda client: client.head("/login"),
}


@pytest.mark.parametrize("kind", ASKED)
def test_every_answer_is_protected(client: FlaskClient, kind: str) -> None:
    headers = ASKED[kind](client).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:;")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("kind", sorted(set(ASKED) - {"static"}))
def test_no_page_stays_in_the_cache_of_a_shared_computer(client: FlaskClient, kind: str) -> None:
    assert ASKED[kind](client).headers["Cache-Control"] == "no-store"


def test_a_static_file_is_kept_for_years_under_the_hash_of_its_content(client: FlaskClient) -> None:
    address = static_address(client, "css/base.css")
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert re.fullmatch(r"/static/[0-9a-f]{12}/css/base\.css", address)
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/static/000000000000/css/app.css").status_code == 404


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None)])
def test_a_static_file_comes_compressed_as_the_browser_likes(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = client.get(static_address(client, "css/base.css"), headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("base_url", "remote", "insecure_http", "secure"),
    [
        ("https://journal.example", "192.0.2.10", False, True),
        ("http://journal.example", "192.0.2.10", False, True),
        ("http://journal.example", "192.0.2.10", True, False),
        ("http://127.0.0.1:8000", "127.0.0.1", False, False),
        ("http://localhost:8000", "127.0.0.1", False, False),
        ("http://[::1]:8000", "::1", False, False),
        # A proxy on this machine that does not say it came over TLS: the name is not this machine's.
        ("http://journal.example", "127.0.0.1", False, True),
        ("http://127.0.0.1:8000", "192.0.2.10", False, True),
        ("http://127.0.0.1.evil.example", "127.0.0.1", False, True),
    ],
)
def test_the_session_cookie_is_kept_from_scripts_and_plain_wires(
    app: Flask, base_url: str, remote: str, insecure_http: bool, secure: bool
) -> None:
    made = anew(app, insecure_http=insecure_http)
    answer = made.test_client().get("/login", base_url=base_url, environ_base={"REMOTE_ADDR": remote})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("ejournal=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert ("Secure" in cookie) is secure
    # Where the browser will not keep it, the page says so at once, not after a password was typed.
    assert ("страница открыта без HTTPS" in answer.text) is (secure and base_url.startswith("http:"))
    with made.app_context():
        db.engine.dispose()


def test_the_session_ends_with_the_browser(client: FlaskClient, account: MakeAccount) -> None:
    """On a classroom's computer the next person opens the browser anew."""
    account()
    cookie = enter(client).headers["Set-Cookie"]
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


@pytest.mark.parametrize(("base_url", "told"), [("https://localhost", True), ("http://localhost", False)])
def test_tls_is_asked_for_from_then_on_only_over_tls(client: FlaskClient, base_url: str, told: bool) -> None:
    assert ("Strict-Transport-Security" in client.get("/login", base_url=base_url).headers) is told


def test_no_template_brings_a_script_a_style_or_a_handler_of_its_own() -> None:
    """The policy would block them silently."""
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for wrong in re.finditer(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=|hx-on|javascript:", text):
            found.append(f"{path.relative_to(ROOT)}: {wrong[0]}")
    assert found == []


def test_nothing_is_asked_of_another_host() -> None:
    """п. 2.1: no request to any other host."""
    found = []
    own = [p for p in (ROOT / "static").rglob("*") if p.suffix in {".css", ".js"} and "vendor" not in p.parts]
    for path in [*(ROOT / "templates").rglob("*.html"), *own]:
        for address in re.findall(r"https?://[^\s\"')>]+|[\"'(]//\w[^\s\"')]*", path.read_text(encoding="utf-8")):
            if address != "http://www.w3.org/2000/svg":  # a name, which nobody asks for
                found.append(f"{path.relative_to(ROOT)}: {address}")
    assert found == []


def test_third_party_files_are_the_published_ones() -> None:
    """static/vendor/README.md lists each with its hash; each folder has its licence."""
    vendor = ROOT / "static" / "vendor"
    listed = dict(
        re.findall(r"^\| (\S+\.(?:js|css)) \|.*\| ([0-9a-f]{64}) \|$", (vendor / "README.md").read_text(), re.M)
    )
    kept = {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.suffix in {".js", ".css"}}
    assert kept == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest, name
    assert {p.name for p in vendor.rglob("*LICENSE*")} == {"LICENSE", "htmx.LICENSE"}


def test_every_icon_a_template_draws_is_there() -> None:
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r"icon\(\"([a-z0-9-]+)\"\)", path.read_text(encoding="utf-8")))
    kept = {path.stem for path in Path(ROOT / "static" / "vendor" / "bootstrap-icons").glob("*.svg")}
    assert named <= kept


def static_address(client: FlaskClient, path: str) -> str:
    found = re.search(rf"/static/\w+/{re.escape(path)}", client.get("/login").text)
    assert found
    return found[0]
