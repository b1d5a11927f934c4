"""The session as everybody sees it, and its form (R4.2.c, R4.2.d)."""

from datetime import timedelta

import pytest
from conftest import SignIn
from factories import Journal, enroll, make_curator, make_journal, make_person
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Consent, Course, CurriculumHours, Exam, Guardianship, Person, Role
from ejournal.services import settings


@pytest.fixture
def journal(app: Flask) -> Journal:
    """A journal with an exam next week, read here by its group and teacher; the day is a working one."""
    with app.app_context():
        made = make_journal(students=1, lessons=0)
        day = settings.today() + timedelta(days=7)
        db.session.add(Exam(course_id=made.course_id, kind="Э", date=day, room="217", note="Взять зачётки"))
        db.session.commit()
        return made


def student_of(app: Flask, journal: Journal) -> Person:
    with app.app_context():
        student = make_person("Ёлкин", (Role.STUDENT,))
        enroll(student, journal.group, journal.year.starts)
        return student


@pytest.fixture
def keeper(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def test_r4_2_d_a_student_reads_the_own_groups_session(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    client = sign_in(student_of(app, journal))
    assert "/timetable/session" in client.get("/timetable/").text
    page = client.get("/timetable/session").text
    for said in (
        "Операционные системы",
        "экзамен",
        "ауд. 217",
        "Преподавателева П.\u00a0И.",
        "Взять зачётки",
        "data-print",
    ):
        assert said in page
    assert "Изменить" not in page


def test_a_student_reads_no_other_groups_session(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    with app.app_context():
        other = make_journal(students=0, lessons=0)
    client = sign_in(student_of(app, other))
    assert client.get(f"/timetable/session?group={journal.group.id}").status_code == 404
    assert "Взять зачётки" not in client.get(f"/timetable/session?teacher={journal.teacher.id}").text


def test_r2_1_a_a_parent_reads_it_with_a_consent_on_record_only(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    child = journal.students[0].id
    with app.app_context():
        parent = make_person("Ёлкина", (Role.PARENT,))
        db.session.add(Guardianship(parent_id=parent.id, student_id=child))
        db.session.commit()
    client = sign_in(parent)
    assert "Взять зачётки" not in client.get("/timetable/session").text
    answer(app, child, parent.id, "agreed")
    assert "Взять зачётки" in client.get("/timetable/session").text
    answer(app, child, parent.id, "withdrawn")
    assert "Взять зачётки" not in client.get("/timetable/session").text


def answer(app: Flask, student_id: int, person_id: int, kind: str) -> None:
    with app.app_context():
        db.session.add(Consent(student_id=student_id, person_id=person_id, kind=kind, dated=settings.today()))
        db.session.commit()


def test_a_teacher_begins_with_her_own_and_may_look_at_any_group(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    with app.app_context():
        other = make_journal(students=0, lessons=0)
    assert "Взять зачётки" in sign_in(journal.teacher).get("/timetable/session").text
    stranger = sign_in(other.teacher)
    assert "Взять зачётки" not in stranger.get("/timetable/session").text
    assert "Взять зачётки" in stranger.get(f"/timetable/session?group={journal.group.id}").text


def test_the_staff_chooses_a_group(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    with app.app_context():
        curator = make_curator(journal.group)
    client = sign_in(curator)
    assert "Выберите группу или преподавателя" in client.get("/timetable/session").text
    assert "Взять зачётки" in client.get(f"/timetable/session?teacher={journal.teacher.id}").text


def test_a_choice_stays_in_the_year_that_is_looked_at(keeper: FlaskClient, journal: Journal) -> None:
    field = f'<input type="hidden" name="year" value="{journal.year.id}">'
    assert field in keeper.get(f"/timetable/session?year={journal.year.id}").text


def test_what_is_over_is_folded_away(app: Flask, sign_in: SignIn, journal: Journal) -> None:
    with app.app_context():
        db.session.execute(db.update(Exam).values(date=settings.today() - timedelta(days=1)))
        db.session.commit()
    page = sign_in(student_of(app, journal)).get("/timetable/session").text
    assert "Впереди экзаменов и зачётов нет" in page
    assert "Уже прошли: 1" in page


def test_r4_2_c_one_click_puts_what_the_curriculum_asks_for(keeper: FlaskClient, app: Flask, journal: Journal) -> None:
    with app.app_context():
        discipline_id = db.session.get_one(Course, journal.course_id).discipline_id
        db.session.add(CurriculumHours(discipline_id=discipline_id, semester=1, hours=36, control="ДЗ"))
        db.session.commit()
    address = f"/exams/?group={journal.group.id}"
    page = keeper.get(address).text
    assert "Ещё не поставлено" in page
    assert "дифференцированный зачёт" in page
    done = keeper.post(f"/exams/groups/{journal.group.id}/all", data={"semester": "1"}, follow_redirects=True)
    assert "Поставлено: 1" in done.text
    assert "Ещё не поставлено" not in done.text


def test_a_clash_keeps_everything_typed_until_it_is_believed(keeper: FlaskClient, app: Flask, journal: Journal) -> None:
    with app.app_context():
        day = db.session.scalars(db.select(Exam.date)).one()
    form = {
        "course_id": journal.course_id, "kind": "Э", "date": day.isoformat(), "starts": "13:00", "room": "Лаб. 5",
        "note": "Принести чертежи",
    }  # fmt: skip
    refused = keeper.post(f"/exams/groups/{journal.group.id}", data=form)
    assert refused.status_code == 422
    assert "В этот же день у группы ещё экзамен" in refused.text
    for kept in ('value="Лаб. 5"', 'value="13:00"', "Принести чертежи", "Всё равно сохранить"):
        assert kept in refused.text
    done = keeper.post(f"/exams/groups/{journal.group.id}", data={**form, "sure": "1"}, follow_redirects=True)
    assert "Поставлено: экзамен" in done.text
    assert "В этот же день у группы ещё экзамен" in done.text


def test_a_change_made_meanwhile_is_told_and_nothing_is_lost(keeper: FlaskClient, app: Flask, journal: Journal) -> None:
    with app.app_context():
        row = db.session.scalars(db.select(Exam)).one()
    address = f"/exams/groups/{journal.group.id}/{row.id}"
    form = {"course_id": journal.course_id, "kind": "З", "date": row.date.isoformat(), "version": "1", "sure": "1"}
    assert keeper.post(address, data={**form, "room": "301"}).status_code == 302
    stale = keeper.post(address, data={**form, "room": "217"})
    assert stale.status_code == 409
    assert "Пока вы правили, запись изменили" in stale.text
    assert 'value="217"' in stale.text
    assert 'name="version" value="2"' in stale.text
    removed = keeper.post(address, data={**form, "version": "2", "removed": "1"})
    assert removed.status_code == 302
    assert keeper.get(address).status_code == 404


def test_an_exam_of_another_group_is_not_found(keeper: FlaskClient, app: Flask, journal: Journal) -> None:
    with app.app_context():
        other = make_journal(students=0, lessons=0)
        exam_id = db.session.scalars(db.select(Exam.id)).one()
    assert keeper.get(f"/exams/groups/{other.group.id}/{exam_id}").status_code == 404
    assert keeper.get("/exams/groups/999/new").status_code == 404


@pytest.mark.parametrize("path", ["/exams/?year=9&semester=7", "/timetable/session?year=x&group="])
def test_addresses_typed_by_hand_open(keeper: FlaskClient, journal: Journal, path: str) -> None:
    assert keeper.get(path).status_code == 200
