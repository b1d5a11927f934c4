"""Ведомости (R4.4.d): who is in them, filling, closing, correction by two people, what they suggest."""

from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of

from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AcademicYear,
    AttestationSheet,
    CourseTeacher,
    Debt,
    DebtAttempt,
    Exam,
    LogEntry,
    PeriodMark,
    Role,
)
from ejournal.models.base import now
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


def test_one_student_stands_in_one_unfinished_retake(journal):
    closed(journal, ["5", "2", "неявка"])
    age()
    first = create(journal, "retake", (journal.students[1].id,))
    # The other one is still free, and is the only one who gets into the next.
    assert [row.student_id for row in create(journal, "retake").rows] == [journal.students[2].id]
    with pytest.raises(RefusedError, match=f"незакрытой ведомости № {first.number}"):
        create(journal, "commission", (journal.students[1].id,))
    db.session.rollback()
    fill(journal, first, ["2"])
    sheets.close(viewer_of(journal.teacher), first.id)
    assert create(journal, "commission", (journal.students[1].id,)).kind == "commission"


def test_an_empty_sheet_made_by_mistake_is_removed_and_its_number_is_not_given_again(journal):
    wrong = create(journal, date="2027-12-31")
    number, wrong_id = wrong.number, wrong.id
    with pytest.raises(ForbiddenError):
        sheets.remove(viewer_of(journal.teacher), wrong_id)
    fill(journal, wrong, ["5", "4", "3"])
    with pytest.raises(RefusedError, match="уберите результаты"):
        sheets.remove(chief(), wrong_id)
    db.session.rollback()
    fill(journal, wrong, ["", "", ""])
    sheets.remove(chief(), wrong_id)
    with pytest.raises(NotFoundError):
        sheets.find(chief(), wrong_id)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.action == "delete").order_by(LogEntry.id)).all()[-1]
    assert (entry.subject, entry.details["name"]) == ("sheet", f"ведомость № {number}")
    again = closed(journal, ["5", "4", "2"])
    assert again.number != number
    with pytest.raises(ClosedError):
        sheets.remove(chief(), again.id)


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


def test_nothing_of_a_sheet_changes_in_a_closed_year(journal):
    """It opened debts in a year that can only be read (п. 2.3)."""
    done, empty = closed(journal, ["5", "2", "3"]), create(journal, "individual", (journal.students[0].id,))
    row = sheets.find(chief(), done.id).rows[2]
    proposed = sheet_corrections.propose(chief(), row.id, "4", "ошибка при вводе")
    db.session.get_one(AcademicYear, journal.year.id).closed_at = now()
    db.session.commit()
    for act in (
        lambda: fill(journal, empty, ["5"]),
        lambda: sheets.close(viewer_of(journal.teacher), empty.id),
        lambda: sheets.remove(chief(), empty.id),
        lambda: sheet_corrections.propose(chief(), done.rows[0].id, "4", "ошибка при вводе"),
        lambda: sheet_corrections.decide(chief(), proposed.id, True),
    ):
        with pytest.raises(ClosedError, match=r"Учебный год .* закрыт"):
            act()
        db.session.rollback()
    assert sheet_corrections.decide(chief(), proposed.id, False).decision == "rejected"


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


def test_the_form_names_the_teachers_of_the_day_and_not_those_who_left(journal):
    left = make_person("Ушедшая", (Role.TEACHER,))
    until = settings.today() - timedelta(days=1)
    db.session.add(CourseTeacher(course_id=journal.course_id, teacher_id=left.id, until=until))
    db.session.commit()
    for day in ("", settings.today().isoformat(), "завтра"):
        assert sheet_list.draft(chief(), journal.course_id, day=day).values["examiners"] == journal.teacher.full_name


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


def debts_of(journal: Journal) -> dict[int, tuple[str, str | None, list[tuple[int, str | None]]]]:
    """By the student's number in the journal: mark, outcome, attempts with results."""
    numbers = {student.id: n for n, student in enumerate(journal.students)}
    rows = db.session.scalars(db.select(Debt).order_by(Debt.id)).all()
    return {
        numbers[row.student_id]: (row.mark, row.outcome, [(one.number, one.result) for one in row.attempts])
        for row in rows
    }


def age(days: int = 14) -> None:
    """Debts arose so long ago: an attempt comes later than the debt."""
    for debt in db.session.scalars(db.select(Debt)):
        debt.opened_on = settings.today() - timedelta(days=days)
    db.session.commit()


def next_day() -> None:
    """The attempts that were given were given yesterday: one day holds no two of them."""
    db.session.execute(db.update(DebtAttempt).values(day=settings.today() - timedelta(days=1)))
    db.session.commit()


