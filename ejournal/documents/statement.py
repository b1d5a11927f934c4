"""The statement for a parent who refused the electronic diary (п. 4.6): of one student, of a whole group."""

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.extensions import db
from ejournal.models import AcademicYear
from ejournal.services import statements
from ejournal.services.statements import Statement

KIND = "statement"


def of_student(actor: Viewer, student_id: int, period_id: int | None) -> list[Document]:
    return [_document(statements.of_student(actor, student_id, period_id))]


def of_group(actor: Viewer, group_id: int, period_id: int | None) -> list[Document]:
    """One for each student, numbered each by itself: they are handed out apart."""
    return [_document(statement) for statement in statements.of_group(actor, group_id, period_id)]


def _document(statement: Statement) -> Document:
    year = db.session.get(AcademicYear, statement.period.year_id)
    return Document(
        title="Выписка из электронного журнала",
        subtitle="об успеваемости и посещаемости",
        sheets=[Sheet("statement.html", {"statement": statement, "year_title": year.title if year else ""})],
        subject_ids=[statement.student.id],
    )
