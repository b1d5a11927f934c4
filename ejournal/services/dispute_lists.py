"""Reading disputed marks (п. 4.5): lists for who asked, who answers and who looks on; how many wait."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, disputes_of, ever_taught, teaches
from ejournal.domain import disputes as rules
from ejournal.domain import numbers
from ejournal.extensions import db
from ejournal.models import Cell, Course, Dispute, Work
from ejournal.services import mark_slots, settings
from ejournal.services.errors import NotFoundError

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the disputes the viewer may see: how many wait for an answer, how many of them beyond its term."""

    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Page:
    """One dispute in full. `text`, `version`: the mark as it is now; `work` only of a lesson's mark."""

    dispute: Dispute
    work: Work | None
    text: str
    version: int
    may_answer: bool
    overdue: bool


def load(viewer: Viewer, state: str = "", page: int = 1) -> tuple[list[Dispute], int]:
    """A page of the viewer's disputes, open ones first by their term, and how many pages there are."""
    wanted = disputes_of(viewer, settings.today())
    if state in rules.STATES:
        wanted = wanted.where(Dispute.state == state)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(Dispute.state != rules.OPEN, Dispute.answered_at.desc(), Dispute.due, Dispute.id)
    found = db.session.scalars(with_people(ordered).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return list(found), numbers.pages(total, PAGE_SIZE)


def of_student(viewer: Viewer, student_id: int) -> list[Dispute]:
    """Those of a student that the viewer may see, the newest first. One query."""
    wanted = with_people(disputes_of(viewer, settings.today()).where(Dispute.student_id == student_id))
    return list(db.session.scalars(wanted.order_by(None).order_by(Dispute.asked_at.desc(), Dispute.id.desc())))


def counts(viewer: Viewer, *, own: bool) -> Counts:
    """`own`: only of the journals the viewer keeps, whom they ask; else of all she may see. One query."""
    today = settings.today()
    wanted = select(Dispute) if own else disputes_of(viewer, today)
    if own:
        wanted = wanted.where(Dispute.course_id.in_(ever_taught(viewer)), teaches(viewer, Dispute.course_id, today))
    dues = db.session.scalars(wanted.where(Dispute.state == rules.OPEN).with_only_columns(Dispute.due)).all()
    return Counts(len(dues), sum(rules.is_overdue(rules.OPEN, due, today) for due in dues))


def show(viewer: Viewer, dispute_id: int) -> Page:
    """Raises NotFoundError where the viewer may not see it."""
    dispute = find(viewer, dispute_id)
    text, version = _stored(dispute)
    return Page(
        dispute,
        dispute.cell.work if dispute.cell else None,
        text,
        version,
        dispute.state == rules.OPEN and may_answer(viewer, dispute),
        is_overdue(dispute, settings.today()),
    )


def _stored(dispute: Dispute) -> tuple[str, int]:
    cell = dispute.cell
    if cell is not None:
        return (cell.attendance or "") + (cell.mark or ""), cell.version
    marks = mark_slots.marks_of(dispute.course_id)
    stored = marks.get((dispute.student_id, dispute.slot or ""), mark_slots.NOTHING)
    return stored.mark, stored.version


def find(viewer: Viewer, dispute_id: int) -> Dispute:
    """A dispute the viewer may see. Raises NotFoundError."""
    query = with_people(disputes_of(viewer, settings.today()).where(Dispute.id == dispute_id))
    dispute = db.session.scalar(query)
    if dispute is None:
        raise NotFoundError
    return dispute


def may_answer(viewer: Viewer, dispute: Dispute) -> bool:
    """Each teacher of the journal may."""
    return bool(db.session.scalar(select(teaches(viewer, dispute.course_id, settings.today()))))


def is_overdue(dispute: Dispute, today: date) -> bool:
    return rules.is_overdue(dispute.state, dispute.due, today)


def with_people(query: Select[Dispute]) -> Select[Dispute]:
    """Everything a line of a list names, in the same query."""
    course = joinedload(Dispute.course)
    return query.options(
        joinedload(Dispute.student),
        joinedload(Dispute.answerer),
        joinedload(Dispute.period),
        joinedload(Dispute.cell).joinedload(Cell.work).joinedload(Work.lesson),
        joinedload(Dispute.cell).joinedload(Cell.work).joinedload(Work.kind),
        course.joinedload(Course.discipline),
        course.joinedload(Course.group),
        course.joinedload(Course.subgroup),
    )
