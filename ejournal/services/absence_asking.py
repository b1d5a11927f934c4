"""Asking the teachers whose journals a document about absences concerns (п. 4.3)."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from ejournal.access import in_force
from ejournal.domain.absences import REGISTERED, Standing
from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AbsenceRequest,
    AcademicYear,
    Course,
    CourseTeacher,
    Curatorship,
    Enrollment,
    Lesson,
    Person,
)
from ejournal.services import absence_lessons, notify, settings
from ejournal.services.absence_form import words
from ejournal.services.cell_context import enrolled_on


def ask(paper: AbsencePaper) -> None:
    """One request to each journal the student is in on those days; who declined before is asked anew. Teachers whose
    cells the document would change, or whose lessons are not entered yet, are told; the caller commits."""
    for request in paper.requests:
        if request.answer == Standing.DECLINED:
            request.answer, request.reason = Standing.WAITING, ""
    _add_missing([paper])
    _tell_concerned([(paper, paper.requests)])


def ask_others(student_ids: Collection[int], since: date) -> None:
    """From a day on these students may be in other journals than before (an order, a subgroup, an individual plan):
    registered documents that hold on the day or later ask those that were not asked yet; the caller commits."""
    db.session.flush()
    holding = (
        select(AbsencePaper)
        .where(AbsencePaper.student_id.in_(student_ids), AbsencePaper.state == REGISTERED, AbsencePaper.until >= since)
        .options(selectinload(AbsencePaper.requests))
        .order_by(AbsencePaper.id)
    )
    papers = db.session.scalars(holding).all()
    if papers:
        _tell_concerned(_add_missing(papers))


def _add_missing(papers: Sequence[AbsencePaper]) -> Sequence[tuple[AbsencePaper, Sequence[AbsenceRequest]]]:
    """Each document with the requests that were added to it."""
    journals, found = _journals(papers), []
    for paper in papers:
        asked = {request.course_id for request in paper.requests}
        added = [AbsenceRequest(course_id=id_) for id_ in journals.get(paper.id, ()) if id_ not in asked]
        paper.requests.extend(added)
        found.append((paper, added))
    db.session.flush()
    return found


def _tell_concerned(asked: Sequence[tuple[AbsencePaper, Sequence[AbsenceRequest]]]) -> None:
    concerns = absence_lessons.load([request.id for _paper, requests in asked for request in requests])
    today = settings.today()
    for paper, requests in asked:
        concerned = [
            request.course_id
            for request in requests
            if concerns[request.id].asked or concerns[request.id].not_entered(today)
        ]
        tell(paper, concerned, "Документ о пропусках: нужен ваш ответ")


def tell(paper: AbsencePaper, course_ids: Collection[int], title: str) -> None:
    """A notice to each teacher of these journals, one for the paper; the caller commits."""
    if course_ids:
        text = f"{_student(paper).full_name}: {words(paper)}. Ответьте в разделе «Запросы по документам о пропусках»."
        notify.add("absence-request", teachers_of(course_ids), title, text)


def leaders(student_id: int) -> list[int]:
    """Who leads the student's group today."""
    today = settings.today()
    return list(
        db.session.scalars(
            select(Curatorship.person_id)
            .join(Enrollment, Enrollment.group_id == Curatorship.group_id)
            .where(Enrollment.student_id == student_id, in_force(Enrollment, today), in_force(Curatorship, today))
            .distinct()
            .order_by(Curatorship.person_id)
        )
    )


def _student(paper: AbsencePaper) -> Person:
    return db.session.get_one(Person, paper.student_id)


def _journals(papers: Sequence[AbsencePaper]) -> dict[int, list[int]]:
    """By document, the journals of the year that the student is in at the beginning or the end of its days, or on a
    lesson between them."""
    student, since, until = AbsencePaper.student_id, AbsencePaper.since, AbsencePaper.until
    rows = db.session.execute(
        select(AbsencePaper.id, Course.id)
        .join(AcademicYear, and_(AcademicYear.starts <= until, AcademicYear.ends >= since))
        .join(Course, Course.year_id == AcademicYear.id)
        .outerjoin(Lesson, and_(Lesson.course_id == Course.id, Lesson.date.between(since, until)))
        .where(
            AbsencePaper.id.in_([paper.id for paper in papers]),
            or_(*(enrolled_on(student, day) for day in (since, until, Lesson.date))),
        )
        .distinct()
        .order_by(AbsencePaper.id, Course.id)
    )
    found: dict[int, list[int]] = {}
    for paper_id, course_id in rows:
        found.setdefault(paper_id, []).append(course_id)
    return found


def teachers_of(course_ids: Collection[int]) -> list[int]:
    """Who keeps these journals today."""
    return list(
        db.session.scalars(
            select(CourseTeacher.teacher_id)
            .where(CourseTeacher.course_id.in_(course_ids), in_force(CourseTeacher, settings.today()))
            .distinct()
            .order_by(CourseTeacher.teacher_id)
        )
    )
