"""The schema: models and migrations agree, and no upgrade loses a row."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from databases import KINDS, empty_college
from factories import make_group, make_journal
from flask import Flask
from flask_migrate import upgrade

from ejournal import create_app, schema
from ejournal.backup import archive
from ejournal.config import ROOT
from ejournal.extensions import db, prepare_engine
from ejournal.models import Consent, CurriculumHours, Discipline, Dispute, Lesson, ThematicPlan, Topic

FIRST = "0001"
# A revision of the kind that loses rows when foreign keys are on: topics are deleted with their plan.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{newest}"


def upgrade():
    with op.batch_alter_table("thematic_plan") as batch:
        batch.alter_column("title", type_=sa.String(300))
"""

YEAR = {"starts": date(2026, 9, 1), "ends": date(2027, 8, 31)}
FIRST_COLLEGE: dict[str, dict[str, Any]] = {
    "academic_year": {"id": 1, "title": "2026/2027", **YEAR},
    "vacation": {"id": 1, "year_id": 1, "title": "Зимние", "starts": date(2026, 12, 28), "ends": date(2027, 1, 10)},
    "programme": {"id": 1, "code": "09.02.07", "title": "Информационные системы", "qualification": "", "years": 4},
    "student_group": {"id": 1, "title": "ИС-21", "gkey": "ис21", "programme_id": 1, "admission_year": 2025},
    "person": {
        "id": 1, "surname": "Ёлкин", "name": "Пётр", "patronymic": "", "skey": "елкин петр",
        "created_at": datetime(2026, 9, 1),  # noqa: DTZ001 - as the table stores it
    },
    "enrollment": {"id": 1, "student_id": 1, "group_id": 1, "since": date(2026, 9, 1)},
    "discipline": {"id": 1, "programme_id": 1, "index": "ОП.01", "title": "Операционные системы", "kind": "op"},
    "curriculum_hours": {"id": 1, "discipline_id": 1, "semester": 3, "hours": 72},
    "thematic_plan": {"id": 1, "discipline_id": 1, "title": "КТП"},
    "topic": {
        "id": 1, "plan_id": 1, "ordinal": 1, "section": "", "title": "Потоки", "hours": 2, "kind": "", "homework": ""
    },
    "course": {"id": 1, "year_id": 1, "group_id": 1, "discipline_id": 1, "plan_id": 1, "hours": 72},
    "bell_schedule": {"id": 1, "title": "Основные"},
    "timetable_entry": {"id": 1, "course_id": 1, "weekday": 1, "pair": 1, "week": "both", "room": ""},
    "lesson": {
        "id": 1, "course_id": 1, "date": date(2026, 9, 7), "pair": 1, "hours": 2, "room": "", "state": "held",
        "reason": "", "topic": "Потоки", "topic_id": 1, "recommendations": "", "version": 1,
    },
}  # fmt: skip


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has no table yet."""
    with empty_college(request.param, tmp_path, "fresh") as overrides:
        app = create_app(overrides)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def test_models_and_migrations_describe_the_same_tables(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_a_forgotten_migration_is_noticed(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        later = sa.MetaData(naming_convention=db.metadata.naming_convention)
        for table in db.metadata.sorted_tables:
            table.to_metadata(later)
        later.tables["person"].append_column(sa.Column("nickname", sa.String(10)))
        assert [change[0] for change in compare_metadata(context, later)] == ["add_column"]


def test_data_of_the_first_version_survives_every_upgrade(fresh: Flask) -> None:
    upgrade(revision=FIRST)
    _store_first_college()
    before = _counts()
    schema.upgrade()
    current, newest = schema.revisions()
    assert current == newest
    assert {table: count for table, count in _counts().items() if table in before} == before
    assert {table for table in FIRST_COLLEGE if not before[table]} == set()
    lesson = db.session.scalars(sa.select(Lesson)).one()
    assert (lesson.topic, lesson.course.audience, lesson.generated) == ("Потоки", "ИС-21", False)
    assert db.session.scalars(sa.select(CurriculumHours)).one().admission_year == 0


def test_a_minors_answer_entered_before_is_known_as_a_representatives(fresh: Flask) -> None:
    upgrade(revision="0003")
    with db.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for number, born in enumerate((date(2010, 5, 1), date(2005, 5, 1), None), 1):
            person = {**FIRST_COLLEGE["person"], "id": number, "birth_date": born}
            connection.execute(tables.tables["person"].insert(), person)
            connection.execute(
                tables.tables["consent"].insert(),
                {
                    "id": number, "student_id": number, "person_id": number, "kind": "agreed", "number": "",
                    "note": "", "dated": date(2026, 9, 1), "recorded_at": datetime(2026, 9, 1),  # noqa: DTZ001
                },
            )  # fmt: skip
    schema.upgrade()
    answers = db.session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert [answer.by_guardian for answer in answers] == [True, False, False]


def test_a_mark_disputed_before_periods_could_be_is_kept(fresh: Flask) -> None:
    upgrade(revision=FIRST)
    _store_first_college()
    upgrade(revision="0020")
    moment = datetime(2026, 9, 8)  # noqa: DTZ001 - as the table stores it
    rows: dict[str, dict[str, Any]] = {
        "work_kind": {"id": 1, "title": "Ответ", "short": "отв", "weight": 1, "ordinal": 0},
        "work": {"id": 1, "lesson_id": 1, "kind_id": 1, "ordinal": 0, "title": "", "weight": 1},
        "cell": {"id": 1, "work_id": 1, "student_id": 1, "mark": "3", "version": 1, "updated_at": moment},
        "dispute": {
            "id": 7, "student_id": 1, "course_id": 1, "cell_id": 1, "mark": "3", "given_at": moment, "text": "Почему?",
            "asked_at": moment, "due": date(2026, 9, 15), "state": "corrected", "reason": "Да", "corrected_to": "5-",
        },
    }  # fmt: skip
    with db.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, row in rows.items():
            if not connection.execute(sa.select(tables.tables[name].c.id).where(tables.tables[name].c.id == 1)).first():
                connection.execute(tables.tables[name].insert(), row)
    schema.upgrade()
    kept = db.session.scalars(sa.select(Dispute)).one()
    assert (kept.id, kept.cell_id, kept.slot, kept.mark, kept.corrected_to) == (7, 1, None, "3", "5-")
    assert kept.phrase == "за 07.09.2026"


def test_changing_a_column_of_a_parent_table_keeps_the_children(tmp_path: Path) -> None:
    engine = _family(tmp_path)
    with engine.connect() as connection, schema.without_foreign_keys(connection):
        _widen_parent(connection)
        schema.check_foreign_keys(connection)
        connection.commit()
    assert _children(engine) == 2
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_real_migration_of_a_parent_table_keeps_the_children(fresh: Flask, tmp_path: Path) -> None:
    schema.upgrade()
    _plan_with_topics(3)
    upgrade(directory=str(_migrations_with(tmp_path, NEXT)))
    assert _counts()["topic"] == 3
    assert _length("thematic_plan", "title") == 300


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)  # PostgreSQL follows foreign keys while it migrates
def test_a_failing_migration_changes_nothing(fresh: Flask, tmp_path: Path) -> None:
    schema.upgrade()
    _plan_with_topics(3)
    directory = _migrations_with(tmp_path, NEXT + '    op.execute("DELETE FROM thematic_plan")\n')
    with pytest.raises(schema.SchemaError, match="topic → thematic_plan"):
        upgrade(directory=str(directory))
    db.session.rollback()
    assert _counts()["thematic_plan"] == 1
    assert _length("thematic_plan", "title") == 250
    assert schema.revisions()[0] == schema.revisions()[1]


def test_without_that_care_the_children_would_be_gone(tmp_path: Path) -> None:
    engine = _family(tmp_path)
    with engine.connect() as connection:
        _widen_parent(connection)
        connection.commit()
    assert _children(engine) == 0


def test_a_migration_that_orphans_rows_is_undone_whole(tmp_path: Path) -> None:
    engine = _family(tmp_path)
    with pytest.raises(schema.SchemaError, match="child → parent"):
        _delete_parent(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM parent").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_copy_is_made_before_an_existing_database_is_changed(fresh: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema.upgrade() is None, "an empty database needs no copy"
    make_journal(students=2)
    monkeypatch.setattr(schema, "revisions", lambda: (FIRST, "0002"))
    copy = schema.upgrade()
    assert copy is not None
    assert copy.stat().st_mode & 0o077 == 0
    if db.engine.dialect.name == "sqlite":
        with sqlite3.connect(copy) as connection:
            assert connection.execute("SELECT count(*) FROM lesson").fetchone() == (3,)
    else:
        with archive.opened(copy) as (_, manifest):
            assert manifest.tables["lesson"]["rows"] == 3


def test_an_up_to_date_database_is_left_alone(fresh: Flask) -> None:
    schema.upgrade()
    assert schema.upgrade() is None
    assert not (fresh.config["EJOURNAL"].instance / "backups").exists()


def test_a_database_of_a_newer_program_is_refused(fresh: Flask) -> None:
    schema.upgrade()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.SchemaError, match="новее программы"):
        schema.upgrade()


def test_tables_of_unknown_version_are_refused(fresh: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE person (id INTEGER PRIMARY KEY)")
    with pytest.raises(schema.SchemaError, match="нет сведений о её версии"):
        schema.upgrade()


def _counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in tables}


def _store_first_college() -> None:
    """A row in every table that later revisions rebuild, written as the first version knew them."""
    with db.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, row in FIRST_COLLEGE.items():
            connection.execute(tables.tables[name].insert(), row)


def _plan_with_topics(number: int) -> None:
    group = make_group()
    discipline = Discipline(programme_id=group.programme_id, index="ОП.01", title="Операционные системы", kind="op")
    db.session.add(discipline)
    db.session.flush()
    plan = ThematicPlan(discipline_id=discipline.id, title="КТП")
    db.session.add(plan)
    db.session.flush()
    db.session.add_all(Topic(plan_id=plan.id, ordinal=n, title=f"Занятие {n}") for n in range(number))
    db.session.commit()
    db.session.remove()


def _migrations_with(folder: Path, revision: str) -> Path:
    """A copy of the project's migrations with one more."""
    copy = folder / "migrations"
    shutil.copytree(ROOT / "ejournal" / "migrations", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "next.py").write_text(revision.format(newest=schema.revisions()[1]), encoding="utf-8")
    return copy


def _length(table: str, column: str) -> int:
    found = next(item for item in sa.inspect(db.engine).get_columns(table) if item["name"] == column)
    return found["type"].length


def _family(folder: Path) -> sa.Engine:
    """A parent with two children that are deleted with it, on an engine set up as the application's is."""
    engine = sa.create_engine(f"sqlite:///{folder / 'family.db'}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(5))")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER PRIMARY KEY,"
            " parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parent VALUES (1, 'a')")
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 1), (2, 1)")
    return engine


def _delete_parent(engine: sa.Engine) -> None:
    with engine.connect() as connection, schema.without_foreign_keys(connection):
        connection.exec_driver_sql("DELETE FROM parent")
        schema.check_foreign_keys(connection)
        connection.commit()


def _widen_parent(connection: sa.Connection) -> None:
    operations = Operations(MigrationContext.configure(connection, opts={"transactional_ddl": True}))
    with operations.batch_alter_table("parent") as batch:
        batch.alter_column("name", type_=sa.String(50))


def _children(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM child").scalar_one()
