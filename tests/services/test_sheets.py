"""Ведомости (R4.4.d): who is in them, filling, closing, correction by two people, what they suggest."""

from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of

from ejournal.extensions import db
from ejournal.models import AttestationSheet, Exam, LogEntry, Role
from ejournal.services import period_marks, settings, sheet_corrections, sheet_list, sheets
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError

THREE = "Иванов И. И.\nПетров П. П.\nСидоров С. С."


@pytest.fixture
def journal(in_app) -> Journal:
    return make_journal(students=3, lessons=2)


def chief():
    return viewer_of(make_person(roles=(Role.ADMINISTRATION,)))


def create(journal: Journal, kind: str = "main", students: tuple[int, ...] = (), **rest: str) -> AttestationSheet:
    form = {
        "course": str(journal.course_id), "period": str(journal.period.id), "kind": kind, "control": "Э",
        "date": settings.today().isoformat(), "examiners": THREE, **rest,
    }  # fmt: skip
    return sheets.create(chief(), form, students)


def fill(journal: Journal, sheet: AttestationSheet, marks: list[str], actor=None) -> int:
    found = sheets.find(chief(), sheet.id)
    typed = {row.id: (mark, "", row.version) for row, mark in zip(found.rows, marks, strict=True)}
    return sheets.fill(actor or viewer_of(journal.teacher), sheet.id, typed)


def closed(journal: Journal, marks: list[str]) -> AttestationSheet:
    sheet = create(journal)
    fill(journal, sheet, marks)
    sheets.close(viewer_of(journal.teacher), sheet.id)
    return sheet


def test_main_sheet_holds_everybody_in_alphabetical_order_and_there_is_one(journal):
    sheet = create(journal)
    assert [row.student_id for row in sheets.find(chief(), sheet.id).rows] == [one.id for one in journal.students]
    assert sheet.number == f"{journal.year.starts.year}-{sheet.id}"
    with pytest.raises(RefusedError, match="уже есть"):
        create(journal)
    db.session.rollback()
    assert create(journal, control="ДЗ").id != sheet.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"period": "0"}, "period"), ({"kind": "x"}, "kind"), ({"control": "ДФК"}, "control"),
        ({"date": "завтра"}, "date"), ({"examiners": " "}, "examiners"),
        ({"kind": "commission", "examiners": "Иванов\nПетров"}, "examiners"),
    ],
)  # fmt: skip
def test_what_a_sheet_lacks_is_told_by_field(journal, changes, field):
    with pytest.raises(FieldsError) as told:
        create(journal, **changes)
    assert field in told.value.fields


def test_a_sheet_is_not_closed_before_its_day(journal):
    sheet = create(journal, date=(settings.today() + timedelta(days=1)).isoformat())
    fill(journal, sheet, ["5", "4", "3"])
    with pytest.raises(RefusedError, match="в день аттестации"):
        sheets.close(viewer_of(journal.teacher), sheet.id)


def test_teacher_fills_and_closes_and_it_is_logged(journal):
    sheet = create(journal)
    with pytest.raises(RefusedError, match="Без результата — 3"):
        sheets.close(viewer_of(journal.teacher), sheet.id)
    db.session.rollback()
    assert fill(journal, sheet, ["5", "2", "неявка"]) == 3
    assert fill(journal, sheet, ["5", "2", "неявка"]) == 0
    with pytest.raises(RefusedError, match="здесь не ставится"):
        fill(journal, sheet, ["ЗЧ", "2", "неявка"])
    db.session.rollback()
    sheets.close(viewer_of(journal.teacher), sheet.id)
    with pytest.raises(ClosedError, match="вдвоём"):
        fill(journal, sheet, ["5", "3", "неявка"])
    db.session.rollback()
    actions = db.session.scalars(
        db.select(LogEntry.action).where(LogEntry.subject == "sheet").order_by(LogEntry.id)
    ).all()
    assert actions == ["create", "record", "record", "record", "close"]


def test_an_older_page_does_not_overwrite_a_newer_result(journal):
    sheet = create(journal)
    row = sheets.find(chief(), sheet.id).rows[0]
    sheets.fill(viewer_of(journal.teacher), sheet.id, {row.id: ("5", "", 1)})
    with pytest.raises(RefusedError, match="только что изменили"):
        sheets.fill(chief(), sheet.id, {row.id: ("4", "", 1)})


