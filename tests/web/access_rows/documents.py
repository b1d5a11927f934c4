"""Документы: by the group led, by the journal read, the rest administration; checking is open to anybody."""

from factories import Journal

from tests.web.access_rows import OVERSEERS, STAFF

LEADERS = "401 ok  ok  ok  403 403 403 403"
READS_JOURNAL = "401 ok  ok  ok  ok  404 403 403"
ALL = "ok  ok  ok  ok  ok  ok  ok  ok"

ROWS = {
    "documents.attendance_sheet": LEADERS,
    "documents.blank_consent_form": LEADERS,
    "documents.check": ALL,
    "documents.check_file": ALL,
    "documents.consent_forms": LEADERS,
    "documents.consolidated_sheet": OVERSEERS,
    "documents.course": READS_JOURNAL,
    "documents.course_exam_sheet": OVERSEERS,
    "documents.group": LEADERS,
    "documents.group_book": LEADERS,
    "documents.group_statements": LEADERS,
    "documents.group_timetable": OVERSEERS,
    "documents.index": STAFF,
    "documents.journal_book": READS_JOURNAL,
    "documents.replacement_list": OVERSEERS,
    "documents.registered_extract": OVERSEERS,
    "documents.student": LEADERS,
    "documents.student_consent_form": LEADERS,
    "documents.student_statement": LEADERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    return {"group_id": journal.group.id, "student_id": journal.students[0].id, "course_id": journal.course_id}
