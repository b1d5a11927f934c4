"""R4.2.b: the college's real lists are read as `expected.json` says, and a second time nothing changes."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

from ejournal.exchange import bells, curriculum, marks, parents, students, tables, teachers, thematic_plan
from ejournal.exchange.plan_rows import PlanRow
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import (
    Bell,
    BellSchedule,
    Cell,
    Course,
    CourseTeacher,
    Curatorship,
    CurriculumHours,
    Discipline,
    Enrollment,
    Group,
    Guardianship,
    Lesson,
    LogEntry,
    Person,
    Programme,
    RoleGrant,
    Substitution,
    TimetableEntry,
    Topic,
    Work,
)
from tests.exchange.conftest import COLLEGE, Import, workbook

SPREADSHEETS = ["students.xlsx", "students-cp1251.csv", "students-utf8-bom.csv"]


def read(name: str) -> list[tables.Sheet]:
    return tables.read((COLLEGE / name).read_bytes(), name)


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_students_are_read_alike_from_every_format(name: str, expected: dict[str, Any]) -> None:
    listing = students.read(read(name))
    assert listing.errors == []
    assert [
        {
            "surname": record.name.surname,
            "name": record.name.name,
            "patronymic": record.name.patronymic,
            "birth": str(record.birth),
            "group": record.group,
            "phone": record.phone,
            "snils": record.snils,
            "email": record.email,
        }
        for record in listing.records
    ] == [{**person, "patronymic": person["patronymic"] or ""} for person in expected["students"]["list"]]


def test_the_same_person_twice_is_one_with_all_rows_known(expected: dict[str, Any]) -> None:
    listing = students.read(read("students.xlsx"))
    repeated = [list(record.rows) for record in listing.records if len(record.rows) > 1]
    assert repeated == expected["students"]["same_person_rows"]["students.xlsx"]


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_students_become_persons_in_groups(name: str, load: Import, expected: dict[str, Any]) -> None:
    plan = load("students", name, create=True)
    assert (plan.created, plan.updated, plan.unchanged) == (expected["students"]["persons"], 0, 0)
    rows = db.session.execute(
        select(Person, Group.title)
        .join(Enrollment, Enrollment.student_id == Person.id)
        .join(Group, Group.id == Enrollment.group_id)
    )
    stored = [
        {
            "surname": person.surname,
            "name": person.name,
            "patronymic": person.patronymic,
            "birth": str(person.birth_date),
            "group": group,
            "phone": person.phone,
            "snils": person.snils,
            "email": person.email,
        }
        for person, group in rows
    ]
    wanted = [{**person, "patronymic": person["patronymic"] or ""} for person in expected["students"]["list"]]
    assert sorted(stored, key=lambda p: p["snils"]) == sorted(wanted, key=lambda p: p["snils"])
    assert groups_and_sizes() == expected["students"]["groups"]


def test_after_a_long_list_the_database_plans_by_what_is_there_now(load: Import) -> None:
    """PostgreSQL looks by itself within a minute or so; SQLite must not look at all (docs/performance.md)."""
    made = load("students", "students.xlsx", create=True).created
    assert made > 100
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'person'")) == made
    else:
        assert db.session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")) == 0


def test_namesakes_with_different_birth_dates_stay_two(load: Import, expected: dict[str, Any]) -> None:
    load("students", "students.xlsx", create=True)
    for name, birth in expected["students"]["namesakes"]:
        person = [p for p in db.session.scalars(select(Person)) if p.full_name == name and str(p.birth_date) == birth]
        assert len(person) == 1


def test_any_format_after_another_changes_nothing(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    before = everything()
    for name in SPREADSHEETS:
        plan = load("students", name)
        assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 102)
    assert everything() == before


def test_groups_named_in_the_list_are_created_only_when_asked(load: Import) -> None:
    plan = load("students", "students.xlsx")
    assert {error.field for error in plan.errors} == {"group"}
    assert len(plan.errors) == 102
    assert db.session.scalar(select(func.count(Person.id))) == 0
    load("students", "students.xlsx", create=True)
    courses = {group.title: group.course_number(2026) for group in db.session.scalars(select(Group))}
    assert courses == {"ИС-21": 2, "ТО-22": 2, "ПК-11": 1, "СВ-31": 3}


def test_rows_with_mistakes_are_named_and_nothing_is_written(load: Import, expected: dict[str, Any]) -> None:
    load("students", "students.xlsx", create=True)
    before = everything()
    plan = load("students", "students-errors.xlsx")
    wanted = expected["students-errors.xlsx"]
    assert [(error.row, error.field) for error in plan.errors] == [(e["row"], e["field"]) for e in wanted["errors"]]
    assert all(error.message and error.column and error.cell for error in plan.errors)
    assert everything() == before
    assert plan.as_json()["created"] == wanted["written"]


def test_teachers_are_read_with_their_roles(expected: dict[str, Any]) -> None:
    listing = teachers.read(read("teachers.xlsx"))
    assert listing.errors == []
    assert [
        {
            "name": record.name.full,
            "roles": sorted(role.value for role in record.roles),
            "curator": next(iter(record.curated.values()), None),
            "email": record.email,
            "phone": record.phone,
        }
        for record in listing.records
    ] == expected["teachers"]


def test_teachers_get_roles_and_groups(load: Import, expected: dict[str, Any]) -> None:
    load("students", "students.xlsx", create=True)
    assert load("teachers", "teachers.xlsx").created == len(expected["teachers"])
    for wanted in expected["teachers"]:
        person = db.session.scalars(select(Person).where(Person.email == wanted["email"])).one()
        roles = db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person.id))
        led = db.session.scalar(select(Group.title).join(Curatorship).where(Curatorship.person_id == person.id))
        assert (person.full_name, sorted(roles), led, person.phone) == (
            wanted["name"],
            wanted["roles"],
            wanted["curator"],
            wanted["phone"],
        )
    before = everything()
    plan = load("teachers", "teachers.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 14)
    assert everything() == before


def test_parents_are_linked_to_their_children(load: Import, expected: dict[str, Any]) -> None:
    load("students", "students.xlsx", create=True)
    plan = load("parents", "parents.xlsx")
    assert plan.created == expected["parents"]["persons"]
    assert db.session.scalar(select(func.count(Guardianship.id))) == expected["parents"]["links"]
    for wanted in expected["parents"]["list"]:
        parent = db.session.scalars(select(Person).where(Person.phone == wanted["phone"])).one()
        links = list(db.session.scalars(select(Guardianship).where(Guardianship.parent_id == parent.id)))
        children = [db.session.get_one(Person, link.student_id) for link in links]
        assert parent.full_name == wanted["name"]
        assert {link.relation for link in links} == {wanted["relation"]}
        told = [[child.full_name, str(child.birth_date)] for child in children]
        assert sorted(told) == sorted(child[:2] for child in wanted["children"])
    before = everything()
    plan = load("parents", "parents.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 34)
    assert everything() == before


def test_parents_before_students_are_refused_row_by_row(load: Import) -> None:
    plan = load("parents", "parents.xlsx")
    assert [error.row for error in plan.errors] == list(range(5, 39))
    assert {error.field for error in plan.errors} == {"child"}
    assert everything() == empty()


def test_parents_are_read_with_several_children(expected: dict[str, Any]) -> None:
    listing = parents.read(read("parents.xlsx"))
    assert [[child.name.full for child in record.children] for record in listing.records] == [
        [child[0] for child in parent["children"]] for parent in expected["parents"]["list"]
    ]


@pytest.mark.parametrize("name", ["curriculum.xlsx", "curriculum.plx"])
def test_a_curriculum_is_read_alike_from_both_formats(name: str, expected: dict[str, Any]) -> None:
    plan = curriculum.read((COLLEGE / name).read_bytes(), name)
    wanted = expected["curriculum"]
    assert (plan.code, plan.title, plan.errors) == (wanted["programme"], wanted["title"], [])
    assert [described(row) for row in plan.rows] == wanted["rows"]


def described(row: PlanRow) -> dict[str, Any]:
    head: dict[str, Any] = {"index": row.index, "title": row.title, "kind": row.kind.value}
    if row.is_container:
        return {**head, "container": True}
    return {
        **head,
        "hours": {str(semester): hours for semester, hours in sorted(row.hours.items())},
        "control": {str(semester): ",".join(codes) for semester, codes in row.control.items()},
    }


def test_a_curriculum_becomes_disciplines_with_hours(load: Import, expected: dict[str, Any]) -> None:
    assert [error.field for error in load("curriculum", "curriculum.xlsx").errors] == ["programme"]
    assert load("curriculum", "curriculum.xlsx", create=True).created == 11
    programme = db.session.scalars(select(Programme)).one()
    assert (programme.code, programme.years) == ("09.02.07", 4)
    for wanted in expected["curriculum"]["rows"]:
        row = db.session.scalars(select(Discipline).where(Discipline.index == wanted["index"])).one()
        hours = list(db.session.scalars(select(CurriculumHours).where(CurriculumHours.discipline_id == row.id)))
        assert (row.title, row.kind) == (wanted["title"], wanted["kind"])
        assert {str(h.semester): h.hours for h in hours} == wanted.get("hours", {})
        assert {str(h.semester): h.control for h in hours if h.control} == wanted.get("control", {})
    module = db.session.scalars(select(Discipline).where(Discipline.index == "ПМ.01")).one()
    inside = db.session.scalars(select(Discipline.index).where(Discipline.module_id == module.id))
    assert sorted(inside) == ["МДК.01.01", "МДК.01.02", "ПП.01", "УП.01"]
    before = everything()
    plan = load("curriculum", "curriculum.plx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 11)
    assert everything() == before


def test_the_timetable_becomes_entries_and_journals(college: Import, expected: dict[str, Any]) -> None:
    rows = db.session.execute(
        select(TimetableEntry, Course, CourseTeacher)
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
    )
    stored = [
        {
            "group": course.group.title,
            "day": entry.weekday,
            "pair": entry.pair,
            "week": entry.week,
            "discipline": course.discipline.title,
            "teacher": db.session.get_one(Person, teaching.teacher_id).full_name,
            "room": entry.room,
            "subgroup": int(course.subgroup.title[-1]) if course.subgroup else None,
        }
        for entry, course, teaching in rows
    ]
    wanted = expected["timetable"]["list"]
    assert len(wanted) == expected["timetable"]["entries"]
    assert sorted(stored, key=str) == sorted(wanted, key=str)
    before = everything()
    plan = college("timetable", "timetable.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 101)
    assert everything() == before


def test_a_thematic_plan_is_attached_to_the_groups_journal(college: Import, expected: dict[str, Any]) -> None:
    wanted = expected["thematic-plan"]
    assert college("thematic-plan", "thematic-plan.xlsx").created == wanted["topics"]
    stored = list(db.session.scalars(select(Topic).order_by(Topic.ordinal)))
    assert [
        {"topic": t.title, "hours": t.hours, "kind": t.kind, "homework": t.homework or None} for t in stored
    ] == wanted["list"]
    assert sum(topic.hours for topic in stored) == wanted["hours"]
    assert stored[0].section == "Раздел 1. Раздел программы № 1"
    course = db.session.scalars(
        select(Course).join(Group).join(Discipline).where(Group.title == "ИС-21", Discipline.title == "Математика")
    ).one()
    assert course.plan_id == stored[0].plan_id
    before = everything()
    plan = college("thematic-plan", "thematic-plan.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 28)
    assert everything() == before


def test_a_thematic_plan_of_an_unknown_discipline_is_refused(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    (error,) = load("thematic-plan", "thematic-plan.xlsx").errors
    assert (error.row, error.field) == (3, "discipline")
    assert "Математика" in error.message


def test_bells_of_weekdays_and_saturday(load: Import, expected: dict[str, Any]) -> None:
    assert load("bells", "bells.xlsx").created == 8
    for weekday, key in ((None, "weekdays"), (6, "saturday")):
        schedule = db.session.scalars(
            select(BellSchedule).where(BellSchedule.weekday.is_not_distinct_from(weekday))
        ).one()
        stored = db.session.scalars(select(Bell).where(Bell.schedule_id == schedule.id).order_by(Bell.pair))
        assert [[f"{b.starts:%H:%M}", f"{b.ends:%H:%M}"] for b in stored] == expected["bells"][key]
    before = everything()
    plan = load("bells", "bells.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 8)
    assert everything() == before


def test_bells_are_read_from_tables_side_by_side() -> None:
    assert [len(schedule.bells) for schedule in bells.read(read("bells.xlsx")).schedules] == [5, 3]


def test_r4_1_b_marks_kept_meanwhile_are_entered_back(college: Import, expected: dict[str, Any]) -> None:
    plan = college("marks", "marks.xlsx")
    wanted = expected["marks"]
    assert plan.created == len(wanted["cells"]) == 117
    rows = db.session.execute(
        select(Cell, Lesson.date, Person)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Person, Person.id == Cell.student_id)
    )
    stored = [[p.full_name, str(day), (c.attendance or "") + (c.mark or "")] for c, day, p in rows]
    assert sorted(stored) == sorted(wanted["cells"])
    assert sorted({str(day) for day in db.session.scalars(select(Lesson.date))}) == wanted["dates"]
    logged = list(db.session.scalars(select(LogEntry).where(LogEntry.subject == "cell")))
    assert len(logged) == 117
    assert {entry.late for entry in logged} == {True}
    assert len({entry.batch for entry in logged}) == 1
    before = everything()
    plan = college("marks", "marks.xlsx")
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, 117)
    assert everything() == before


def test_refused_marks_are_named_by_cell_and_nothing_is_written(college: Import, expected: dict[str, Any]) -> None:
    before = everything()
    plan = college("marks", "marks-errors.xlsx")
    wanted = expected["marks-errors.xlsx"]["errors"]
    assert [error.cell for error in plan.errors] == [error["cell"] for error in wanted]
    assert all(e["value"] in error.message for e, error in zip(wanted, plan.errors, strict=True))
    assert everything() == before


def test_marks_of_a_journal_that_is_not_there_are_refused(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    load("curriculum", "curriculum.xlsx", create=True)
    (error,) = load("marks", "marks.xlsx").errors
    assert error.row == 2
    assert "Математика" in error.message


def test_every_import_writes_one_entry_in_the_log(load: Import) -> None:
    load("students", "students.xlsx", create=True)
    (entry,) = db.session.scalars(select(LogEntry))
    assert (entry.subject, entry.details["kind"], entry.details["created"]) == ("import", "students", 102)
    assert entry.details["file"] == "students.xlsx"


def test_replacements_are_published_as_the_list_says_and_once(college: Import, expected: dict[str, Any]) -> None:
    plan = college("substitutions", "substitutions.xlsx")
    assert plan.errors == []
    assert plan.created == len(expected["substitutions"])
    stored = [
        {
            "date": str(row.date),
            "group": row.course.group.title,
            "pair": row.pair,
            "kind": row.kind,
            "discipline": _discipline(row),
            "teacher": row.teacher.full_name if row.teacher else None,
            "to_pair": row.to_pair,
        }
        for row in db.session.scalars(select(Substitution).order_by(Substitution.id))
    ]
    assert stored == expected["substitutions"]
    again = college("substitutions", "substitutions.xlsx")
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(stored))
    assert db.session.scalar(select(func.count()).select_from(Substitution)) == len(stored)


def _discipline(row: Substitution) -> str | None:
    if row.kind == "discipline":
        return row.instead_course.discipline.title if row.instead_course else None
    return row.course.discipline.title if row.kind == "teacher" else None


def test_a_replacement_of_a_lesson_that_is_not_there_is_refused_by_its_row(college: Import) -> None:
    book = workbook(
        ["Дата", "Группа", "Пара", "По расписанию", "Замена"],
        ["07.10.2026", "ИС-21", 8, "Математика", "снята"],
        ["07.10.2026", "АБ-99", 1, "Математика", "снята"],
    )
    errors = college("substitutions", book).errors
    assert [(error.row, error.field) for error in errors] == [(2, "pair"), (3, "group")]


@pytest.mark.parametrize("read_list", [students, teachers, parents, thematic_plan, bells, marks])
def test_a_file_of_another_kind_is_refused_as_a_whole(read_list: Any) -> None:
    with pytest.raises(FileError):
        read_list.read(read("substitutions.xlsx"))


def groups_and_sizes() -> dict[str, int]:
    rows = db.session.execute(select(Group.title, func.count(Enrollment.id)).join(Enrollment).group_by(Group.title))
    return {row[0]: row[1] for row in rows}


def everything() -> dict[str, list[Any]]:
    """Every row of every table but the log: what a second import must leave as it is."""
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
        for table in db.metadata.sorted_tables
        if table.name not in ("log_entry", "log_link", "setting")
    }


def empty() -> dict[str, list[Any]]:
    return {
        table.name: [] for table in db.metadata.sorted_tables if table.name not in ("log_entry", "log_link", "setting")
    }
