"""Builders for printed documents: cells, period marks, the text of a PDF."""

import io
import re

from factories import Journal
from pypdf import PdfReader

from ejournal.extensions import db
from ejournal.models import Cell, PeriodMark


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


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """The words of all pages, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(content).pages))
