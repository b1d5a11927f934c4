"""Curricula as tables, their rows, plans of one admission (R4.2.b), on both databases."""

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from factories_individual import make_discipline
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Course, CurriculumHours, Discipline, Group, LogEntry, Programme, Role, ThematicPlan
from ejournal.services import curricula, curriculum_rows, plan_hours, plan_index
from ejournal.services.curriculum_rows import Typed
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=1, lessons=1)


@pytest.fixture
def office(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def programme(journal: Journal) -> Programme:
    """Two cycles, a module with its rows in no order; ОП.01, which the journal is of, among them."""
    number = journal.group.programme_id
    found = db.session.scalars(select(Discipline).where(Discipline.programme_id == number)).one()
    db.session.add(CurriculumHours(discipline_id=found.id, semester=1, hours=36, control="ДЗ"))
    make_discipline(number, "ОП.10", "op", {1: (20, "З"), 2: (30, "Э")})
    make_discipline(number, "ОП.2", "op", {2: (40, "Э,КР")})
    module = make_discipline(number, "ПМ.01", "pm", {})
    make_discipline(number, "ПМ.01.ЭК", "other", {4: (0, "Э")}, module_id=module.id)
    make_discipline(number, "УП.01", "up", {4: (72, "ДЗ")}, module_id=module.id)
    make_discipline(number, "МДК.01.01", "mdk", {3: (50, None), 4: (60, "Э")}, module_id=module.id)
    return db.session.get_one(Programme, number)


def by_index(programme: Programme, index: str) -> Discipline:
    query = select(Discipline).where(Discipline.programme_id == programme.id, Discipline.index == index)
    return db.session.scalars(query).one()


def entries() -> list[tuple[str, str | None, str | None]]:
    rows = db.session.scalars(select(LogEntry).where(LogEntry.subject == "curriculum").order_by(LogEntry.id))
    return [(row.action, row.before, row.after) for row in rows]


def test_r4_2_b_the_table_has_cycles_modules_and_totals(programme):
    table = curricula.table(programme)
    op, professional = table.cycles
    assert [row.discipline.index for row in op.rows] == ["ОП.01", "ОП.2", "ОП.10"]
    assert (op.hours, op.total) == ({1: 56, 2: 70}, 126)
    assert [row.discipline.index for row in professional.rows] == ["ПМ.01", "МДК.01.01", "УП.01", "ПМ.01.ЭК"]
    module = professional.rows[0]
    assert (module.is_module, module.hours, module.total) == (True, {3: 50, 4: 132}, 182)
    assert table.semesters == list(range(1, 9))
    assert (table.total, table.hours) == (308, {1: 56, 2: 70, 3: 50, 4: 132})
    assert (table.exams, table.credits) == ({2: 2, 4: 2}, {1: 2, 4: 1})


def test_the_summary_counts_disciplines_hours_and_groups(programme, journal):
    (row,) = curricula.summaries()
    assert (row.disciplines, row.hours, row.groups, row.admissions) == (6, 308, [journal.group.title], [])


def test_a_row_is_added_into_its_module_by_its_index_and_logged(programme, office):
    typed = Typed(" MДК.01.02", "Тестирование", None, {3: "36"}, {3: ("ДЗ", "Э")})
    row = curriculum_rows.save(office, programme.id, None, 0, typed)
    assert (row.index, row.kind, row.module_id) == ("МДК.01.02", "mdk", by_index(programme, "ПМ.01").id)
    stored = curricula.row_of(programme, row.id, 0)
    assert (stored.hours, stored.control) == ({3: 36}, {3: "Э,ДЗ"})
    assert entries() == [("create", None, f"{programme.code}: МДК.01.02 Тестирование; 3 сем. 36 ч Э,ДЗ")]


def test_a_changed_row_says_what_it_was_and_emptied_semesters_go(programme, office):
    row = by_index(programme, "ОП.10")
    typed = Typed("ОП.10", "Сети", None, {1: "", 2: "44", 3: "10"}, {2: ("Э",)})
    curriculum_rows.save(office, programme.id, row.id, 0, typed)
    stored = curricula.row_of(programme, row.id, 0)
    assert (stored.hours, stored.control) == ({2: 44, 3: 10}, {2: "Э", 3: ""})
    curriculum_rows.save(office, programme.id, row.id, 0, typed)
    ((action, before, after),) = entries()
    assert action == "update"
    assert before.endswith("1 сем. 20 ч З; 2 сем. 30 ч Э")
    assert after.endswith("ОП.10 Сети; 2 сем. 44 ч Э; 3 сем. 10 ч")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed("", "Сети", hours={1: "10"}), "index"),
        (Typed("ОП.2", "Сети", hours={1: "10"}), "index"),
        (Typed("ОП.50", " ", hours={1: "10"}), "title"),
        (Typed("ОП.50", "Сети", hours={1: "десять"}), "hours-1"),
        (Typed("ОП.50", "Сети", hours={1: "5000"}), "hours-1"),
        (Typed("ОП.50", "Сети", hours={1: "0"}), "hours"),
        (Typed("ОП.50", "Сети", hours={1: "9"}, control={1: ("Э", "ДЗ", "З", "КП", "КР")}), "control-1"),
        (Typed("ПМ.09", "Модуль", hours={1: "10"}), "hours"),
        (Typed("ОП.50", "Сети", 999_999, {1: "10"}), "module_id"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_at_its_field(programme, office, typed, field):
    with pytest.raises(FieldsError) as refusal:
        curriculum_rows.save(office, programme.id, None, 0, typed)
    assert field in refusal.value.fields
    assert entries() == []


def test_a_module_with_rows_stays_a_module(programme, office):
    module = by_index(programme, "ПМ.01")
    with pytest.raises(FieldsError) as refusal:
        curriculum_rows.save(office, programme.id, module.id, 0, Typed("ОП.77", "Был модуль", hours={1: "10"}))
    assert "строки модуля" in refusal.value.fields["index"]


def test_r4_2_b_a_row_with_journals_is_not_removed_and_the_reason_is_said(programme, office, journal):
    with pytest.raises(RefusedError, match=rf"есть журналы групп {journal.group.title}"):
        curriculum_rows.remove(office, programme.id, by_index(programme, "ОП.01").id, 0)
    with pytest.raises(RefusedError, match="строки модуля"):
        curriculum_rows.remove(office, programme.id, by_index(programme, "ПМ.01").id, 0)
    planned = by_index(programme, "ОП.10")
    db.session.add(ThematicPlan(discipline_id=planned.id, title="КТП"))
    db.session.commit()
    with pytest.raises(RefusedError, match="тематические планы"):
        curriculum_rows.remove(office, programme.id, planned.id, 0)


def test_an_unused_row_is_removed_with_its_hours(programme, office):
    row = by_index(programme, "ОП.2")
    assert curriculum_rows.remove(office, programme.id, row.id, 0) == row.label
    assert db.session.get(Discipline, row.id) is None
    assert not db.session.scalars(select(CurriculumHours).where(CurriculumHours.discipline_id == row.id)).all()
    assert entries()[0][0] == "delete"
    with pytest.raises(NotFoundError):
        curriculum_rows.remove(office, programme.id, row.id, 0)


def test_r4_2_b_an_admission_has_a_plan_of_its_own_and_its_groups_follow_it(programme, office, journal):
    year = journal.group.admission_year
    assert curriculum_rows.begin_own(office, programme.id, f" {year} ") == year
    assert curricula.admissions(programme) == [year]
    row = by_index(programme, "ОП.10")
    curriculum_rows.save(office, programme.id, row.id, year, Typed("ОП.10", row.title, None, {1: "99", 2: "30"}, {}))
    assert curricula.row_of(programme, row.id, 0).hours == {1: 20, 2: 30}
    group = db.session.get_one(Group, journal.group.id)
    taught = {found.index: found.semester_1_hours for found in plan_hours.for_groups([group], journal.year)[group.id]}
    assert taught["ОП.10"] == 99
    own = [year]
    assert [found.id for found in curricula.taught_by(programme, year, own)] == [group.id]
    assert curricula.taught_by(programme, 0, own) == []
    # The group follows its own plan: of the common one the row may go, of its own it may not.
    used = by_index(programme, "ОП.01")
    with pytest.raises(RefusedError, match="журналы групп"):
        curriculum_rows.remove(office, programme.id, used.id, year)
    curriculum_rows.remove(office, programme.id, used.id, 0)
    assert curricula.row_of(programme, used.id, year).hours == {1: 36}
    assert used.index not in {r.discipline.index for cycle in curricula.table(programme).cycles for r in cycle.rows}
    with pytest.raises(RefusedError, match=r"Есть только в этом плане: ОП\.01"):
        curriculum_rows.drop_own(office, programme.id, year)


def test_an_own_plan_that_is_not_needed_is_dropped(programme, office):
    curriculum_rows.begin_own(office, programme.id, "2020")
    curriculum_rows.drop_own(office, programme.id, 2020)
    assert curricula.admissions(programme) == []
    assert curricula.table(programme).total == 308
    with pytest.raises(NotFoundError):
        curriculum_rows.drop_own(office, programme.id, 2020)


@pytest.mark.parametrize("year", ["", "двадцатый", "1999"])
def test_a_year_of_admission_is_a_year(programme, office, year):
    with pytest.raises(FieldsError):
        curriculum_rows.begin_own(office, programme.id, year)


def test_an_own_plan_is_begun_once_and_not_from_nothing(programme, office, journal):
    curriculum_rows.begin_own(office, programme.id, "2020")
    with pytest.raises(FieldsError, match="исправьте"):
        curriculum_rows.begin_own(office, programme.id, "2020")
    empty = Programme(code="00.00.00", title="Пустая")
    db.session.add(empty)
    db.session.commit()
    with pytest.raises(FieldsError):
        curriculum_rows.begin_own(office, empty.id, "2020")


def test_a_row_of_another_programme_is_not_found(programme, office):
    other = make_journal(students=1, lessons=1)
    stranger = db.session.get_one(Course, other.course_id).discipline_id
    with pytest.raises(NotFoundError):
        curriculum_rows.save(office, programme.id, stranger, 0, Typed("ОП.77", "Чужая", hours={1: "1"}))
    with pytest.raises(NotFoundError):
        curriculum_rows.remove(office, programme.id, stranger, 0)
    with pytest.raises(NotFoundError):
        curricula.find(999_999)


def test_indexes_stand_in_the_order_of_their_numbers():
    indexes = ["ОП.10", "МДК.01.02", "ОП.2", "МДК.01.01.1", "МДК.01.01"]
    assert sorted(indexes, key=plan_index.order) == ["МДК.01.01", "МДК.01.01.1", "МДК.01.02", "ОП.2", "ОП.10"]
