"""r4_2_g: what was altered past the program is found, and what was not is called whole."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import factories
import pytest
from flask import Flask
from sqlalchemy import event

from ejournal.domain import chain
from ejournal.extensions import db
from ejournal.models import LogEntry, LogLink, StoredFile
from ejournal.services import cells, files, integrity, log, log_chain
from ejournal.services.cell_values import Entry

TABLES = ("log_entry", "log_link")


@pytest.fixture
def journal(in_app: Flask) -> Iterator[factories.Journal]:
    """A journal in which three marks were put and one of them mended."""
    made = factories.make_journal(students=3, lessons=1)
    teacher = factories.viewer_of(made.teacher)
    for student, text in zip(made.students, ("5", "н", "о4"), strict=True):
        cells.record_cell(teacher, made.course_id, Entry(student.id, made.works[0].id, text, 0))
    cells.record_cell(teacher, made.course_id, Entry(made.students[0].id, made.works[0].id, "4", 1), "ошибка ввода")
    return made


def by_hand(*statements: str) -> None:
    """As somebody with the database file and without the program: triggers are taken away first."""
    connection = db.session.connection()
    postgres = connection.dialect.name == "postgresql"
    for table in TABLES:
        if postgres:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
    if not postgres:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for statement in statements:
        connection.exec_driver_sql(statement)
    for table in TABLES:
        if postgres:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    db.session.commit()


def newest() -> LogEntry:
    return db.session.scalars(db.select(LogEntry).order_by(LogEntry.id.desc())).first()  # type: ignore[return-value]


def test_r4_2_g_what_nobody_touched_is_whole(journal: factories.Journal) -> None:
    report = integrity.verify()
    assert report.problems == []
    assert report.entries == len(db.session.scalars(db.select(LogEntry.id)).all()) > 3
    assert report.head == log_chain.head()[1] != chain.START


def test_r4_2_g_an_edited_entry_is_found_and_it_alone(journal: factories.Journal) -> None:
    mended = newest()
    by_hand(f"UPDATE log_entry SET reason = 'так надо' WHERE id = {mended.id}")
    assert [f"запись {mended.id} " in words for words in integrity.verify().problems] == [True]


def test_r4_2_g_an_entry_put_in_is_found(journal: factories.Journal) -> None:
    by_hand(
        "INSERT INTO log_entry (id, at, subject, action, late) "
        "VALUES (9000, '2026-11-24 09:00:00', 'cell', 'record', false)"
    )
    assert "запись 9000 вставлена мимо программы" in integrity.verify().problems[0]


def test_r4_2_g_reordered_entries_are_found(journal: factories.Journal) -> None:
    last = db.session.scalars(db.select(LogLink).order_by(LogLink.number.desc()).limit(2)).all()
    by_hand(
        f"UPDATE log_link SET number = 9000 WHERE number = {last[0].number}",
        f"UPDATE log_link SET number = {last[0].number} WHERE number = {last[1].number}",
        f"UPDATE log_link SET number = {last[1].number} WHERE number = 9000",
    )
    assert integrity.verify().problems


def test_r4_2_g_a_removed_entry_is_found(journal: factories.Journal) -> None:
    second = db.session.scalars(db.select(LogLink).where(LogLink.number == 2)).one()
    by_hand(
        f"DELETE FROM log_link WHERE number = {second.number}", f"DELETE FROM log_entry WHERE id = {second.entry_id}"
    )
    assert any("записи удалены" in words for words in integrity.verify().problems)


def test_r4_2_g_entries_cut_off_at_the_end_leave_another_closing_hash(journal: factories.Journal) -> None:
    # The chain itself cannot know what followed; the hash on paper does, and the cell gives it away too.
    printed, mended = log_chain.head(), newest()
    by_hand(f"DELETE FROM log_link WHERE entry_id = {mended.id}", f"DELETE FROM log_entry WHERE id = {mended.id}")
    assert log_chain.head() != printed
    assert "стоит «4», а по журналу изменений «5»" in integrity.verify().problems[0]


def test_r4_2_g_a_cell_changed_by_hand_is_found(journal: factories.Journal) -> None:
    by_hand(f"UPDATE cell SET mark = '5' WHERE student_id = {journal.students[0].id}")
    [told] = integrity.verify().problems
    assert "стоит «5», а по журналу изменений «4»" in told
    assert journal.students[0].short_name in told


def test_r4_2_g_a_mark_put_while_everything_is_looked_at_is_no_fault(journal: factories.Journal, in_app: Flask) -> None:
    teacher, put = factories.viewer_of(journal.teacher), []

    def write() -> None:
        with in_app.app_context():
            entry = Entry(journal.students[2].id, journal.works[0].id, "5", 1)
            put.append(cells.record_cell(teacher, journal.course_id, entry, "ошибка ввода"))

    def between(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        """The log's last words are read, the cells are not yet."""
        if "FROM cell" in statement and not put:
            put.append(None)
            writer = Thread(target=write)
            writer.start()
            writer.join(30)

    event.listen(db.engine, "before_cursor_execute", between)
    try:
        report = integrity.verify()
    finally:
        event.remove(db.engine, "before_cursor_execute", between)
    assert put[-1].text == "5"
    assert report.problems == []


def test_r4_2_g_a_cell_removed_by_hand_is_found(journal: factories.Journal) -> None:
    by_hand(f"DELETE FROM cell WHERE student_id = {journal.students[2].id}")
    assert "ячейки нет, а по журналу изменений стоит «о4»" in integrity.verify().problems[0]


def test_r4_2_g_a_file_lost_or_altered_is_found(journal: factories.Journal) -> None:
    # A hash of its own: the folder of files is shared by all tests of the session.
    kept = StoredFile(sha256=secrets.token_hex(32), name="задание.pdf", media_type="application/pdf", size=3)
    db.session.add(kept)
    db.session.commit()
    assert f"«задание.pdf» ({kept.sha256[:12]}…) пропал" in integrity.verify().problems[0]
    path: Path = files.path_of(kept.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"abc")
    assert f"«задание.pdf» ({kept.sha256[:12]}…) изменён" in integrity.verify().problems[0]


def test_r4_2_g_what_was_rolled_back_leaves_no_link(in_app: Flask) -> None:
    log.record(None, "setting", "update", after="не сохранено")
    db.session.rollback()
    log.record(None, "setting", "update", after="сохранено")
    db.session.commit()
    assert (integrity.verify().entries, integrity.verify().problems) == (1, [])


def test_r4_2_g_parallel_writers_keep_one_chain(app: Flask) -> None:
    threads, each = 4, 10
    start = Barrier(threads)

    def write(number: int) -> None:
        with app.app_context():
            start.wait()
            for turn in range(each):
                log.record(None, "setting", "update", after=f"{number}-{turn}")
                log.record(None, "setting", "update", after=f"{number}-{turn}, второе")
                db.session.commit()
            db.session.remove()

    running = [Thread(target=write, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    with app.app_context():
        report = integrity.verify()
        assert (report.entries, report.problems) == (threads * each * 2, [])


def test_the_closing_hash_of_a_day_is_that_of_its_last_entry(journal: factories.Journal) -> None:
    assert log_chain.head_at(db.session.scalar(db.select(db.func.max(LogEntry.at)))) == log_chain.head()
    before = db.session.scalar(db.select(db.func.min(LogEntry.at)))
    assert log_chain.head_at(before.replace(year=before.year - 1)) == (0, chain.START)
