"""Hostile text in every column that people fill in: no page, letter, calendar or document lets it live (п. 2.1)."""

import html
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from werkzeug.exceptions import HTTPException

from attack import hostile
from attack.college import LOGINS, College
from ejournal.extensions import db
from ejournal.services import settings

# Visits of one route: the second is often of another kind.
MOST = 2
# The director sees what the zavuch sees.
EYES = tuple(login for login in LOGINS if login != "director")


@pytest.fixture(scope="module")
def poisoned(college: College) -> College:
    with college.app.app_context():
        hostile.fill_empty_tables()
        assert hostile.poison() > 120
        settings.forget()
        db.session.remove()
    return college


def test_no_page_of_anybody_brings_hostile_text_to_life(poisoned: College) -> None:
    live: dict[str, list[str]] = {}
    seen: set[str] = set()
    times = Counter[str]()
    for login in EYES:
        for endpoint, address, page in visit(poisoned, login, times):
            seen.add(endpoint)
            if found := hostile.live_in(page):
                live.setdefault(f"{login} {address}", found[:3])
    assert live == {}
    # What is not seen here is a file, or a page of something that a demo college does not have.
    assert len(seen) > 140


def test_the_look_itself_sees_what_is_live() -> None:
    assert hostile.live_in(f"<p title='{hostile.LONG}'>")
    assert hostile.live_in(f"<p>{hostile.LONG}</p>")
    assert hostile.live_in(f"<p>{hostile.SHORT}</p>")
    assert hostile.live_in(f'<a href="{hostile.ADDRESS}">x</a>')
    assert hostile.live_in(f'<a href="{html.escape(hostile.ADDRESS)}">x</a>')
    assert not hostile.live_in(f'<p title="{html.escape(hostile.LONG)}">{html.escape(hostile.LONG)}</p>')


def visit(college: College, login: str, times: Counter[str]) -> Iterator[tuple[str, str, str]]:
    """Every page that links lead to: by each role once, in all twice."""
    client = college.client(login)
    waiting = ["/", *_starts(college)]
    known, own = set(waiting), set[str]()
    routes = college.app.url_map.bind("localhost")
    while waiting:
        address = waiting.pop(0)
        try:
            endpoint = routes.match(address.partition("?")[0], method="GET")[0]
        except HTTPException:
            continue
        if times[endpoint] >= MOST and endpoint in own:
            continue
        answer = client.get(address)
        if answer.status_code >= 400 or not answer.mimetype.startswith("text/html"):
            answer.close()
            continue
        times[endpoint] += 1
        own.add(endpoint)
        yield endpoint, address, answer.text
        for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.text):
            link = link.replace("&amp;", "&")
            if link not in known:
                known.add(link)
                waiting.append(link)


def _starts(college: College) -> list[str]:
    return [college.address(rule) for rule in college.rules("GET")]
