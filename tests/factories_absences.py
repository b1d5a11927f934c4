"""Builders around documents of absence and disputed marks: a journal with its curator, a family."""

from dataclasses import dataclass
from datetime import date, timedelta

import factories
from factories import Journal
from factories_diary import make_child, make_parent

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AbsencePaper, Cell, Person
from ejournal.services import absences, cells, settings
from ejournal.services.absence_form import Form
from ejournal.services.cells import Entry

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class World:
    """A journal of three lessons that end today, its teacher and curator, a student with a mother."""

    journal: Journal
    teacher: Viewer
    curator: Viewer
    student: Person
    parent: Person

    def put(self, text: str, lesson: int = 0) -> Cell:
        """Write the student's cell as the teacher does."""
        work = self.journal.works[lesson]
        cells.record_cell(self.teacher, self.journal.course_id, Entry(self.student.id, work.id, text, None), "проверка")
        return self.cell(lesson)

    def cell(self, lesson: int = 0) -> Cell:
        db.session.expire_all()
        query = db.select(Cell).where(Cell.work_id == self.journal.works[lesson].id, Cell.student_id == self.student.id)
        return db.session.scalars(query).one()

    def text(self, lesson: int = 0) -> str:
        cell = self.cell(lesson)
        return (cell.attendance or "") + (cell.mark or "")

    def register(self, **fields: object) -> AbsencePaper:
        paper_id = absences.register(self.curator, self.student.id, form(**fields))
        return db.session.get_one(AbsencePaper, paper_id)


def make_world(lessons: int = 3, last: date | None = None, age: int = 16) -> World:
    journal = factories.make_journal(students=2, lessons=lessons, last=last)
    curator = factories.viewer_of(factories.make_curator(journal.group))
    student = make_child(journal.group, age=age)
    return World(journal, factories.viewer_of(journal.teacher), curator, student, make_parent(student))


def form(
    code: str = "б", since: date | None = None, until: date | None = None, kind: str = "certificate", **rest: str
) -> Form:
    """A certificate about the last three days."""
    today = settings.today()
    return Form(kind, code, since or today - timedelta(days=2), until or today, **rest)
