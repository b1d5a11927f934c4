"""Is what is stored what was written: the database, the log's chain, the cells, the files (п. 4.2, R4.2.g)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from ejournal.domain import chain
from ejournal.extensions import db, one_moment
from ejournal.models import Cell, Lesson, LogEntry, LogLink, Person, StoredFile, Work
from ejournal.services import files

CHUNK = 5000
# A damaged chain would name every entry after the damage: the first ones tell where to look.
MOST_TOLD = 20


@dataclass(slots=True)
class Report:
    """What was looked at, and in Russian what is wrong; `head` is the chain's last hash."""

    entries: int = 0
    cells: int = 0
    files: int = 0
    head: str = chain.START
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify() -> Report:
    """Look at everything; changes nothing. Minutes for years of a large college: streams, keeps little in memory.

    All of it as of one moment: a mark put between the log and the cells being read is no fault.
    """
    report = Report()
    with one_moment():
        report.problems += _database()
        report.problems += _told(_chain(report))
        report.problems += _told(_cells(report))
        report.problems += _told(_files(report))
    return report


def _told(problems: Iterator[str]) -> list[str]:
    found = list(problems)
    more = len(found) - MOST_TOLD
    return found if more <= 0 else [*found[:MOST_TOLD], f"…и ещё {more} таких же"]


def _database() -> list[str]:
    """SQLite's own checks; PostgreSQL keeps its foreign keys and page checksums itself."""
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        return []
    pages = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(20)") if row[0] != "ok"]
    links = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return [f"файл базы повреждён: {words}" for words in pages] + [
        f"строка {row[1]} таблицы {row[0]} ссылается на то, чего нет в {row[2]}" for row in links[:MOST_TOLD]
    ]


def _chain(report: Report) -> Iterator[str]:
    """Every link in order: its number, its entry, its hash; then entries that no link names."""
    digest, expected = chain.START, 1
    for number, stored, entry in _links():
        if number != expected:
            yield f"журнал изменений: звеньев с {expected} по {number - 1} нет — записи удалены"
            expected = number
        if entry is None:
            yield f"журнал изменений: записи звена {number} нет — она удалена"
        elif chain.link(digest, entry._mapping) != stored:
            who = f"запись {entry.id} от {entry.at:%d.%m.%Y %H:%M} UTC"
            yield f"журнал изменений: {who} (звено {number}) не сходится — изменена, вставлена или переставлена"
        # Go on from what is stored: one altered entry is named once, not with all that follow.
        digest, expected = stored, expected + 1
        report.entries += 1
    report.head = digest
    loose = db.session.scalars(
        select(LogEntry.id).outerjoin(LogLink, LogLink.entry_id == LogEntry.id).where(LogLink.number.is_(None))
    )
    yield from (f"журнал изменений: запись {entry_id} вставлена мимо программы" for entry_id in loose)


def _links() -> Iterator[tuple[int, str, Any]]:
    columns = [LogEntry.id, *(getattr(LogEntry, name) for name in chain.FIELDS)]
    query = select(LogLink.number, LogLink.hash, *columns).outerjoin(LogEntry, LogEntry.id == LogLink.entry_id)
    last = 0
    while rows := db.session.execute(query.where(LogLink.number > last).order_by(LogLink.number).limit(CHUNK)).all():
        for row in rows:
            yield row.number, row.hash, row if row.id is not None else None
        last = rows[-1].number


def _cells(report: Report) -> Iterator[str]:
    """Each cell against the last entry of the log about it."""
    said = dict(_last_said())
    for row in db.session.execute(select(Cell.work_id, Cell.student_id, Cell.attendance, Cell.mark)):
        text = (row.attendance or "") + (row.mark or "")
        report.cells += 1
        after = said.pop((row.work_id, row.student_id), "")
        if text != after:
            yield f"{_place(row.work_id, row.student_id)}: стоит «{text}», а по журналу изменений «{after}»"
    for (work_id, student_id), after in said.items():
        if after:
            yield f"{_place(work_id, student_id)}: ячейки нет, а по журналу изменений стоит «{after}»"


def _last_said() -> Iterator[tuple[tuple[int, int], str]]:
    newest = (
        select(func.max(LogEntry.id))
        .where(LogEntry.subject == "cell", LogEntry.work_id.is_not(None), LogEntry.student_id.is_not(None))
        .group_by(LogEntry.work_id, LogEntry.student_id)
    )
    rows = db.session.execute(
        select(LogEntry.work_id, LogEntry.student_id, LogEntry.after).where(LogEntry.id.in_(newest))
    )
    for row in rows:
        yield (row.work_id, row.student_id), row.after or ""


def _place(work_id: int, student_id: int) -> str:
    """«журнал 12, занятие 24.11.2026, Ким В. И.»."""
    student = db.session.get(Person, student_id)
    lesson = db.session.scalar(select(Lesson).join(Work, Work.lesson_id == Lesson.id).where(Work.id == work_id))
    where = f"журнал {lesson.course_id}, занятие {lesson.date:%d.%m.%Y}" if lesson else f"вид работы {work_id}"
    return f"{where}, {student.short_name if student else f'обучающийся {student_id}'}"


def _files(report: Report) -> Iterator[str]:
    for stored in db.session.scalars(select(StoredFile).order_by(StoredFile.id)):
        report.files += 1
        path = files.path_of(stored.sha256)
        if not path.is_file():
            yield f"файл «{stored.name}» ({stored.sha256[:12]}…) пропал из хранилища"
        elif _digest(path) != stored.sha256:
            yield f"файл «{stored.name}» ({stored.sha256[:12]}…) изменён"


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
