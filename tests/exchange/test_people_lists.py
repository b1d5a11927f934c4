"""Lists of people that are not tidy, and people who are already there (R4.2.b, R4.2.c)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from ejournal.exchange import exporter, importer, students, tables, teachers
from ejournal.exchange.changes import ImportPlan, Options
from ejournal.exchange.importer import ChangedMeanwhileError
from ejournal.exchange.posts import roles_of
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import (
    Curatorship,
    Enrollment,
    Group,
    Guardianship,
    Person,
    Role,
    RoleGrant,
    Subgroup,
    SubgroupMember,
)
from ejournal.services.errors import RefusedError
from tests.exchange.conftest import Import, workbook

HEAD = ["№", "ФИО", "Дата рождения", "Группа", "Телефон", "СНИЛС", "Почта"]
PETR = [1, "Семёнов Пётр Артёмович", date(2008, 4, 17), "ИС-21", "8-931-035-42-84", "019-161-461 35", None]


def test_a_name_in_three_columns_under_a_heading_of_two_rows() -> None:
    listing = students.read(
        tables.read(
            workbook(
                ["Список"],
                ["№", "Обучающийся", None, None, "Дата рождения", "Учебная группа"],
                [None, "Фамилия", "Имя", "Отчество", None, None],
                [1, "СЕМЁНОВ", "пётр", "Артёмович", "17 апреля 2008 г.", "ис 21"],
            )
        )
    )
    (record,) = listing.records
    assert (record.name.full, record.birth, record.group) == ("Семёнов Пётр Артёмович", date(2008, 4, 17), "ИС-21")


def test_groups_as_lines_between_the_students() -> None:
    listing = students.read(
        tables.read(
            workbook(
                ["ФИО", "Дата рождения"],
                ["Группа ИС-21", None],
                ["Семёнов Пётр", "17.04.2008"],
                ["Группа: ТО – 22", None],
                ["Ким Вера", "15.03.2008"],
            )
        )
    )
    assert [(record.name.full, record.group) for record in listing.records] == [
        ("Семёнов Пётр", "ИС-21"),
        ("Ким Вера", "ТО-22"),
    ]


def test_a_sheet_for_each_group() -> None:
    listing = students.read(tables.read(workbook(["ФИО", "Телефон"], ["Ким Вера", "89001234567"], sheet="ПК-11")))
    assert [record.group for record in listing.records] == ["ПК-11"]


def test_a_list_that_names_no_group_anywhere_is_refused() -> None:
    with pytest.raises(FileError, match="Группа"):
        students.read(tables.read(workbook(["ФИО", "Телефон"], ["Ким Вера", "89001234567"])))


def test_parents_phones_in_a_list_of_students_are_not_the_students() -> None:
    head = ["ФИО студента", "Группа", "Телефон родителей", "Телефон", "ФИО матери"]
    row = ["Ким Вера", "ПК-11", "89001112233", "89004445566", "Ким Анна"]
    (record,) = students.read(tables.read(workbook(head, row))).records
    assert (record.name.full, record.phone) == ("Ким Вера", "+79004445566")


def test_repeated_headers_totals_and_signatures_are_no_students() -> None:
    rows = [
        HEAD,
        PETR,
        HEAD,
        [None, "Всего: 1"],
        [None, "Директор"],
        [None, "Секретарь ____________ / Иванова И.И. /"],
        ["Составил: Иванова"],
    ]
    listing = students.read(tables.read(workbook(*rows)))
    assert len(listing.records) == 1
    assert listing.errors == []


def test_two_people_with_one_snils_are_refused() -> None:
    other = [2, "Ким Вера", date(2008, 3, 15), "ИС-21", None, "019-161-461 35", None]
    (error,) = students.read(tables.read(workbook(HEAD, PETR, other))).errors
    assert (error.row, error.field) == (3, "snils")
    assert "в строке 2" in error.message


def test_one_person_in_two_groups_is_refused() -> None:
    (error,) = students.read(tables.read(workbook(HEAD, PETR, [*PETR[:3], "ТО-22"]))).errors
    assert (error.row, error.field) == (3, "group")


def test_a_birth_year_nobody_studies_with_is_refused() -> None:
    (error,) = students.read(tables.read(workbook(HEAD, [1, "Ким Вера", "15.03.2025", "ИС-21"]))).errors
    assert (error.row, error.field) == (2, "birth")


def test_what_changed_is_said_from_and_to_and_an_empty_cell_erases_nothing(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    changed = [1, "Семенов Петр Артемович", date(2008, 4, 17), "ис-21", "8 900 123 45 67", None, "petr@example.ru"]
    plan = load("students", workbook(HEAD, changed))
    (change,) = plan.changes
    assert change.title == "Семёнов Пётр Артёмович"
    assert change.lines == ("телефон: +79310354284 → +79001234567", "почта: не указано → petr@example.ru")
    person = one_person()
    assert (person.full_name, person.snils) == ("Семёнов Пётр Артёмович", "019-161-461 35")
    assert (person.phone, person.email) == ("+79001234567", "petr@example.ru")


def test_a_careful_spelling_replaces_a_careless_one(load: Import) -> None:
    load("students", workbook(HEAD, [1, "Семенов Петр Артемович", *PETR[2:]]), create=True)
    assert load("students", workbook(HEAD, PETR)).updated == 1
    assert one_person().full_name == "Семёнов Пётр Артёмович"


def test_a_married_student_is_known_by_snils(load: Import) -> None:
    load("students", workbook(HEAD, [1, "Ким Вера", date(2008, 3, 15), "ИС-21", None, "019-161-461 35"]), create=True)
    plan = load("students", workbook(HEAD, [1, "Пак Вера", date(2008, 3, 15), "ИС-21", None, "019-161-461 35"]))
    assert plan.changes[0].lines == ("ФИО: Ким Вера → Пак Вера",)
    assert one_person().skey == "пак вера"


def test_a_snils_of_somebody_else_is_refused(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    (error,) = load("students", workbook(HEAD, [1, "Ким Вера", None, "ИС-21", None, "019-161-461 35"])).errors
    assert error.field == "snils"
    assert "Семёнов Пётр Артёмович" in error.message


def test_one_person_with_two_snils_is_refused_in_the_list_and_against_the_base(load: Import) -> None:
    other = [*PETR[:5], "290-810-033 51"]
    (error,) = students.read(tables.read(workbook(HEAD, PETR, other))).errors
    assert (error.row, error.field) == (3, "snils")
    load("students", workbook(HEAD, PETR), create=True)
    (error,) = load("students", workbook(HEAD, other)).errors
    assert (error.row, error.field) == (2, "snils")
    assert "019-161-461 35" in error.message


def test_a_namesake_with_another_birth_date_is_another_person(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    other = [1, "Семёнов Пётр Артёмович", date(2007, 1, 1), "ИС-21"]
    assert load("students", workbook(HEAD, other)).created == 1


def test_rows_taken_for_one_person_are_named(load: Import) -> None:
    """Two of one name in a group may be two people."""
    vera = [2, "Ким Вера", None, "ИС-21"]
    plan = load("students", workbook(HEAD, PETR, vera, [3, *vera[1:]]), create=True)
    assert plan.created == 2
    [told] = [note for note in plan.notes if "Повторяются" in note]
    assert "Ким Вера, ИС-21 (строки 3, 4)" in told
    assert "дату рождения" in told
    again = load("students", workbook(HEAD, PETR, vera))
    assert not any("Повторяются" in note for note in again.notes)


def test_a_namesake_nobody_can_tell_apart_is_refused(load: Import) -> None:
    other = [2, "Семёнов Пётр Артёмович", date(2007, 1, 1), "ИС-21"]
    load("students", workbook(HEAD, PETR, other), create=True)
    (error,) = load("students", workbook(HEAD, [1, "Семёнов Пётр Артёмович", None, "ИС-21"])).errors
    assert (error.row, error.field) == (2, "name")


def test_a_student_listed_in_another_group_moves_from_today(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    plan = load("students", workbook(HEAD, [*PETR[:3], "ТО-22", *PETR[4:]]), create=True)
    assert plan.updated == 1
    assert plan.changes[-1].lines == ("группа: ИС-21 → ТО-22 с 24.11.2026",)
    rows = list(db.session.scalars(select(Enrollment).order_by(Enrollment.since)))
    assert [(e.group.title, e.since, e.until, e.left_kind) for e in rows] == [
        ("ИС-21", date(2026, 9, 1), date(2026, 11, 23), "moved"),
        ("ТО-22", date(2026, 11, 24), None, None),
    ]


def test_an_old_list_takes_back_neither_a_move_nor_an_expulsion(load: Import) -> None:
    listing = workbook(HEAD, PETR, [2, "Ким Вера", date(2008, 3, 15), "ИС-21"])
    load("students", listing, create=True)
    load("students", workbook(HEAD, [*PETR[:3], "ТО-22"]), create=True)
    vera = db.session.scalars(select(Enrollment).join(Person).where(Person.surname == "Ким")).one()
    vera.until, vera.left_kind, vera.order_out = date(2026, 10, 1), "expelled", "15-к"
    db.session.commit()
    plan = load("students", listing)
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 2)
    assert "переведён" in plan.notes[0]
    assert "отчислен из ИС-21, приказ № 15-к" in plan.notes[1]


def test_the_role_of_a_student_comes_with_the_group(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    assert [(g.role, g.since) for g in db.session.scalars(select(RoleGrant))] == [("student", date(2026, 9, 1))]


@pytest.mark.parametrize(
    ("titles", "years"),
    [
        (["БУ1-25", "Ф1-24", "Л1-26"], [2025, 2024, 2026]),
        (["ИС-21", "ПК-11", "СВ-31"], [2025, 2026, 2024]),
        (["2-ТО", "31"], [2025, 2024]),
        (["ФАРМ"], [2026]),
    ],
)
def test_the_year_of_admission_follows_from_the_names_of_all_groups(
    load: Import, titles: list[str], years: list[int]
) -> None:
    rows = [[n, f"Ким Вера{'аеиоуы'[n]}", None, title] for n, title in enumerate(titles)]
    load("students", workbook(HEAD, *rows), create=True)
    assert [group.admission_year for group in db.session.scalars(select(Group).order_by(Group.id))] == years


@pytest.mark.parametrize(
    ("post", "roles"),
    [
        ("преподаватель высшей категории", {Role.TEACHER}),
        ("Мастер п/о", {Role.TEACHER}),
        ("зам. директора по УР, преподаватель", {Role.ADMINISTRATION, Role.TEACHER}),
        ("и.о. директора", {Role.ADMINISTRATION}),
        ("зав. отделением; преподаватель", {Role.ADMINISTRATION, Role.TEACHER}),
        ("системный администратор", {Role.SYSADMIN}),
        ("педагог-психолог", set()),
        ("секретарь директора", set()),
        ("заместитель директора по АХЧ", set()),
        ("главный бухгалтер", set()),
        ("программист", set()),
        ("администратор", set()),
        ("заведующий хозяйством", set()),
    ],
)
def test_posts_in_free_words_give_roles(post: str, roles: set[Role]) -> None:
    assert roles_of(post) == roles


STAFF = ["ФИО", "Должность", "Почта", "Телефон", "Классное руководство"]


def test_a_post_that_gives_no_role_is_remarked_on() -> None:
    listing = teachers.read(tables.read(workbook(STAFF, ["Ким Вера Ивановна", "бухгалтер"])))
    assert "бухгалтер" in listing.notes[0]
    assert listing.records[0].roles == frozenset()


def test_a_leader_of_an_unknown_group_is_refused(load: Import) -> None:
    row = ["Ким Вера Ивановна", "преподаватель", None, None, "ЯЯ-99"]
    (error,) = load("teachers", workbook(STAFF, row)).errors
    assert (error.row, error.field) == (2, "curated")


def test_a_new_leader_takes_over_from_today(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    load("teachers", workbook(STAFF, ["Ким Вера Ивановна", "преподаватель", None, None, "ИС-21"]))
    first = db.session.scalars(select(Curatorship)).one()
    first.since = date(2026, 9, 1)
    db.session.commit()
    plan = load("teachers", workbook(STAFF, ["Пак Олег Ильич", "преподаватель", None, None, "ис 21"]))
    assert "руководитель группы ИС-21 вместо: Ким Вера Ивановна" in plan.changes[0].lines
    rows = list(db.session.scalars(select(Curatorship).order_by(Curatorship.since)))
    assert [(row.since, row.until) for row in rows] == [
        (date(2026, 9, 1), date(2026, 11, 23)),
        (date(2026, 11, 24), None),
    ]


def test_a_role_that_was_taken_away_is_not_given_back_by_a_list(load: Import) -> None:
    listing = workbook(STAFF, ["Ким Вера Ивановна", "системный администратор"])
    load("teachers", listing)
    grant = db.session.scalars(select(RoleGrant)).one()
    grant.since, grant.until = date(2026, 9, 1), date(2026, 10, 1)
    db.session.commit()
    plan = load("teachers", listing)
    assert (plan.updated, plan.unchanged) == (0, 1)
    assert "Системный администратор" in plan.notes[0]
    assert len(list(db.session.scalars(select(RoleGrant)))) == 1


def test_a_teacher_who_is_also_a_parent_is_one_person(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    load("teachers", workbook(STAFF, ["Семёнова Анна Ильинична", "преподаватель", None, "89001234567", None]))
    parents = ["ФИО родителя", "Родство", "Телефон", "Ребёнок"]
    row = ["Семенова Анна Ильинична", "мать", "+7 900 123-45-67", "Семёнов Пётр Артёмович"]
    plan = load("parents", workbook(parents, row))
    assert (plan.created, plan.updated) == (0, 1)
    anna = db.session.scalars(select(Person).where(Person.surname == "Семёнова")).one()
    assert set(db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == anna.id))) == {
        "teacher",
        "parent",
    }


def test_a_parent_is_not_taken_for_a_teacher_of_the_same_name(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    load("teachers", workbook(STAFF, ["Семёнова Анна Ильинична", "преподаватель", None, "89001234567", None]))
    row = ["Семёнова Анна Ильинична", "мать", "+79009999999", "Семёнов Пётр Артёмович (ИС-21)"]
    plan = load("parents", workbook(["ФИО родителя", "Родство", "Телефон", "Ребёнок"], row))
    assert plan.created == 1


PARENTS = ["ФИО родителя", "Родство", "Телефон", "Ребёнок"]


@pytest.mark.parametrize(
    ("child", "said"),
    [
        ("Семёнов Пётр Артёмович (ТО-22)", "числится в группе ИС-21"),
        ("Никто Никита (ИС-21)", "Загрузите сначала список обучающихся"),
        ("Пётр", "нужны фамилия и имя"),
        (None, "не указан ребёнок"),
    ],
)
def test_a_child_that_cannot_be_found_is_refused(load: Import, child: str | None, said: str) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    (error,) = load("parents", workbook(PARENTS, ["Семёнова Анна", "мать", "89001234567", child])).errors
    assert (error.row, error.field) == (2, "child")
    assert said in error.message


def test_one_parent_on_two_rows_is_one_with_both_children(load: Import) -> None:
    load("students", workbook(HEAD, PETR, [2, "Семёнова Вера", date(2008, 3, 15), "ИС-21"]), create=True)
    plan = load(
        "parents",
        workbook(
            PARENTS,
            ["Семёнова Анна", "мать", "89001234567", "Семёнов Пётр Артёмович"],
            ["Семенова Анна", "мать", "8(900)123-45-67", "Семёнова Вера (ИС-21)"],
        ),
    )
    assert plan.created == 1
    assert db.session.scalar(select(func.count(Guardianship.id))) == 2


def end_link(name: str) -> Guardianship:
    """The administrator takes back a link of who is called so."""
    link = db.session.scalars(
        select(Guardianship).join(Person, Person.id == Guardianship.parent_id).where(Person.surname == name)
    ).one()
    link.until = date(2026, 11, 20)
    db.session.commit()
    return link


ANNA = ["Семёнова Анна", "мать", "89001234567", "Семёнов Пётр Артёмович"]


def test_r2_1_c_a_list_loaded_again_does_not_bring_back_an_ended_link(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    load("parents", workbook(PARENTS, ANNA))
    link = end_link("Семёнова")
    plan = load("parents", workbook(PARENTS, ["Семёнова Анна", "опекун", "89001234567", ANNA[3]]))
    assert (plan.errors, plan.created, plan.updated, plan.unchanged) == ([], 0, 0, 1)
    (told,) = plan.notes
    assert "Семёнова Анна" in told
    assert "Семёнов Пётр Артёмович" in told
    assert "20.11.2026" in told
    assert (link.until, link.relation) == (date(2026, 11, 20), "мать")


def test_a_row_of_ended_links_alone_writes_nothing_of_its_person(load: Import) -> None:
    """It may be the wrong namesake: with the telephone and address of the right one, letters would go astray."""
    load("students", workbook(HEAD, PETR), create=True)
    load("parents", workbook(PARENTS, ["Семёнова Анна", "мать", None, ANNA[3]]))
    wrong = db.session.get_one(Person, end_link("Семёнова").parent_id)
    plan = load("parents", workbook(PARENTS, ANNA))
    assert (plan.errors, plan.updated, len(plan.notes)) == ([], 0, 1)
    assert wrong.phone is None


def test_of_two_namesakes_the_one_whose_link_holds_is_meant(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    row = ["Семёнова Анна", "мать", None, ANNA[3]]
    load("parents", workbook(PARENTS, row))
    link = end_link("Семёнова")
    right = Person.called("Семёнова", "Анна")
    db.session.add(right)
    db.session.flush()
    db.session.add(Guardianship(parent_id=right.id, student_id=link.student_id, relation="мать"))
    db.session.add(RoleGrant(person_id=right.id, role=Role.PARENT, since=date(2026, 11, 21)))
    db.session.commit()
    plan = load("parents", workbook(PARENTS, row))
    assert (plan.errors, plan.notes, plan.unchanged) == ([], [], 1)


def test_beside_an_ended_link_the_other_children_of_a_row_are_linked(load: Import) -> None:
    vera = [2, "Семёнова Вера", date(2008, 3, 15), "ИС-21"]
    load("students", workbook(HEAD, PETR, vera), create=True)
    load("parents", workbook(PARENTS, ANNA))
    end_link("Семёнова")
    plan = load("parents", workbook(PARENTS, [*ANNA[:3], f"{ANNA[3]}; Семёнова Вера"]))
    assert (plan.errors, plan.updated, len(plan.notes)) == ([], 1, 1)
    rows = db.session.scalars(select(Guardianship).order_by(Guardianship.id)).all()
    assert [row.until for row in rows] == [date(2026, 11, 20), None]


def test_a_plan_that_no_longer_holds_is_not_applied(load: Import) -> None:
    load("students", workbook(HEAD, PETR), create=True)
    plan = preview("students", workbook(HEAD, [*PETR[:4], "89001234567"]))
    one_person().phone = "+79000000000"
    db.session.commit()
    with pytest.raises(ChangedMeanwhileError):
        importer.apply(plan)
    assert one_person().phone == "+79000000000"


def test_a_preview_writes_nothing(load: Import) -> None:
    plan = preview("students", workbook(HEAD, PETR), create=True)
    assert plan.created == 1
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_a_plan_with_errors_cannot_be_applied(load: Import) -> None:
    plan = preview("students", workbook(HEAD, PETR))
    assert plan.errors
    with pytest.raises(RefusedError, match="Ничего не записано"):
        importer.apply(plan)


def test_a_failure_in_the_middle_leaves_nothing_behind(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = preview("students", workbook(HEAD, PETR), create=True)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("disk is full")

    monkeypatch.setattr(importer.log, "record", fail)
    with pytest.raises(RuntimeError):
        importer.apply(plan)
    assert db.session.scalar(select(func.count(Person.id))) == 0
    assert db.session.scalar(select(func.count(Group.id))) == 0


def preview(kind: str, content: bytes, create: bool = False) -> ImportPlan:
    return importer.plan(kind, content, "список.xlsx", Options(create_groups=create))


def one_person() -> Person:
    return db.session.scalars(select(Person)).one()


def part_of(name: str) -> list[tuple[str, date, date | None]]:
    rows = db.session.execute(
        select(Subgroup.title, SubgroupMember.since, SubgroupMember.until)
        .join(SubgroupMember, SubgroupMember.subgroup_id == Subgroup.id)
        .join(Person, Person.id == SubgroupMember.student_id)
        .where(Person.surname == name)
        .order_by(SubgroupMember.since, SubgroupMember.id)
    )
    return [(row.title, row.since, row.until) for row in rows]


def test_r4_2_c_a_list_with_subgroups_divides_the_group(load: Import) -> None:
    def book(first: Any, second: Any) -> bytes:
        return workbook(["ФИО", "Группа", "Подгруппа"], ["Семёнов Пётр", "ИС-21", first], ["Ким Вера", "ИС-21", second])

    assert load("students", book(1, "2 подгр."), create=True).errors == []
    start = date(2026, 9, 1)
    assert part_of("Семёнов") == [("подгруппа 1", start, None)]
    assert part_of("Ким") == [("подгруппа 2", start, None)]
    assert load("students", book("1", 2)).updated == 0
    moved = load("students", book(2, None))
    assert moved.updated == 1
    assert part_of("Семёнов") == [
        ("подгруппа 1", start, date(2026, 11, 23)),
        ("подгруппа 2", date(2026, 11, 24), None),
    ]
    assert part_of("Ким") == [("подгруппа 2", start, None)], "an empty cell says nothing"


def test_r4_2_c_a_subgroup_that_is_no_number_is_refused_by_its_cell(load: Import) -> None:
    plan = load("students", workbook(["ФИО", "Группа", "Подгруппа"], ["Ким Вера", "ИС-21", "сильная"]), create=True)
    assert [(error.row, error.column) for error in plan.errors] == [(2, "Подгруппа")]
    assert "число от 1 до 6" in plan.errors[0].message


def test_r4_2_b_subgroups_come_back_in_unchanged(load: Import) -> None:
    load("students", workbook(["ФИО", "Группа", "Подгруппа"], ["Ким Вера", "ИС-21", 2]), create=True)
    content = exporter.export(None, "students", exporter.Options())
    assert load("students", content).unchanged == 1