def retake(journal: Journal, kind: str, marks: list[str]) -> AttestationSheet:
    sheet = create(journal, kind)
    fill(journal, sheet, marks)
    sheets.close(viewer_of(journal.teacher), sheet.id)
    return sheet


def test_r4_4_i_a_closed_sheet_opens_debts_of_who_failed_or_did_not_come(journal):
    closed(journal, ["5", "2", "неявка"])
    assert debts_of(journal) == {1: ("2", None, []), 2: ("н/а", None, [])}
    debt = db.session.scalars(db.select(Debt).order_by(Debt.id)).first()
    assert (debt.form, debt.due) == ("экзамен", settings.today() + timedelta(days=30))
    # The mark of the period that says the same opens no second one.
    typed = period_marks.Typed("2", 0)
    period_marks.record(
        viewer_of(journal.teacher), journal.course_id, journal.students[1].id, str(journal.period.id), typed
    )
    assert debts_of(journal)[1] == ("2", None, [])


def test_who_was_ill_on_the_day_owes_nothing(journal):
    day = settings.today()
    db.session.add(
        AbsencePaper(
            student_id=journal.students[2].id, kind="certificate", code="б", since=day, until=day, state="registered",
            reached_since=day, reached_until=day,
        )
    )  # fmt: skip
    db.session.commit()
    closed(journal, ["5", "2", "неявка"])
    assert debts_of(journal) == {1: ("2", None, [])}


def test_r4_4_i_a_closed_retake_is_the_debts_attempt_and_writes_the_mark_that_was_passed(journal):
    closed(journal, ["5", "2", "неявка"])
    age()
    sheet = retake(journal, "retake", ["4", "2"])
    assert debts_of(journal) == {1: ("2", "passed", [(1, "4")]), 2: ("н/а", None, [(1, "2")])}
    mark = db.session.scalars(db.select(PeriodMark)).one()
    assert (mark.student_id, mark.mark) == (journal.students[1].id, "4")
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "period-mark").order_by(LogEntry.id)).one()
    assert (entry.after, "ликвидация задолженности" in entry.reason) == ("4", True)
    # Before the commission: who has passed is not in it; then no attempt is left.
    next_day()
    last = create(journal, "commission")
    assert [row.student_id for row in last.rows] == [journal.students[2].id]
    fill(journal, last, ["2"])
    sheets.close(viewer_of(journal.teacher), last.id)
    assert debts_of(journal)[2] == ("н/а", None, [(1, "2"), (2, "2")])
    third = create(journal, "commission")
    fill(journal, third, ["3"])
    with pytest.raises(RefusedError, match="Обе попытки использованы"):
        sheets.close(viewer_of(journal.teacher), third.id)
    db.session.rollback()
    assert db.session.get(AttestationSheet, third.id).closed_at is None
    assert sheet.closed_at is not None


def test_a_second_attempt_before_one_examiner_does_not_close(journal):
    closed(journal, ["5", "4", "2"])
    age()
    retake(journal, "retake", ["2"])
    next_day()
    again = create(journal, "retake", examiners="Иванов И. И.")
    fill(journal, again, ["3"])
    with pytest.raises(RefusedError, match="комиссия"):
        sheets.close(viewer_of(journal.teacher), again.id)
    db.session.rollback()
    assert debts_of(journal)[2] == ("2", None, [(1, "2")])
    assert db.session.scalars(db.select(PeriodMark)).all() == []


def test_the_form_of_a_sheet_knows_what_the_debt_needs(journal):
    closed(journal, ["5", "4", "2"])
    age()
    debt = db.session.scalars(db.select(Debt)).one()
    draft = sheet_list.draft_of_debt(chief(), journal.course_id, debt.id)
    period = str(journal.period.id)
    assert (draft.values["kind"], draft.values["control"], draft.values["period"]) == ("retake", "Э", period)
    assert draft.chosen == (journal.students[2].id,)
    retake(journal, "retake", ["2"])
    db.session.expire_all()
    assert sheet_list.draft_of_debt(chief(), journal.course_id, debt.id).values["kind"] == "commission"
    other = make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        sheet_list.draft_of_debt(chief(), other.course_id, debt.id)


def test_a_corrected_result_takes_its_debt_back(journal):
    sheet = closed(journal, ["5", "4", "2"])
    row = sheets.find(chief(), sheet.id).rows[2]
    proposed = sheet_corrections.propose(chief(), row.id, "3", "ошибка при вводе")
    sheet_corrections.decide(chief(), proposed.id, True)
    assert debts_of(journal)[2] == ("2", "withdrawn", [])


def correct(sheet: AttestationSheet, number: int, mark: str) -> None:
    row = sheets.find(chief(), sheet.id).rows[number]
    proposed = sheet_corrections.propose(chief(), row.id, mark, "ошибка при вводе")
    sheet_corrections.decide(chief(), proposed.id, True)
    db.session.expire_all()


