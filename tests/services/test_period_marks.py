"""Marks of a period, a year and final ones (R4.4.d, i, j): written, refused, late, with their debts."""

from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of

from ejournal.extensions import db
from ejournal.models import Course, CurriculumHours, Debt, LogEntry, Period, PeriodClosing, PeriodMark, Role, YearMark
from ejournal.services import cells, grid, period_marks, settings, undo
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import (
    ClosedError,
    DebtNeededError,
    ForbiddenError,
    NotFoundError,
    ReasonNeededError,
    RefusedError,
    StaleError,
)
from ejournal.services.period_marks import Typed


@pytest.fixture
def journal(in_app) -> Journal:
    return make_journal(students=3, lessons=4)


def write(journal: Journal, text: str, version: int = 0, key: str = "", student: int = 0, **rest: object):
    actor = viewer_of(journal.teacher)
    return period_marks.record(
        actor, journal.course_id, journal.students[student].id, key or str(journal.period.id),
        Typed(text, version, **rest),
    )  # fmt: skip


def in_a_month() -> Terms:
    return Terms((settings.today() + timedelta(days=30)).isoformat(), "собеседование")


def give(journal: Journal, student: int, marks: list[str]) -> None:
    actor = viewer_of(journal.teacher)
    for work, mark in zip(journal.works, marks, strict=False):
        cells.record_cell(actor, journal.course_id, cells.Entry(journal.students[student].id, work.id, mark, 0))


def ended(journal: Journal, days: int) -> None:
    """The period ended so many days ago."""
    period = db.session.get(Period, journal.period.id)
    period.ends = settings.today() - timedelta(days=days)
    db.session.commit()


def test_r4_4_d_teacher_gives_a_period_mark_and_it_is_logged(journal):
    saved = write(journal, "4")
    assert (saved.mark, saved.version) == ("4", 1)
    stored = db.session.scalars(db.select(PeriodMark)).one()
    assert (stored.mark, stored.version, stored.updated_by) == ("4", 1, journal.teacher.id)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "period-mark")).one()
    assert (entry.before, entry.after, entry.late, entry.student_id) == ("", "4", False, journal.students[0].id)


@pytest.mark.parametrize(("text", "words"), [("6", "1"), ("5+", "только за занятие"), ("н", "на занятии")])
def test_r3_6_what_is_no_period_mark_is_refused_with_the_reason(journal, text, words):
    with pytest.raises(RefusedError, match=words):
        write(journal, text)


def test_stale_version_is_told_with_what_is_stored(journal):
    write(journal, "4")
    with pytest.raises(StaleError) as told:
        write(journal, "5", version=0)
    assert (told.value.current.text, told.value.current.version) == ("4", 1)
    assert write(journal, "5", version=1).version == 2


def test_r4_4_i_not_attested_asks_for_term_and_form_and_opens_a_debt(journal):
    with pytest.raises(DebtNeededError, match="срок и форму"):
        write(journal, "н/а")
    db.session.rollback()
    assert db.session.scalars(db.select(PeriodMark)).all() == []
    write(journal, "на", debt=in_a_month())
    debt = db.session.scalars(db.select(Debt)).one()
    assert (debt.mark, debt.form, debt.outcome, debt.period_id) == ("н/а", "собеседование", None, journal.period.id)
    assert debt.due == settings.today() + timedelta(days=30)


@pytest.mark.parametrize("days", [0, -5, 400])
def test_r4_4_i_term_of_a_debt_is_later_than_today_and_within_a_year(journal, days):
    with pytest.raises(DebtNeededError, match="не подходит"):
        write(journal, "2", debt=Terms((settings.today() + timedelta(days=days)).isoformat(), "экзамен"))


def test_a_corrected_mark_takes_its_debt_back(journal):
    write(journal, "2", debt=in_a_month())
    write(journal, "3", version=1)
    assert db.session.scalars(db.select(Debt.outcome)).one() == "withdrawn"


def test_a_worse_mark_keeps_the_one_debt(journal):
    write(journal, "2", debt=in_a_month())
    write(journal, "н/а", version=1)
    assert db.session.scalars(db.select(Debt.mark)).all() == ["н/а"]


def test_r4_4_j_mark_after_four_days_is_late_and_a_change_wants_a_reason(journal):
    ended(journal, 5)
    write(journal, "4")
    assert db.session.scalars(db.select(LogEntry.late).where(LogEntry.subject == "period-mark")).one() is True
    with pytest.raises(ReasonNeededError, match=r"п\. 4\.4"):
        write(journal, "5", version=1)
    assert write(journal, "5", version=1, reason="ошибка при вводе").mark == "5"


def test_r4_4_j_mark_within_four_days_is_in_time(journal):
    ended(journal, 4)
    write(journal, "4")
    assert db.session.scalars(db.select(LogEntry.late).where(LogEntry.subject == "period-mark")).one() is False


def test_r4_4_a_closed_period_takes_no_mark(journal):
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    for key in (str(journal.period.id), "year", "final"):
        with pytest.raises(ClosedError):
            write(journal, "4", key=key)


def test_r4_4_a_only_the_journals_own_teacher_gives_marks(journal):
    key, typed = str(journal.period.id), Typed("4", 0)
    for role, error in ((Role.TEACHER, NotFoundError), (Role.ADMINISTRATION, ForbiddenError)):
        with pytest.raises(error):
            period_marks.record(
                viewer_of(make_person(roles=(role,))), journal.course_id, journal.students[0].id, key, typed
            )


