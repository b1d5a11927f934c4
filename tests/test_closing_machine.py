"""Closing, unlocking and relocking in any order (R4.4.a): no mark is lost or let in, and the log agrees with the cells.

A state machine on the real services; SQLite alone, the rule is the same statement on both databases.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from factories import make_journal, make_person, viewer_of
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ejournal.extensions import db
from ejournal.models import Cell, LogEntry, PeriodMark, Role
from ejournal.services import cells, closing, period_marks
from ejournal.services.errors import ClosedError, RefusedError
from ejournal.services.period_marks import Typed

START = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Moscow"))
WHY = "исправлено по работе"
places = st.tuples(st.integers(0, 1), st.integers(0, 1))


class Closing(RuleBasedStateMachine):
    """What the rule of п. 4.4 allows, told apart from what is stored."""

    @initialize()
    def begin(self) -> None:
        self.clock = time_machine.travel(START, tick=False)
        self.clock.start()
        self.day, self.closed, self.open_until = 0, False, -1
        self.cells: dict[tuple[int, int], str] = {}
        self.marks: dict[int, str] = {}
        self.journal = make_journal(students=2, lessons=2)
        self.teacher = viewer_of(self.journal.teacher)
        self.chief = viewer_of(make_person(roles=(Role.ADMINISTRATION,)))
        self.course = self.journal.course_id

    def teardown(self) -> None:
        db.session.rollback()
        if hasattr(self, "clock"):
            self.clock.stop()

    @property
    def writable(self) -> bool:
        return not self.closed or self.day <= self.open_until

    @rule(place=places, text=st.sampled_from(["5", "4", "о3", "н", "б4", ""]))
    def write_cell(self, place: tuple[int, int], text: str) -> None:
        entry = cells.Entry(self.journal.students[place[0]].id, self.journal.works[place[1]].id, text, None)
        if self.writable:
            cells.record_cell(self.teacher, self.course, entry, WHY)
            self.cells[place] = text
        else:
            with pytest.raises(ClosedError):
                cells.record_cell(self.teacher, self.course, entry, WHY)
            db.session.rollback()

    @rule(text=st.sampled_from(["5", "3"]))
    def fill_a_column(self, text: str) -> None:
        """One action over both students: in a closed period nobody gets anything."""
        entries = [cells.Entry(one.id, self.journal.works[0].id, text, None) for one in self.journal.students]
        _saved, refused = cells.record_cells(self.teacher, self.course, entries, "fill", WHY)
        assert len(refused) == (0 if self.writable else 2)
        if self.writable:
            self.cells |= {(0, 0): text, (1, 0): text}

    @rule(student=st.integers(0, 1), text=st.sampled_from(["5", "4", "3"]))
    def write_period_mark(self, student: int, text: str) -> None:
        person, key = self.journal.students[student].id, str(self.journal.period.id)
        seen = period_marks.column(self.teacher, self.course, key).stored(person).version
        typed = Typed(text, seen, WHY)
        if self.writable:
            period_marks.record(self.teacher, self.course, person, key, typed)
            self.marks[student] = text
        else:
            with pytest.raises(ClosedError):
                period_marks.record(self.teacher, self.course, person, key, typed)
            db.session.rollback()

    @rule()
    def close(self) -> None:
        if self.writable:
            closing.close(self.chief, self.course, self.journal.period.id, anyway=True)
            self.closed, self.open_until = True, -1
        else:
            with pytest.raises(RefusedError):
                closing.close(self.chief, self.course, self.journal.period.id, anyway=True)
            db.session.rollback()

    @precondition(lambda self: not self.writable)
    @rule(days=st.integers(1, 3))
    def unlock(self, days: int) -> None:
        closing.unlock(self.chief, self.course, self.journal.period.id, str(days), "ошибка в ведомости")
        self.open_until = self.day + days - 1

    @rule(days=st.integers(1, 2))
    def wait(self, days: int) -> None:
        """Nobody does anything: an unlock ends by itself."""
        self.day += days
        self.clock.stop()
        self.clock = time_machine.travel(START + timedelta(days=self.day), tick=False)
        self.clock.start()

    @invariant()
    def what_is_stored_is_what_was_allowed(self) -> None:
        if not hasattr(self, "course"):
            return
        db.session.rollback()
        students = {one.id: n for n, one in enumerate(self.journal.students)}
        works = {one.id: n for n, one in enumerate(self.journal.works)}
        stored = {
            (students[row.student_id], works[row.work_id]): (row.attendance or "") + (row.mark or "")
            for row in db.session.scalars(db.select(Cell).where(Cell.work_id.in_(works)))
        }
        wanted = {place: text for place, text in self.cells.items() if text}
        assert {place: text for place, text in stored.items() if text} == wanted
        assert {place: text for place, text in self.told(students, works).items() if text} == wanted
        marks = db.session.scalars(db.select(PeriodMark).where(PeriodMark.course_id == self.course))
        assert {students[row.student_id]: row.mark for row in marks} == self.marks

    def told(self, students: dict[int, int], works: dict[int, int]) -> dict[tuple[int, int], str]:
        """The cells as the log alone tells them; each change begins where the one before it ended."""
        found: dict[tuple[int, int], str] = {}
        entries = db.session.scalars(
            db.select(LogEntry)
            .where(LogEntry.course_id == self.course, LogEntry.subject == "cell")
            .order_by(LogEntry.id)
        )
        for entry in entries:
            place = (students[entry.student_id], works[entry.work_id])
            assert (entry.before or "") == found.get(place, "")
            found[place] = entry.after or ""
        return found


def test_r4_4_a_in_whatever_order_nothing_is_lost_or_let_in(in_app):
    run_state_machine_as_test(
        Closing,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
