"""An extract for an authorised body, on paper: only of what stands in the register of disclosures (п. 2.1)."""

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.services import disclosures, extracts
from ejournal.services.errors import ForbiddenError

KIND = "extract"


def of_disclosure(actor: Viewer, disclosure_id: int) -> list[Document]:
    """What was registered as given. Raises NotFoundError, ForbiddenError, RefusedError (a struck entry)."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Выписки по запросам выдаёт администрация (п. 2.1).")
    entry = disclosures.to_give(disclosure_id)
    content = extracts.build(entry.person, entry.since, entry.until)
    context = {"entry": entry, "extract": content, "letters": extracts.ATTENDANCE}
    return [
        Document(
            title="Выписка",
            subtitle="об успеваемости и посещаемости",
            sheets=[Sheet("extract.html", context)],
            subject_ids=[entry.person_id],
            details={"requester": entry.body, "ground": entry.ground, "disclosure_id": str(entry.id)},
        )
    ]
