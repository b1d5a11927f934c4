"""An extract for an authorised body: what was given, to whom and on what ground (п. 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.extensions import db
from ejournal.models import AcademicYear
from ejournal.services import statements
from ejournal.services.errors import FieldsError, ForbiddenError

KIND = "extract"
LONGEST = 250


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for the extract, by what paper; the period it is about."""

    requester: str
    ground: str
    period_id: int | None

    @classmethod
    def by(cls, form: Mapping[str, str]) -> "Asked":
        period = form.get("period", "")
        words = {name: " ".join(form.get(name, "").split()) for name in ("requester", "ground")}
        return cls(words["requester"], words["ground"], int(period) if period.isdigit() else None)

    def check(self) -> None:
        """Raises FieldsError: every disclosure is registered with who asked and why."""
        errors = {}
        if not 3 <= len(self.requester) <= LONGEST:
            errors["requester"] = f"Назовите, кто запросил сведения, до {LONGEST} знаков (п. 2.1)."
        if not 3 <= len(self.ground) <= LONGEST:
            errors["ground"] = (
                f"Укажите основание: запрос, постановление, его номер и дату, до {LONGEST} знаков (п. 2.1)."
            )
        if errors:
            raise FieldsError(errors)


def of_student(actor: Viewer, student_id: int, asked: Asked) -> list[Document]:
    """Raises NotFoundError, ForbiddenError, FieldsError."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Справки по запросам выдаёт администрация (п. 2.1).")
    asked.check()
    statement = statements.of_student(actor, student_id, asked.period_id)
    year = db.session.get(AcademicYear, statement.period.year_id)
    context = {"statement": statement, "asked": asked, "year_title": year.title if year else ""}
    return [
        Document(
            title="Справка",
            subtitle="об обучении, успеваемости и посещаемости",
            sheets=[Sheet("extract.html", context)],
            subject_ids=[student_id],
            details={"requester": asked.requester, "ground": asked.ground},
        )
    ]
