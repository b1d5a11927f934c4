"""A period that is closed while somebody writes into it: what was found open is written before it is closed."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import factories
import pytest
from factories import Journal
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Cell, CourseTeacher, Lesson, LessonState, LogEntry, Role
from ejournal.services import (
    cells,
    closed,
    closing,
    closing_list,
    columns,
    lesson_context,
    lesson_states,
    period_marks,
    settings,
    substitutions,
    undo,
    year_setup,
)
from ejournal.services.cells import Entry
from ejournal.services.debt_marks import NO_TERMS
from ejournal.services.errors import RefusedError

# Who is not kept waiting has closed the period long before.
MOMENT = 0.4
REASON = {"reason": "болезнь преподавателя"}


def write_cell(teacher: Viewer, journal: Journal, then: Callable[[], None]) -> None:
    entry = Entry(journal.students[0].id, journal.works[0].id, "5", None)
    good, refused = cells.check_cells(teacher, journal.course_id, [entry])
    assert not refused
    then()
    cells.write_batch(teacher, good, "fill", "b1")


def write_topic(teacher: Viewer, journal: Journal, then: Callable[[], None]) -> None:
    lesson, _place = lesson_context.find_to_change(teacher, journal.course_id, journal.lessons[0].id, None)
    then()
    lesson_context.note(teacher, lesson, "тема", lesson.topic, "Потоки")
    lesson.topic = "Потоки"
    db.session.commit()


def write_period_mark(teacher: Viewer, journal: Journal, then: Callable[[], None]) -> None:
    class Chosen(dict[int, str]):
        def __getitem__(self, student_id: int) -> str:
            then()
            return super().__getitem__(student_id)

    chosen = Chosen({journal.students[0].id: "4"})
    assert period_marks.record_suggested(teacher, journal.course_id, str(journal.period.id), chosen, NO_TERMS) == (
        1,
        [],
    )


def close_period(app: Flask, chief: Viewer, journal: Journal) -> tuple[int, list[str]]:
    with app.app_context():
        return closing_list.close_many(chief, journal.period.id, [journal.course_id])


def close_year(app: Flask, chief: Viewer, journal: Journal) -> None:
    with app.app_context():
        year_setup.close(chief, db.session.get_one(AcademicYear, journal.year.id))


@pytest.mark.parametrize("close", [close_period, close_year])
@pytest.mark.parametrize("write", [write_cell, write_topic, write_period_mark])
def test_r4_4_what_was_found_open_is_written_before_the_closing(
    app: Flask,
    write: Callable[[Viewer, Journal, Callable[[], None]], None],
    close: Callable[[Flask, Viewer, Journal], object],
) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1, last=settings.today() - timedelta(days=1))
        journal.year.ends = journal.period.ends = settings.today() - timedelta(days=1)
        db.session.commit()
        teacher = factories.viewer_of(journal.teacher)
        chief = factories.viewer_of(factories.make_person("Приказова", (Role.ADMINISTRATION, Role.SYSADMIN)))
        db.session.expunge_all()
    with ThreadPoolExecutor(1) as pool, app.app_context():
        closes: list[Future[object]] = []

        def begin() -> None:
            closes.append(pool.submit(close, app, chief, journal))
            wait(closes, MOMENT)

        write(teacher, journal, begin)
        closes[0].result()
        order = db.session.scalars(db.select(LogEntry.subject).order_by(LogEntry.id)).all()
    assert order[-1] in ("closing", "year")
    assert set(order[:-1]) & {"cell", "lesson", "period-mark"}


def came_of(app: Flask, change: Callable[[], Lesson]) -> str:
    """The lesson's state, or why it was refused."""
    with app.app_context():
        try:
            return change().state
        except RefusedError as refused:
            return refused.message


def cancel(app: Flask, teacher: Viewer, journal: Journal) -> str:
    lesson_id = journal.lessons[0].id
    return came_of(app, lambda: lesson_states.cancel(teacher, journal.course_id, lesson_id, REASON, None))


def move(app: Flask, teacher: Viewer, journal: Journal) -> str:
    def change() -> Lesson:
        form = {**REASON, "date": f"{settings.today():%d.%m.%Y}", "pair": "6", "sure": "1"}
        return lesson_states.move(teacher, journal.course_id, journal.lessons[0].id, form, None)

    return came_of(app, change)


def replace(app: Flask, _teacher: Viewer, journal: Journal) -> str:
    """The office takes the lesson off."""
    with app.app_context():
        try:
            return substitutions.publish(None, journal.lessons[0].id, substitutions.Typed("cancelled", sure=True)).kind
        except RefusedError as refused:
            return refused.message


