"""Staff, students and parents as the importer reads them (п. 4.2)."""

from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from ejournal.access import in_force
from ejournal.exchange.export.sheets import Page, Value
from ejournal.exchange.store.subgroup_lists import title as numbered
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

STAFF = (Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)


def teachers(on: date) -> Page:
    """Everybody of the staff on a day, with the groups they lead."""
    held = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(STAFF), in_force(RoleGrant, on))
    led: dict[int, list[str]] = {}
    for person_id, title in db.session.execute(
        select(Curatorship.person_id, Group.title)
        .join(Group, Group.id == Curatorship.group_id)
        .where(in_force(Curatorship, on))
        .order_by(Group.gkey)
    ):
        led.setdefault(person_id, []).append(title)
    people = db.session.scalars(select(Person).where(held).order_by(Person.skey, Person.id))
    rows: list[list[Value]] = [
        [n, p.full_name, p.post, p.birth_date, p.email, p.phone, p.snils, ", ".join(led.get(p.id, []))]
        for n, p in enumerate(people, 1)
    ]
    headings = ["№", "ФИО", "Должность", "Дата рождения", "Эл. почта", "Телефон", "СНИЛС", "Руководитель группы"]
    return Page("Преподаватели", ["Преподаватели и сотрудники"], headings, rows)


def students(on: date, group_id: int | None = None) -> Page:
    """Who is in a group on a day (all groups where none is named), with the order that brought them."""
    query = (
        select(Person, Group.title, Enrollment)
        .join(Enrollment, Enrollment.student_id == Person.id)
        .join(Group, Group.id == Enrollment.group_id)
        .where(in_force(Enrollment, on))
        .order_by(Group.gkey, Person.skey, Person.id)
    )
    if group_id:
        query = query.where(Group.id == group_id)
    parts = _subgroups(on)
    rows: list[list[Value]] = [
        [
            n, p.full_name, p.birth_date, title, parts.get((p.id, e.group_id)), p.phone, p.email, p.snils,
            e.since, e.order_in, e.order_in_date,
        ]
        for n, (p, title, e) in enumerate(db.session.execute(query), 1)
    ]  # fmt: skip
    headings = [
        "№", "ФИО", "Дата рождения", "Группа", "Подгруппа", "Телефон", "Эл. почта", "СНИЛС",
        "Дата зачисления", "№ приказа", "Дата приказа",
    ]  # fmt: skip
    return Page("Обучающиеся", ["Обучающиеся"], headings, rows)


def _subgroups(on: date) -> dict[tuple[int, int], int]:
    """By student and group, the number of the subgroup: of those named by their number alone."""
    numbers = {numbered(number): number for number in range(1, 7)}
    rows = db.session.execute(
        select(SubgroupMember.student_id, Subgroup.group_id, Subgroup.title)
        .join(Subgroup, Subgroup.id == SubgroupMember.subgroup_id)
        .where(Subgroup.title.in_(numbers), in_force(SubgroupMember, on))
        .order_by(Subgroup.title.desc())
    )
    return {(row.student_id, row.group_id): numbers[row.title] for row in rows}


def parents(on: date) -> Page:
    """Parents with their children and the children's groups of the day: a row for each relation, as somebody may be the
    mother of one child and the guardian of another."""
    child = aliased(Person)
    groups: dict[int, str] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Enrollment.student_id, Group.title)
            .join(Group, Group.id == Enrollment.group_id)
            .where(in_force(Enrollment, on))
        )
    }
    rows: dict[tuple[int, str], list[Value]] = {}
    children: dict[tuple[int, str], list[str]] = {}
    query = (
        select(Guardianship, Person, child)
        .join(Person, Person.id == Guardianship.parent_id)
        .join(child, child.id == Guardianship.student_id)
        .where(in_force(Guardianship, on))
        .order_by(Person.skey, Person.id, Guardianship.id)
    )
    for link, parent, student in db.session.execute(query):
        group = groups.get(student.id)
        key = parent.id, link.relation
        children.setdefault(key, []).append(f"{student.full_name} ({group})" if group else student.full_name)
        rows.setdefault(key, [parent.full_name, link.relation, parent.phone, parent.email, parent.snils])
    listed = [[n, *rows[key], "; ".join(children[key])] for n, key in enumerate(rows, 1)]
    headings = ["№", "ФИО родителя", "Степень родства", "Телефон", "Эл. почта", "СНИЛС", "Ребёнок (группа)"]
    return Page("Родители", ["Родители (законные представители)"], headings, listed)
