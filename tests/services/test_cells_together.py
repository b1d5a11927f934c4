"""Several teachers saving at once: nothing is lost, nothing is overwritten unseen."""

from concurrent.futures import ThreadPoolExecutor

from factories import make_journal, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Cell, LogEntry
from ejournal.services import cells
from ejournal.services.cells import Entry
from ejournal.services.errors import StaleError


def test_parallel_saves_of_a_column_are_all_stored(app: Flask):
    with app.app_context():
        journal = make_journal(students=24, lessons=1)
        teacher = viewer_of(journal.teacher)
        keys = [(student.id, journal.works[0].id) for student in journal.students]

    def save(key: tuple[int, int]) -> int:
        with app.app_context():
            return cells.record_cell(teacher, journal.course_id, Entry(*key, "5", 0)).version

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(save, keys)) == [1] * 24
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Cell).where(Cell.mark == "5")) == 24
        logged = db.select(db.func.count()).select_from(LogEntry).where(LogEntry.subject == "cell")
        assert db.session.scalar(logged) == 24


def test_of_several_who_saw_the_same_version_one_wins_and_the_others_are_told(app: Flask):
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        teacher = viewer_of(journal.teacher)
        key = (journal.students[0].id, journal.works[0].id)

    def save(text: str) -> str:
        with app.app_context():
            try:
                return cells.record_cell(teacher, journal.course_id, Entry(*key, text, 0)).text
            except StaleError as stale:
                return f"не {text}: {stale.current.text}"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(save, ["2", "3", "4", "5"]))
    won = [answer for answer in answers if not answer.startswith("не")]
    assert len(won) == 1
    assert all(answer.endswith(f": {won[0]}") for answer in answers if answer.startswith("не"))
