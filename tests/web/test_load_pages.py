"""Subgroups, streams, bells and modes, the passage to a new year: what the pages show and take (п. 4.2)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from conftest import SignIn
from factories import Journal, enroll, make_group, make_journal, make_lesson, make_person
from factories_load import make_bells, make_stream, make_subgroup
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import (
    Bell,
    Course,
    CourseHours,
    CourseTeacher,
    CurriculumHours,
    Group,
    GroupMode,
    Period,
    Role,
    Stream,
    Subgroup,
    SubgroupMember,
)
from ejournal.services import settings


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        return make_journal(students=4, lessons=0)


@pytest.fixture
def client(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def test_r4_2_c_a_group_is_divided_in_the_browser_and_its_journal_split(
    app: Flask, journal: Journal, client: FlaskClient
) -> None:
    address = f"/load/groups/{journal.group.id}/subgroups"
    since = journal.year.starts.isoformat()
    assert "Подгрупп ещё нет" in client.get(address).text
    answer = client.post(address, data={"alphabet": "1", "since": since}, follow_redirects=True)
    assert "изменений: 4" in answer.text
    assert "подгруппа 1: 2" in answer.text
    with app.app_context():
        ids = db.session.scalars(db.select(Subgroup.id).order_by(Subgroup.title)).all()
    split = f"/load/journals/{journal.course_id}/subgroups"
    assert "подгруппа 2" in client.get(split).text
    form = {"chosen": [str(id_) for id_ in ids], f"teacher-{ids[0]}": str(journal.teacher.id)}
    page = client.post(split, data=form, follow_redirects=True).text
    assert "Создано журналов подгрупп: 2" in page
    assert "подгруппа 1: " in " ".join(page.split())


def test_ticks_stay_when_a_list_is_refused(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        part = make_subgroup(journal, "подгруппа 1")
    member = f"{journal.students[2].id}-{part.id}"
    answer = client.post(f"/load/groups/{journal.group.id}/subgroups", data={"since": "", "member": member})
    assert answer.status_code == 422
    assert "Укажите, с какого дня" in answer.text
    ticked = [tag for tag in answer.text.split("<input") if "checked" in tag and 'name="member"' in tag]
    assert len(ticked) == 1
    assert member in ticked[0]


def test_a_subgroup_without_members_leads_to_the_list(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        part = make_subgroup(journal, "подгруппа 1")
        db.session.get_one(Course, journal.course_id).subgroup_id = part.id
        db.session.commit()
    page = client.get(f"/load/?group={journal.group.id}").text
    assert "В подгруппах никого нет (подгруппа 1)" in page
    assert f"/load/groups/{journal.group.id}/subgroups" in page
    refused = client.post(f"/load/subgroups/{part.id}/removal", follow_redirects=True).text
    assert "есть журналы" in refused


def test_hours_of_each_period_are_edited(app: Flask, journal: Journal, client: FlaskClient) -> None:
    place = {"group": journal.group.id, "year": journal.year.id}
    answer = client.post(
        f"/load/journals/{journal.course_id}/hours", data={**place, "hours-1": "68"}, follow_redirects=True
    )
    assert "Часы сохранены" in answer.text
    assert 'value="68"' in answer.text
    wrong = client.post(
        f"/load/journals/{journal.course_id}/hours", data={**place, "hours-1": "много"}, follow_redirects=True
    )
    assert "целое число" in wrong.text


def test_a_stream_is_made_on_its_page_and_a_refusal_keeps_the_ticks(
    app: Flask, journal: Journal, client: FlaskClient
) -> None:
    with app.app_context():
        other = make_journal(students=0, lessons=0)
    discipline = "Операционные системы"
    page = client.get("/load/streams", query_string={"discipline": discipline}).text
    assert journal.group.title in page
    assert other.group.title in page
    form = {"discipline": discipline, "title": "ОС", "course": [journal.course_id]}
    refused = client.post("/load/streams", data=form)
    assert refused.status_code == 422
    assert "двух групп или больше" in refused.text
    assert refused.text.count("checked") == 1
    made = client.post("/load/streams", data={**form, "course": [journal.course_id, other.course_id]})
    assert made.status_code == 302
    assert "Преподаватели разные" not in client.get("/load/?group=" + str(journal.group.id)).text
    with app.app_context():
        stream = db.session.scalars(db.select(Stream)).one()
    assert "ОС" in client.get("/load/streams").text
    client.post(f"/load/streams/{stream.id}", data={"title": "Общая лекция"})
    assert "Общая лекция" in client.get("/load/streams").text
    client.post(f"/load/journals/{other.course_id}/stream/removal")
    with app.app_context():
        assert db.session.scalars(db.select(Stream)).all() == []


def test_the_timetables_grid_is_shown_by_teacher_and_room(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        other = make_journal(students=0, lessons=0)
        make_stream(journal, other)
    form = {"course_id": journal.course_id, "weekday": 2, "pair": 3, "week": "odd", "room": "217", "hours": "2"}
    posted = client.post(f"/timetable/groups/{journal.group.id}/entries", data=form)
    assert posted.status_code == 302
    page = client.get("/timetable/edit?room=217").text
    assert journal.group.title in page
    assert other.group.title in page
    assert "поток" in page
    assert "Операционные системы" in client.get(f"/timetable/edit?teacher={journal.teacher.id}").text
    wrong = client.post(f"/timetable/groups/{journal.group.id}/entries", data={**form, "hours": "0"})
    assert "Часы занятия" in wrong.text


def test_an_entry_that_only_falls_on_vacations_is_told(app: Flask, journal: Journal, client: FlaskClient) -> None:
    sunday_free = journal.year.starts + timedelta(days=(5 - journal.year.starts.weekday()) % 7)
    form = {
        "course_id": journal.course_id, "weekday": 1, "pair": 1, "week": "both",
        "since": sunday_free.isoformat(), "until": sunday_free.isoformat(),
    }  # fmt: skip
    answer = client.post(f"/timetable/groups/{journal.group.id}/entries", data=form)
    assert answer.status_code == 422
    assert "Ни одного занятия не получится" in answer.text


def test_bells_are_added_and_a_mistake_keeps_what_was_typed(app: Flask, client: FlaskClient) -> None:
    form = {"title": "Будни", "kind": "usual", "starts_1": "08:30", "ends_1": "10:05", "starts_2": "10:00"}
    refused = client.post("/bells/new", data={**form, "ends_2": "11:00"})
    assert refused.status_code == 422
    assert "а 1 пара кончается в 10:05" in refused.text
    assert 'value="11:00"' in refused.text
    assert client.post("/bells/new", data={**form, "starts_2": "", "ends_2": ""}).status_code == 302
    page = client.get("/bells/").text
    assert "08:30" in page
    with app.app_context():
        assert len(db.session.scalars(db.select(Bell)).all()) == 1


def test_a_short_day_is_set_and_seen_in_the_week(
    app: Flask, journal: Journal, client: FlaskClient, sign_in: SignIn
) -> None:
    with app.app_context():
        make_bells("Обычные", 8)
        short = make_bells("Короткие", 11, special=True)
        student = make_person("Ёлкин", (Role.STUDENT,))
        enroll(student, journal.group, journal.year.starts)
        monday = settings.today() - timedelta(days=settings.today().weekday())
        make_lesson(journal.course_id, monday, state="planned")
    assert "08:00–09:00" in sign_in(student).get("/timetable/").text
    client.post(f"/bells/{short.id}/dates", data={"date": monday.isoformat()})
    assert "11:00–12:00" in sign_in(student).get("/timetable/").text
    again = client.post(f"/bells/{short.id}/dates", data={"date": monday.isoformat()}, follow_redirects=True)
    assert "уже назначены" in again.text


def test_the_table_of_modes_is_saved_and_refused_as_a_whole(app: Flask, journal: Journal, client: FlaskClient) -> None:
    id_ = journal.group.id
    form = {f"first-{id_}": "3", f"last-{id_}": "6", f"days-{id_}": ["1", "2", "3"], f"shift-{id_}": "2"}
    refused = client.post("/bells/modes", data={**form, f"last-{id_}": "2"})
    assert refused.status_code == 422
    assert "Последняя пара — от первой" in refused.text
    assert f'name="first-{id_}"' in refused.text
    assert client.post("/bells/modes", data=form).status_code == 302
    many = {"many": "1", "chosen": [id_], "days-all": "123456", **form}
    assert client.post("/bells/modes", data=many).status_code == 302
    with app.app_context():
        row = db.session.scalars(db.select(GroupMode)).one()
        assert (row.first_pair, row.last_pair, row.days, row.shift) == (3, 6, "123456", 2)
    assert "Режим работы: 2 смена, пары 3–6, пн–сб" in client.get(f"/timetable/edit?group={id_}").text


def test_modes_that_two_people_set_at_once_are_both_kept(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        group = make_group("ПК-21", year=journal.year)
        enroll(make_person("Другов"), group, journal.year.starts)
        db.session.commit()
        other = group.id
    id_ = journal.group.id
    began = {f"seen-{id_}": "1||123456|1||", f"seen-{other}": "1||123456|1||"}
    usual = {"first": "1", "days": ["1", "2", "3", "4", "5", "6"], "shift": "1"}
    rows = {f"{name}-{group}": value for group in (id_, other) for name, value in usual.items()}
    assert all(f'name="{name}" value="{value}"' in client.get("/bells/modes").text for name, value in began.items())
    assert client.post("/bells/modes", data=rows | began | {f"first-{id_}": "2"}).status_code == 302
    # Begun before that, about the other group: what was not touched stays as it has become.
    assert client.post("/bells/modes", data=rows | began | {f"shift-{other}": "2"}).status_code == 302
    # And about the same.
    told = client.post("/bells/modes", data=rows | began | {f"first-{id_}": "3"})
    assert told.status_code == 422
    assert "Пока вы правили, здесь записали другое: 1 смена, пары 2–" in told.text
    again = {f"seen-{id_}": "2||123456|1||", f"seen-{other}": "1||123456|1||"}
    assert all(f'name="{name}" value="{value}"' in told.text for name, value in again.items())
    assert client.post("/bells/modes", data=rows | again | {f"first-{id_}": "3"}).status_code == 302
    with app.app_context():
        stored = {row.group_id: (row.first_pair, row.shift) for row in db.session.scalars(db.select(GroupMode))}
    assert stored == {id_: (3, 1), other: (1, 2)}


def test_the_passage_to_a_new_year_is_walked_through(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        db.session.get_one(Group, journal.group.id).admission_year -= 3
        db.session.commit()
    page = client.get("/year/next").text
    assert f"{journal.group.title}, обучающихся: 4" in page
    wrong = client.post("/year/next/release", data={"group": [journal.group.id], "number": "12-в"})
    assert wrong.status_code == 422
    assert 'value="12-в"' in wrong.text
    day = (journal.year.starts + timedelta(days=300)).isoformat()
    form = {"group": [journal.group.id], "number": "12-в", "dated": day, "since": day}
    assert "выпущена" in client.post("/year/next/release", data=form, follow_redirects=True).text


def test_pages_ask_no_more_for_more_students_and_groups(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        part = make_subgroup(journal, "подгруппа 1", (0,))
    addresses = (
        f"/load/groups/{journal.group.id}/subgroups", "/bells/modes", "/bells/", "/load/streams", "/year/next",
        f"/load/?group={journal.group.id}", f"/timetable/edit?group={journal.group.id}",
    )  # fmt: skip
    few = {address: count(app, client, address) for address in addresses}
    with app.app_context():
        for _ in range(3):
            other = make_journal(students=2, lessons=0)
            make_stream(other, make_journal(students=0, lessons=0))
            db.session.add(CourseTeacher(course_id=journal.course_id, teacher_id=other.teacher.id))
            student = make_person("Яшин")
            enroll(student, journal.group, journal.year.starts)
            db.session.add(SubgroupMember(subgroup_id=part.id, student_id=student.id, since=journal.year.starts))
            make_bells("Особые", 8, 10, special=True)
        db.session.commit()
    assert {address: count(app, client, address) for address in addresses} == few
    assert max(few.values()) <= 20


def count(app: Flask, client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def keep(*args: object) -> None:
        statements.append(str(args[2]))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)
    return len(statements)


def test_a_mistyped_day_takes_nobody_off_a_journal(app: Flask, journal: Journal, client: FlaskClient) -> None:
    with app.app_context():
        teaching = db.session.scalars(db.select(CourseTeacher.id)).one()
    address = f"/load/journals/{journal.course_id}/teachers/{teaching}/end"
    answer = client.post(address, data={"last": "31.02.2026"}, follow_redirects=True)
    assert "Дата «31.02.2026» не прочитана" in answer.text
    with app.app_context():
        assert db.session.get_one(CourseTeacher, teaching).until is None
    client.post(address, data={"last": ""})
    with app.app_context():
        assert db.session.get_one(CourseTeacher, teaching).until == settings.today()


def test_r4_1_e_hours_that_stand_by_semesters_are_shown_and_shared_out(
    app: Flask, journal: Journal, client: FlaskClient
) -> None:
    with app.app_context():
        course = db.session.get_one(Course, journal.course_id)
        first = 2 * journal.group.course_number(journal.year.starts.year) - 1
        for number, hours in enumerate((34, 38)):
            discipline_id = course.discipline_id
            db.session.add(CurriculumHours(discipline_id=discipline_id, semester=first + number, hours=hours))
            db.session.add(CourseHours(course_id=course.id, number=number + 1, hours=hours))
        for number in (2, 3):
            day = journal.year.starts + timedelta(days=number)
            db.session.add(Period(year_id=journal.year.id, number=number, title="триместр", starts=day, ends=day))
        db.session.commit()
    assert "часы не по периодам: 1" in client.get("/year/").text
    page = " ".join(client.get(f"/load/?group={journal.group.id}").text.split())
    assert "У 1 журнала группы часы стоят по полугодиям" in page
    assert "34 + 38 + 0" in page
    assert "34 + 19 + 19" in page
    form = {"year": journal.year.id, "group": journal.group.id}
    saved = client.post("/load/hours", data=form, follow_redirects=True).text
    assert "Часы разнесены по периодам, журналов: 1." in saved
    assert "часы стоят по полугодиям" not in saved
    assert "часы не по периодам" not in client.get("/year/").text
