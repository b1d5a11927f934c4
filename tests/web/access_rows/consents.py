"""Согласия, коды доступа, выписки, запросы субъектов, сведения о колледже."""

import factories
from factories import Journal

from ejournal.extensions import db
from ejournal.models import Consent, Disclosure, SubjectRequest
from tests.web.access_rows import OVERSEERS

# The curator of the group, and administration.
LEADERS = "401 ok  ok  ok  403 403 403 403"
# The same, for what is not there: a scan that was not given, a person who is not of the group.
LEADERS_404 = "401 404 404 404 403 403 403 403"

ROWS = {
    "admin.college": OVERSEERS,
    "admin.save_college": OVERSEERS,
    "admin.save_college_rules": OVERSEERS,
    "consents.group": LEADERS,
    "consents.index": LEADERS,
    "consents.record": LEADERS,
    "consents.record_one": LEADERS,
    "consents.scan": LEADERS_404,
    "consents.student": LEADERS,
    "consents.unanswered": LEADERS,
    "disclosures.create": OVERSEERS,
    "disclosures.entry": OVERSEERS,
    "disclosures.extract": OVERSEERS,
    "disclosures.index": OVERSEERS,
    "disclosures.new": OVERSEERS,
    "disclosures.scan": "401 404 404 403 403 403 403 403",
    "disclosures.strike": OVERSEERS,
    "slips.group": LEADERS,
    "slips.index": LEADERS,
    "slips.issue": LEADERS,
    "slips.reissue": LEADERS_404,
    "subject_requests.answer": OVERSEERS,
    "subject_requests.create": OVERSEERS,
    "subject_requests.entry": OVERSEERS,
    "subject_requests.index": OVERSEERS,
    "subject_requests.new": OVERSEERS,
}

FORMS = {"disclosures.create": {"person": "{person_id}"}, "subject_requests.create": {"person": "{person_id}"}}


def arguments(journal: Journal) -> dict[str, object]:
    student, day = journal.students[0], journal.year.starts
    answer = Consent(student_id=student.id, person_id=student.id, kind="agreed", dated=day)
    asked = SubjectRequest(person_id=factories.make_person().id, asked_on=day, due=day)
    given = Disclosure(
        person_id=student.id, body="ОМВД", ground="запрос", given="выписка", given_on=day, since=day, until=day
    )
    db.session.add_all([answer, asked, given])
    db.session.commit()
    return {"consent_id": answer.id, "disclosure_id": given.id, "request_id": asked.id}
