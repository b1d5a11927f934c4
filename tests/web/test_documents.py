"""The pages of printed documents: downloading, refusals, recognising without naming anybody (R3.7, R2.1, R4.3.a)."""

import io
import re
from collections.abc import Callable

import factories_documents as made
import pytest
import sqlalchemy as sa
from conftest import SignIn
from factories import Journal, enroll, make_curator, make_journal, make_person
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ejournal.extensions import db
from ejournal.models import IssuedDocument, LogLink, Role, Substitution
from ejournal.services import log


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        found = make_journal(students=2, lessons=2)
        made.fill(found, 0, ["5", "н"])
        return found


@pytest.fixture
def curator(app: Flask, journal: Journal, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_curator(journal.group)
    return sign_in(person)


@pytest.fixture
def manager(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def pdf(response: TestResponse) -> str:
    """The words of the PDF that was answered, as a file to keep."""
    assert response.status_code == 200, response.text[:500]
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Cache-Control"] == "no-store"
    return made.text_of(response.data)


def test_r4_6_b_a_curator_sees_a_statement_and_prints_it(curator: FlaskClient, journal: Journal) -> None:
    student = journal.students[0]
    page = curator.get(f"/documents/statements/{student.id}").text
    assert "п. 4.6" in page
    assert "Операционные системы" in page
    text = pdf(curator.post(f"/documents/statements/{student.id}", data={"period": journal.period.id}))
    assert student.full_name in text
    assert journal.students[1].surname not in text


def queued(client: FlaskClient, place: str, finish: Callable[[], None], form: dict[str, object]) -> str:
    """The words of a long document: its job is started, done as the worker would, and its file taken."""
    started = client.post(place, data=form)
    assert started.status_code == 302, started.text[:500]
    finish()
    page = client.get(started.location)
    assert "Готово. Рег. №" in page.text, page.text
    return pdf(client.get(f"{started.location}/file"))


def test_r4_6_b_the_whole_group_in_one_file(
    curator: FlaskClient, journal: Journal, finish_jobs: Callable[[], None]
) -> None:
    place = f"/documents/groups/{journal.group.id}/statements"
    text = queued(curator, place, finish_jobs, {"period": journal.period.id})
    assert all(student.full_name in text for student in journal.students)
    assert text.count("стр. 1 из 1") == 2


def test_a_period_that_is_none_is_the_running_one(curator: FlaskClient, journal: Journal) -> None:
    assert "I семестр" in pdf(curator.post(f"/documents/statements/{journal.students[0].id}", data={"period": "x"}))


@pytest.mark.parametrize(
    ("address", "form", "words"),
    [
        ("/documents/groups/{g}/attendance", {}, "Ведомость учёта посещаемости"),
        ("/documents/groups/{g}/consolidated", {}, "Сводная ведомость"),
        ("/documents/groups/{g}/timetable", {}, "Расписание учебных занятий"),
        ("/documents/consent-forms", {}, "152-ФЗ"),
        ("/documents/consent-forms/{s}", {}, "152-ФЗ"),
        ("/documents/courses/{c}/exam-sheet", {"kind": "exam"}, "Экзаменационная ведомость"),
        ("/documents/replacements", {"date": "нет"}, "Замены в расписании"),
    ],
)
def test_r3_7_administration_prints_everything(
    manager: FlaskClient, journal: Journal, address: str, form: dict[str, str], words: str
) -> None:
    place = address.format(g=journal.group.id, s=journal.students[0].id, c=journal.course_id)
    assert words in pdf(manager.post(place, data=form))


@pytest.mark.parametrize(
    ("address", "words"),
    [("/documents/groups/{g}/consent-forms", "152-ФЗ"), ("/documents/courses/{c}/journal", "ЖУРНАЛ")],
)
def test_r3_7_what_is_long_is_made_beside_the_page(
    manager: FlaskClient, journal: Journal, finish_jobs: Callable[[], None], address: str, words: str
) -> None:
    place = address.format(g=journal.group.id, c=journal.course_id)
    assert words in queued(manager, place, finish_jobs, {})


def test_what_cannot_be_printed_says_why_on_the_page(curator: FlaskClient, journal: Journal) -> None:
    answer = curator.post(
        f"/documents/groups/{journal.group.id}/attendance", data={"month": "2020-01"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert "проведённых занятий нет" in answer.text


def test_r2_1_c_another_groups_curator_gets_404(app: Flask, curator: FlaskClient) -> None:
    with app.app_context():
        other = make_journal(students=1, lessons=1)
    group, student, course = other.group.id, other.students[0].id, other.course_id
    for place in (f"/documents/groups/{group}", f"/documents/statements/{student}", f"/documents/courses/{course}"):
        assert curator.get(place).status_code == 404
    for place in (
        f"/documents/groups/{group}/statements",
        f"/documents/groups/{group}/attendance",
        f"/documents/groups/{group}/consent-forms",
        f"/documents/statements/{student}",
        f"/documents/consent-forms/{student}",
        f"/documents/courses/{course}/journal",
    ):
        assert curator.post(place).status_code == 404


def issued(app: Flask) -> IssuedDocument:
    with app.app_context():
        return db.session.scalars(sa.select(IssuedDocument)).one()


def test_r3_7_anybody_checks_a_code_and_learns_no_name(
    app: Flask, client: FlaskClient, curator: FlaskClient, journal: Journal
) -> None:
    student = journal.students[0]
    text = pdf(curator.post(f"/documents/statements/{student.id}"))
    row = issued(app)
    assert row.code in text
    page = client.get(f"/documents/check?code={row.code}").text
    assert row.number in page
    assert row.sha256 is not None
    assert row.sha256 in page
    assert "Выписка из электронного журнала" in page
    assert student.surname not in page
    assert "Кураторова" not in page
    assert student.full_name in curator.get(f"/documents/check?code={row.code}").text


def test_r3_7_a_wrong_code_is_refused(client: FlaskClient) -> None:
    answer = client.get("/documents/check?code=AAAA-BBBB-CCCC")
    assert answer.status_code == 422
    assert "не выдавал" in answer.text


def test_r3_7_the_file_itself_is_compared(client: FlaskClient, curator: FlaskClient, journal: Journal) -> None:
    content = curator.post(f"/documents/statements/{journal.students[0].id}").data
    same = client.post("/documents/check", data={"file": (io.BytesIO(content), "a.pdf")})
    assert same.status_code == 200
    assert "Файл совпадает с выданным" in same.text
    altered = client.post("/documents/check", data={"file": (io.BytesIO(content.replace(b"%PDF", b"%PDG")), "a.pdf")})
    assert altered.status_code == 422
    assert "не совпадает" in altered.text
    assert client.post("/documents/check", data={}).status_code == 422


def test_a_large_file_is_compared_as_well(client: FlaskClient) -> None:
    answer = client.post("/documents/check", data={"file": (io.BytesIO(b"%PDF" + b"0" * 2_000_000), "a.pdf")})
    assert answer.status_code == 422
    assert "не совпадает" in answer.text


def test_r4_3_a_slips_on_paper_let_in_and_leave_no_code_behind(
    app: Flask, curator: FlaskClient, journal: Journal
) -> None:
    text = pdf(curator.post(f"/slips/groups/{journal.group.id}", data={"kind": "students", "form": "pdf"}))
    codes = re.findall(r"\b(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}\b", text)
    # On each slip the code and the address with it.
    assert len(set(codes)) == 2
    assert all(student.surname in text for student in journal.students)
    assert all(app.test_client().get(f"/activate/{code}").status_code == 200 for code in set(codes))
    row = issued(app)
    assert not any(code in f"{row.title}{row.details}{row.subject_ids}" for code in codes)


def test_a_student_with_a_name_that_looks_like_markup_breaks_nothing(
    app: Flask, curator: FlaskClient, journal: Journal
) -> None:
    with app.app_context():
        person = make_person("<img src=x>", name='"O\'Нил" & <b>')
        enroll(person, journal.group, journal.year.starts)
    text = pdf(curator.post(f"/documents/statements/{person.id}"))
    assert "<img src=x>" in text


def asked(app: Flask, client: FlaskClient, place: str) -> int:
    return queries(app, lambda: client.get(place))


def queries(app: Flask, act: Callable[[], object]) -> int:
    count = 0

    def count_one(*_: object) -> None:
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", count_one)
    try:
        act()
    finally:
        sa.event.remove(engine, "before_cursor_execute", count_one)
    return count


def test_the_pages_ask_no_more_for_more(
    app: Flask, manager: FlaskClient, curator: FlaskClient, journal: Journal
) -> None:
    places = ("/documents/", f"/documents/groups/{journal.group.id}")
    for client in (manager, curator):
        few = [asked(app, client, place) for place in places]
        with app.app_context():
            for _ in range(5):
                enroll(make_person(), journal.group, journal.year.starts)
                make_journal(students=1, lessons=1)
        assert [asked(app, client, place) for place in places] == few
        assert max(few) <= 16


def test_printing_holds_no_write_lock(app: Flask, manager: FlaskClient, journal: Journal) -> None:
    """While pages are laid out others must be able to write: only reads stand between the number and the hash."""
    kinds: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        kinds.append(statement.split()[0] + (" IMMEDIATE" if "IMMEDIATE" in statement else ""))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        pdf(manager.post(f"/documents/statements/{journal.students[0].id}"))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    writes = [n for n, kind in enumerate(kinds) if kind in ("INSERT", "UPDATE", "DELETE")]
    begins = [n for n, kind in enumerate(kinds) if kind == "BEGIN IMMEDIATE"]
    assert writes
    if engine.dialect.name == "postgresql":
        return  # readers and writers do not wait for each other there
    # Two short writing transactions: taking the number, keeping the hash.
    assert len(begins) == 2
    assert begins[0] < writes[0]


def test_links_lead_to_printing(app: Flask, manager: FlaskClient, journal: Journal) -> None:
    with app.app_context():
        db.session.add(
            Substitution(
                date=journal.lessons[0].date, pair=1, course_id=journal.course_id, lesson_id=journal.lessons[0].id,
                kind="cancelled", before={},
            )
        )  # fmt: skip
        db.session.commit()
    group = journal.group.id
    for place, target in {
        f"/year/groups/{group}": f"/documents/groups/{group}",
        f"/slips/groups/{group}": f"/documents/groups/{group}",
        f"/consents/groups/{group}": f"/documents/groups/{group}/consent-forms",
        f"/journal/{journal.course_id}": f"/documents/courses/{journal.course_id}",
        f"/substitutions/list?date={journal.lessons[0].date}": "/documents/replacements",
        f"/timetable/?group={group}": f"/documents/groups/{group}/timetable",
    }.items():
        assert target in manager.get(place).text, place


def test_r4_2_g_the_logs_sum_stands_on_every_page_and_is_checked_from_paper(
    app: Flask, client: FlaskClient, curator: FlaskClient, journal: Journal
) -> None:
    """As printed, with Russian letters of the same look, whole; not of another number, nor too few signs."""
    with app.app_context():
        log.record(None, "setting", "update", after="до печати")
        db.session.commit()
    words = re.compile(r"Журнал изменений: запись № (\d+), контрольная сумма ([0-9a-f ]{19})")
    content = curator.post(f"/documents/statements/{journal.students[0].id}").data
    texts = [page.extract_text() for page in made.read(content).pages]
    found = {tuple(words.findall(text)) for text in texts}
    assert len(found) == 1
    [[(number, digest)]] = found
    with app.app_context():
        whole = db.session.scalars(sa.select(LogLink.hash).where(LogLink.number == int(number))).one()
    assert whole.startswith(digest.replace(" ", ""))
    look = str.maketrans("ace", "асе")
    for typed in (digest, digest.upper(), digest.translate(look), whole):
        answer = client.get("/documents/check", query_string={"entry": number, "sum": typed})
        assert (answer.status_code, "Контрольная сумма верна" in answer.text) == (200, True), typed
    for entry, typed, words in (
        (number, digest[:-1], "все 16 знаков"),
        (number, "0" * 16, "не такая"),
        (str(int(number) + 10_000), digest, "нет"),
        ("первая", digest, "число"),
        ("9" * 12, digest, "число"),
    ):
        answer = client.get("/documents/check", query_string={"entry": entry, "sum": typed})
        assert answer.status_code >= 400
        assert words in answer.text
        assert f'value="{typed}"' in answer.text  # nothing typed is lost
