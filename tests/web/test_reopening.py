"""What a form was sent to can be opened again: no page answers «405» to F5 or to a link that was passed on."""

from collections.abc import Iterator

from factories import make_person
from flask import Flask
from werkzeug.routing import Rule

from ejournal.extensions import db
from ejournal.models import Role
from ejournal.web.reopening import page_above

# Read as the address of a job, of an archive's file; whatever it comes to, the answer leads to another page.
LEADS_AWAY = {"jobs.start_night", "archive.make"}


def takers(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Addresses that take a form, and have no page of their own."""
    rules = list(app.url_map.iter_rules())
    pages = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    with app.test_request_context():
        for rule in rules:
            if "POST" in (rule.methods or ()) and rule.rule not in pages and rule.endpoint not in LEADS_AWAY:
                values = dict.fromkeys(rule.arguments, 1 if "int:" in rule.rule else "x")
                texts = {name: "x" for name in rule.arguments if f"<{name}>" in rule.rule}
                yield rule, app.url_for(rule.endpoint, **{**values, **texts})


def test_every_address_that_takes_a_form_leads_to_a_page_when_it_is_opened(app, sign_in):
    with app.app_context():
        roles = (Role.SYSADMIN, Role.ADMINISTRATION, Role.TEACHER, Role.CURATOR)
        client = sign_in(make_person("Всемогущева", roles))
    adapter = app.url_map.bind("")
    seen = 0
    for rule, address in takers(app):
        answer = client.get(address)
        assert answer.status_code == 303, rule.endpoint
        endpoint, _values = adapter.match(answer.location, "GET")
        assert "GET" in next(one.methods for one in app.url_map.iter_rules() if one.endpoint == endpoint)
        seen += 1
    assert seen > 100


def test_the_page_above_is_the_nearest_one(app):
    with app.app_context():
        assert page_above("/debts/7/attempts") == "/debts/7"
        assert page_above("/debts/attempts/7/result") == "/debts/"
        assert page_above("/messages/access/3/reading") == "/messages/access/3"
        assert page_above("/role") == "/"


def test_a_refused_form_opened_again_shows_the_thing_itself(app, sign_in):
    """As the browser does it: the form is refused and drawn at its own address, then F5 in the address bar."""
    from factories import make_journal

    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        office = sign_in(make_person("Завучева", (Role.ADMINISTRATION,)))
        db.session.rollback()
    address = f"/journal/{journal.course_id}/unlocking/{journal.period.id}"
    assert office.post(address, data={"days": "0"}).status_code == 422
    again = office.get(address, follow_redirects=True)
    assert again.status_code == 200
    assert journal.group.title in again.text


def test_a_script_and_other_methods_are_still_told(app, client):
    assert client.get("/role", headers={"HX-Request": "true"}).status_code == 405
    assert client.post("/healthz").status_code == 405
