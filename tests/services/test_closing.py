"""Closing a journal's period and opening it for some days (R4.4.a): what is in the way, what is refused, the log."""

from datetime import timedelta
from random import Random

import pytest
import time_machine
from factories import Journal, make_curator, make_journal, make_lesson, make_person, viewer_of
from factories_individual import make_plan

from ejournal.extensions import db
from ejournal.models import Cell, Course, Debt, JournalUnlock, Lesson, LogEntry, Period, PeriodClosing, PeriodMark, Role
from ejournal.models.base import now
from ejournal.services import cells, closing, closing_list, grid, lessons, period_marks, settings
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.period_marks import Typed


@pytest.fixture
def journal(in_app) -> Journal:
    """Everything is filled in; the students have their period marks."""
    made = make_journal(students=2, lessons=2)
    for lesson in db.session.scalars(db.select(Lesson)):
        lesson.topic, lesson.attendance_at = "Потоки", lesson.attendance_at or now()
    for student in made.students:
        db.session.add(
            PeriodMark(course_id=made.course_id, period_id=made.period.id, student_id=student.id, mark="4")
        )  # fmt: skip
    db.session.commit()
    return made


def close(journal: Journal, **rest: bool) -> None:
    closing.close(viewer_of(journal.teacher), journal.course_id, journal.period.id, **rest)


def unlock(journal: Journal, days: str = "2", reason: str = "ошибка в ведомости") -> None:
    closing.unlock(viewer_of(chief()), journal.course_id, journal.period.id, days, reason)


def chief():
    return make_person(roles=(Role.ADMINISTRATION,))


def record(journal: Journal, text: str = "5") -> None:
    entry = cells.Entry(journal.students[0].id, journal.works[0].id, text, None)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry, "исправлено по работе")


def test_r4_4_a_closed_period_takes_neither_marks_nor_topics_nor_period_marks(journal):
    close(journal)
    actor = viewer_of(journal.teacher)
    with pytest.raises(ClosedError, match="Период закрыт"):
        record(journal)
    with pytest.raises(ClosedError):
        period_marks.record(
            actor, journal.course_id, journal.students[0].id, str(journal.period.id), Typed("5", 1)
        )  # fmt: skip
    with pytest.raises(ClosedError):
        lessons.add(actor, journal.course_id, {"date": settings.today().isoformat(), "pair": "5", "hours": "2"})
    db.session.rollback()
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "closing")).one()
    assert (entry.action, entry.before, entry.after) == ("close", "открыт", "закрыт")
    assert grid.load(actor, journal.course_id).students[0].marks[0].closed


def test_what_is_unfinished_is_listed_and_has_to_be_confirmed(journal):
    first = db.session.get(Lesson, journal.lessons[0].id)
    first.topic = ""
    db.session.commit()
    page = closing.load(viewer_of(journal.teacher), journal.course_id, journal.period.id)
    assert [gap.lesson_id for gap in page.lacks.topics] == [first.id]
    with pytest.raises(RefusedError, match="незаполненное"):
        close(journal)
    close(journal, anyway=True)
    assert db.session.scalars(db.select(PeriodClosing.course_id)).all() == [journal.course_id]


def test_teacher_does_not_close_without_every_period_mark_but_administration_may(journal):
    db.session.execute(db.update(PeriodMark).where(PeriodMark.student_id == journal.students[1].id).values(mark=None))
    db.session.commit()
    with pytest.raises(RefusedError, match="без оценки за период — 1"):
        close(journal, anyway=True)
    closing.close(viewer_of(chief()), journal.course_id, journal.period.id, anyway=True)


def test_a_period_with_lessons_to_come_is_not_closed(journal):
    make_lesson(journal.course_id, settings.today() + timedelta(days=1), state="planned")
    with pytest.raises(RefusedError, match="впереди ещё занятий — 1"):
        close(journal, anyway=True)


def test_r4_4_a_only_the_teacher_and_administration_close(journal):
    with pytest.raises(NotFoundError):
        closing.close(
            viewer_of(make_person(roles=(Role.TEACHER,))), journal.course_id, journal.period.id
        )  # fmt: skip
    with pytest.raises(ForbiddenError):
        closing.close(viewer_of(make_curator(journal.group)), journal.course_id, journal.period.id)


def test_r4_4_a_unlock_with_a_reason_lets_write_and_relocks_by_itself(journal):
    close(journal)
    unlock(journal, days="2")
    record(journal, "5")
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.action == "unlock")).one()
    assert entry.reason == "ошибка в ведомости"
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        record(journal, "4")
    with time_machine.travel(now() + timedelta(days=2), tick=False), pytest.raises(ClosedError):
        record(journal, "3")
    db.session.rollback()
    assert db.session.scalars(db.select(JournalUnlock.until)).one() == settings.today() + timedelta(days=1)


def test_teacher_closes_again_before_the_last_day(journal):
    close(journal)
    unlock(journal, days="10")
    close(journal)
    with pytest.raises(ClosedError):
        record(journal)
    db.session.rollback()
    unlock(journal, days="1")
    record(journal)


