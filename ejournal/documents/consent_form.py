"""The blank form of a consent to personal data processing (п. 4.1; 152-ФЗ, ст. 9, a document of its own)."""

from ejournal.access import Viewer, in_force
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import consents as rules
from ejournal.extensions import db
from ejournal.models import Guardianship, Person
from ejournal.services import consents, settings, statements

KIND = "consent"


def blank() -> list[Document]:
    """With lines for everything; for who is of age and for a minor in one."""
    return [_document(None, None, None)]


def of_student(actor: Viewer, student_id: int) -> list[Document]:
    """With the student's name; a minor's is signed by the representative. Raises NotFoundError."""
    statements.group_of(actor, student_id)
    student = db.session.get(Person, student_id)
    assert student is not None
    return [_for(student, _parents([student_id]).get(student_id))]


def of_group(actor: Viewer, group_id: int) -> list[Document]:
    """One form for everybody of the group. Raises NotFoundError."""
    _group, lines = consents.of_group(actor, group_id)
    ids = [line.id for line in lines]
    students = {person.id: person for person in db.session.scalars(db.select(Person).where(Person.id.in_(ids)))}
    parents = _parents(ids)
    return [_for(students[id_], parents.get(id_)) for id_ in ids]


def _for(student: Person, parent: Person | None) -> Document:
    minor = not rules.is_adult(student.birth_date, settings.today())
    return _document(student, parent if minor else None, minor)


def _document(student: Person | None, parent: Person | None, minor: bool | None) -> Document:
    return Document(
        title="Согласие на обработку персональных данных",
        subtitle="обучающегося",
        sheets=[Sheet("consent.html", {"student": student, "parent": parent, "minor": minor})],
        subject_ids=[student.id] if student else [],
    )


def _parents(student_ids: list[int]) -> dict[int, Person]:
    """One representative of each student: who signs is for the paper to say, the form only suggests."""
    found: dict[int, Person] = {}
    for student_id, person in db.session.execute(
        db.select(Guardianship.student_id, Person)
        .join(Person, Person.id == Guardianship.parent_id)
        .where(Guardianship.student_id.in_(student_ids), in_force(Guardianship, settings.today()))
        .order_by(Guardianship.id)
    ):
        found.setdefault(student_id, person)
    return found
