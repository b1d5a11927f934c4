"""Builders for printed documents: cells, period marks, the text of a PDF."""

import io
import re
from collections.abc import Sequence

from factories import Journal
from pypdf import PdfReader

from ejournal.extensions import db
from ejournal.models import Cell, Course, Discipline, PeriodMark


def fill(journal: Journal, student: int, texts: list[str]) -> None:
    """Cells of a student, a work each: «5», «н», «о4», "" for none."""
    for work, text in zip(journal.works, texts, strict=True):
        if text:
            code = text[0] if text[0] in "нпбо" else None
            mark = text[1:] if code else text
            db.session.add(
                Cell(work_id=work.id, student_id=journal.students[student].id, attendance=code, mark=mark or None)
            )
    db.session.commit()


def give(journal: Journal, marks: list[str]) -> None:
    """Period marks of the students in order; "" for none."""
    for student, mark in zip(journal.students, marks, strict=True):
        if mark:
            db.session.add(
                PeriodMark(
                    course_id=journal.course_id, period_id=journal.period.id, student_id=student.id, mark=mark
                )
            )  # fmt: skip
    db.session.commit()


def marked(journal: Journal, indexes: Sequence[str], title: str = "Техническое обслуживание") -> Journal:
    """Marks of the period in disciplines of these indexes, beside the one there is."""
    for index in indexes:
        discipline = Discipline(programme_id=journal.group.programme_id, index=index, title=title, kind="op")
        db.session.add(discipline)
        db.session.flush()
        course = Course(
            year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id, hours=36
        )  # fmt: skip
        db.session.add(course)
        db.session.flush()
        for number, student in enumerate(journal.students):
            mark = ("5", "4", "3", "н/а")[number % 4]
            db.session.add(
                PeriodMark(course_id=course.id, period_id=journal.period.id, student_id=student.id, mark=mark)
            )
    db.session.commit()
    return journal


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """The words of all pages, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(content).pages))