def test_who_was_not_in_the_journal_in_the_period_gets_no_mark(journal):
    actor = viewer_of(journal.teacher)
    with pytest.raises(RefusedError, match=r"п\. 4\.2"):
        period_marks.record(
            actor, journal.course_id, make_person().id, str(journal.period.id), Typed("4", 0)
        )  # fmt: skip


def test_suggestion_follows_the_mean_and_is_never_written(journal):
    give(journal, 0, ["5", "4", "5", "5"])
    give(journal, 1, ["5"])
    column = period_marks.column(viewer_of(journal.teacher), journal.course_id, str(journal.period.id))
    assert [column.suggested[student.id].mark for student in journal.students] == ["5", "н/а", "н/а"]
    assert db.session.scalars(db.select(PeriodMark)).all() == []


@pytest.mark.parametrize(("control", "suggested"), [({2: "З", 3: "Э"}, "ЗЧ"), ({2: "Э", 3: "З"}, "5")])
def test_the_last_of_three_periods_ends_as_the_curriculums_second_semester(journal, control, suggested):
    year, course = journal.year, db.session.get_one(Course, journal.course_id)
    for semester, form in control.items():
        plan = CurriculumHours(discipline_id=course.discipline_id, semester=semester, hours=36, control=form)
        db.session.add(plan)
    last = db.session.get_one(Period, journal.period.id)
    last.number, first = 3, year.starts
    for number in (1, 2):
        starts = first + timedelta(days=number - 1)
        db.session.add(Period(year_id=year.id, number=number, title=f"{number} триместр", starts=starts, ends=starts))
    last.starts = first + timedelta(days=2)
    db.session.commit()
    give(journal, 0, ["5", "5", "5"])
    column = period_marks.column(viewer_of(journal.teacher), journal.course_id, str(last.id))
    assert column.suggested[journal.students[0].id].mark == suggested


def test_suggestion_is_not_attested_below_half_of_the_attendance(journal):
    give(journal, 0, ["н5", "н5", "н5", "5"])
    column = period_marks.column(viewer_of(journal.teacher), journal.course_id, str(journal.period.id))
    suggested = column.suggested[journal.students[0].id]
    assert suggested.mark == "н/а"
    assert "посещаемость 25 %" in suggested.reason


def test_grid_shows_suggestions_to_the_teacher_alone(journal):
    give(journal, 0, ["5", "4", "5", "5"])
    shown = grid.load(viewer_of(journal.teacher), journal.course_id)
    assert shown.students[0].marks[0].suggested.mark == "5"
    shown = grid.load(viewer_of(make_person(roles=(Role.ADMINISTRATION,))), journal.course_id)
    assert shown.students[0].marks[0].suggested is None


def test_year_and_final_marks_are_suggested_from_the_period_and_stored_apart(journal):
    write(journal, "4")
    actor = viewer_of(journal.teacher)
    year = period_marks.column(actor, journal.course_id, "year")
    assert year.suggested[journal.students[0].id].mark == "4"
    assert journal.students[1].id not in year.suggested
    write(journal, "4", key="year")
    final = period_marks.column(actor, journal.course_id, "final")
    assert final.suggested[journal.students[0].id].mark == "4"
    write(journal, "5", key="final")
    kinds = db.session.execute(db.select(YearMark.kind, YearMark.mark).order_by(YearMark.kind)).all()
    assert [tuple(row) for row in kinds] == [("final", "5"), ("year", "4")]


def test_suggested_marks_are_written_to_those_who_have_none(journal):
    write(journal, "3")
    first, second, third = (student.id for student in journal.students)
    written, passed_over = period_marks.record_suggested(
        viewer_of(journal.teacher), journal.course_id, str(journal.period.id),
        {first: "5", second: "4"}, Terms(),
    )  # fmt: skip
    assert (written, len(passed_over)) == (1, 1)
    marks = dict(db.session.execute(db.select(PeriodMark.student_id, PeriodMark.mark)).all())
    assert marks == {first: "3", second: "4"}
    assert third not in marks


def test_suggested_marks_are_all_or_nothing_where_a_debt_lacks_its_term(journal):
    first, second, _third = (student.id for student in journal.students)
    key, actor = str(journal.period.id), viewer_of(journal.teacher)
    with pytest.raises(DebtNeededError):
        period_marks.record_suggested(actor, journal.course_id, key, {first: "5", second: "н/а"}, Terms())
    db.session.rollback()
    assert db.session.scalars(db.select(PeriodMark)).all() == []
    assert period_marks.record_suggested(
        actor, journal.course_id, key, {first: "5", second: "н/а"}, in_a_month()
    )[0] == 2  # fmt: skip
    assert db.session.scalars(db.select(Debt.student_id)).all() == [second]


def test_an_undo_takes_back_no_older_mark_in_the_place_of_a_periods(journal):
    actor = viewer_of(journal.teacher)
    give(journal, 0, ["5"])
    given = write(journal, "4")
    with pytest.raises(RefusedError, match=r"Последней вы изменили оценку за .*«4»"):
        undo.undo_last(actor, journal.course_id)
    db.session.rollback()
    # Put back by the page itself, it is none.
    write(journal, "", given.version)
    saved, _refused = undo.undo_last(actor, journal.course_id)
    assert [one.text for one in saved] == [""]
