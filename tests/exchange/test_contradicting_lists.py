"""Lists that contradict themselves or what a college has: refused by row, or read so that nothing is there twice."""

from datetime import date, time

import pytest
import time_machine
from sqlalchemy import select

from ejournal.exchange import bells, curriculum, parents, tables, values
from ejournal.exchange.values import BadValueError
from ejournal.extensions import db
from ejournal.models import Bell, BellSchedule, Curatorship, Enrollment, Group, Guardianship
from tests.exchange.conftest import Import, workbook

STUDENTS = ["ФИО", "Дата рождения", "Группа", "Дата зачисления"]
PETR = ["Семёнов Пётр Артёмович", date(2008, 4, 17), "ИС-21"]
PARENTS = ["ФИО родителя", "Родство", "СНИЛС", "Ребёнок"]
STAFF = ["ФИО", "Должность", "Группа"]


def test_who_comes_back_is_in_no_two_groups_on_one_day(load: Import) -> None:
    """«Дата зачисления» of a list is the day of admission to the college, not to this group."""
    load("students", workbook(STUDENTS, [*PETR, date(2025, 9, 1)]), create=True)
    first = db.session.scalars(select(Enrollment)).one()
    first.until = date(2026, 10, 1)
    db.session.commit()
    load("students", workbook(STUDENTS, [*PETR[:2], "ТО-22", date(2025, 9, 1)]), create=True)
    rows = db.session.scalars(select(Enrollment).order_by(Enrollment.since)).all()
    assert [(e.group.title, e.since, e.until) for e in rows] == [
        ("ИС-21", date(2025, 9, 1), date(2026, 10, 1)),
        ("ТО-22", date(2026, 11, 24), None),
    ]


def test_a_child_named_with_and_without_the_group_is_one_child(load: Import) -> None:
    load("students", workbook(STUDENTS, PETR), create=True)
    rows = [["Семёнова Анна", "мать", None, child] for child in (PETR[0], f"{PETR[0]} (ИС-21)")]
    plan = load("parents", workbook(PARENTS, *rows))
    assert (plan.errors, plan.created) == ([], 1)
    assert len(db.session.scalars(select(Guardianship)).all()) == 1


def test_parents_of_one_name_with_two_snils_are_two() -> None:
    rows = [
        ["Семёнова Анна", "мать", "019-161-461 35", "Семёнов Пётр"],
        ["Семёнова Анна", "мать", "112-233-445 95", "Ким Вера"],
    ]
    assert len(parents.read(tables.read(workbook(PARENTS, *rows))).records) == 2


def test_a_group_has_one_leader(load: Import) -> None:
    load("students", workbook(STUDENTS, PETR), create=True)
    staff = [["Ким Вера Ивановна", "преподаватель", "ИС-21"], ["Пак Олег Ильич", "преподаватель", "ис 21"]]
    plan = load("teachers", workbook(STAFF, *staff))
    assert [(error.row, error.field) for error in plan.errors] == [(3, "curated")]
    assert "в строке 2: Ким Вера Ивановна" in plan.errors[0].message
    assert db.session.scalars(select(Curatorship)).all() == []


def test_a_group_whose_name_the_database_cannot_hold_is_refused(load: Import) -> None:
    title = "Группа повышенного уровня подготовки ИС-21"
    plan = load("teachers", workbook(STAFF, ["Ким Вера Ивановна", "преподаватель", f"{title} и ИС-22"]), create=True)
    assert [error.field for error in plan.errors] == ["curated"]
    assert "слишком длинное название группы" in plan.errors[0].message
    assert db.session.scalars(select(Group)).all() == []


@pytest.mark.parametrize("typed", ["3-1", "0-3", "1-99", "1, 13"])
def test_semesters_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(BadValueError, match="номера семестров"):
        curriculum.semesters(typed)


def test_bells_of_a_shortened_day_are_not_taken_for_the_usual_ones(load: Import) -> None:
    short = BellSchedule(title="Сокращённый день", special=True)
    db.session.add(short)
    db.session.flush()
    db.session.add(Bell(schedule_id=short.id, pair=1, starts=time(8), ends=time(9)))
    db.session.commit()
    assert load("bells", workbook(["Все дни"], ["№ пары", "Время"], [1, "08:30-10:05"])).created == 1
    kept = db.session.scalars(select(Bell).where(Bell.schedule_id == short.id)).one()
    assert (kept.starts, kept.ends) == (time(8), time(9))


def test_bells_that_overlap_and_pairs_no_day_has_are_refused() -> None:
    book = workbook(["№ пары", "Время"], [1, "08:30-10:05"], [2, "10:00-11:35"], [9, "20:00-21:35"])
    listing = bells.read(tables.read(book))
    assert [(error.row, error.field) for error in listing.errors] == [(4, "pair"), (3, "time")]
    assert "1 пара кончается в 10:05" in listing.errors[1].message


def test_a_year_of_two_digits_may_be_the_next_one() -> None:
    with time_machine.travel("2026-12-20 09:00:00+03:00"):
        assert values.day("12.01.27") == date(2027, 1, 12)
        assert values.day("12.01.72") == date(1972, 1, 12)
