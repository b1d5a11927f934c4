"""The year's pages: the checklist, consents and slips of a group (п. 4.1, 4.3)."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from conftest import SignIn
from factories import Journal, make_curator, make_group, make_journal, make_person, make_year
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Account, Consent, Course, Guardianship, Period, Person, Role
from ejournal.services import settings

MOST_QUERIES = 22


def administrator(app: Flask) -> Person:
    with app.app_context():
        return make_person("Завучева", (Role.ADMINISTRATION,))


def journal_of(app: Flask, students: int = 2) -> Journal:
    with app.app_context():
        return make_journal(students=students, lessons=1)


def test_r4_1_e_the_checklist_leads_to_what_is_missing(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    page = sign_in(administrator(app)).get("/year/").text
    assert journal.group.title in page
    assert "0 из 2" in page
    assert f'href="/consents/groups/{journal.group.id}"' in page
    assert "п. 4.1" in page


@pytest.mark.parametrize(
    ("address", "part", "title"),
    [
        ("/year/", "Год и группы", "Готовность"),
        ("/load/", "Планы и нагрузка", "Нагрузка"),
        ("/debts/", "Итоги", "Задолженности"),
    ],
)
def test_the_sections_of_a_year_stand_by_what_they_are_for_and_one_is_current(
    app: Flask, sign_in: SignIn, address: str, part: str, title: str
) -> None:
    journal_of(app)
    page = sign_in(administrator(app)).get(address).text
    nav = page[page.index('aria-label="Учебный год"') :]
    nav = nav[: nav.index("</nav>")]
    names = dict(re.findall(r'id="(section-part-\d)">([^<]+)<', nav))
    parts = re.findall(r'<ul aria-labelledby="(section-part-\d)">(.*?)</ul>', nav, re.DOTALL)
    lists = {names[number]: entries for number, entries in parts}
    assert len(lists) == 5
    assert re.findall(r'aria-current="page">([^<]+)<', nav) == [title]
    assert f">{title}</a>" in lists[part]


def test_the_set_up_of_the_coming_year_never_leads_to_the_running_one(app: Flask, sign_in: SignIn) -> None:
    """By 25 September the new year stands; it is set up while the old one still runs (п. 4.1)."""
    journal = journal_of(app)
    with app.app_context():
        coming, _period = make_year(date(settings.today().year + 1, 10, 1))
        year, group = coming.id, journal.group.id
    client = sign_in(administrator(app))
    checklist = client.get(f"/year/?year={year}").text
    for place in ("load/", "timetable/edit", "thematic/"):
        assert re.search(
            rf'href="/{place}\?(group={group}&amp;year={year}|year={year}&amp;group={group})"', checklist
        ), place
    for page in (f"/timetable/edit?group={group}&year={year}", f"/exams/?group={group}&year={year}"):
        shown = client.get(page).text
        own = re.findall(rf'(?:href|action)="(/(?:timetable/groups|exams/groups)/{group}[^"]*)"', shown)
        assert own, page
        assert [address for address in own if f"year={year}" not in address] == []
        assert f'name="year" value="{year}"' in shown


def test_a_plan_given_to_a_journal_of_the_coming_year_leads_back_to_its_list(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        coming, _period = make_year(date(settings.today().year + 1, 10, 1))
        db.session.get_one(Course, journal.course_id).year_id = coming.id
        db.session.commit()
        year = coming.id
    client = sign_in(administrator(app))
    place = f"/thematic/journals/{journal.course_id}"
    assert f'href="/thematic/?year={year}"' in client.get(place).text
    assert client.post(f"{place}/plan", data={"way": "attach"}).location == f"/thematic/?year={year}"


def test_a_day_that_there_is_not_leaves_the_first_week_as_it_was(app: Flask, sign_in: SignIn) -> None:
    journal_of(app)
    client = sign_in(administrator(app))
    client.post("/year/anchor", data={"anchor": "2026-09-10"})
    page = client.post("/year/anchor", data={"anchor": "2026-13-45"}, follow_redirects=True).text
    assert "Не сохранено" in page
    with app.app_context():
        assert settings.get("week.anchor") == "2026-09-07"


def test_the_checklist_asks_no_more_for_more_groups(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(administrator(app))
    journal_of(app)
    few = queries(app, lambda: client.get("/year/"))
    for _ in range(4):
        journal_of(app)
    assert queries(app, lambda: client.get("/year/")) == few <= MOST_QUERIES


def queries(app: Flask, act: object) -> int:
    count = 0

    def count_one(*_: object) -> None:
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", count_one)
    try:
        act()  # type: ignore[operator]
    finally:
        sa.event.remove(engine, "before_cursor_execute", count_one)
    return count


def test_consents_of_a_whole_group_are_entered_at_once(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    client = sign_in(administrator(app))
    ids = [student.id for student in journal.students]
    address = f"/consents/groups/{journal.group.id}"
    assert client.post(address, data={"kind": "agreed", "dated": "2026-09-01", "student_ids": ids}).status_code == 302
    with app.app_context():
        assert {row.student_id for row in db.session.scalars(db.select(Consent))} == set(ids)
    assert "2 из 2" in client.get("/consents/").text


def test_a_consent_without_a_date_keeps_the_ticks(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    ids = [journal.students[0].id]
    answer = sign_in(administrator(app)).post(
        f"/consents/groups/{journal.group.id}", data={"kind": "agreed", "dated": "2099-01-01", "student_ids": ids}
    )
    assert answer.status_code == 422
    assert "не позже сегодняшней" in answer.text
    assert len(re.findall(r"<input[^>]*student_ids[^>]*\bchecked", answer.text)) == 1


def test_r4_3_a_codes_of_a_group_are_shown_once_and_let_in(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    with app.app_context():
        parent = make_person("Ёлкина", (Role.PARENT,))
        db.session.add(Guardianship(parent_id=parent.id, student_id=journal.students[0].id))
        db.session.commit()
        curator = make_curator(journal.group)
    client = sign_in(curator)
    address = f"/slips/groups/{journal.group.id}"
    page = client.post(address, data={"kind": "students"}).text
    codes = re.findall(r'code-value">\s*([^<\s]+)\s*<', page)
    assert len(codes) == 2
    assert page.count('src="data:image/svg+xml') == 2
    assert codes[0] not in client.get(address).text
    assert app.test_client().get(f"/activate/{codes[0]}").status_code == 200
    with app.app_context():
        assert all(
            codes[0] not in (account.activation_hash or "") for account in db.session.scalars(db.select(Account))
        )


def test_who_has_a_code_gets_no_second_one_unless_asked(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    client = sign_in(administrator(app))
    address = f"/slips/groups/{journal.group.id}"
    first = re.findall(r'code-value">\s*([^<\s]+)\s*<', client.post(address, data={"kind": "students"}).text)
    assert client.post(address, data={"kind": "students"}).status_code == 302
    again = client.post(address, data={"kind": "students", "renew": "1"}).text
    assert len(re.findall(r'code-value">', again)) == 2
    assert app.test_client().get(f"/activate/{first[0]}").status_code == 404


def test_a_curator_gives_codes_to_the_own_group_only(app: Flask, sign_in: SignIn) -> None:
    own, other = journal_of(app), journal_of(app)
    with app.app_context():
        curator = make_curator(own.group)
    client = sign_in(curator)
    for part in ("slips", "consents"):
        assert client.get(f"/{part}/groups/{own.group.id}").status_code == 200
        assert client.get(f"/{part}/groups/{other.group.id}").status_code == 404
    assert client.post(f"/slips/groups/{other.group.id}", data={"kind": "students"}).status_code == 404


def test_a_period_that_is_wrong_keeps_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    answer = sign_in(administrator(app)).post(
        f"/year/years/{journal.year.id}/periods",
        data={"title": "Мой модуль", "number": "77", "starts": "2026-09-01", "ends": "2026-10-01"},
    )
    assert answer.status_code == 422
    assert 'value="Мой модуль"' in answer.text
    assert "Номер периода" in answer.text


def test_a_period_of_a_group_that_studies_no_more_stays_its_own_when_edited(app: Flask, sign_in: SignIn) -> None:
    """R4.2.c: the form chose «все» for it, and saving its title made it everybody's."""
    journal = journal_of(app)
    with app.app_context():
        group = make_group("Г-11", journal.year)
        group.released_on = journal.year.starts - timedelta(days=1)
        starts, ends = journal.year.starts, journal.year.starts + timedelta(days=20)
        period = Period(year_id=journal.year.id, number=7, title="Модуль", starts=starts, ends=ends, group_id=group.id)
        db.session.add(period)
        db.session.commit()
        period_id, group_id = period.id, group.id
    client = sign_in(administrator(app))
    page = client.get("/year/periods").text
    own = re.search(rf'<select[^>]*id="period-{period_id}-scope".*?</select>', page, re.DOTALL)
    assert own
    chosen = re.findall(r'<option value="([^"]*)"\s*selected>\s*([^<]*)<', own[0])
    assert chosen == [(f"group-{group_id}", "Г-11 (в этом году не учится)")]
    form = {"period_id": period_id, "title": "Модуль 7", "number": 7, "starts": starts, "ends": ends}
    client.post(f"/year/years/{journal.year.id}/periods", data={**form, "scope": chosen[0][0]})
    with app.app_context():
        saved = db.session.get_one(Period, period_id)
        assert (saved.title, saved.group_id, saved.course_number) == ("Модуль 7", group_id, None)


def test_only_a_year_that_there_is_not_is_offered_to_be_made(app: Flask, sign_in: SignIn) -> None:
    journal = journal_of(app)
    client = sign_in(administrator(app))
    running, coming = journal.year.starts.year, journal.year.starts.year + 1
    page = client.get("/year/periods").text
    assert f'<option value="{running}"' not in page
    assert f'<option value="{coming}"' in page
    client.post("/year/years", data={"starts_in": coming, "scheme": "semesters"})
    assert "Текущий и следующий год уже созданы" in client.get("/year/periods").text
