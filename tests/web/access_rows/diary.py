"""Дневник: whose it may be is access.reads_diary; these are a student and a parent of nobody here."""

import factories_diary
from factories import Journal, viewer_of

from ejournal.extensions import db
from ejournal.models import Account, PeriodMark, Role, RoleGrant
from ejournal.services import calendar_feed

READS = "401 ok  ok  ok  403 403 404 404"
FAMILY = "401 403 403 403 403 403 404 404"

ROWS = {
    "calendar.show": "ok  ok  ok  ok  ok  ok  ok  ok",  # who holds the secret address needs no signing in
    "diary.attendance": READS,
    "diary.calendar": FAMILY,
    "diary.create_calendar": FAMILY,
    "diary.file": "401 404 404 404 403 403 404 404",  # a file that is not there
    "diary.homework": READS,
    "diary.index": "401 ok  ok  ok  403 403 ok  ok",
    "diary.lesson_homework": READS,
    "diary.mark": READS,
    "diary.marks": READS,
    "diary.outlook": READS,
    "diary.period_mark": READS,
    "diary.revoke_calendar": FAMILY,
    "diary.teachers": READS,
    "diary.tick": FAMILY,
    "diary.visit": FAMILY,
    "diary.week": READS,
}


def arguments(journal: Journal) -> dict[str, object]:
    student = journal.students[0]
    db.session.add(
        PeriodMark(course_id=journal.course_id, period_id=journal.period.id, student_id=student.id, mark="5")
    )
    db.session.add(RoleGrant(person_id=student.id, role=Role.STUDENT, since=journal.year.starts))
    db.session.add(Account(person_id=student.id, username="diary.student"))
    db.session.commit()
    return {
        "cell_id": factories_diary.put(journal.works[0], student, "5").id,
        "homework_id": factories_diary.give(journal.lessons[0]).id,
        "token": calendar_feed.create(viewer_of(student), student.id),
    }
