"""Academic debts from «н/а» to the mark (R4.4.i): attempts, results, terms, the register."""

import io
from datetime import timedelta

import pytest
from factories import Journal, enroll, make_curator, make_journal, make_person, viewer_of
from python_calamine import CalamineWorkbook

from ejournal.exchange.export import debts as sheet
from ejournal.extensions import db
from ejournal.models import Debt, Enrollment, LogEntry, PeriodClosing, PeriodMark, Role
from ejournal.services import debt_list, debts, diary_marks, movement, period_marks, settings
from ejournal.services.debt_list import Filters
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import (
    DebtNeededError,
    FieldsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
)
from ejournal.services.movement_plan import Typed as Order
from ejournal.services.period_marks import Typed

THREE = "Иванов И. И.\nПетров П. П.\nСидоров С. С."


@pytest.fixture
def journal(in_app) -> Journal:
    return make_journal(students=2, lessons=2)


@pytest.fixture
def debt(journal) -> Debt:
    """Two weeks old."""
    due = settings.today() + timedelta(days=30)
    period_marks.record(
        viewer_of(journal.teacher), journal.course_id, journal.students[0].id, str(journal.period.id),
        Typed("н/а", 0, debt=Terms(due.isoformat(), "собеседование")),
    )  # fmt: skip
    made = db.session.scalars(db.select(Debt)).one()
    made.opened_on = settings.today() - timedelta(days=14)
    db.session.commit()
    return made


def chief():
    return viewer_of(make_person(roles=(Role.ADMINISTRATION,)))


def issue(debt: Debt, days: int = 0, examiners: str = "Иванов И. И."):
    day = settings.today() + timedelta(days=days)
    return debts.issue(chief(), debt.id, {"day": day.isoformat(), "examiners": examiners})


def line(debt: Debt):
    return debt_list.lines_of([debts.find(chief(), debt.id)])[0]


def test_a_passed_debt_writes_the_mark_with_its_ground_in_a_closed_period_too(journal, debt):
    attempt = issue(debt)
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    debts.record_result(chief(), attempt.id, "4")
    mark = db.session.scalars(db.select(PeriodMark)).one()
    assert (mark.mark, mark.version) == ("4", 2)
    entry = db.session.scalars(
        db.select(LogEntry).where(LogEntry.subject == "period-mark").order_by(LogEntry.id.desc())
    ).first()
    assert (entry.before, entry.after) == ("н/а", "4")
    assert f"направление № {debt.id}-{attempt.id}" in entry.reason
    assert (line(debt).state, line(debt).mark_told) == ("passed", "н/а → 4")
    with pytest.raises(RefusedError, match="закрыта"):
        debts.record_result(chief(), attempt.id, "5")


def test_second_attempt_wants_a_commission_and_there_is_no_third(debt):
    debts.record_result(chief(), issue(debt, days=-1).id, "2")
    with pytest.raises(FieldsError) as told:
        issue(debt)
    assert "комиссия" in told.value.fields["examiners"]
    db.session.rollback()
    debts.record_result(chief(), issue(debt, examiners=THREE).id, "неявка")
    with pytest.raises(RefusedError, match="больше двух раз"):
        issue(debt, examiners=THREE)
    db.session.rollback()
    assert line(debt).state == "exhausted"
    assert line(debt).attempts_told == "1: 2; 2: неявка"


@pytest.mark.parametrize("days", [-4, -3])
def test_r4_4_i_the_second_attempt_is_later_than_the_first(debt, days):
    debts.record_result(chief(), issue(debt, days=-3).id, "2")
    with pytest.raises(FieldsError) as told:
        issue(debt, days=days, examiners=THREE)
    assert "позже первой" in told.value.fields["day"]
    db.session.rollback()
    assert issue(debt, days=-2, examiners=THREE).number == 2


def test_an_excused_absence_does_not_use_the_attempt_up(debt):
    debts.record_result(chief(), issue(debt).id, "неявка", excused=True)
    assert issue(debt).number == 1


def test_result_is_entered_on_the_day_and_before_another_attempt(debt):
    attempt = issue(debt, days=3)
    assert line(debt).state == "waiting"
    with pytest.raises(FieldsError, match="исправьте"):
        debts.record_result(chief(), attempt.id, "4")
    db.session.rollback()
    with pytest.raises(RefusedError, match="результат прежнего"):
        issue(debt, days=4)
    db.session.rollback()
    with pytest.raises(FieldsError):
        debts.record_result(chief(), issue_now(debt, attempt), "отлично")


def issue_now(debt: Debt, attempt) -> int:
    attempt.day = settings.today()
    db.session.commit()
    return attempt.id


def test_mark_with_an_attempt_is_no_longer_corrected_by_hand(journal, debt):
    issue(debt)
    with pytest.raises(RefusedError, match="направление"):
        period_marks.record(
            viewer_of(journal.teacher), journal.course_id, journal.students[0].id, str(journal.period.id),
            Typed("4", 1),
        )  # fmt: skip


def test_illness_makes_the_year_longer_and_is_no_day_of_an_attempt(debt):
    before = line(debt).last_day
    since, until = settings.today() + timedelta(days=1), settings.today() + timedelta(days=10)
    debts.pause(chief(), debt.id, {"since": since.isoformat(), "until": until.isoformat(), "ground": "справка № 5"})
    assert line(debt).last_day == before + timedelta(days=10)
    with pytest.raises(FieldsError) as told:
        issue(debt, days=5)
    assert "остановлен" in told.value.fields["day"]


