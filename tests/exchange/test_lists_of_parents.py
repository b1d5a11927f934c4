"""A list of parents beside what is stored: who is whose, and in what relation (п. 4.6)."""

from datetime import date

from factories import enroll, make_group, make_person, make_year
from sqlalchemy import select

from ejournal.exchange import exporter
from ejournal.extensions import db
from ejournal.models import Guardianship, Person, Role
from tests.exchange.conftest import Import, workbook

SEPTEMBER = date(2026, 9, 1)


def pupils(*surnames: str) -> list[Person]:
    group = make_group("ИС-21", make_year()[0])
    people = [make_person(surname, (Role.STUDENT,)) for surname in surnames]
    for person in people:
        enroll(person, group, SEPTEMBER)
    return people


def relations() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Guardianship.relation).order_by(Guardianship.id)))


def test_the_own_list_of_parents_keeps_the_relation_to_each_child(load: Import) -> None:
    parent = make_person("Котова", (Role.PARENT,))
    parent.phone = "+79001112233"
    said = ("мать", "опекун", "мать", "")
    for child, relation in zip(pupils("Котов", "Лосев", "Зайцев", "Волков"), said, strict=True):
        db.session.add(Guardianship(parent_id=parent.id, student_id=child.id, relation=relation, since=SEPTEMBER))
    db.session.commit()
    plan = load("parents", exporter.export(None, "parents", exporter.Options()))
    assert (plan.errors, plan.updated, plan.unchanged) == ([], 0, 1)
    assert tuple(relations()) == said


def test_a_relation_missing_in_one_row_of_a_child_is_taken_from_the_other(load: Import) -> None:
    (child,) = pupils("Котов")
    head = ["ФИО родителя", "Родство", "Ребёнок"]
    rows = [["Котова Анна", None, child.full_name], ["Котова Анна", "мать", f"{child.full_name} (ИС-21)"]]
    assert load("parents", workbook(head, *rows)).created == 1
    assert relations() == ["мать"]
