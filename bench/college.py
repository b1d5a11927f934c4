"""The main pages of a college with two years of data: what a page costs must not follow the size of the college."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, literal, select

from bench import world
from ejournal import create_app, demo, schema
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Account,
    Cell,
    Course,
    CourseTeacher,
    Curatorship,
    Lesson,
    LogEntry,
    Period,
    Person,
    Work,
)

SIZES = (200, 2000)
YEAR_EARLIER = 364  # days: the same weekday
ROUNDS = 15
# The distance of the ids of the year before from those of the running one.
FAR = 50_000_000

# Who opens what.
PAGES: dict[str, tuple[str, str]] = {
    "empty": ("student", "/empty"),
    "bare_page": ("student", "/bare-page"),
    "polling": ("student", "/messages/news"),
    "start": ("teacher", "/"),
    "grid": ("teacher", "/journal/{course}"),
    "diary": ("student", "/diary/{student}"),
    "group": ("curator", "/groups/{group}"),
    "consolidated": ("zavuch", "/reports/consolidated?group={group}"),
    # A full page of hits in the smallest college too.
    "people": ("admin", "/admin/people?q=а"),
}
TITLES = {
    "empty": "пустой ответ вошедшему",
    "bare_page": "страница из одной шапки",
    "polling": "вопрос о новом",
    "start": "день преподавателя",
    "grid": "журнал",
    "diary": "неделя дневника",
    "group": "группа по всем дисциплинам",
    "consolidated": "сводная ведомость",
    "people": "поиск человека",
}


def compare(folder: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """The pages in colleges of these sizes, by size and page."""
    found = {}
    for students in sizes:
        place = folder / str(students)
        place.mkdir()
        app, known = make(place, students)
        found[str(students)] = measure(app, known)
        with app.app_context():
            db.engine.dispose()
    return {"college": found}


def make(folder: Path, students: int) -> tuple[Flask, dict[str, int]]:
    """The demo college with so many students, its running year copied into the one before, and who is looked at."""
    app = create_app({"instance": folder})
    with app.app_context():
        schema.upgrade()
        demo.fill(students)
        _copy_year()
        known = _known()
        db.session.remove()
    return app, known


def measure(app: Flask, known: dict[str, int]) -> dict[str, dict[str, float]]:
    """Of each page: milliseconds of processor time and of the clock, and kB as sent."""
    world.add_empty(app)
    found = {}
    for name, (login, path) in PAGES.items():
        found[name] = _timed(_opening(signed_in(app, login), path.format(**known)))
    return found


def signed_in(app: Flask, login: str) -> FlaskClient:
    with app.app_context():
        person = db.session.scalars(select(Person).join(Account).where(Account.username == login)).one()
        name, _, value = world.cookie_of(app, world.make_session(person)).partition("=")
        db.session.remove()
    client = app.test_client()
    client.set_cookie(name, value)
    return client


def _opening(client: FlaskClient, address: str) -> Callable[[], int]:
    def opened() -> int:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, f"{address}: {answer.status}"
        return len(answer.get_data())

    return opened


def _timed(call: Callable[[], int]) -> dict[str, float]:
    size = [call() for _ in range(3)][-1]
    busy, clock = [], []
    for _ in range(ROUNDS):
        began, started = time.process_time(), time.perf_counter()
        call()
        busy.append(time.process_time() - began)
        clock.append(time.perf_counter() - started)
    return {"cpu_ms": round(median(busy) * 1000, 2), "ms": round(median(clock) * 1000, 2), "kb": round(size / 1000, 1)}


def _copy_year() -> None:
    """The running year's journals once more, a year earlier: with their teachers, lessons, works, cells and log."""
    year = db.session.scalars(select(AcademicYear)).one()
    starts, earlier = year.starts - timedelta(days=YEAR_EARLIER), timedelta(days=YEAR_EARLIER)
    last = year.starts - timedelta(days=1)
    _copy(AcademicYear, {"title": f"{year.starts.year - 1}/{year.starts.year}", "starts": starts, "ends": last})
    for period in db.session.scalars(select(Period)).all():
        _copy(Period, {"starts": period.starts - earlier, "ends": period.ends - earlier}, "year_id", period.id)
    _copy(Course, {"plan_id": None, "stream_id": None}, "year_id")
    _copy(CourseTeacher, {"since": None, "until": None}, "course_id")
    _copy(Lesson, {"date": func.date(Lesson.date, f"-{YEAR_EARLIER} day"), "topic_id": None}, "course_id")
    _copy(Work, {}, "lesson_id")
    _copy(Cell, {"updated_at": datetime.combine(last, datetime.min.time(), UTC)}, "work_id")
    _copy(LogEntry, {"batch": None, "undoes_id": None}, "course_id lesson_id work_id")
    db.session.commit()


def _copy(model: type[Any], changed: dict[str, Any], moved: str = "", only: int | None = None) -> None:
    """Rows of a table again with ids FAR away; `moved` columns refer to such copies, `changed` have new values."""
    table = model.__table__
    wanted: dict[str, Any] = {column.name: column for column in table.columns}
    wanted |= {name: table.c[name] + FAR for name in ["id", *moved.split()]}
    for name, value in changed.items():
        wanted[name] = value if isinstance(value, sa.ColumnElement) else literal(value, table.c[name].type)
    rows = select(*wanted.values()).where(table.c.id < FAR)
    rows = rows.where(table.c.id == only) if only is not None else rows
    db.session.execute(insert(table).from_select(list(wanted), rows))


def _known() -> dict[str, int]:
    """The fullest journal of the demo teacher, the demo student and the group of the demo curator."""
    fullest = (
        select(Lesson.course_id)
        .join(CourseTeacher, CourseTeacher.course_id == Lesson.course_id)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(Cell, Cell.work_id == Work.id)
        .where(CourseTeacher.teacher_id == _person("teacher"), Lesson.id < FAR)
        .group_by(Lesson.course_id)
        .order_by(func.count().desc())
    )
    led = select(Curatorship.group_id).where(Curatorship.person_id == _person("curator"))
    return {
        "course": db.session.scalars(fullest).first() or 0,
        "student": _person("student"),
        "group": db.session.scalars(led).first() or 0,
    }


def _person(login: str) -> int:
    return db.session.scalars(select(Account.person_id).where(Account.username == login)).one()
