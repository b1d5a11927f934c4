"""The registers of extracts and of subjects' requests, and the college's details (R2.1.a, R4.1.c, R3.7)."""

import io
import json
import re
import zipfile

import pytest
from conftest import SignIn
from factories import make_journal, make_person
from factories_consents import make_student
from factories_documents import text_of
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Cell, Disclosure, LogEntry, Role, StoredFile
from ejournal.services import conflicts, settings

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DISCLOSURE = {
    "body": "ОМВД по району", "ground": "запрос № 7", "given": "выписка", "given_on": "2026-11-01",
    "since": "2026-09-01", "until": "2026-10-31", "document_number": "7", "document_date": "2026-10-30",
}  # fmt: skip


@pytest.fixture
def zavuch(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        return sign_in(make_person("Завучева", (Role.ADMINISTRATION,)))


def test_r2_1_a_an_extract_is_registered_and_offered_for_printing(app: Flask, zavuch: FlaskClient) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        student = journal.students[0]
        db.session.add(Cell(work_id=journal.works[0].id, student_id=student.id, mark="5"))
        db.session.commit()
        day = journal.lessons[0].date.isoformat()
    listed = zavuch.get("/disclosures/new", query_string={"q": student.surname})
    assert f"/disclosures/new?person={student.id}" in listed.text
    form = {**DISCLOSURE, "person": student.id, "since": day, "until": day, "given_on": day, "document_date": day}
    scan = {"scan": (io.BytesIO(PDF), "запрос.pdf")}
    entry = zavuch.post("/disclosures/", data={**form, **scan}, follow_redirects=True)
    assert "Посмотреть выписку" in entry.text
    number = re.search(r"/disclosures/(\d+)/extract", entry.text)
    assert number
    page = zavuch.get(f"/disclosures/{number[1]}/extract")
    assert "<strong>5</strong>" in page.text
    assert "ОМВД по району" in page.text
    assert not re.search(r"\d(по|с) ", page.text), "words of a span stand apart from its days"
    content = zavuch.get(f"/disclosures/{number[1]}/extract?as=json").json
    assert content is not None
    assert content["name"] == student.full_name
    assert zavuch.get(f"/disclosures/{number[1]}/scan").data == PDF
    paper = text_of(zavuch.post(f"/documents/extracts/{number[1]}").data)
    assert f"запись № {number[1]}" in paper
    assert student.full_name in paper
    assert "ОМВД по району" in paper


def test_a_form_with_something_wrong_keeps_what_was_typed(app: Flask, zavuch: FlaskClient) -> None:
    with app.app_context():
        student = make_student()
    answered = zavuch.post("/disclosures/", data={**DISCLOSURE, "person": student.id, "ground": ""})
    assert answered.status_code == 422
    assert 'value="ОМВД по району"' in answered.text
    assert "На каком основании" in answered.text
    bad = {"scan": (io.BytesIO(b"MZ\x90\x00" * 9), "запрос.exe")}
    assert "запрос.exe" in zavuch.post("/disclosures/", data={**DISCLOSURE, "person": student.id, **bad}).text


def test_r2_1_a_a_struck_entry_stays_with_its_reason(app: Flask, zavuch: FlaskClient) -> None:
    with app.app_context():
        student = make_student()
    zavuch.post("/disclosures/", data={**DISCLOSURE, "person": student.id})
    with app.app_context():
        number = db.session.scalars(db.select(Disclosure.id)).one()
    assert zavuch.post(f"/disclosures/{number}/striking", data={"reason": ""}).status_code == 422
    page = zavuch.post(f"/disclosures/{number}/striking", data={"reason": "не тот человек"}, follow_redirects=True)
    assert "не тот человек" in page.text
    assert "вычеркнуто" in zavuch.get("/disclosures/?q=ОМВД").text
    for address in (f"/disclosures/{number}/extract", f"/disclosures/{number}/extract?as=json"):
        refused = zavuch.get(address)
        assert refused.status_code == 422
        assert "вычеркнута из реестра" in refused.text


def test_r4_1_c_the_file_of_a_subject_opens_and_holds_the_own_paper(app: Flask, zavuch: FlaskClient) -> None:
    with app.app_context():
        student = make_student()
    paper = {"signer": "guardian", "kind": "agreed", "dated": "2026-11-02", "scan": (io.BytesIO(PDF), "лист.pdf")}
    assert zavuch.post(f"/consents/students/{student.id}", data=paper).status_code == 302
    with app.app_context():
        scanned = db.session.scalars(db.select(StoredFile)).one()
    form = {"person": student.id, "asked_on": "2026-11-02", "applicant": "мать"}
    entry = zavuch.post("/subject-requests/", data=form, follow_redirects=True)
    address = re.search(r'action="(/subject-requests/\d+/file)"', entry.text)
    assert address
    assert "ещё не собран" in entry.text
    sent = zavuch.post(address[1])
    assert sent.mimetype == "application/zip"
    assert sent.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(sent.data)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"data.html", "data.json", f"files/{scanned.id}-лист.pdf"}
        told = json.loads(archive.read("data.json"))
        assert told["person"]["rows"][0]["surname"] == student.surname
        assert student.full_name in archive.read("data.html").decode()
        assert archive.read(f"files/{scanned.id}-лист.pdf") == PDF
    assert "Завучева" in zavuch.get(address[1].removesuffix("/file")).text
    with app.app_context():
        actions = db.session.scalars(
            db.select(LogEntry.action).where(LogEntry.subject == "subject-request").order_by(LogEntry.id)
        ).all()
    assert actions == ["create", "answer"]


