"""/control/ over HTTP: one screen by clause, down to the lesson; terms, papers (R4.2.b, e, f, h)."""

import re
from datetime import timedelta

import factories
import factories_documents as made
import pytest
from conftest import SignIn
from factories import Journal
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import IssuedDocument, Lesson, Role
from ejournal.services import log, log_chain, settings, term_settings
from ejournal.services.control import history
from web.test_reports import queries

# The page with the clauses and who owes what; the checklist of п. 4.1 is read once for both.
MOST_QUERIES = 38


@pytest.fixture
def journal(app: Flask) -> Journal:
    """Five lessons up to five days ago: attendance, homework and all else are missing."""
    with app.app_context():
        return factories.make_journal(students=2, lessons=5, last=settings.today() - timedelta(days=5))


@pytest.fixture
def zavuch(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = factories.make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def words(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def test_r4_2_h_one_screen_says_who_is_late_with_what_and_leads_to_the_lesson(
    zavuch: FlaskClient, journal: Journal
) -> None:
    page = words(zavuch.get("/control/").text)
    for said in (
        "Посещаемость не внесена",
        "п. 4.4",
        "Итоговые оценки не выставлены",
        "п. 4.1",
        "Преподавателева П. И.",
    ):
        assert said in page
    assert '<td class="num control-bad" data-label="Просрочено">5</td>' in page
    listed = words(zavuch.get(f"/control/?by=item&clause=attendance&teacher={journal.teacher.id}").text)
    for lesson in journal.lessons:
        assert f"/journal/{journal.course_id}/lessons/{lesson.id}" in listed
    alone = zavuch.get("/control/?by=group", headers={"HX-Request": "true"}).text
    assert "<html" not in alone
    assert "По срокам" in alone


def test_a_teacher_sees_her_own_the_same_way_and_no_settings(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    with app.app_context():
        other = factories.make_journal(students=1, lessons=2, last=settings.today() - timedelta(days=5))
    page = words(sign_in(journal.teacher).get("/control/").text)
    assert '<td class="num control-bad" data-label="Просрочено">5</td>' in page
    assert journal.group.title in page
    assert other.group.title not in page
    assert "/control/terms" not in page
    assert sign_in(journal.teacher).get(f"/control/?group={other.group.id}").status_code == 404
    start = sign_in(journal.teacher).get("/").text
    assert 'href="/control/"' in start


def test_the_page_costs_the_same_however_large_the_college(app: Flask, zavuch: FlaskClient, journal: Journal) -> None:
    addresses = ("/control/", "/control/?by=item", "/reports/control-history")
    few = [queries(app, lambda a=address: zavuch.get(a)) for address in addresses]
    with app.app_context():
        for _ in range(3):
            factories.make_journal(students=6, lessons=6, last=settings.today() - timedelta(days=4))
    assert [queries(app, lambda a=address: zavuch.get(a)) for address in addresses] == few
    assert max(few) <= MOST_QUERIES


def test_the_spreadsheet_and_the_paper_of_what_is_shown(zavuch: FlaskClient, journal: Journal) -> None:
    answer = zavuch.post("/reports/control/xlsx?by=item&clause=attendance")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    paper = made.text_of(zavuch.post("/reports/control/pdf?by=clause").data)
    assert "Посещаемость не внесена" in paper


@pytest.mark.parametrize("kind", ["day", "week"])
def test_r4_2_f_the_report_of_a_day_has_a_number_and_the_logs_hash(
    app: Flask, zavuch: FlaskClient, journal: Journal, kind: str
) -> None:
    with app.app_context():
        log.record(None, "setting", "update", after="перед отчётом")
        db.session.commit()
        _number, digest = log_chain.head()
        day = settings.today().isoformat()
    answer = zavuch.post("/control/report", data={"kind": kind, "day": day})
    assert answer.mimetype == "application/pdf"
    said = made.text_of(answer.data)
    for part in ("Отчёт о соблюдении сроков", "Посещаемость не внесена", "Преподавателева", "Верно", "М.П."):
        assert part in said
    assert digest in said.replace(" ", "")
    with app.app_context():
        row = db.session.scalars(db.select(IssuedDocument)).one()
        assert (row.kind, row.sha256 is not None) == ("control", True)
        assert row.number in said


def test_a_day_to_come_has_no_report(app: Flask, zavuch: FlaskClient, journal: Journal) -> None:
    with app.app_context():
        day = (settings.today() + timedelta(days=1)).isoformat()
    answer = zavuch.post("/control/report", data={"kind": "day", "day": day}, follow_redirects=True)
    assert "ещё не наступил" in answer.text


def test_terms_are_changed_and_count_at_once_and_what_is_wrong_loses_nothing(
    app: Flask, zavuch: FlaskClient, journal: Journal
) -> None:
    page = zavuch.get("/control/terms").text
    assert 'name="attendance"' in page
    with app.app_context():
        values = {line.key: line.value for line in term_settings.load()} | {"homework_for": "given"}
    wrong = zavuch.post("/control/terms", data={**values, "attendance": "много", "lesson_mark": "9"})
    assert wrong.status_code == 422
    assert "Укажите число дней от 0 до 60." in wrong.text
    assert 'value="много"' in wrong.text
    assert 'value="9"' in wrong.text
    saved = zavuch.post("/control/terms", data={**values, "attendance": "30"}, follow_redirects=True)
    assert "Сохранено" in saved.text
    assert "мягче положения" in saved.text
    shown = words(zavuch.get("/control/").text)
    assert 'control-bad" data-label="Просрочено">5' not in shown
    assert "посещаемость — 30 дней" in shown


def test_administration_starts_with_how_terms_stand(app: Flask, zavuch: FlaskClient, journal: Journal) -> None:
    assert "Кто и с чем опаздывает" in zavuch.get("/").text
    with app.app_context():
        history.take()
        db.session.commit()
    page = zavuch.get("/").text
    assert re.search(r'clause=attendance&amp;state=open">Посещаемость не внесена</a>\s*<span[^>]*>5</span>', page)
    assert page.index("Контроль сроков</h2>") < page.index("Разделы</h2>"), "what to do stands above the menu"


def test_from_what_a_teacher_owes_it_is_one_click_to_write(
    zavuch: FlaskClient, journal: Journal, sign_in: SignIn
) -> None:
    link = f'href="/messages/to/{journal.teacher.id}"'
    assert link in zavuch.get(f"/control/?teacher={journal.teacher.id}&by=item").text
    assert link not in zavuch.get("/control/").text
    assert link not in sign_in(journal.teacher).get(f"/control/?teacher={journal.teacher.id}&by=item").text


def test_the_cancelled_lesson_is_gone_from_the_list(app: Flask, zavuch: FlaskClient, journal: Journal) -> None:
    with app.app_context():
        db.session.get_one(Lesson, journal.lessons[0].id).state = "cancelled"
        db.session.commit()
    page = zavuch.get("/control/?by=item&clause=attendance").text
    assert page.count('scope="row"') == 4 + 6  # the lessons, and a row for each clause above them