@pytest.fixture
def planned(app: Flask) -> tuple[Journal, Viewer]:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1, last=settings.today() - timedelta(days=1))
        journal.lessons[0].state = LessonState.PLANNED
        db.session.commit()
        teacher = factories.viewer_of(journal.teacher)
        db.session.expunge_all()
    return journal, teacher


@pytest.mark.parametrize("change", [cancel, move, replace])
def test_r4_4_a_lesson_goes_away_only_without_the_mark_that_is_being_saved(
    app: Flask, planned: tuple[Journal, Viewer], change: Callable[[Flask, Viewer, Journal], str]
) -> None:
    journal, teacher = planned
    with ThreadPoolExecutor(1) as pool, app.app_context():
        changes: list[Future[str]] = []

        def begin() -> None:
            changes.append(pool.submit(change, app, teacher, journal))
            wait(changes, MOMENT)

        write_cell(teacher, journal, begin)
        assert "есть отметки" in changes[0].result()
        assert db.session.get_one(Lesson, journal.lessons[0].id).state == LessonState.HELD


def test_r4_4_an_undo_leaves_a_lesson_held_where_a_colleagues_mark_is_being_saved(
    app: Flask, planned: tuple[Journal, Viewer]
) -> None:
    journal, teacher = planned
    with ThreadPoolExecutor(1) as pool, app.app_context():
        colleague = factories.make_person("Вторая", (Role.TEACHER,))
        db.session.add(CourseTeacher(course_id=journal.course_id, teacher_id=colleague.id))
        db.session.commit()
        viewer = factories.viewer_of(colleague)
        columns.everybody_present(teacher, journal.course_id, journal.lessons[0].id)
        undone: list[Future[None]] = []

        def take_back() -> None:
            with app.app_context():
                undo.undo_last(teacher, journal.course_id)

        def begin() -> None:
            undone.append(pool.submit(take_back))
            wait(undone, MOMENT)

        write_cell(viewer, journal, begin)
        undone[0].result()
        assert db.session.get_one(Lesson, journal.lessons[0].id, populate_existing=True).state == LessonState.HELD


def test_r4_4_a_mark_that_comes_while_a_lesson_is_cancelled_is_refused(
    app: Flask, planned: tuple[Journal, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, teacher = planned
    usual, saves = lesson_states._reason, []

    def save() -> None:
        with app.app_context():
            cells.record_cell(teacher, journal.course_id, Entry(journal.students[0].id, journal.works[0].id, "5", None))

    def reason(form: Mapping[str, str], errors: dict[str, str]) -> str:
        saves.append(pool.submit(save))
        wait(saves, MOMENT)
        return usual(form, errors)

    monkeypatch.setattr(lesson_states, "_reason", reason)
    with ThreadPoolExecutor(1) as pool:
        assert cancel(app, teacher, journal) == LessonState.CANCELLED
        with pytest.raises(RefusedError, match="отменено"):
            saves[0].result()
    with app.app_context():
        assert db.session.get_one(Lesson, journal.lessons[0].id).state == LessonState.CANCELLED
        assert not db.session.scalars(db.select(Cell)).all()


def test_r4_4_who_closes_while_a_long_list_is_written_is_told_and_keeps_nobody_waiting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not app.config["EJOURNAL"].database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer: the page says that the database is busy (tests/web/test_unavailable.py)")
    monkeypatch.setattr(closed, "PATIENCE", 2 * MOMENT)
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        chief = factories.viewer_of(factories.make_person("Приказова", (Role.ADMINISTRATION,)))
        teacher = factories.viewer_of(journal.teacher)
        db.session.expunge_all()
    with ThreadPoolExecutor(1) as pool, app.app_context():
        closed.hold_open()
        closes = pool.submit(close_period, app, chief, journal)
        wait([closes], MOMENT)
        with app.app_context():  # another one, who comes after
            cells.record_cell(teacher, journal.course_id, Entry(journal.students[0].id, journal.works[0].id, "5", None))
        assert not closes.done()
        closed_none, (told,) = closes.result()
        assert (closed_none, "повторите через минуту" in told) == (0, True)
        with app.app_context(), pytest.raises(RefusedError, match="повторите через минуту"):
            closing.close(chief, journal.course_id, journal.period.id)
        db.session.rollback()
        assert close_period(app, chief, journal) == (1, [])