def test_academic_leave_by_orders_stops_the_year(journal, debt):
    membership = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == journal.students[0].id)).one()
    before = line(debt).last_day
    membership.until, membership.left_kind = settings.today() - timedelta(days=10), "leave"
    enroll(journal.students[0], journal.group, settings.today() - timedelta(days=4))
    assert line(debt).last_day == before + timedelta(days=5)


def test_a_leave_that_ended_in_an_expulsion_stops_the_year_up_to_it(journal, debt):
    """Who is restored later has the days of the leave still (ст. 58 273-ФЗ)."""
    before, today, student = line(debt).last_day, settings.today(), journal.students[0].id
    debt.opened_on = today - timedelta(days=100)
    db.session.commit()
    began, expelled = today - timedelta(days=40), today - timedelta(days=10)
    movement.issue(chief(), Order("leave", "1", today, began, (student,), leave_until=expelled, sure=True))
    movement.issue(chief(), Order("expel", "2", today, expelled, (student,), reason="не вышел из отпуска", sure=True))
    movement.issue(chief(), Order("restore", "3", today, today, (student,), journal.group.id))
    assert line(debt).last_day == before - timedelta(days=86) + timedelta(days=30)


@pytest.mark.parametrize("form", [{}, {"since": "2026-02-10", "until": "2026-02-01", "ground": "x"}])
def test_pause_says_what_is_missing(debt, form):
    with pytest.raises(FieldsError):
        debts.pause(chief(), debt.id, form)


def test_r4_4_i_teacher_sets_another_term_and_enters_results_but_does_not_issue(journal, debt):
    teacher = viewer_of(journal.teacher)
    due = settings.today() + timedelta(days=60)
    debts.change_terms(teacher, debt.id, Terms(due.isoformat(), "зачёт"))
    assert (debt.due, debt.form) == (due, "зачёт")
    with pytest.raises(DebtNeededError):
        debts.change_terms(teacher, debt.id, Terms("", ""))
    db.session.rollback()
    with pytest.raises(ForbiddenError):
        debts.issue(teacher, debt.id, {"day": settings.today().isoformat(), "examiners": "Иванов"})
    db.session.rollback()
    debts.record_result(teacher, issue(debt).id, "3")
    assert line(debt).state == "passed"


def test_another_term_stays_within_the_year_of_the_debt_and_what_stopped_it(journal, debt):
    teacher, today = viewer_of(journal.teacher), settings.today()
    debt.opened_on = today - timedelta(days=360)
    db.session.commit()
    late = Terms((today + timedelta(days=30)).isoformat(), "зачёт")
    with pytest.raises(DebtNeededError, match="в пределах года"):
        debts.change_terms(teacher, debt.id, late)
    db.session.rollback()
    ill = {"since": (today - timedelta(days=60)).isoformat(), "until": today.isoformat(), "ground": "справка"}
    debts.pause(chief(), debt.id, ill)
    debts.change_terms(teacher, debt.id, late)
    assert debt.due == today + timedelta(days=30)


def test_r2_1_c_register_shows_a_teacher_and_a_curator_only_their_own(journal, debt):
    other = make_journal(students=1, lessons=1)
    for person, number in (
        (journal.teacher, 1), (make_curator(journal.group), 1), (other.teacher, 0), (make_curator(other.group), 0),
    ):  # fmt: skip
        assert len(debt_list.load(viewer_of(person), Filters())) == number
    with pytest.raises(NotFoundError):
        debts.find(viewer_of(other.teacher), debt.id)


def test_register_is_filtered_by_group_state_and_words(journal, debt):
    surname = journal.students[0].surname
    for filters, number in (
        (Filters(group_id=journal.group.id), 1),
        (Filters(group_id=journal.group.id + 1000), 0),
        (Filters(student_id=journal.students[1].id), 0),
        (Filters(state="open"), 1),
        (Filters(state="overdue"), 0),
        (Filters(text=surname.upper()), 1),
        (Filters(text="операционные"), 1),
        (Filters(text="нет такого"), 0),
    ):
        assert len(debt_list.load(chief(), filters)) == number, filters
    debt.due = settings.today() - timedelta(days=1)
    db.session.commit()
    assert [one.state for one in debt_list.load(chief(), Filters())] == ["overdue"]


def test_register_comes_as_a_spreadsheet_and_that_is_logged(journal, debt):
    actor = chief()
    content = sheet.xlsx(actor, debt_list.load(actor, Filters()))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[2][0] == journal.students[0].full_name
    assert rows[2][5] == "н/а"
    assert rows[2][7] == debt.due
    assert db.session.scalars(db.select(LogEntry.after).where(LogEntry.subject == "export")).all() == [
        "задолженности: 1"
    ]


def test_r4_6_a_the_diary_shows_the_debt_and_the_years_mark(journal, debt):
    actor = viewer_of(journal.teacher)
    period_marks.record(actor, journal.course_id, journal.students[0].id, "year", Typed("4", 0))
    curator = viewer_of(make_curator(journal.group))
    found = diary_marks.load(curator, journal.students[0].id)
    assert [one.id for one in found.debts] == [debt.id]
    assert diary_marks.load(curator, journal.students[1].id).debts == []
    given = [(one.title, one.mark) for one in found.subjects[0].period_marks]
    assert given == [("I семестр", "н/а"), ("за год", "4")]
