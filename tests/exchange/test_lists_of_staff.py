"""A list of staff beside what the college has decided already: leaders of later days, roles (R4.2.c)."""

from datetime import date

from factories import make_curator, make_group, make_person, make_year, viewer_of
from sqlalchemy import select

from ejournal.exchange import exporter
from ejournal.extensions import db
from ejournal.models import Curatorship, Group, Person, Role, RoleGrant
from ejournal.services import group_admin
from tests.exchange.conftest import Import, workbook

STAFF = ["ФИО", "Должность", "Руководитель группы"]
JANUARY = date(2027, 1, 11)


def led() -> list[tuple[str, date, date | None]]:
    db.session.expire_all()
    rows = db.session.execute(
        select(Person.surname, Curatorship.since, Curatorship.until)
        .join(Person, Person.id == Curatorship.person_id)
        .order_by(Curatorship.since)
    )
    return [(row.surname, row.since, row.until) for row in rows]


def group_handed_over_in_january() -> Group:
    group = make_group("ИС-21", make_year()[0])
    make_curator(group, "Нынешняя")
    later = make_person("Будущая", (Role.CURATOR,))
    actor = viewer_of(make_person("Админ", (Role.ADMINISTRATION,)))
    group_admin.appoint_curator(actor, group.id, later.id, JANUARY)
    return group


def test_the_own_list_of_staff_changes_no_leader_of_now_or_later(load: Import) -> None:
    group_handed_over_in_january()
    before = led()
    assert load("teachers", exporter.export(None, "teachers", exporter.Options())).errors == []
    assert led() == before


def test_a_new_leader_leads_until_the_eve_of_the_planned_one(load: Import) -> None:
    group_handed_over_in_january()
    third = make_person("Третья", (Role.TEACHER,))
    load("teachers", workbook(STAFF, [third.full_name, "преподаватель", "ИС-21"]))
    assert led() == [
        ("Нынешняя", date(2020, 1, 1), date(2026, 11, 23)),
        ("Третья", date(2026, 11, 24), date(2027, 1, 10)),
        ("Будущая", JANUARY, None),
    ]


def test_a_leader_mistaken_today_is_corrected_in_place(load: Import) -> None:
    group_handed_over_in_january()
    for surname in ("Третья", "Четвёртая"):
        named = make_person(surname, (Role.TEACHER,))
        load("teachers", workbook(STAFF, [named.full_name, "преподаватель", "ИС-21"]))
    assert [(name, since) for name, since, _ in led()] == [
        ("Нынешняя", date(2020, 1, 1)),
        ("Четвёртая", date(2026, 11, 24)),
        ("Будущая", JANUARY),
    ]


def roles(surname: str) -> list[str]:
    query = select(RoleGrant.role).join(Person, Person.id == RoleGrant.person_id).where(Person.surname == surname)
    return sorted(db.session.scalars(query))


def test_the_own_list_of_staff_makes_nobody_a_teacher(load: Import) -> None:
    make_person("Системный", (Role.SYSADMIN,))
    make_person("Завучева", (Role.ADMINISTRATION,)).post = "заведующая отделением"
    db.session.commit()
    plan = load("teachers", exporter.export(None, "teachers", exporter.Options()))
    assert (plan.errors, plan.notes, plan.unchanged) == ([], [], 2)
    assert (roles("Системный"), roles("Завучева")) == (["sysadmin"], ["administration"])


def test_a_new_person_with_an_empty_post_is_a_teacher(load: Import) -> None:
    load("teachers", workbook(STAFF, ["Новая Вера Ильинична"], ["Старая Анна Ильинична", "секретарь"]))
    assert (roles("Новая"), roles("Старая")) == (["teacher"], [])


def test_a_list_without_posts_is_a_list_of_teachers(load: Import) -> None:
    known = make_person("Завучева", (Role.ADMINISTRATION,))
    load("teachers", workbook(["ФИО", "Почта"], [known.full_name, "zavuch@example.ru"]))
    assert roles("Завучева") == ["administration", "teacher"]