def test_a_request_without_a_date_is_asked_for_it(app: Flask, zavuch: FlaskClient) -> None:
    with app.app_context():
        student = make_student()
    answered = zavuch.post("/subject-requests/", data={"person": student.id, "applicant": "по доверенности"})
    assert answered.status_code == 422
    assert 'value="по доверенности"' in answered.text


@pytest.mark.parametrize("role", [Role.CURATOR, Role.TEACHER, Role.PARENT, Role.STUDENT])
def test_r2_1_c_the_registers_are_administrations_alone(app: Flask, sign_in: SignIn, role: Role) -> None:
    with app.app_context():
        client = sign_in(make_person(roles=(role,)))
    for address in ("/disclosures/", "/disclosures/new", "/subject-requests/", "/admin/college"):
        assert client.get(address).status_code == 403


def test_r3_7_the_colleges_details_are_changed_and_logged(app: Flask, zavuch: FlaskClient) -> None:
    form = {"name": "Колледж связи", "short_name": "КС", "address": "Светлая, 1", "inn": "7707083893"}
    page = zavuch.post("/admin/college", data=form, follow_redirects=True)
    assert "Колледж связи" in page.text
    with app.app_context():
        assert settings.get("college.inn") == "7707083893"
        told = [
            (entry.before, entry.after)
            for entry in db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting"))
        ]
    assert ("ИНН: пусто", "7707083893") in told
    assert len(told) == 4
    assert "Ничего не изменилось" in zavuch.post("/admin/college", data=form, follow_redirects=True).text


@pytest.mark.parametrize(("name", "value"), [("name", " "), ("inn", "7707083894"), ("ogrn", "1"), ("city", "я" * 251)])
def test_a_detail_that_cannot_be_is_refused_at_its_field(
    app: Flask, zavuch: FlaskClient, name: str, value: str
) -> None:
    form = {"name": "Колледж связи", "short_name": "КС", "phone": "+7 000", name: value}
    answered = zavuch.post("/admin/college", data=form)
    assert answered.status_code == 422
    assert f'id="{name}-note"' in answered.text
    assert 'value="+7 000"' in answered.text
    with app.app_context():
        assert settings.get("college.short_name") == "Колледж"


RULES = {"shared_rooms": "спортзал,  актовый зал", "week_hours": "38", "least_marks": "4"}


def test_rooms_and_limits_of_reports_are_the_colleges_own_and_logged(app: Flask, zavuch: FlaskClient) -> None:
    page = zavuch.post("/admin/college/rules", data=RULES, follow_redirects=True)
    assert 'value="спортзал, актовый зал"' in page.text
    with app.app_context():
        assert (settings.get("reports.week_hours"), settings.get("reports.least_marks")) == (38, 4)
        assert not conflicts.same_room("Актовый зал", "актовый зал"), "several groups may be in it"
        told = [
            (entry.before, entry.after)
            for entry in db.session.scalars(
                db.select(LogEntry).where(LogEntry.subject == "setting").order_by(LogEntry.id)
            )
        ]
    assert told == [
        ("Помещения для нескольких групп сразу: спортзал", "спортзал, актовый зал"),
        ("Академических часов в неделю, не больше: 36", "38"),
        ("Мало оценок: меньше, чем: 3", "4"),
    ]
    assert "Ничего не изменилось" in zavuch.post("/admin/college/rules", data=RULES, follow_redirects=True).text


@pytest.mark.parametrize(("name", "value"), [("week_hours", "0"), ("least_marks", "три"), ("shared_rooms", "я" * 251)])
def test_a_rule_that_cannot_be_is_refused_at_its_field(zavuch: FlaskClient, name: str, value: str) -> None:
    answered = zavuch.post("/admin/college/rules", data={**RULES, name: value})
    assert answered.status_code == 422
    assert f'id="{name}-note"' in answered.text
    assert f'value="{value}"' in answered.text, "nothing typed is lost"
