"""Marks of a period, of the year and final ones are disputed as those of a lesson are (R4.5.c)."""

from datetime import timedelta

import factories
import pytest
import time_machine
from factories_absences import World, make_world
from factories_diary import make_child
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Debt, Dispute, LogEntry, PendingNotice, Period, PeriodClosing, Role
from ejournal.models.base import now
from ejournal.services import (
    asks,
    diary_period_mark,
    dispute_lists,
    disputes,
    mark_slots,
    period_marks,
    settings,
    year_setup,
)
from ejournal.services.debt_marks import Terms
from ejournal.services.disputes import Answer, Panel
from ejournal.services.errors import (
    ClosedError,
    DebtNeededError,
    FieldsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    StaleError,
)
from ejournal.services.period_marks import Typed


@pytest.fixture
def world(in_app: Flask) -> World:
    return make_world()


@pytest.fixture
def student(world: World) -> Viewer:
    return factories.viewer_of(world.student)


def key_of(world: World) -> str:
    return str(world.journal.period.id)


def in_a_month() -> Terms:
    return Terms((settings.today() + timedelta(days=30)).isoformat(), "собеседование")


def give(world: World, mark: str, key: str = "", version: int = 0, **rest: object) -> int:
    typed = Typed(mark, version, **rest)
    saved = period_marks.record(world.teacher, world.journal.course_id, world.student.id, key or key_of(world), typed)
    return saved.version


def panel(viewer: Viewer, world: World, key: str = "") -> Panel:
    course_id = world.journal.course_id
    return disputes.panel(diary_period_mark.load(viewer, world.student.id, course_id, key or key_of(world)))


def ask(viewer: Viewer, world: World, key: str = "", text: str = "По всем работам выходит 4") -> int:
    return disputes.ask_of_period(viewer, world.student.id, world.journal.course_id, key or key_of(world), text)


def stands(world: World, key: str = "") -> str:
    return mark_slots.marks_of(world.journal.course_id)[world.student.id, key or key_of(world)].mark


@pytest.mark.parametrize(("key", "words"), [("", "за I семестр"), ("year", "за год"), ("final", "итоговая")])
def test_r4_5_c_each_mark_of_the_journal_can_be_disputed(world: World, student: Viewer, key: str, words: str) -> None:
    give(world, "3", key)
    assert panel(student, world, key).refusal == ""
    ask(student, world, key)
    for viewer in (student, factories.viewer_of(world.parent), world.teacher, world.curator):
        [dispute] = dispute_lists.load(viewer)[0]
        assert (dispute.state, dispute.mark, dispute.phrase) == ("open", "3", words)
    notice = db.session.scalars(db.select(PendingNotice).where(PendingNotice.kind == "dispute")).one()
    assert notice.person_id == world.teacher.person_id
    assert words in notice.text
    assert "выходит" not in notice.text
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "dispute")).one()
    assert (entry.before, entry.course_id) == ("3", world.journal.course_id)
    assert (entry.details or {})["name"] == words
    assert "выходит" not in f"{entry.after}{entry.reason}{entry.details}"


def test_r4_5_c_it_waits_on_the_teachers_start_page(world: World, student: Viewer) -> None:
    give(world, "3")
    ask(student, world)
    assert asks.load(world.teacher, Role.TEACHER).disputes == dispute_lists.Counts(1, 0)


def test_r4_5_c_not_asked_after_a_week(world: World, student: Viewer) -> None:
    give(world, "3")
    with time_machine.travel(now() + timedelta(days=7)):
        assert panel(student, world).refusal == ""
    with time_machine.travel(now() + timedelta(days=8)):
        assert "Срок прошёл" in panel(student, world).refusal
        with pytest.raises(RefusedError, match=r"п\. 4\.5"):
            ask(student, world)


def test_r4_5_c_one_dispute_for_a_mark_as_it_was_given(world: World, student: Viewer) -> None:
    give(world, "3")
    ask(student, world)
    with pytest.raises(RefusedError, match="уже спрашивали"):
        ask(student, world)
    db.session.rollback()
    give(world, "4", version=1)
    ask(student, world)
    assert db.session.scalar(db.select(db.func.count()).select_from(Dispute)) == 2


def test_r4_5_c_only_the_student_asks_and_only_of_what_was_given(world: World, student: Viewer) -> None:
    with pytest.raises(NotFoundError):
        ask(student, world)
    give(world, "3")
    with pytest.raises(ForbiddenError):
        ask(factories.viewer_of(world.parent), world)
    with pytest.raises(NotFoundError):
        ask(factories.viewer_of(make_child(world.journal.group)), world)
    with pytest.raises(FieldsError):
        ask(student, world, text=" ")
    with pytest.raises(NotFoundError):
        ask(student, world, key="99999")
    give(world, "", version=1)
    with pytest.raises(RefusedError, match="только оценку"):
        ask(student, world)