def period_mark(journal: Journal, number: int) -> str:
    found = db.select(PeriodMark.mark).where(PeriodMark.student_id == journal.students[number].id)
    return db.session.scalar(found) or ""


def test_a_retake_corrected_to_a_pass_closes_the_debt_and_back_again_opens_it(journal):
    closed(journal, ["5", "2", "4"])
    age()
    sheet = retake(journal, "retake", ["2"])
    correct(sheet, 0, "4")
    assert debts_of(journal)[1] == ("2", "passed", [(1, "4")])
    assert period_mark(journal, 1) == "4"
    correct(sheet, 0, "5")
    assert (debts_of(journal)[1], period_mark(journal, 1)) == (("2", "passed", [(1, "5")]), "5")
    correct(sheet, 0, "неявка")
    assert debts_of(journal)[1] == ("2", None, [(1, "неявка")])
    assert period_mark(journal, 1) == ""
    debt = db.session.scalars(db.select(Debt)).one()
    assert (debt.closed_at, debt.closed_by) == (None, None)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "period-mark").order_by(LogEntry.id)).all()
    assert [(one.before or "", one.after or "") for one in entry] == [("", "4"), ("4", "5"), ("5", "")]
    assert all(f"ведомости № {sheet.number}" in one.reason for one in entry[1:])


def test_the_mark_of_the_period_goes_back_to_what_the_retake_had_replaced(journal):
    teacher, student = viewer_of(journal.teacher), journal.students[1]
    closed(journal, ["5", "2", "4"])
    age()
    period_marks.record(teacher, journal.course_id, student.id, str(journal.period.id), period_marks.Typed("2", 0))
    sheet = retake(journal, "retake", ["3"])
    assert period_mark(journal, 1) == "3"
    correct(sheet, 0, "2")
    assert (debts_of(journal)[1], period_mark(journal, 1)) == (("2", None, [(1, "2")]), "2")


def test_a_correction_never_goes_over_what_came_after_the_retake(journal):
    teacher, student, slot = viewer_of(journal.teacher), journal.students[1], str(journal.period.id)
    closed(journal, ["5", "2", "2"])
    age()
    first = retake(journal, "retake", ["3", "2"])
    period_marks.record(teacher, journal.course_id, student.id, slot, period_marks.Typed("5", 1))
    with pytest.raises(RefusedError, match="верните"):
        correct(first, 0, "2")
    db.session.rollback()
    next_day()
    retake(journal, "commission", ["2"])
    with pytest.raises(RefusedError, match="Попытка 2"):
        correct(first, 1, "4")
    db.session.rollback()
    assert debts_of(journal) == {1: ("2", "passed", [(1, "3")]), 2: ("2", None, [(1, "2"), (2, "2")])}
    assert [row.mark for row in sheets.find(chief(), first.id).rows] == ["3", "2"]


def test_a_retake_of_who_was_ill_uses_no_attempt_up(journal):
    closed(journal, ["5", "4", "2"])
    age()
    sheet, day = retake(journal, "retake", ["2"]), settings.today()
    db.session.add(
        AbsencePaper(
            student_id=journal.students[2].id, kind="certificate", code="б", since=day, until=day, state="registered",
            reached_since=day, reached_until=day,
        )
    )  # fmt: skip
    db.session.commit()
    correct(sheet, 0, "неявка")
    assert [one.excused for one in db.session.scalars(db.select(Debt)).one().attempts] == [True]


def test_a_corrected_sheet_of_one_student_opens_the_debt_as_the_main_one_does(journal):
    sheet = create(journal, "individual", (journal.students[0].id,))
    fill(journal, sheet, ["4"])
    sheets.close(viewer_of(journal.teacher), sheet.id)
    correct(sheet, 0, "2")
    assert debts_of(journal) == {0: ("2", None, [])}


def test_a_corrected_main_sheet_opens_no_second_debt_and_none_of_who_was_ill(journal):
    sheet, day = closed(journal, ["5", "2", "2"]), settings.today()
    age()
    retake(journal, "retake", ["4", "2"])
    correct(sheet, 1, "неявка")
    assert db.session.scalars(db.select(Debt).where(Debt.student_id == journal.students[1].id)).one().outcome
    other = create(journal, control="ДЗ")
    fill(journal, other, ["2", "5", "5"])
    sheets.close(viewer_of(journal.teacher), other.id)
    db.session.add(
        AbsencePaper(
            student_id=journal.students[0].id, kind="certificate", code="б", since=day, until=day, state="registered",
            reached_since=day, reached_until=day,
        )
    )  # fmt: skip
    db.session.commit()
    correct(other, 0, "неявка")
    assert debts_of(journal)[0] == ("2", "withdrawn", [])
