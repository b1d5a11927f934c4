"""What waits for the viewer's answer, for the start page: documents of absence (п. 4.3), disputed marks (п. 4.5),
remarks on journals (п. 4.2)."""

from dataclasses import dataclass

from ejournal.access import Viewer
from ejournal.models import Role
from ejournal.services import absence_papers, absence_requests, dispute_lists, remark_list
from ejournal.services.dispute_lists import Counts


@dataclass(frozen=True, slots=True)
class Asks:
    """`requests`: to a teacher, from documents; `papers`: sent by families, to a group's leader."""

    requests: int
    papers: int
    disputes: Counts
    # A teacher's own, how many of them overdue; those that administration is to check.
    remarks: int
    overdue_remarks: int
    answered_remarks: int

    @property
    def any(self) -> bool:
        return bool(self.requests or self.papers or self.disputes.open or self.remarks or self.answered_remarks)


def load(viewer: Viewer, role: Role) -> Asks:
    """Three queries for the role whose start page it is (one more where a document was corrected)."""
    teacher = role is Role.TEACHER
    remarks, overdue = remark_list.to_answer(viewer) if teacher else (0, 0)
    return Asks(
        absence_requests.count(viewer) if teacher else 0,
        0 if teacher else absence_papers.to_confirm(viewer),
        dispute_lists.counts(viewer, own=teacher),
        remarks,
        overdue,
        remark_list.to_check() if role is Role.ADMINISTRATION else 0,
    )
