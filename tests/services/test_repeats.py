"""A save that is sent again because its answer was lost is carried out once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from factories import Journal, make_journal, make_person, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Cell, Course, DoneRequest, LogEntry, PeriodMark, Role
from ejournal.models.base import now
from ejournal.services import cells, columns, mark_slots, period_marks, repeats, undo
from ejournal.services.cells import Entry
from ejournal.services.errors import NotFoundError, RefusedError, StaleError
from ejournal.services.period_marks import Typed


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=2, lessons=3)


def put(journal: Journal, text: str, version: int, request_id: str = "", person=None) -> cells.Saved:  # type: ignore[no-untyped-def]
    entry = Entry(journal.students[0].id, journal.works[2].id, text, version)
    return cells.record_cell(viewer_of(person or journal.teacher), journal.course_id, entry, request_id=request_id)


def logged(journal: Journal) -> list[tuple[str | None, str | None]]:
    chosen = db.select(LogEntry.before, LogEntry.after).where(
        LogEntry.course_id == journal.course_id, LogEntry.subject.in_(("cell", "period_mark"))
    )
    return [(before, after) for before, after in db.session.execute(chosen.order_by(LogEntry.id))]


def test_a_repeated_save_answers_with_the_cell_and_changes_nothing(journal):
    put(journal, "5", 0, "first")
    again = put(journal, "5", 0, "first")
    assert (again.text, again.version, again.changed) == ("5", 1, False)
    assert logged(journal) == [("", "5")]


def test_a_repeat_brings_no_old_value_back_over_what_came_after_it(journal):
    put(journal, "5", 0, "first")
    put(journal, "4", 1, "second")
    put(journal, "", 2, "third")
    # The first one's answer was lost: without its id it would be a conflict with oneself.
    again = put(journal, "5", 0, "first")
    assert (again.text, again.version) == ("", 3)
    with pytest.raises(StaleError):
        put(journal, "5", 0, "another")
    assert [after for _, after in logged(journal)] == ["5", "4", ""]


def test_everybody_present_repeated_takes_away_nothing_that_was_put_after_it(journal):
    put(journal, "н", 0)
    put(journal, "н3", 1)
    viewer, lesson = viewer_of(journal.teacher), journal.lessons[2].id
    first = columns.everybody_present(viewer, journal.course_id, lesson, request_id="present")
    assert [(saved.text, saved.changed) for saved in first] == [("3", True)]
    put(journal, "о", 3)
    again = columns.everybody_present(viewer, journal.course_id, lesson, request_id="present")
    assert {saved.text for saved in again} == {"о", ""}
    assert not any(saved.changed for saved in again)
    assert [after for _, after in logged(journal)] == ["н", "н3", "3", "о"]


def test_an_undo_repeated_takes_back_nothing_more_and_shows_what_it_put_back(journal):
    viewer = viewer_of(journal.teacher)
    for number, text in enumerate(("5", "4", "3")):
        put(journal, text, number)
    first, _ = undo.undo_last(viewer, journal.course_id, "undo")
    again, refused = undo.undo_last(viewer, journal.course_id, "undo")
    assert ([(saved.text, saved.changed) for saved in first], refused) == ([("4", True)], [])
    assert [(saved.text, saved.version, saved.changed) for saved in again] == [("4", first[0].version, False)]
    undo.undo_last(viewer, journal.course_id, "another")
    assert [after for _, after in logged(journal)] == ["5", "4", "3", "4", "5"]


def test_an_undo_of_a_column_repeated_shows_the_whole_column(journal):
    viewer = viewer_of(journal.teacher)
    columns.fill(viewer, journal.course_id, journal.works[2].id, "зч")
    undo.undo_last(viewer, journal.course_id, "undo")
    put(journal, "5", 2)
    again, _ = undo.undo_last(viewer, journal.course_id, "undo")
    assert sorted(saved.text for saved in again) == ["", "5"]


def test_a_refused_request_is_looked_at_anew(journal):
    with pytest.raises(RefusedError):
        put(journal, "о/5", 0, "first")
    db.session.rollback()
    assert put(journal, "5", 0, "first").changed


def test_ids_are_each_persons_own_and_open_nothing(journal):
    put(journal, "5", 0, "first")
    stranger = make_person("Чужая", (Role.TEACHER,))
    with pytest.raises(NotFoundError):
        put(journal, "4", 1, "first", stranger)
    db.session.rollback()
    assert len(db.session.scalars(db.select(DoneRequest)).all()) == 1
    assert db.session.scalars(db.select(Cell.mark)).all() == ["5"]


def test_marks_of_a_period_are_repeated_as_safely(journal):
    viewer, student = viewer_of(journal.teacher), journal.students[0].id
    slot = mark_slots.of_course(db.session.get_one(Course, journal.course_id))[0]
    for text, version, request_id in (("5", 0, "first"), ("4", 1, "second"), ("5", 0, "first")):
        saved = period_marks.record(
            viewer, journal.course_id, student, slot.key, Typed(text, version, "причина", request_id=request_id)
        )
    assert (saved.mark, saved.version) == ("4", 2)
    assert db.session.scalars(db.select(PeriodMark.mark)).all() == ["4"]


def test_the_same_request_twice_at_a_time_is_carried_out_once(app: Flask):
    with app.app_context():
        journal = make_journal(students=1, lessons=3)
        db.session.remove()
    found: list[tuple[str, int]] = []
    start = threading.Barrier(4)

    def save() -> None:
        with app.app_context():
            start.wait()
            saved = put(journal, "5", 0, "first")
            found.append((saved.text, saved.version))
            db.session.remove()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [("5", 1)] * 4
    with app.app_context():
        assert logged(journal) == [("", "5")]
        db.session.remove()


def test_ids_are_forgotten_when_no_browser_repeats_them(journal):
    with time_machine.travel(now() - repeats.KEPT - timedelta(days=1)):
        assert repeats.is_first(viewer_of(journal.teacher), "old")
        db.session.commit()
    repeats.is_first(viewer_of(journal.teacher), "new")
    db.session.commit()
    assert repeats.remove_old() == 1
    assert not repeats.is_first(viewer_of(journal.teacher), "new")
