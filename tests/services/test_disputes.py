"""Disputed marks (R4.5.c): asked by the student within a week, corrected or upheld by a teacher with a reason."""

from datetime import timedelta

import factories
import pytest
import time_machine
from factories_absences import World, make_world
from factories_diary import make_child, put
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Cell, Dispute, LogEntry, PendingNotice, PeriodClosing, Role
from ejournal.models.base import now
from ejournal.services import absence_requests, asks, diary_mark, dispute_lists, disputes, undo
from ejournal.services.disputes import Answer, Panel
from ejournal.services.errors import (
    ClosedError,
    FieldsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    StaleError,
)


@pytest.fixture
def world(in_app: Flask) -> World:
    return make_world()


@pytest.fixture
def student(world: World) -> Viewer:
    return factories.viewer_of(world.student)


def panel(viewer: Viewer, cell: Cell) -> Panel:
    return disputes.panel(diary_mark.load(viewer, cell.student_id, cell.id))


def ask(viewer: Viewer, cell: Cell, text: str = "Я отвечал на 5") -> int:
    return disputes.ask(viewer, cell.student_id, cell.id, text)


def states(viewer: Viewer) -> list[str]:
    return [dispute.state for dispute in dispute_lists.load(viewer)[0]]


def test_r4_5_c_asked_is_seen_by_student_parent_teacher_and_curator(world: World, student: Viewer) -> None:
    ask(student, world.put("3"))
    for viewer in (student, factories.viewer_of(world.parent), world.teacher, world.curator):
        assert states(viewer) == ["open"]
    stranger = factories.viewer_of(factories.make_journal(students=1).teacher)
    other = factories.viewer_of(make_child(world.journal.group))
    assert states(stranger) == states(other) == []
    notice = db.session.scalars(select(PendingNotice).where(PendingNotice.kind == "dispute")).one()
    assert notice.person_id == world.teacher.person_id
    assert "отвечал" not in notice.text


def test_r4_5_c_the_log_tells_that_it_was_asked_and_not_the_words(world: World, student: Viewer) -> None:
    ask(student, world.put("3"), "Личное объяснение")
    entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "dispute")).one()
    assert (entry.before, entry.student_id) == ("3", world.student.id)
    assert "Личное" not in f"{entry.before}{entry.after}{entry.reason}{entry.details}"


def test_r4_5_c_not_asked_after_a_week(world: World, student: Viewer) -> None:
    cell = world.put("3")
    with time_machine.travel(now() + timedelta(days=7)):
        assert panel(student, cell).refusal == ""
    with time_machine.travel(now() + timedelta(days=8)):
        assert "Срок прошёл" in panel(student, cell).refusal
        with pytest.raises(RefusedError, match=r"п\. 4\.5"):
            ask(student, cell)


def test_r4_5_c_the_week_counts_from_the_mark_and_not_from_a_change_of_attendance(
    world: World, student: Viewer
) -> None:
    with time_machine.travel(now() + timedelta(days=1)):
        world.put("н3", 2)
    world.register()
    later = now() + timedelta(days=9)
    with time_machine.travel(later):
        [asked] = absence_requests.waiting(world.teacher)
        absence_requests.accept(world.teacher, asked.id)
        assert world.text(2) == "б3"
        assert "Срок прошёл" in panel(student, world.cell(2)).refusal


def test_r4_5_c_one_dispute_for_a_mark_as_it_was_given(world: World, student: Viewer) -> None:
    cell = world.put("3")
    ask(student, cell)
    with pytest.raises(RefusedError, match="уже спрашивали"):
        ask(student, cell)
    db.session.rollback()
    world.put("4")
    ask(student, cell, "И четвёрка неверна")
    assert states(student) == ["open", "open"]


def test_r4_5_c_only_the_student_asks(world: World) -> None:
    cell = world.put("3")
    with pytest.raises(ForbiddenError):
        ask(factories.viewer_of(world.parent), cell)
    with pytest.raises(NotFoundError):
        ask(factories.viewer_of(make_child(world.journal.group)), cell)


def test_r4_5_c_attendance_is_no_mark(world: World, student: Viewer) -> None:
    with pytest.raises(RefusedError):
        ask(student, world.put("н"))


def test_r4_5_c_words_are_needed(world: World, student: Viewer) -> None:
    with pytest.raises(FieldsError):
        ask(student, world.put("3"), "  ")


def test_r4_5_c_a_mark_that_came_with_a_list_counts_from_when_it_was_written(world: World, student: Viewer) -> None:
    cell = put(world.journal.works[0], world.student, "3")
    assert panel(student, cell).refusal == ""


def test_r4_5_c_corrected_goes_into_the_journal_with_the_clause(world: World, student: Viewer) -> None:
    cell = world.put("о3")
    dispute_id = ask(student, cell)
    with time_machine.travel(now() + timedelta(days=12)):
        answered = disputes.answer(
            world.teacher, dispute_id, Answer("corrected", "Ошибся строкой", "5", world.cell().version)
        )
    assert (answered.state, answered.corrected_to, world.text()) == ("corrected", "5", "о5")
    entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "cell").order_by(LogEntry.id.desc())).first()
    assert entry
    assert (entry.action, entry.after, entry.late) == ("dispute", "о5", False)
    assert "по обращению (п. 4.5): Ошибся строкой" in (entry.reason or "")
    told = db.session.scalars(select(PendingNotice).where(PendingNotice.kind == "dispute-answer")).one()
    assert told.person_id == world.student.id


