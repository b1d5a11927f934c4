"""A list of students beside the register of orders: what an order says stays (R4.2.c)."""

from datetime import date
from typing import Any

import pytest
import time_machine
from factories import enroll, make_group, make_person, make_year, viewer_of
from sqlalchemy import select

from ejournal.exchange.changes import ImportPlan
from ejournal.extensions import db
from ejournal.models import Enrollment, Group, Person, Role, Subgroup, SubgroupMember
from ejournal.services import movement
from ejournal.services.movement_plan import Typed
from tests.exchange.conftest import Import, workbook

BORN = date(2008, 4, 17)
SIGNED = date(2026, 9, 15)
HEAD = ["ФИО", "Дата рождения", "Группа"]


@pytest.fixture
def student(load: Import) -> Person:
    """In ИС-21 since September; there are ИС-22 and ПР-31 as well."""
    year, _ = make_year()
    groups = [make_group(title, year) for title in ("ИС-21", "ИС-22", "ПР-31")]
    person = make_person("Котов", (Role.STUDENT,))
    person.birth_date = BORN
    enroll(person, groups[0], year.starts)
    db.session.commit()
    return person


def order(kind: str, student: Person, effective: date, **said: Any) -> None:
    actor = viewer_of(make_person(f"Админ-{kind}", (Role.ADMINISTRATION,)))
    movement.issue(actor, Typed(kind, "77-с", SIGNED, effective, (student.id,), sure=True, **said))


def group(title: str) -> Group:
    return db.session.scalars(select(Group).where(Group.title == title)).one()


def list_in(load: Import, student: Person, title: str) -> ImportPlan:
    return load("students", workbook(HEAD, [student.full_name, BORN, title]))


def way() -> list[tuple[str, date, date | None, str | None, str | None]]:
    db.session.expire_all()
    rows = db.session.scalars(select(Enrollment).order_by(Enrollment.since, Enrollment.id))
    return [(row.group.title, row.since, row.until, row.order_in, row.order_out) for row in rows]


def stays(load: Import, student: Person, *titles: str) -> None:
    """None of these groups in a list changes anything, and each time it is said why."""
    before = way()
    for title in titles:
        plan = list_in(load, student, title)
        assert (plan.errors, plan.updated) == ([], 0)
        assert any("оформите движение контингента" in note for note in plan.notes)
        assert way() == before


def test_a_planned_expulsion_is_not_erased(load: Import, student: Person) -> None:
    order("expel", student, date(2026, 12, 1), reason="по заявлению")
    stays(load, student, "ИС-22")
    assert way() == [("ИС-21", date(2026, 9, 1), date(2026, 11, 30), None, "77-с")]


def test_a_coming_transfer_is_not_redirected(load: Import, student: Person) -> None:
    order("move", student, date(2026, 12, 1), group_id=group("ИС-22").id)
    stays(load, student, "ПР-31", "ИС-22")
    assert list_in(load, student, "ИС-21").notes == [], "a list of today has the group of today"
    assert way()[1] == ("ИС-22", date(2026, 12, 1), None, "77-с", None)


def test_who_was_expelled_does_not_come_back_by_a_list(load: Import, student: Person) -> None:
    order("expel", student, date(2026, 10, 1), reason="по заявлению")
    stays(load, student, "ИС-21", "ИС-22")


def test_who_is_on_leave_is_not_enrolled_elsewhere(load: Import, student: Person) -> None:
    order("leave", student, date(2026, 10, 1), leave_until=date(2027, 8, 31))
    order("expel", student, date(2026, 12, 10), reason="по заявлению")
    stays(load, student, "ИС-22")


def test_a_transfer_of_today_is_not_rewritten(load: Import, student: Person) -> None:
    order("move", student, date(2026, 11, 24), group_id=group("ИС-22").id)
    stays(load, student, "ПР-31")


def test_a_group_mistaken_today_is_corrected_in_place(load: Import, student: Person) -> None:
    list_in(load, student, "ИС-22")
    list_in(load, student, "ПР-31")
    assert [row[:3] for row in way()] == [
        ("ИС-21", date(2026, 9, 1), date(2026, 11, 23)),
        ("ПР-31", date(2026, 11, 24), None),
    ]


def test_a_first_list_of_august_may_be_loaded_again_corrected(load: Import) -> None:
    with time_machine.travel("2026-08-25 09:00:00+03:00", tick=True):
        for title in ("ИС-21", "ИС-21", "ИС-22"):
            book = workbook(["Список на 2026/2027 учебный год"], HEAD, ["Котов Иван Ильич", BORN, title])
            plan = load("students", book, create=True)
            assert not any("движение" in note for note in plan.notes)
    assert [row[:3] for row in way()] == [("ИС-22", date(2026, 9, 1), None)]


def test_a_move_by_a_list_keeps_its_order_and_ends_the_subgroup(load: Import, student: Person) -> None:
    part = Subgroup(group_id=group("ИС-21").id, title="английский, сильная")
    db.session.add(part)
    db.session.flush()
    db.session.add(SubgroupMember(subgroup_id=part.id, student_id=student.id, since=date(2026, 9, 1)))
    db.session.commit()
    head = [*HEAD, "№ приказа", "Дата приказа", "Подгруппа", "Дата зачисления"]
    row = [student.full_name, BORN, "ИС-22", "15-с", date(2026, 11, 23), 2, date(2025, 9, 1)]
    assert load("students", workbook(head, row)).errors == []
    moved = db.session.scalars(select(Enrollment).where(Enrollment.group_id == group("ИС-22").id)).one()
    assert (moved.since, moved.came_kind) == (date(2026, 11, 24), "moved")
    assert (moved.order_in, moved.order_in_date) == ("15-с", date(2026, 11, 23))
    members = db.session.scalars(select(SubgroupMember).order_by(SubgroupMember.id)).all()
    assert [(row.since, row.until) for row in members] == [
        (date(2026, 9, 1), date(2026, 11, 23)),
        (date(2026, 11, 24), None),
    ]


def test_a_group_corrected_in_place_leaves_nobody_in_its_subgroup(load: Import, student: Person) -> None:
    for title in ("ИС-22", "ПР-31"):
        load("students", workbook([*HEAD, "Подгруппа"], [student.full_name, BORN, title, 1]))
    (member,) = db.session.scalars(select(SubgroupMember))
    assert db.session.get_one(Subgroup, member.subgroup_id).group_id == group("ПР-31").id


@pytest.mark.parametrize(("born", "stored"), [(None, BORN), (BORN, None), (None, None)])
def test_a_namesake_in_another_group_is_named_where_no_birth_date_tells(
    load: Import, student: Person, born: date | None, stored: date | None
) -> None:
    student.birth_date = stored
    db.session.commit()
    plan = load("students", workbook(HEAD, [student.full_name, born, "ИС-22"]))
    (note,) = plan.notes
    assert f"{student.full_name} (ИС-21)" in note
    assert "укажите дату рождения" in note


def test_a_namesake_born_on_another_day_is_not_spoken_of(load: Import, student: Person) -> None:
    plan = load("students", workbook(HEAD, [student.full_name, date(2009, 1, 1), "ИС-22"]))
    assert (plan.created, plan.notes) == (1, [])