@pytest.mark.parametrize(
    ("days", "reason", "wrong"), [("0", "причина", "days"), ("31", "причина", "days"), ("x", "", "reason")]
)
def test_unlock_wants_days_and_a_reason(journal, days, reason, wrong):
    close(journal)
    with pytest.raises(FieldsError) as told:
        unlock(journal, days, reason)
    assert wrong in told.value.fields


def test_r4_4_a_teacher_does_not_unlock_and_what_is_open_is_not_unlocked(journal):
    with pytest.raises(RefusedError, match="не закрыт"):
        unlock(journal)
    close(journal)
    with pytest.raises(ForbiddenError):
        closing.unlock(viewer_of(journal.teacher), journal.course_id, journal.period.id, "1", "очень надо")


def test_marks_that_are_debts_without_term_are_listed_and_get_one(journal):
    db.session.execute(db.update(PeriodMark).where(PeriodMark.student_id == journal.students[0].id).values(mark="н/а"))
    db.session.commit()
    actor = viewer_of(journal.teacher)
    page = closing.load(actor, journal.course_id, journal.period.id)
    assert [student.id for student in page.lacks.debts] == [journal.students[0].id]
    terms = Terms((settings.today() + timedelta(days=20)).isoformat(), "зачёт")
    assert closing.set_debts(actor, journal.course_id, str(journal.period.id), terms) == 1
    assert db.session.scalars(db.select(Debt.form)).all() == ["зачёт"]
    assert closing.load(actor, journal.course_id, journal.period.id).lacks.is_empty


def test_r4_4_d_the_list_counts_guests_without_a_mark_as_the_journals_own_page_does(journal):
    course = db.session.get_one(Course, journal.course_id)
    guest = make_journal(students=1, lessons=1).students[0]
    make_plan(guest.id, journal.year.starts, discipline_id=course.discipline_id, course_id=course.id)
    page = closing.load(viewer_of(journal.teacher), journal.course_id, journal.period.id)
    assert [student.id for student in page.lacks.marks] == [guest.id]
    (line,) = closing_list.load(viewer_of(chief()), journal.group.id, journal.period.id).lines
    assert (line.missing, line.is_ready) == (1, False)
    # Whom a plan sends elsewhere is owed nothing here.
    db.session.execute(db.update(PeriodMark).values(mark=None))
    make_plan(journal.students[0].id, journal.year.starts, discipline_id=course.discipline_id, exempt=True)
    (line,) = closing_list.load(viewer_of(chief()), journal.group.id, journal.period.id).lines
    assert line.missing == 2


def test_administration_sees_a_groups_journals_and_closes_those_ticked(journal):
    actor = viewer_of(chief())
    listing = closing_list.load(actor, journal.group.id, journal.period.id)
    assert [(line.course.id, line.missing, line.is_ready, line.closed) for line in listing.lines] == [
        (journal.course_id, 0, True, False)
    ]
    assert closing_list.close_many(actor, journal.period.id, [journal.course_id]) == (1, [])
    assert closing_list.load(actor, journal.group.id, journal.period.id).lines[0].closed
    unlock(journal, days="3")
    line = closing_list.load(actor, journal.group.id, journal.period.id).lines[0]
    assert (line.closed, line.unlocked_until) == (False, settings.today() + timedelta(days=2))


def test_missing_marks_are_those_of_who_was_there_on_the_last_day(journal):
    late = db.session.get(Period, journal.period.id)
    db.session.execute(db.delete(PeriodMark).where(PeriodMark.student_id == journal.students[0].id))
    late.ends = settings.today()
    db.session.commit()
    line = closing_list.load(viewer_of(chief()), journal.group.id, journal.period.id).lines[0]
    page = closing.load(viewer_of(journal.teacher), journal.course_id, journal.period.id)
    assert line.missing == len(page.lacks.marks) == 1


@pytest.mark.parametrize("seed", range(4))
def test_closing_unlocking_and_relocking_never_loses_or_admits_a_mark(journal, seed):
    """Days go by, people close, open and write at random: what is written is what the rule alone allows."""
    chance, start = Random(seed), now()
    day, closed, open_until, mark = 0, False, -1, ""
    for _step in range(14):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            writable = not closed or day <= open_until
            action = chance.choice(["write", "write", "close", "unlock", "wait"])
            if action == "close" and writable:
                close(journal)
                closed, open_until = True, -1
            elif action == "unlock" and not writable:
                days = chance.randint(1, 3)
                unlock(journal, days=str(days))
                open_until = day + days - 1
            elif action == "write":
                text = chance.choice([value for value in "5432" if value != mark])
                if writable:
                    record(journal, text)
                    mark = text
                else:
                    with pytest.raises(ClosedError):
                        record(journal, text)
                    db.session.rollback()
            elif action == "wait":
                day += 1
        stored = db.session.scalar(db.select(Cell.mark).where(Cell.work_id == journal.works[0].id)) or ""
        assert stored == mark
