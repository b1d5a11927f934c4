"""Documents of absence over HTTP (R4.3.d): forms, messages, the number of queries, what stays confidential."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import factories
import pytest
from factories import viewer_of
from factories_absences import PDF, World, form, make_world
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, Person
from ejournal.services import absences, cells, settings
from ejournal.services.cells import Entry
from web.test_grid import counted

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return make_world()


@pytest.fixture
def curator(app: Flask, world: World, sign_in: SignIn) -> FlaskClient:
    return sign_in(_person(app, world.curator.person_id))


@pytest.fixture
def teacher(world: World, sign_in: SignIn) -> FlaskClient:
    return sign_in(world.journal.teacher)


def _person(app: Flask, person_id: int) -> Person:
    with app.app_context():
        return db.session.get_one(Person, person_id)


def typed(app: Flask, world: World, **fields: object) -> dict[str, object]:
    with app.app_context():
        today = settings.today()
    return {
        "student_id": world.student.id, "kind": "certificate", "code": "б", "number": "17", "issuer": "Поликлиника № 3",
        "since": (today - timedelta(days=2)).isoformat(), "until": today.isoformat(), **fields,
    }  # fmt: skip


def absent(app: Flask, world: World) -> None:
    with app.app_context():
        world.put("н3")


def test_the_family_s_documents_are_a_part_of_the_diary_in_the_menu(world, sign_in):
    page = sign_in(world.parent).get(f"/absences/of/{world.student.id}").text
    menu = page[page.index('class="site-menu"') : page.index("</nav>", page.index('class="site-menu"'))]
    [shown] = re.findall(r'aria-current="[^"]+"[^>]*>([^<]+)<', menu)
    assert shown.strip() == "Дневник"


def test_r4_3_d_from_the_certificate_to_the_changed_mark(app, world, curator, teacher):
    absent(app, world)
    answered = curator.post(
        "/absences/new", data={**typed(app, world), "scan": (io.BytesIO(PDF), "справка.pdf")}, follow_redirects=True
    )
    assert "Документ внесён" in answered.text
    assert "ждёт ответа" in answered.text
    assert "Поликлиника № 3" in answered.text
    start = teacher.get("/")
    assert "1 запрос ждёт ответа" in start.text
    asked = teacher.get("/absences/requests")
    assert "<b>н</b> → <b>б</b>" in asked.text
    assert "1 занятие" in asked.text
    # Who issued it and the scan are not for teachers (п. 2.1).
    assert "Поликлиника" not in asked.text
    with app.app_context():
        request_id = db.session.scalars(db.select(AbsenceRequest.id)).one()
        paper_id = db.session.scalars(db.select(AbsencePaper.id)).one()
    done = teacher.post(f"/absences/requests/{request_id}/acceptance", follow_redirects=True)
    assert "Отметки изменены: 1 занятие." in done.text
    assert "принято" in curator.get(f"/absences/{paper_id}").text
    assert teacher.get(f"/absences/{paper_id}/scan").status_code == 403
    assert curator.get(f"/absences/{paper_id}/scan").data == PDF
    with app.app_context():
        assert world.text() == "б3"


def test_r4_3_d_a_form_with_something_wrong_keeps_what_was_typed(app, world, curator):
    answered = curator.post("/absences/new", data=typed(app, world, until="2020-01-01", number="АБ-77"))
    assert answered.status_code == 422
    assert 'value="АБ-77"' in answered.text
    assert "Последний день не может быть раньше первого" in answered.text
    nobody = curator.post("/absences/new", data=typed(app, world, student_id=""))
    assert "Выберите обучающегося." in nobody.text


def test_r4_3_d_a_scan_that_cannot_be_taken_is_told_at_its_field(app, world, curator):
    scan = {"scan": (io.BytesIO(b"MZ\x90"), "справка.exe")}
    answered = curator.post("/absences/new", data={**typed(app, world), **scan})
    assert answered.status_code == 422
    assert "такие файлы не принимаются" in answered.text


def test_r4_3_d_family_sends_and_curator_confirms(app, world, curator, sign_in):
    parent = sign_in(world.parent)
    page = parent.get(f"/diary/{world.student.id}/attendance")
    assert f"/absences/of/{world.student.id}" in page.text
    sent = parent.post(
        f"/absences/of/{world.student.id}",
        data={**typed(app, world), "scan": (io.BytesIO(PDF), "фото.pdf")},
        follow_redirects=True,
    )
    assert "ждёт подтверждения" in sent.text
    assert "1 ждёт подтверждения" in curator.get("/").text
    with app.app_context():
        paper_id = db.session.scalars(db.select(AbsencePaper.id)).one()
    assert parent.get(f"/absences/{paper_id}/scan").data == PDF
    wrong = curator.post(f"/absences/{paper_id}/refusal", data={"reason": ""})
    assert wrong.status_code == 422
    done = curator.post(f"/absences/{paper_id}/confirmation", data=typed(app, world), follow_redirects=True)
    assert "Документ подтверждён" in done.text
    again = curator.post(f"/absences/{paper_id}/confirmation", data=typed(app, world))
    assert again.status_code == 422
    assert "уже невозможно" in again.text


def test_r4_3_d_a_minor_is_told_who_sends(app, world, sign_in):
    page = sign_in(world.student).get(f"/absences/of/{world.student.id}")
    assert "Документ отправляет родитель" in page.text
    assert '<form method="post" enctype' not in page.text
    assert sign_in(world.student).post(f"/absences/of/{world.student.id}", data={}).status_code == 403


def test_r4_3_d_a_parent_of_another_child_finds_nothing(app, world, sign_in):
    with app.app_context():
        other = make_world()
    assert sign_in(other.parent).get(f"/absences/of/{world.student.id}").status_code == 404


def test_r4_3_d_declined_with_its_reason_kept_in_the_form(app, world, curator, teacher):
    absent(app, world)
    curator.post("/absences/new", data=typed(app, world))
    with app.app_context():
        request_id = db.session.scalars(db.select(AbsenceRequest.id)).one()
    wrong = teacher.post(f"/absences/requests/{request_id}/refusal", data={"reason": "?!"})
    assert wrong.status_code == 422
    assert ">?!</textarea>" in wrong.text
    done = teacher.post(
        f"/absences/requests/{request_id}/refusal", data={"reason": "Был на занятии"}, follow_redirects=True
    )
    assert "Запрос отклонён" in done.text


def test_r4_3_d_correction_and_withdrawal_from_the_page(app, world, curator):
    curator.post("/absences/new", data=typed(app, world))
    with app.app_context():
        paper_id = db.session.scalars(db.select(AbsencePaper.id)).one()
    wrong = curator.post(f"/absences/{paper_id}/correction", data=typed(app, world, code="п"))
    assert wrong.status_code == 422
    assert "что исправлено" in wrong.text
    done = curator.post(
        f"/absences/{paper_id}/correction",
        data=typed(app, world, code="п", reason="Соревнования"),
        follow_redirects=True,
    )
    assert "Исправлено." in done.text
    nobody = curator.post(f"/absences/{paper_id}/reminder")
    assert "Напоминать некому" in nobody.text
    gone = curator.post(f"/absences/{paper_id}/withdrawal", data={"reason": "Ошибка"}, follow_redirects=True)
    assert "Документ отозван" in gone.text


def test_r4_3_d_journal_and_phone_show_the_document(app, world, teacher, curator):
    curator.post("/absences/new", data=typed(app, world))
    assert 'class="paper">есть документ: б' in teacher.get(f"/journal/{world.journal.course_id}").text
    lesson = world.journal.lessons[-1].id
    assert "есть документ: б" in teacher.get(f"/journal/{world.journal.course_id}/lessons/{lesson}/roll").text


def test_pages_cost_the_same_however_many_documents(app, world, curator, teacher):
    """Lists of one document and of ten."""
    numbers: dict[str, list[int]] = {}
    for more in (0, 9):
        with app.app_context():
            leader = viewer_of(_person(app, world.curator.person_id))
            for _ in range(more + 1):
                student = factories.make_person()
                factories.enroll(student, world.journal.group, world.journal.year.starts)
                work = world.journal.works[0]
                cells.record_cell(world.teacher, world.journal.course_id, Entry(student.id, work.id, "н", None))
                paper_id = absences.register(leader, student.id, form())
        for client, path in (
            (curator, "/absences/"),
            (curator, f"/absences/{paper_id}"),
            (teacher, "/absences/requests"),
        ):
            client.get(path)
            with counted(app) as statements:
                assert client.get(path).status_code == 200
            name = path.rstrip("0123456789")
            numbers.setdefault(name + ("id" if name != path else ""), []).append(
                len([s for s in statements if not s.startswith("BEGIN")])
            )
    assert all(few == many for few, many in numbers.values()), numbers
    assert max(many for _few, many in numbers.values()) <= 8, numbers
