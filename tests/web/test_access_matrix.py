"""Who gets what from every address: one row a route, one column a kind of user (п. 1.7, 2.1, 4.2-4.6).

A new route needs a row here, or the first test fails. «ok»: let in, whatever an empty form then gets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

import factories
import pytest
from databases import ONE, Kept, empty_college
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from ejournal import create_app
from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Person, Role, RoleGrant
from ejournal.services import accounts
from tests.web import access_rows

# teacher: of the journal asked for; stranger: a teacher of another one; curator: of the journal's group.
VIEWERS = ("nobody", "sysadmin", "administration", "curator", "teacher", "stranger", "student", "parent")
# What every row says. A role added later stands at the end and gets 403 where its row has no word for it.
NAMED = 8

ALL = "ok  ok  ok  ok  ok  ok  ok  ok"
SIGNED_IN = "401 ok  ok  ok  ok  ok  ok  ok"
READS_JOURNAL = "401 ok  ok  ok  ok  404 403 403"
KEEPS_JOURNAL = "401 403 403 403 ok  404 403 403"
SYSADMIN = "401 ok  403 403 403 403 403 403"
# The same, for a thing that is not there: let in, then nothing found.
SYSADMIN_404 = "401 404 403 403 403 403 403 403"

MATRIX = {
    "account.activate": ALL,
    "account.activation": ALL,
    "account.ask_code": ALL,
    "account.change_password": SIGNED_IN,
    "account.code": ALL,  # nobody is halfway: led to the password
    "account.enter_code": "401 401 401 401 401 401 401 401",  # the same
    "account.leave": ALL,
    "account.login": ALL,
    "account.password": SIGNED_IN,
    "account.sign_in": "401 401 401 401 401 401 401 401",  # an empty password, never right
    "account.sign_out": ALL,
    "admin.apply_import": SYSADMIN_404,
    "admin.block_account": SYSADMIN,
    "admin.create_account": SYSADMIN,
    "admin.create_person": SYSADMIN,
    "admin.drop_import": SYSADMIN_404,
    "admin.end_role": SYSADMIN,
    "admin.end_second_step": SYSADMIN,
    "admin.export": SYSADMIN,
    "admin.finished_import": SYSADMIN_404,
    "admin.grant_role": SYSADMIN,
    "admin.grading": "401 ok  ok  403 403 403 403 403",
    "admin.index": SYSADMIN,
    "admin.log": "401 ok  ok  403 403 403 403 403",
    "admin.log_export": "401 ok  ok  403 403 403 403 403",
    "admin.new_export": SYSADMIN,
    "admin.new_import": SYSADMIN,
    "admin.new_person": SYSADMIN,
    "admin.pending_import": SYSADMIN_404,
    "admin.people_list": SYSADMIN,
    "admin.person": SYSADMIN,
    "admin.preview_import": SYSADMIN,
    "admin.rename_account": SYSADMIN,
    "admin.renew_code": SYSADMIN,
    "admin.save_grading": "401 ok  ok  403 403 403 403 403",
    "admin.save_security": SYSADMIN,
    "admin.security": SYSADMIN,
    "admin.update_person": SYSADMIN,
    "health.healthz": ALL,
    "home.index": SIGNED_IN,
    "home.switch_role": "401 403 403 403 403 403 403 403",  # an empty role is nobody's
    "home.switch_theme": ALL,
    "home.switch_view": ALL,
    "journal.add_lesson": KEEPS_JOURNAL,
    "journal.add_work": KEEPS_JOURNAL,
    "journal.attach_files": KEEPS_JOURNAL,
    "journal.cancel_lesson": KEEPS_JOURNAL,
    "journal.change_work": KEEPS_JOURNAL,
    "journal.changes": READS_JOURNAL,
    "journal.detach_file": "401 403 403 403 404 404 403 403",  # a file that is not there
    "journal.file": "401 404 404 404 404 404 403 403",  # the same
    "journal.fill": KEEPS_JOURNAL,
    "journal.fill_lesson": KEEPS_JOURNAL,
    "journal.grid": READS_JOURNAL,
    "journal.history": READS_JOURNAL,
    "journal.index": "401 ok  ok  ok  ok  ok  403 403",
    "journal.lesson": READS_JOURNAL,
    "journal.lessons": READS_JOURNAL,
    "journal.move_lesson": KEEPS_JOURNAL,
    "journal.paste": KEEPS_JOURNAL,
    "journal.paste_preview": KEEPS_JOURNAL,
    "journal.presence": KEEPS_JOURNAL,
    "journal.record": KEEPS_JOURNAL,
    "journal.remove_lesson": KEEPS_JOURNAL,
    "journal.remove_work": KEEPS_JOURNAL,
    "journal.roll": READS_JOURNAL,
    "journal.undo_last": "401 403 403 403 ok  ok  403 403",  # of one's own changes: a stranger has none
}

# The rows of the other parts of the product, a file each: ROWS, and where needed FORMS and arguments(journal).
PARTS = [import_module(f"tests.web.access_rows.{found.name}") for found in iter_modules(access_rows.__path__)]
for part in PARTS:
    MATRIX |= part.ROWS

# What a form must hold for the question whose journal it is to be asked at all.
FORMS = {
    "journal.paste": {"entries": '[[{student_id}, {work_id}, "5", 0]]'},
    "journal.paste_preview": {"entries": '[[{student_id}, {work_id}, "5", 0]]'},
}


for part in PARTS:
    FORMS |= getattr(part, "FORMS", {})


def test_every_route_has_its_row(app: Flask) -> None:
    assert set(MATRIX) == set(app.view_functions)


@dataclass
class College:
    """One journal, a person to administer, and somebody of every kind."""

    app: Flask
    arguments: dict[str, object]
    clients: dict[str, FlaskClient]


@pytest.fixture(scope="module", params=ONE)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Kept, dict[str, object], dict[str, str]]]:
    """A college with one of everything, what its addresses name, and the cookie of each viewer: making it takes longer
    than asking eight viewers, so it is made once and put back after whoever wrote."""
    with empty_college(request.param, tmp_path_factory.mktemp("matrix"), "matrix") as overrides:
        app = create_app(overrides)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        with app.app_context():
            upgrade()
            arguments, cookies = _people_and_things(app)
            db.session.remove()
        kept = Kept(app)
        yield app, kept, arguments, cookies
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def college(made: tuple[Flask, Kept, dict[str, object], dict[str, str]]) -> College:
    app, kept, arguments, cookies = made
    kept.put_back()
    # What an application remembers of its college.
    for remembered in ("ejournal.settings", "ejournal.pace"):
        app.extensions.pop(remembered, None)
    clients = {}
    for name, cookie in cookies.items():
        clients[name] = app.test_client()
        if cookie:
            clients[name].set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return College(app, arguments, clients)


def _people_and_things(app: Flask) -> tuple[dict[str, object], dict[str, str]]:
    """What the addresses name, and the cookie of each viewer."""
    journal = factories.make_journal(students=1, lessons=1)
    people = {
        "teacher": journal.teacher,
        "curator": factories.make_curator(journal.group),
        "stranger": factories.make_journal(students=1, lessons=1).teacher,
        **{str(role): factories.make_person(roles=(role,)) for role in Role if role not in ("teacher", "curator")},
    }
    other = factories.make_person(roles=(Role.TEACHER,))
    account = db.session.scalars(db.select(Account).where(Account.person_id == other.id)).one()
    code = accounts.issue_code(account, None)
    db.session.commit()
    arguments: dict[str, object] = {
        "course_id": journal.course_id,
        "student_id": journal.students[0].id,
        "work_id": journal.works[0].id,
        "lesson_id": journal.lessons[0].id,
        "person_id": other.id,
        "grant_id": db.session.scalars(db.select(RoleGrant.id).where(RoleGrant.person_id == other.id)).one(),
        "code": code,
        "name": "0" * 32,
        "file_id": 1,
        "entry_id": db.session.scalars(db.select(LogEntry.id)).first() or 1,
    }
    for part in PARTS:
        # What a part's addresses name: made by it, for the college's one journal.
        arguments |= part.arguments(journal) if hasattr(part, "arguments") else {}
    return arguments, {"nobody": "", **{name: _cookie(app, person) for name, person in people.items()}}


def _cookie(app: Flask, person: Person) -> str:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": factories.make_session(person), "_fresh": True}))


@pytest.mark.parametrize("endpoint", sorted(MATRIX))
def test_everybody_gets_what_is_theirs_and_no_more(college: College, endpoint: str) -> None:
    app = college.app
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    with app.test_request_context():
        arguments = {name: college.arguments[name] for name in rule.arguments}
        address = app.url_for(endpoint, **arguments)  # type: ignore[arg-type]
    method = "POST" if "POST" in rule.methods else "GET"
    form = {name: text.format(**college.arguments) for name, text in FORMS.get(endpoint, {}).items()} or None
    got = {}
    for number, viewer in enumerate(VIEWERS):
        # As a script asks: then nobody gets a plain 401 instead of being led to the form. Each at a computer of
        # their own, or the empty passwords would add up.
        status = (
            college.clients[viewer]
            .open(
                address,
                method=method,
                data=form,
                headers={"HX-Request": "true"},
                environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
            )
            .status_code
        )
        got[viewer] = "ok" if status < 400 or status in (400, 409, 422) else str(status)
    wanted = MATRIX[endpoint].split()
    assert len(wanted) >= NAMED, "a word for each viewer"
    wanted += ["403"] * (len(VIEWERS) - len(wanted))
    assert got == dict(zip(VIEWERS, wanted, strict=True))
