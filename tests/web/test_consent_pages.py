"""The pages of consents, and signing in without one (R4.1.d,f; R4.3.a)."""

import io
import re

import sqlalchemy as sa
from conftest import SignIn
from factories import Journal, make_curator, make_journal, make_person
from factories_consents import answer, born, make_parent, make_student
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Account, Consent, Guardianship, Person, Role
from ejournal.services import accounts, settings
from web.signing import PASSWORD, MakeAccount, enter

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MOST_QUERIES = 12


def journal_of(app: Flask, students: int = 2) -> Journal:
    with app.app_context():
        return make_journal(students=students, lessons=0)


def leader(app: Flask, journal: Journal) -> Person:
    with app.app_context():
        return make_curator(journal.group)


def test_r4_1_d_a_group_is_entered_with_the_ticks_as_they_stand(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        mother = make_parent(journal.students[0])
    client = sign_in(leader(app, journal))
    address = f"/consents/groups/{journal.group.id}"
    page = client.get(address).text
    ticked = re.findall(r'name="student_ids"\s+id="[^"]*"\s+value="(\d+)"\s+checked', page)
    assert len(ticked) == 2
    client.post(address, data={"kind": "agreed", "dated": "2026-09-01", "student_ids": ticked})
    with app.app_context():
        stored = {row.student_id: row.person_id for row in db.session.scalars(db.select(Consent))}
    assert stored == {journal.students[0].id: mother.id, journal.students[1].id: journal.students[1].id}
    assert "2 из 2" in client.get("/consents/").text


def test_a_line_that_is_wrong_keeps_everything_typed(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        minor = make_student(journal.group)
    first = journal.students[0].id
    form = {
        "kind": "agreed", "dated": "2026-09-01", "number": "17", "student_ids": [first, minor.id],
        f"signer-{minor.id}": "own", f"kind-{first}": "refused",
    }  # fmt: skip
    answered = sign_in(leader(app, journal)).post(f"/consents/groups/{journal.group.id}", data=form)
    assert answered.status_code == 422
    assert "подписывает родитель" in answered.text
    assert 'value="17"' in answered.text
    assert re.search(rf'name="kind-{first}".*?value="refused"\s+selected', answered.text, re.DOTALL)


def test_one_answer_with_its_scan_is_entered_and_the_scan_downloaded(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        adult, today = make_student(journal.group, born(19)), settings.today().isoformat()
    client = sign_in(leader(app, journal))
    address = f"/consents/students/{adult.id}"
    form = {"signer": "own", "kind": "agreed", "dated": today, "note": "принёс сам"}
    done = client.post(address, data={**form, "scan": (io.BytesIO(PDF), "лист.pdf")}, follow_redirects=True)
    assert "принёс сам" in done.text
    found = re.search(r'href="(/consents/\d+/scan)"', done.text)
    assert found
    scan = client.get(found[1])
    assert scan.data == PDF
    assert scan.headers["Content-Disposition"].startswith("attachment")
    assert sign_in(leader(app, journal_of(app))).get(found[1]).status_code == 404


def test_a_refused_answer_keeps_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        minor = make_student(journal.group)
    form = {"signer": "own", "kind": "agreed", "dated": "2026-09-02", "note": "с доверенностью"}
    answered = sign_in(leader(app, journal)).post(f"/consents/students/{minor.id}", data=form)
    assert answered.status_code == 422
    assert "с доверенностью" in answered.text


def test_r4_1_f_who_has_not_answered_and_who_will_be_18(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app, students=1)
    with app.app_context():
        soon = make_student(journal.group, born(18, days=-5))
        answer(soon, make_parent(soon))
        stranger = make_student()
    page = sign_in(leader(app, journal)).get("/consents/unanswered").text
    assert journal.students[0].full_name in page
    assert soon.full_name in page
    assert f"/consents/students/{stranger.id}" not in page


def test_r2_1_c_a_curator_opens_only_the_own_group(app: Flask, sign_in: SignIn) -> None:
    own, other = journal_of(app), journal_of(app)
    client = sign_in(leader(app, own))
    assert own.group.title in client.get("/consents/").text
    assert f"/consents/groups/{other.group.id}" not in client.get("/consents/").text
    for address in (f"/consents/groups/{other.group.id}", f"/consents/students/{other.students[0].id}"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"kind": "agreed", "dated": "2026-09-01"}).status_code == 404


def test_the_group_page_asks_the_same_however_many_students(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app, students=1)
    client = sign_in(leader(app, journal))
    address = f"/consents/groups/{journal.group.id}"
    few = queries(app, client, address)
    with app.app_context():
        for _ in range(5):
            student = make_student(journal.group)
            answer(student, make_parent(student))
    assert queries(app, client, address) == few <= MOST_QUERIES
    assert queries(app, client, "/consents/") <= MOST_QUERIES
    assert queries(app, client, "/consents/unanswered") <= MOST_QUERIES


def queries(app: Flask, client: FlaskClient, address: str) -> int:
    count = 0

    def count_one(*_: object) -> None:
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", count_one)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", count_one)
    return count


def test_r4_1_d_a_parent_without_a_consent_is_told_at_the_door_what_to_do(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account("anna", Role.PARENT)
    assert enter(client).status_code == 302
    client.post("/logout")
    with app.app_context():
        db.session.execute(db.delete(Consent))
        db.session.commit()
    refused = enter(client)
    assert refused.status_code == 403
    assert "нет действующего согласия" in refused.text
    assert "руководителю группы" in refused.text
    assert "п. 4.6" in refused.text
    assert client.get("/").status_code == 302
    # Told only to who knows the password.
    assert "согласия" not in enter(client, password="something else").text


def test_r4_1_f_a_student_who_withdrew_is_not_let_in(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    person_id = account("anna", Role.STUDENT).person_id
    with app.app_context():
        db.session.add(Consent(student_id=person_id, person_id=person_id, kind="withdrawn", dated=born(0)))
        db.session.commit()
    refused = enter(client)
    assert refused.status_code == 403
    assert "отозвали согласие" in refused.text


def test_an_employee_who_is_a_parent_too_works_on_without_a_consent(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account("anna", Role.PARENT, Role.TEACHER)
    with app.app_context():
        db.session.execute(db.delete(Consent))
        db.session.commit()
    assert enter(client).status_code == 302


def test_r4_5_a_a_parent_may_set_the_password_before_the_consent_and_enter_after_it(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        child = make_student()
        parent = make_parent(child)
        account = db.session.scalars(db.select(Account).where(Account.person_id == parent.id)).one()
        code, username = accounts.issue_code(account, None), account.username
        db.session.commit()
    page = client.get(f"/activate/{code}").text
    assert "нет действующего согласия" in page
    form = {"username": username, "password": PASSWORD, "repeated": PASSWORD}
    done = client.post(f"/activate/{code}", data=form, follow_redirects=True)
    assert done.request.path == "/login"
    assert "Войти пока нельзя" in done.text
    assert enter(client, username).status_code == 403
    with app.app_context():
        answer(child, parent)
    assert enter(client, username).status_code == 302


def test_r4_1_f_a_withdrawal_ends_the_open_session_of_a_parent(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        child = make_student(journal.group)
        parent = make_parent(child)
        answer(child, parent)
        today = settings.today().isoformat()
    opened = sign_in(parent)
    assert opened.get("/", follow_redirects=True).status_code == 200
    form = {"signer": str(parent.id), "kind": "withdrawn", "dated": today}
    assert sign_in(leader(app, journal)).post(f"/consents/students/{child.id}", data=form).status_code == 302
    assert opened.get("/").location.startswith("/login")


def test_r4_3_a_one_lost_slip_is_printed_anew(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    client = sign_in(leader(app, journal))
    address = f"/slips/groups/{journal.group.id}"
    client.post(address, data={"kind": "students"})
    page = client.post(f"{address}/people/{journal.students[0].id}")
    assert page.text.count("code-value") == 1
    assert journal.students[0].full_name in page.text
    assert page.text.count('src="data:image/svg+xml') == 1
    assert "Действует до" in page.text
    with app.app_context():
        stranger = make_person(roles=(Role.TEACHER,))
        db.session.add(Guardianship(parent_id=stranger.id, student_id=journal.students[0].id))
        db.session.commit()
    refused = client.post(f"{address}/people/{stranger.id}", follow_redirects=True)
    assert "код ему выдаёт системный администратор" in refused.text