def test_r2_1_c_a_strangers_sheet_is_not_there_and_only_administration_creates(journal):
    sheet = create(journal)
    other = make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        sheets.find(viewer_of(other.teacher), sheet.id)
    with pytest.raises(ForbiddenError):
        sheets.create(viewer_of(journal.teacher), {"course": str(journal.course_id)})


def test_retake_holds_who_failed_or_did_not_come_and_an_individual_one_who_was_chosen(journal):
    closed(journal, ["5", "2", "неявка"])
    again = create(journal, "retake")
    assert {row.student_id for row in again.rows} == {one.id for one in journal.students[1:]}
    alone = create(journal, "individual", (journal.students[0].id,))
    assert [row.student_id for row in alone.rows] == [journal.students[0].id]
    with pytest.raises(RefusedError, match="некого"):
        create(journal, "individual")


def test_closed_sheet_is_corrected_by_two_people(journal):
    sheet = closed(journal, ["5", "2", "неявка"])
    row = sheets.find(chief(), sheet.id).rows[1]
    office = chief()
    proposed = sheet_corrections.propose(office, row.id, "3", "ошибка при вводе")
    with pytest.raises(RefusedError, match="уже предложено"):
        sheet_corrections.propose(chief(), row.id, "4", "ошибка при вводе")
    db.session.rollback()
    for actor, words in ((office, "другой человек"), (viewer_of(journal.teacher), "администрация")):
        with pytest.raises(ForbiddenError, match=words):
            sheet_corrections.decide(actor, proposed.id, True)
        db.session.rollback()
    assert row.mark == "2"
    sheet_corrections.decide(chief(), proposed.id, True)
    assert (row.mark, row.version) == ("3", 3)
    with pytest.raises(RefusedError, match="уже принято"):
        sheet_corrections.decide(chief(), proposed.id, False)


def test_rejected_correction_changes_nothing(journal):
    sheet = closed(journal, ["5", "2", "неявка"])
    row = sheets.find(chief(), sheet.id).rows[1]
    with pytest.raises(FieldsError):
        sheet_corrections.propose(viewer_of(journal.teacher), row.id, "2", "")
    db.session.rollback()
    proposed = sheet_corrections.propose(viewer_of(journal.teacher), row.id, "3", "ошибка")
    sheet_corrections.decide(chief(), proposed.id, False)
    assert row.mark == "2"
    assert [one.decision for one in sheet_corrections.of_sheet(sheet.id)] == ["rejected"]


def test_open_sheet_needs_no_correction(journal):
    sheet = create(journal)
    with pytest.raises(RefusedError, match="ещё не закрыта"):
        sheet_corrections.propose(chief(), sheets.find(chief(), sheet.id).rows[0].id, "3", "ошибка")


def test_r4_4_d_closed_sheet_is_what_is_suggested_for_the_period(journal):
    actor, key = viewer_of(journal.teacher), str(journal.period.id)
    sheet = create(journal)
    fill(journal, sheet, ["5", "2", "неявка"])
    assert period_marks.column(actor, journal.course_id, key).suggested[journal.students[0].id].mark == "н/а"
    sheets.close(actor, sheet.id)
    column = period_marks.column(actor, journal.course_id, key)
    assert [column.suggested[one.id].mark for one in journal.students] == ["5", "2", "н/а"]
    assert f"ведомость № {sheet.number}" in column.suggested[journal.students[0].id].reason
    final = period_marks.column(actor, journal.course_id, "final")
    assert final.suggested[journal.students[0].id].mark == "5"


def test_exams_of_the_session_without_a_sheet_are_offered(journal):
    day = settings.today() + timedelta(days=2)
    db.session.add(Exam(course_id=journal.course_id, kind="Э", date=day))
    db.session.commit()
    assert [one.date for one in sheet_list.load(chief(), journal.group.id).offered] == [day]
    assert sheet_list.load(viewer_of(journal.teacher), journal.group.id).offered == []
    draft = sheet_list.draft(chief(), journal.course_id, "Э", day.isoformat())
    assert draft.values["examiners"] == journal.teacher.full_name
    assert draft.values["period"] == str(journal.period.id)
    create(journal)
    listing = sheet_list.load(chief(), journal.group.id)
    assert listing.offered == []
    assert [(line.total, line.filled, line.waiting) for line in listing.lines] == [(3, 0, 0)]
