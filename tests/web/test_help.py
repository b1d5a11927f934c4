"""/help/: every page leads to its place in the help, every guide opens, the search finds (п. 4.1)."""

import re

import pytest
from conftest import SignIn
from factories import make_person
from flask import Flask
from flask.testing import FlaskClient

from ejournal.config import ROOT
from ejournal.domain.guide import Guide
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.models.base import now
from ejournal.services import guides, settings, updates
from ejournal.web.help import places
from web.signing import MakeAccount, enter
from web.test_board import queries

GUIDES = guides.every()
# Pages without a header of ours, or about which there is nothing to say.
SILENT = {"health.healthz", "calendar.show", "help.index", "help.guide", "help.list_updates"}
SILENT |= {"offline.manifest", "offline.page", "offline.worker"}
MOST_QUERIES = 4


def pages(app: Flask) -> list[str]:
    """What can be opened by an address."""
    return sorted({rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - SILENT)


@pytest.mark.parametrize("role", [None, *Role])
def test_r4_1_g_every_page_has_its_place_in_the_help(app: Flask, role: Role | None) -> None:
    for endpoint in pages(app):
        anchor = places.anchor_of(endpoint)
        assert anchor, endpoint
        name, found = guides.place(anchor, [role] if role else [])
        assert name, f"{endpoint}: {anchor}"
        assert GUIDES[name].section(found), f"{endpoint}: {name}#{found}"


def test_the_help_knows_no_page_that_is_not_there(app: Flask) -> None:
    known = set(app.view_functions) | set(app.blueprints)
    assert set(places.ANCHORS) - known == set()


@pytest.mark.parametrize("role", list(Role))
def test_r4_1_g_every_role_finds_its_own_guide_first(app: Flask, sign_in: SignIn, role: Role) -> None:
    with app.app_context():
        person = make_person(roles=(role,))
    own = GUIDES[guides.OF_ROLE[role]]
    client = sign_in(person)
    page = client.get("/help/").text
    assert page.index(own.title) < page.index(GUIDES["start"].title)
    opened = client.get(f"/help/{own.name}").text
    for section in own.sections:
        assert f'id="{section.anchor}"' in opened
        assert section.title in opened


def test_the_link_in_the_header_leads_to_the_place_of_the_page(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        teacher, admin = make_person(roles=(Role.TEACHER,)), make_person(roles=(Role.SYSADMIN,))
        db.session.commit()
    assert 'href="/help/teacher#journals"' in sign_in(teacher).get("/journal/").text
    assert 'href="/help/start#messages"' in sign_in(teacher).get("/messages/").text
    assert 'href="/help/sysadmin#import"' in sign_in(admin).get("/admin/import").text
    assert 'href="/help/"' in sign_in(teacher).get("/nowhere").text


def test_who_cannot_sign_in_is_led_to_help_with_it(client: FlaskClient) -> None:
    assert 'href="/help/start#sign-in"' in client.get("/login").text
    assert client.get("/help/start").status_code == 200
    assert client.get("/help/nothing").status_code == 404


@pytest.mark.parametrize("query", ["ошибка исправить", "ИСПРАВЛЯЮ ОШИБКУ", "ошибки исправлен"])
def test_r4_1_g_search_finds_whatever_the_case_and_ending(client: FlaskClient, query: str) -> None:
    assert 'href="/help/teacher#mistakes"' in client.get("/help/", query_string={"q": query}).text


def test_search_says_so_when_it_finds_nothing_and_shows_what_was_typed(client: FlaskClient) -> None:
    page = client.get("/help/", query_string={"q": "<кочерга>"}).text
    assert "Ничего не нашлось" in page
    assert "&lt;кочерга&gt;" in page
    assert "<кочерга>" not in page


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_links_and_pictures_of_a_guide_are_there(client: FlaskClient, guide: Guide) -> None:
    html = "".join(section.html for section in guide.sections)
    for target in re.findall(r'href="([^"]*)"', html):
        name, _, anchor = target.partition("#")
        assert GUIDES[name or guide.name].section(anchor), target
    for picture in re.findall(r'src="([^"]*)"', html):
        assert re.fullmatch(r"help/[a-z]+\.webp", picture)
        assert (ROOT / "static" / picture).stat().st_size <= 60_000
    shown = re.findall(r'src="([^"]*/help/[^"]*)"', client.get(f"/help/{guide.name}").text)
    assert len(shown) == html.count("<img")
    assert {client.get(address).status_code for address in shown} <= {200}
    assert "http" not in html


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_a_guide_names_the_clauses_of_the_rules_it_tells_of(guide: Guide) -> None:
    """п. 4.4 in the guide of whoever keeps or reads a journal; a term without its clause is a rumour."""
    term = re.compile(r"\b(?:не позднее|в течение) \d|19:00|25 сентября")
    silent = [
        section.anchor
        for section in guide.sections
        if term.search(section.plain) and not re.search(r"п\. \d|ст\. \d|152-ФЗ", section.plain)
    ]
    assert silent == []


def test_every_picture_is_shown_somewhere() -> None:
    text = "".join(section.html for guide in GUIDES.values() for section in guide.sections)
    taken = {f"help/{path.name}" for path in (ROOT / "static" / "help").iterdir()}
    assert taken == set(re.findall(r'src="([^"]*)"', text))
    assert all(re.search(rf'alt="[^"]+"[^>]*src="{name}"|src="{name}" alt="[^"]+"', text) for name in taken)


def test_the_help_costs_few_queries(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        teacher = make_person(roles=(Role.TEACHER,))
    client = sign_in(teacher)
    client.get("/help/")
    assert queries(app, lambda: client.get("/help/?q=журнал")) <= MOST_QUERIES
    assert queries(app, lambda: client.get("/help/teacher")) <= MOST_QUERIES


# ── What an update brought ──────────────────────────────────────────────────
def update(app: Flask) -> None:
    """Everything in CHANGELOG.md came a minute ago."""
    with app.app_context():
        known = {entry.key: now().isoformat() for version in updates.versions() for entry in version.entries}
        settings.put(updates.KNOWN, known)
        db.session.commit()


def test_r4_1_g_after_an_update_a_line_tells_of_it_until_it_is_hidden(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account("anna", Role.TEACHER)
    enter(client)
    assert "Журнал обновлён" not in client.get("/journal/").text
    update(app)
    assert "Журнал обновлён" in client.get("/journal/").text
    assert "новое" in client.get("/help/updates").text
    hidden = client.post("/help/updates/seen", data={"next": "/journal/"})
    assert hidden.headers["Location"] == "/journal/"
    assert "Журнал обновлён" not in client.get("/journal/").text
    assert 'class="tag tag-info"' not in client.get("/help/updates").text


def test_who_comes_after_an_update_is_not_told_of_it(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account("anna", Role.TEACHER)
    update(app)
    enter(client)
    assert "Журнал обновлён" not in client.get("/journal/").text
    assert client.get("/help/updates").status_code == 200
