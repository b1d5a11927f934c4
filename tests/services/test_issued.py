"""The register of printed documents (R3.7): numbers, codes, recognising."""

import io

import factories
import pytest
from flask import Flask

from ejournal.extensions import db
from ejournal.models import IssuedDocument, LogEntry, Role
from ejournal.services import issued
from ejournal.services.errors import RefusedError
from ejournal.services.issued import Entry


def staff(role: Role = Role.ADMINISTRATION) -> factories.Viewer:
    return factories.viewer_of(factories.make_person(roles=(role,)))


def test_r3_7_numbers_and_codes_are_each_ones_own(in_app: Flask) -> None:
    viewer = staff()
    rows = issued.reserve(viewer, [Entry("statement", "Выписка")] * 3) + issued.reserve(
        viewer, [Entry("slips", "Коды")]
    )
    assert len({row.number for row in rows}) == len({row.code for row in rows}) == 4


def test_r3_7_a_document_is_recognised_by_code_and_by_file(in_app: Flask) -> None:
    viewer = staff()
    rows = issued.reserve(viewer, [Entry("statement", "Выписка")])
    issued.complete(viewer, rows, b"%PDF-1", [2])
    assert issued.by_code(rows[0].code.lower().replace("-", " ")).id == rows[0].id
    assert [row.id for row in issued.by_file(io.BytesIO(b"%PDF-1"))] == [rows[0].id]


def test_r3_7_an_altered_code_or_file_is_refused(in_app: Flask) -> None:
    viewer = staff()
    rows = issued.reserve(viewer, [Entry("statement", "Выписка")])
    issued.complete(viewer, rows, b"%PDF-1", [2])
    code = rows[0].code
    with pytest.raises(RefusedError):
        issued.by_code(("B" if code[0] == "A" else "A") + code[1:])
    with pytest.raises(RefusedError, match="не совпадает"):
        issued.by_file(io.BytesIO(b"%PDF-2"))


def test_a_document_that_never_came_into_being_is_not_recognised(in_app: Flask) -> None:
    row = issued.reserve(staff(), [Entry("statement", "Выписка")])[0]
    with pytest.raises(RefusedError):
        issued.by_code(row.code)


def test_r2_1_a_who_asked_and_why_stays_in_register_and_log(in_app: Flask) -> None:
    viewer, student = staff(), factories.make_person("Ёлкин")
    details = {"requester": "Суд", "ground": "Запрос № 1"}
    rows = issued.reserve(viewer, [Entry("extract", "Справка", [student.id], details)])
    issued.complete(viewer, rows, b"%PDF", [1])
    assert db.session.scalars(db.select(IssuedDocument)).one().details == details
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "document")).one()
    assert (entry.action, entry.student_id, entry.actor_id) == ("print", student.id, viewer.person_id)
    assert entry.details["ground"] == "Запрос № 1"


def test_r2_1_c_whom_it_is_about_is_told_to_the_issuer_and_administration(in_app: Flask) -> None:
    curator, stranger = staff(Role.CURATOR), staff(Role.TEACHER)
    student = factories.make_person("Ёлкин")
    rows = issued.reserve(curator, [Entry("statement", "Выписка", [student.id])])
    issued.complete(curator, rows, b"%PDF", [1])
    assert issued.subjects_of(curator, rows[0]) == issued.subjects_of(staff(), rows[0]) == [student.full_name]
    assert issued.subjects_of(stranger, rows[0]) == []
    assert issued.recent(stranger) == []
    assert [row.id for row in issued.recent(curator)] == [rows[0].id]