def test_r4_5_c_upheld_leaves_the_mark_and_says_why(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    with pytest.raises(FieldsError) as refused:
        disputes.answer(world.teacher, dispute_id, Answer("upheld", ""))
    assert "reason" in refused.value.fields
    disputes.answer(world.teacher, dispute_id, Answer("upheld", "Не выполнены задания 2 и 3"))
    assert world.text() == "3"
    [shown] = panel(student, world.cell()).disputes
    assert (shown.state, shown.reason) == ("upheld", "Не выполнены задания 2 и 3")
    with pytest.raises(RefusedError, match="уже ответили"):
        disputes.answer(world.teacher, dispute_id, Answer("upheld", "ещё раз"))


@pytest.mark.parametrize("value", ["3", "6", "5 5"])
def test_r4_5_c_a_correction_must_be_another_mark(world: World, student: Viewer, value: str) -> None:
    dispute_id = ask(student, world.put("3"))
    with pytest.raises(RefusedError):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", value, world.cell().version))
    db.session.rollback()
    assert world.text() == "3"
    assert states(student) == ["open"]


def test_r4_5_c_a_decision_must_be_made(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    with pytest.raises(FieldsError) as refused:
        disputes.answer(world.teacher, dispute_id, Answer("", "причина"))
    assert "decision" in refused.value.fields


def test_r4_5_c_a_cell_changed_meanwhile_is_told(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    seen = world.cell().version
    world.put("о3")
    with pytest.raises(StaleError):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", "5", seen))


def test_r4_5_c_a_mark_mended_in_the_journal_closes_the_dispute_as_corrected(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    world.put("5")
    answered = disputes.answer(world.teacher, dispute_id, Answer("corrected", "Исправил в журнале", "5", 1))
    assert (answered.state, answered.corrected_to, world.cell().version) == ("corrected", "5", 2)


@pytest.mark.parametrize(("decision", "typed"), [("corrected", ""), ("corrected", "5"), ("upheld", "")])
def test_r4_5_c_what_was_decided_is_not_undone_and_the_change_before_it_is(
    world: World, student: Viewer, decision: str, typed: str
) -> None:
    world.put("4", 1)
    cell = world.put("3")
    dispute_id = ask(student, cell)
    if typed:  # mended in the journal first, answered after
        world.put(typed)
    disputes.answer(world.teacher, dispute_id, Answer(decision, "Я ошиблась строкой", "5"))
    decided = "5" if decision == "corrected" else "3"
    undo.undo_last(world.teacher, world.journal.course_id)
    assert (world.text(0), world.text(1)) == (decided, "")
    with pytest.raises(RefusedError, match="нечего"):
        undo.undo_last(world.teacher, world.journal.course_id)


def test_r4_5_c_what_is_typed_after_the_answer_goes_back_to_what_was_decided(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    disputes.answer(world.teacher, dispute_id, Answer("corrected", "Я ошиблась строкой", "5"))
    world.put("2")
    undo.undo_last(world.teacher, world.journal.course_id)
    assert world.text(0) == "5"


def test_r4_4_a_in_a_closed_period_a_mark_can_only_be_upheld(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    db.session.add(PeriodClosing(course_id=world.journal.course_id, period_id=world.journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", "5", 1))
    db.session.rollback()
    disputes.answer(world.teacher, dispute_id, Answer("upheld", "Период закрыт, оценка верна"))
    assert states(student) == ["upheld"]


def test_r4_5_c_curator_and_parent_read_and_do_not_answer(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    for viewer in (world.curator, factories.viewer_of(world.parent), student):
        assert not dispute_lists.show(viewer, dispute_id).may_answer
        with pytest.raises(ForbiddenError):
            disputes.answer(viewer, dispute_id, Answer("upheld", "причина"))
    stranger = factories.viewer_of(factories.make_journal(students=1).teacher)
    with pytest.raises(NotFoundError):
        dispute_lists.show(stranger, dispute_id)


def test_r4_5_c_start_pages_count_what_waits_and_what_is_overdue(world: World, student: Viewer) -> None:
    ask(student, world.put("3"))
    for viewer, role in ((world.teacher, Role.TEACHER), (world.curator, Role.CURATOR)):
        assert asks.load(viewer, role).disputes == dispute_lists.Counts(1, 0)
    with time_machine.travel(now() + timedelta(days=8)):
        assert asks.load(world.teacher, Role.TEACHER).disputes == dispute_lists.Counts(1, 1)


def test_r4_5_c_open_ones_come_first_by_their_term(world: World, student: Viewer) -> None:
    first = ask(student, world.put("3", 0))
    disputes.answer(world.teacher, first, Answer("upheld", "верно"))
    second = ask(student, world.put("2", 1))
    assert [dispute.id for dispute in dispute_lists.load(world.teacher)[0]] == [second, first]
    assert [dispute.id for dispute in dispute_lists.load(world.teacher, "upheld")[0]] == [first]


def test_an_answered_dispute_is_kept(world: World, student: Viewer) -> None:
    dispute_id = ask(student, world.put("3"))
    disputes.answer(world.teacher, dispute_id, Answer("upheld", "верно"))
    stored = db.session.get_one(Dispute, dispute_id)
    assert (stored.text, stored.mark, stored.answered_by) == ("Я отвечал на 5", "3", world.teacher.person_id)
