"""Children and legal representatives on the page of a person (R2.1.c, R4.2.a, R4.6.a)."""

from datetime import timedelta
from types import SimpleNamespace

import factories
import factories_diary
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from ejournal.extensions import db
from ejournal.models import Guardianship, LogEntry, Person, Role, UserSession
from ejournal.models.base import now
from ejournal.services import settings
from web.signing import MakeAccount, enter


@pytest.fixture
def admin(client: FlaskClient, account: MakeAccount) -> FlaskClient:
    account("boss", Role.SYSADMIN)
    enter(client, "boss")
    return client


@pytest.fixture
def college(app: Flask, admin: FlaskClient) -> SimpleNamespace:
    """Ids and names: a child with a mother, and a father who is nobody's yet."""
    with app.app_context():
        journal = factories.make_journal(students=0, lessons=0)
        child = factories_diary.make_child(journal.group)
        mother = factories_diary.make_parent(child)
        father = factories.make_person("Отцов")
        link = db.session.scalars(select(Guardianship).where(Guardianship.parent_id == mother.id)).one()
        link.relation, link.since = "мать", settings.today() - timedelta(days=100)
        db.session.commit()
        return SimpleNamespace(
            group=journal.group.title, child=child.id, mother=mother.id, father=father.id, link=link.id,
            child_name=child.full_name, mother_name=mother.full_name, father_name=father.full_name,
        )  # fmt: skip


def test_r4_6_a_the_page_of_a_parent_lists_the_children(admin: FlaskClient, college: SimpleNamespace) -> None:
    page = admin.get(f"/admin/people/{college.mother}").text
    assert ">Дети<" in page
    assert ">Законные представители<" not in page
    assert f'<a href="/admin/people/{college.child}">{college.child_name}</a>' in page
    assert f"мать, {college.group}, с " in page
    assert "п. 2.1: доступ прекращается сразу" in page


def test_the_page_of_a_student_lists_the_representatives(admin: FlaskClient, college: SimpleNamespace) -> None:
    page = admin.get(f"/admin/people/{college.child}").text
    assert ">Законные представители<" in page
    assert ">Дети<" not in page
    assert f'<a href="/admin/people/{college.mother}">{college.mother_name}</a>' in page


@pytest.mark.parametrize(
    ("own", "side", "other", "surname"),
    [("father", "children", "child", "аксенов"), ("child", "guardians", "father", "отцов")],
)
def test_r4_2_a_a_new_parent_is_found_by_surname_and_added(
    admin: FlaskClient, college: SimpleNamespace, own: str, side: str, other: str, surname: str
) -> None:
    address = f"/admin/people/{getattr(college, own)}/family/{side}"
    assert f'href="{address}/new"' in admin.get(f"/admin/people/{getattr(college, own)}").text
    found = admin.get(f"{address}/new", query_string={"q": surname}).text
    assert f'{address}/new?person={getattr(college, other)}"' in found
    form = admin.get(f"{address}/new", query_string={"person": getattr(college, other)})
    assert (form.status_code, "попечитель" in form.text) == (200, True)
    done = admin.post(address, data={"person": str(getattr(college, other)), "relation": "отец"}, follow_redirects=True)
    assert "согласие (п. 4.1)" in done.text
    assert getattr(college, f"{other}_name") in done.text
    assert college.father_name in admin.get(f"/admin/people/{college.child}").text


def test_a_wrong_choice_is_told_in_the_form(admin: FlaskClient, college: SimpleNamespace) -> None:
    address = f"/admin/people/{college.father}/family/children"
    answer = admin.post(address, data={"person": str(college.child), "relation": "сосед"})
    assert (answer.status_code, "Выберите, кем приходится" in answer.text) == (422, True)
    again = admin.post(
        f"/admin/people/{college.mother}/family/children", data={"person": str(college.child), "relation": "мать"}
    )
    assert (again.status_code, "уже в законных представителях" in again.text) == (422, True)
    assert admin.post(address, data={"person": "0", "relation": "отец"}).status_code == 404
    assert admin.get("/admin/people/1/family/cousins/new").status_code == 404


def test_r2_1_c_a_link_is_ended_with_a_reason_and_the_parent_is_out_at_once(
    app: Flask, admin: FlaskClient, college: SimpleNamespace
) -> None:
    own = app.test_client()
    with app.app_context():
        session = factories.make_session(db.session.get_one(Person, college.mother))
    _sign_in(app, own, session)
    assert own.get(f"/diary/{college.child}/marks").status_code == 200
    address = f"/admin/people/{college.mother}/family/children/{college.link}/end"
    done = admin.post(address, data={"reason": "лишение родительских прав"}, follow_redirects=True)
    assert "закрыт сразу (п. 2.1)" in done.text
    assert f"последний день — {yesterday(app)}" in done.text
    assert "Прекратить связь" not in done.text
    assert own.get(f"/diary/{college.child}/marks").location.startswith("/login")
    with app.app_context():
        entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "guardianship")).one()
        assert (entry.action, entry.reason) == ("end", "лишение родительских прав")
    log = admin.get("/admin/log").text
    assert "законное представительство: завершено" in log


def _sign_in(app: Flask, client: FlaskClient, session: str) -> None:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], str(serializer.dumps({"_user_id": session, "_fresh": True})))


def yesterday(app: Flask) -> str:
    with app.app_context():
        return f"{settings.today() - timedelta(days=1):%d.%m.%Y}"


def test_without_a_reason_the_form_says_so_and_stays_open(admin: FlaskClient, college: SimpleNamespace) -> None:
    answer = admin.post(f"/admin/people/{college.mother}/family/children/{college.link}/end", data={"reason": "ок"})
    assert answer.status_code == 422
    assert "Впишите причину" in answer.text
    assert '<details class="fold" open>' in answer.text
    assert ">ок</textarea>" in answer.text


def test_a_link_is_not_ended_from_a_page_of_others(admin: FlaskClient, college: SimpleNamespace) -> None:
    for person, side in ((college.father, "children"), (college.mother, "guardians")):
        address = f"/admin/people/{person}/family/{side}/{college.link}/end"
        assert admin.post(address, data={"reason": "однофамилец"}).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATION, Role.CURATOR, Role.TEACHER, Role.PARENT])
def test_nobody_else_links_or_ends(app: Flask, college: SimpleNamespace, account: MakeAccount, role: Role) -> None:
    account("other", role)
    client = app.test_client()
    enter(client, "other")
    address = f"/admin/people/{college.mother}/family/children"
    assert client.get(f"{address}/new").status_code == 403
    assert client.post(address, data={"person": str(college.child), "relation": "мать"}).status_code == 403
    assert client.post(f"{address}/{college.link}/end", data={"reason": "однофамилец"}).status_code == 403


def test_who_links_has_proved_who_he_is(app: Flask, admin: FlaskClient, college: SimpleNamespace) -> None:
    """A browser left open must not open a child's diary to somebody."""
    with app.app_context():
        db.session.execute(update(UserSession).values(proved_at=now() - timedelta(minutes=11)))
        db.session.commit()
    address = f"/admin/people/{college.father}/family/children"
    admin.post(address, data={"person": str(college.child), "relation": "отец"})
    with app.app_context():
        assert len(db.session.scalars(select(Guardianship)).all()) == 1
