"""Документы о пропусках (п. 4.3) и обращения об оценках (п. 4.5)."""

from datetime import timedelta

import factories
import factories_diary
from factories import Journal

from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, Dispute
from ejournal.models.base import now
from tests.web.access_rows import SIGNED_IN

# The curator of the group, and administration.
LEADERS = "401 ok  ok  ok  403 403 403 403"
# Lists are one's own: the other teacher's is empty.
TEACHERS = "401 403 403 403 ok  ok  403 403"
ANSWERS = "401 403 403 403 ok  404 403 403"
# A student and a parent of nobody here.
FAMILY = "401 403 403 403 403 403 404 404"

ROWS = {
    "absences.accept": ANSWERS,
    "absences.accept_all": TEACHERS,
    "absences.confirm": LEADERS,
    "absences.correct": LEADERS,
    "absences.create": LEADERS,
    "absences.decline_request": ANSWERS,
    "absences.family": FAMILY,
    "absences.index": LEADERS,
    "absences.new": LEADERS,
    "absences.paper": LEADERS,
    "absences.refuse": LEADERS,
    "absences.remind": LEADERS,
    "absences.requests": TEACHERS,
    "absences.scan": "401 404 404 404 403 403 404 404",  # a scan that was not given
    "absences.send": FAMILY,
    "absences.withdraw": LEADERS,
    "disputes.answer": ANSWERS,
    "disputes.ask": "401 403 403 403 403 403 404 403",
    "disputes.ask_of_period": "401 403 403 403 403 403 404 403",
    "disputes.index": SIGNED_IN,
    "disputes.show": "401 ok  ok  ok  ok  404 404 404",
}


def arguments(journal: Journal) -> dict[str, object]:
    student, today = journal.students[0], journal.lessons[0].date
    paper = AbsencePaper(
        student_id=student.id, kind="certificate", code="б", since=today, until=today, state="registered",
        reached_since=today, reached_until=today,
    )  # fmt: skip
    paper.requests.append(AbsenceRequest(course_id=journal.course_id))
    lesson = factories.make_lesson(journal.course_id, today, pair=7)
    cell = factories_diary.put(lesson.works[0], student, "3")
    dispute = Dispute(
        student_id=student.id, course_id=journal.course_id, cell_id=cell.id, mark="3", given_at=now(), text="Почему?",
        due=today + timedelta(days=7), state="open",
    )  # fmt: skip
    db.session.add_all([paper, dispute])
    db.session.commit()
    return {"paper_id": paper.id, "absence_request_id": paper.requests[0].id, "dispute_id": dispute.id}
