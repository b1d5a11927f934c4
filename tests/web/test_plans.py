"""Curricula and individual plans over HTTP: pages, what is typed, what is refused, the number of queries."""

from collections.abc import Callable

import pytest
from factories import Journal, make_journal, make_person
from factories_individual import make_discipline, make_plan
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Course, CurriculumHours, Discipline, IndividualPlan, Person, Programme, Role
from tests.web.test_grid import counted

MOST_QUERIES = 12


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        journal = make_journal(students=3, lessons=2)
        course = db.session.get(Course, journal.course_id)
        assert course is not None
        db.session.add(CurriculumHours(discipline_id=course.discipline_id, semester=1, hours=36, control="Э"))
        db.session.commit()
        return journal


@pytest.fixture
def office(app: Flask, journal: Journal, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    with app.app_context():
        person = make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


@pytest.fixture
def sysadmin(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    with app.app_context():
        person = make_person("Админова", (Role.SYSADMIN,))
    return sign_in(person)


def discipline_of(app: Flask, journal: Journal) -> int:
    with app.app_context():
        course = db.session.get(Course, journal.course_id)
        assert course is not None
        return course.discipline_id


def test_the_years_sections_lead_to_curricula_and_individual_plans(office):
    page = office.get("/year/").get_data(as_text=True)
    assert 'href="/plans/"' in page
    assert 'href="/individual/"' in page


def test_r4_2_b_a_curriculum_is_seen_with_hours_control_and_totals(office, journal):
    assert journal.group.title in office.get("/plans/").get_data(as_text=True)
    page = office.get(f"/plans/{journal.group.programme_id}").get_data(as_text=True)
    assert "Операционные системы" in page
    assert "Общепрофессиональный цикл" in page
    assert "Всего часов" in page
    assert "Загрузить" not in page  # the system administrator's
    assert office.get(f"/plans/{journal.group.programme_id}?admission=1999").status_code == 404


def test_the_administrator_imports_and_exports_from_the_plan(app, sysadmin, journal):
    page = sysadmin.get(f"/plans/{journal.group.programme_id}").get_data(as_text=True)
    assert "/admin/import?kind=curriculum" in page
    with app.app_context():
        code = db.session.get_one(Programme, journal.group.programme_id).code
    answer = sysadmin.post("/admin/export", data={"kind": "curriculum", "programme": code, "admission": "0"})
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
    assert 'value="2024"' in sysadmin.get("/admin/import?kind=curriculum&admission=2024").get_data(as_text=True)
    refused = sysadmin.post("/admin/import", data={"kind": "curriculum", "admission": "24", "file": (b"", "")})
    assert refused.status_code == 422


def test_a_row_is_added_changed_and_removed_in_the_browser(app, office, journal):
    address = f"/plans/{journal.group.programme_id}/rows"
    assert office.get(f"{address}/new").status_code == 200
    typed = {"index": "ОП.07", "title": "Сети", "hours-1": "20", "hours-2": "", "control-1": ["ДЗ", "КР"]}
    assert office.post(address, data=typed).location.startswith(f"/plans/{journal.group.programme_id}")
    with app.app_context():
        row = db.session.scalars(db.select(Discipline).where(Discipline.index == "ОП.07")).one()
        hours = db.session.scalars(db.select(CurriculumHours).where(CurriculumHours.discipline_id == row.id)).one()
        assert (hours.hours, hours.control) == (20, "ДЗ,КР")
    page = office.get(f"{address}/{row.id}").get_data(as_text=True)
    assert page.count("checked") == 2
    assert office.post(f"{address}/{row.id}", data={**typed, "hours-1": "24"}).status_code == 302
    assert ">24" in office.get(f"/plans/{journal.group.programme_id}").get_data(as_text=True).replace(" ", "").replace(
        "\n", ""
    )
    assert office.post(f"{address}/{row.id}/removal").status_code == 302
    assert "Сети" not in office.get(f"/plans/{journal.group.programme_id}").get_data(as_text=True).split("<h1>")[1]


def test_nothing_typed_is_lost_when_a_row_is_refused(office, journal):
    answer = office.post(
        f"/plans/{journal.group.programme_id}/rows",
        data={"index": "ОП.01", "title": "Вторая такая", "hours-3": "сорок", "control-3": "Э"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Индекс ОП.01 в плане уже есть" in page
    for kept in ('value="Вторая такая"', 'value="сорок"', "checked", 'aria-invalid="true"'):
        assert kept in page


def test_r4_2_b_removing_a_row_with_journals_says_why_not(app, office, journal):
    address = f"/plans/{journal.group.programme_id}/rows/{discipline_of(app, journal)}"
    answer = office.post(f"{address}/removal", follow_redirects=True).get_data(as_text=True)
    assert f"есть журналы групп {journal.group.title}" in answer


def test_an_admission_gets_its_own_plan_and_loses_it(office, journal):
    address = f"/plans/{journal.group.programme_id}/admissions"
    assert office.post(address, data={"admission": "год"}).status_code == 422
    page = office.post(address, data={"admission": "2024"}, follow_redirects=True).get_data(as_text=True)
    assert "план набора 2024" in page
    page = office.post(f"{address}/2024/removal", follow_redirects=True).get_data(as_text=True)
    assert "общий план" in page


def test_an_individual_plan_is_made_in_the_browser_and_changes_the_journal(app, office, journal, sign_in):
    student = journal.students[0]
    assert office.get("/individual/").status_code == 200
    page = office.get(f"/individual/new?group={journal.group.id}").get_data(as_text=True)
    assert student.full_name in page
    head = {"order_number": "12-у", "order_date": "2026-09-01", "since": journal.year.starts.isoformat(), "until": ""}
    refused = office.post("/individual/new", data={**head, "order_number": "", "group": journal.group.id, "note": "Ы"})
    assert refused.status_code == 422
    assert ">Ы</textarea>" in refused.get_data(as_text=True)
    made = office.post("/individual/new", data={**head, "student_id": student.id, "group": journal.group.id})
    discipline = discipline_of(app, journal)
    assert office.get(f"{made.location}/rows/new?discipline_id={discipline}").status_code == 200
    wrong = office.post(f"{made.location}/rows", data={"discipline_id": discipline, "way": "own", "hours": "много"})
    assert wrong.status_code == 422
    assert 'value="много"' in wrong.get_data(as_text=True)
    saved = office.post(f"{made.location}/rows", data={"discipline_id": discipline, "way": "exempt"})
    assert saved.location == made.location
    grid = sign_in(journal.teacher).get(f"/journal/{journal.course_id}").get_data(as_text=True)
    assert grid.count("<tr data-student=") == 2
    assert student.full_name in office.get("/individual/?q=" + student.surname).get_data(as_text=True)
    with app.app_context():
        row_id = db.session.scalars(db.select(IndividualPlan)).one().rows[0].id
    assert "checked" in office.get(f"/individual/rows/{row_id}").get_data(as_text=True)
    assert office.post(f"/individual/rows/{row_id}", data={"discipline_id": discipline, "way": ""}).status_code == 422
    assert office.post(f"/individual/rows/{row_id}/removal").status_code == 302
    grid = sign_in(journal.teacher).get(f"/journal/{journal.course_id}").get_data(as_text=True)
    assert grid.count("<tr data-student=") == 3


def test_a_plans_days_are_changed_and_ended_and_a_wrong_end_is_refused(app, office, journal):
    with app.app_context():
        plan = make_plan(
            journal.students[0].id, journal.year.starts, discipline_id=discipline_of(app, journal), exempt=True
        )
        address = f"/individual/{plan.id}"
    head = {"order_number": "15-у", "order_date": "2026-09-01", "since": journal.year.starts.isoformat()}
    assert office.post(address, data={**head, "until": "1999-01-01"}).status_code == 422
    assert office.post(address, data={**head, "until": ""}).status_code == 302
    assert "15-у" in office.get(address).get_data(as_text=True)
    said = office.post(f"{address}/end", data={"last": "1999-01-01"}, follow_redirects=True).get_data(as_text=True)
    assert "не может быть раньше" in said
    assert "План завершён" in office.post(
        f"{address}/end", data={"last": journal.year.ends.isoformat()}, follow_redirects=True
    ).get_data(as_text=True)


@pytest.mark.parametrize("address", ["/plans/", "/plans/{programme}", "/individual/"])
def test_the_pages_cost_the_same_number_of_queries_however_much_they_show(app, office, journal, address):
    address = address.format(programme=journal.group.programme_id)

    def queries() -> int:
        office.get(address)
        with counted(app) as statements:
            assert office.get(address).status_code == 200
        return len([statement for statement in statements if not statement.startswith("BEGIN")])

    few = queries()
    with app.app_context():
        for number in range(20, 30):
            make_discipline(journal.group.programme_id, f"ОП.{number}", "op", {1: (20, "З")})
        for student in journal.students:
            make_plan(student.id, journal.year.starts, discipline_id=discipline_of(app, journal), exempt=True)
        make_journal(students=1, lessons=1)
    many = queries()
    # The first plans bring their students, rows and groups: two statements, however many plans.
    assert many <= few + 2 * address.startswith("/individual")
    assert many <= MOST_QUERIES