def test_r4_5_c_corrected_goes_into_the_journal_with_the_clause(world: World, student: Viewer) -> None:
    version = give(world, "3")
    dispute_id = ask(student, world)
    shown = dispute_lists.show(world.teacher, dispute_id)
    assert (shown.text, shown.version, shown.work, shown.may_answer) == ("3", version, None, True)
    period = db.session.get_one(Period, world.journal.period.id)
    period.ends = settings.today() - timedelta(days=20)  # long after the term of п. 4.4: the dispute is the ground
    db.session.commit()
    answered = disputes.answer(world.teacher, dispute_id, Answer("corrected", "Не учёл зачётную", "4", version))
    assert (answered.state, answered.corrected_to, stands(world)) == ("corrected", "4", "4")
    wanted = db.select(LogEntry).where(LogEntry.subject == "period-mark").order_by(LogEntry.id.desc())
    entry = db.session.scalars(wanted).first()
    assert entry
    assert (entry.action, entry.before, entry.after, entry.late) == ("dispute", "3", "4", False)
    assert "по обращению (п. 4.5): Не учёл зачётную" in (entry.reason or "")
    told = db.session.scalars(db.select(PendingNotice).where(PendingNotice.kind == "dispute-answer")).one()
    assert told.person_id == world.student.id
    assert panel(student, world).refusal == "", "the new mark may be disputed in its turn"


def test_r4_5_c_upheld_leaves_the_mark_and_says_why(world: World, student: Viewer) -> None:
    give(world, "3")
    dispute_id = ask(student, world)
    disputes.answer(world.teacher, dispute_id, Answer("upheld", "Средний 3,2"))
    [shown] = panel(student, world).disputes
    assert (shown.state, shown.reason, stands(world)) == ("upheld", "Средний 3,2", "3")
    with pytest.raises(RefusedError, match="уже ответили"):
        disputes.answer(world.teacher, dispute_id, Answer("upheld", "ещё раз"))


@pytest.mark.parametrize("value", ["3", "6", "5+", "н"])
def test_r4_5_c_a_correction_must_be_another_mark_of_a_period(world: World, student: Viewer, value: str) -> None:
    version = give(world, "3")
    dispute_id = ask(student, world)
    with pytest.raises(RefusedError):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", value, version))
    db.session.rollback()
    assert stands(world) == "3"
    assert db.session.get_one(Dispute, dispute_id).state == "open"


def test_r4_5_c_a_mark_changed_meanwhile_is_told(world: World, student: Viewer) -> None:
    version = give(world, "3")
    dispute_id = ask(student, world)
    give(world, "4", version=version)
    with pytest.raises(StaleError):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", "5", version))
    db.session.rollback()
    answered = disputes.answer(world.teacher, dispute_id, Answer("corrected", "Исправил в журнале", "4", version))
    assert (answered.corrected_to, stands(world)) == ("4", "4")


def test_r4_4_a_in_a_closed_period_a_mark_can_only_be_upheld(world: World, student: Viewer) -> None:
    version = give(world, "3")
    db.session.add(PeriodClosing(course_id=world.journal.course_id, period_id=world.journal.period.id))
    db.session.commit()
    dispute_id = ask(student, world)
    with pytest.raises(ClosedError, match="администратор"):
        disputes.answer(world.teacher, dispute_id, Answer("corrected", "причина", "5", version))
    db.session.rollback()
    disputes.answer(world.teacher, dispute_id, Answer("upheld", "Период закрыт, оценка верна"))
    assert db.session.get_one(Dispute, dispute_id).state == "upheld"


def test_r4_4_i_a_disputed_not_attested_takes_its_debt_back_and_a_new_one_asks_for_terms(
    world: World, student: Viewer
) -> None:
    version = give(world, "н/а", debt=in_a_month())
    dispute_id = ask(student, world)
    assert db.session.get_one(Dispute, dispute_id).mark == "н/а"
    with pytest.raises(DebtNeededError):
        give(world, "2", "year")
    db.session.rollback()
    disputes.answer(world.teacher, dispute_id, Answer("corrected", "Работы сданы", "3", version))
    assert db.session.scalars(db.select(Debt.outcome)).one() == "withdrawn"
    again = ask(student, world)
    with pytest.raises(DebtNeededError, match="срок и форму"):
        disputes.answer(world.teacher, again, Answer("corrected", "Ошибся", "2", version + 1))
    db.session.rollback()
    disputes.answer(world.teacher, again, Answer("corrected", "Ошибся", "2", version + 1, in_a_month()))
    assert db.session.scalars(db.select(Debt.mark).where(Debt.outcome.is_(None))).one() == "2"


def test_r4_5_c_curator_and_parent_read_and_do_not_answer(world: World, student: Viewer) -> None:
    give(world, "3")
    dispute_id = ask(student, world)
    for viewer in (world.curator, factories.viewer_of(world.parent), student):
        assert not dispute_lists.show(viewer, dispute_id).may_answer
        with pytest.raises(ForbiddenError):
            disputes.answer(viewer, dispute_id, Answer("upheld", "причина"))


def test_a_period_whose_mark_was_disputed_is_not_removed(world: World, student: Viewer) -> None:
    give(world, "3")
    ask(student, world)
    db.session.execute(db.delete(mark_slots.PeriodMark))
    db.session.commit()
    with pytest.raises(RefusedError, match="удалить нельзя"):
        year_setup.remove_period(world.teacher, world.journal.year, world.journal.period.id)
