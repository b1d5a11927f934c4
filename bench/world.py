"""What is measured: a journal of 30 students and 80 lessons, two cells in three filled, and an empty page beside it."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, render_template
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, update
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from ejournal import access, create_app, schema, server
from ejournal.config import ROOT
from ejournal.extensions import db
from ejournal.models import AcademicYear, Cell, Enrollment, Period, Role
from ejournal.services import settings

sys.path.insert(0, str(ROOT / "tests"))
from factories import Journal, make_journal, make_person, make_session

STUDENTS, LESSONS = 30, 80
# Marks of a week are entered without a reason (п. 4.4): the saves go there.
FRESH = 7


@dataclass(frozen=True)
class World:
    course_id: int
    students: list[int]
    works: list[int]
    # The session cookie of the journal's teacher.
    cookie: str

    @property
    def page(self) -> str:
        return f"/journal/{self.course_id}"

    def cell(self, student_id: int, work_id: int) -> str:
        return f"{self.page}/cells/{student_id}/{work_id}"

    def fresh_cells(self, days: range, students: slice = slice(None)) -> list[str]:
        """Addresses of cells that nobody has filled, of lessons that were 0 to FRESH - 1 days ago."""
        return [self.cell(student, self.works[-1 - day]) for day in days for student in self.students[students]]


def make(instance: Path) -> tuple[Flask, World]:
    app = create_app({"instance": instance})
    with app.app_context():
        schema.upgrade()
        journal = make_journal(STUDENTS, LESSONS)
        _stretch_year()
        _fill(journal)
        world = World(
            journal.course_id,
            [student.id for student in journal.students],
            [work.id for work in journal.works],
            cookie_of(app, make_session(journal.teacher)),
        )
        db.session.remove()
    return app, world


def sessions(app: Flask, number: int) -> list[str]:
    """The cookies of so many students who are signed in."""
    with app.app_context():
        found = [cookie_of(app, make_session(make_person(roles=(Role.STUDENT,)))) for _ in range(number)]
        db.session.remove()
    return found


def served() -> DispatcherMiddleware:
    """The application as the server runs it, with an empty page of its own at /empty and a bare Flask's at /bare."""
    server.collect_seldom()
    app = create_app()
    add_empty(app)
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "")
    return DispatcherMiddleware(app, {"/bare": bare})  # type: ignore[dict-item]


def add_empty(app: Flask) -> None:
    """Pages with nothing in them for who is signed in: what every page costs. /bare-page has the header and menu."""
    app.add_url_rule("/empty", "empty", access.permits(*Role)(lambda: ""))
    app.add_url_rule("/bare-page", "bare_page", access.permits(*Role)(lambda: render_template("layout.html")))


def _stretch_year() -> None:
    """All lessons belong to one period, whatever day the measurement is made on."""
    first = settings.today() - timedelta(days=LESSONS + 1)
    for table in (AcademicYear, Period):
        db.session.execute(update(table).values(starts=first))
    db.session.execute(update(Enrollment).values(since=first))
    db.session.commit()


def _fill(journal: Journal) -> None:
    texts: tuple[tuple[str | None, str | None], ...] = (
        (None, "5"), (None, "4"), ("н", None), (None, "3"), ("о", "5"), ("б", None), (None, "5-"), (None, "4"),
    )  # fmt: skip
    cells = [
        {"work_id": work.id, "student_id": student.id, "attendance": code, "mark": mark}
        for row, student in enumerate(journal.students)
        for column, work in enumerate(journal.works[:-FRESH])
        if (row + column) % 3
        for code, mark in [texts[(row * 7 + column * 3) % len(texts)]]
    ]
    db.session.execute(insert(Cell), cells)
    db.session.commit()


def cookie_of(app: Flask, session: str) -> str:
    """The cookie of a browser in which this session is signed in."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    signed = serializer.dumps({"_user_id": session, "_fresh": True})
    return f"{app.config['SESSION_COOKIE_NAME']}={signed}"
