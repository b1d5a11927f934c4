"""Import in two steps: `plan` says what a file would change and writes nothing; `apply` does exactly that.

The plan is worked out again inside the transaction that writes, and must come out the same: between preview
and confirmation somebody else may have changed the data. All or nothing; one entry in the log of changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from ejournal.access import Viewer
from ejournal.exchange import (
    bells,
    curriculum,
    journals,
    parents,
    students,
    substitutions,
    tables,
    teachers,
    thematic_plan,
    timetable,
)
from ejournal.exchange.changes import Draft, ImportPlan, Options, Outcome
from ejournal.exchange.store import bells as store_bells
from ejournal.exchange.store import curriculum as store_curriculum
from ejournal.exchange.store import parents as store_parents
from ejournal.exchange.store import students as store_students
from ejournal.exchange.store import substitutions as store_substitutions
from ejournal.exchange.store import teachers as store_teachers
from ejournal.exchange.store import thematic_plan as store_thematic_plan
from ejournal.exchange.store import timetable as store_timetable
from ejournal.exchange.tables import MAX_FILE, FileError
from ejournal.extensions import db, in_turn, reading, renew_statistics
from ejournal.models import LogEntry
from ejournal.services import log, settings
from ejournal.services.errors import RefusedError, ServiceError


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` makes a listing of the file's bytes; `store` adds the listing's changes to a draft."""

    title: str
    # What the file must have, for the person who chooses it.
    columns: str
    read: Callable[[bytes, str, Options], Any]
    store: Callable[[Any, Draft], None]


def _sheets(read: Callable[[list[tables.Sheet]], Any]) -> Callable[[bytes, str, Options], Any]:
    return lambda content, filename, _options: read(tables.read(content, filename))


def _sheets_of_a_day(read: Callable[[list[tables.Sheet], date | None], Any]) -> Callable[[bytes, str, Options], Any]:
    return lambda content, filename, options: read(tables.read(content, filename), options.day)


KINDS: dict[str, Kind] = {
    "teachers": Kind(
        "Преподаватели и сотрудники",
        "ФИО; должность, почта, телефон, группа, которой руководит",
        _sheets(teachers.read),
        store_teachers.plan,
    ),
    "students": Kind(
        "Обучающиеся",
        "ФИО, группа; дата рождения, телефон, СНИЛС, почта",
        _sheets(students.read),
        store_students.plan,
    ),
    "parents": Kind(
        "Родители",
        "ФИО родителя, ребёнок «ФИО (группа)»; родство, телефон, почта",
        _sheets(parents.read),
        store_parents.plan,
    ),
    "curriculum": Kind(
        "Учебный план",
        "индекс, наименование, формы контроля, часы по семестрам; или файл .plx",
        lambda content, filename, _options: curriculum.read(content, filename),
        store_curriculum.plan,
    ),
    "thematic-plan": Kind(
        "Тематический план",
        "тема, часы; вид занятия, задание; над таблицей «Дисциплина: … Группа: …»",
        _sheets(thematic_plan.read),
        store_thematic_plan.plan,
    ),
    "bells": Kind("Звонки", "№ пары, время; над таблицей дни", _sheets(bells.read), store_bells.plan),
    "timetable": Kind(
        "Расписание",
        "день, пара, по столбцу на группу, числитель над знаменателем; или по датам: листы курсов, день по группам, "
        "страница сайта .html",
        _sheets_of_a_day(timetable.read),
        store_timetable.plan,
    ),
    "substitutions": Kind(
        "Замены",
        "дата, группа, пара, замена («Дисциплина, Фамилия И.О.», «снята», «перенос на 5 пару»); или лист дня: группа, "
        "пара, предмет, аудитория, преподаватель, дата в заголовке; можно .html",
        _sheets_of_a_day(substitutions.read),
        store_substitutions.plan,
    ),
    "marks": Kind(
        "Журнал с отметками",
        "фамилия и имя, даты занятий; над таблицей группа и дисциплина; или таблица из печатного запаса",
        _sheets(journals.read),
        journals.store,
    ),
}
# Told how many changes of how many are carried out; what it raises undoes them all.
Progress = Callable[[int, int], None]
CHANGED = "Пока вы смотрели список изменений, данные изменились. Проверьте новый список и подтвердите снова."


class ChangedMeanwhileError(ServiceError):
    """The data changed between the preview and the confirmation."""

    status = 409


def plan(
    kind: str,
    source: Path | bytes,
    filename: str = "",
    options: Options | None = None,
    actor: Viewer | None = None,
) -> ImportPlan:
    """What the file would change. Ends the session's transaction: reading a file is no time to hold a lock.

    Raises FileError for the file as a whole.
    """
    content, filename = _content(source, filename)
    db.session.rollback()
    with reading():
        try:
            options = options or Options()
            listing = KINDS[kind].read(content, filename, options)
            return _plan(kind, content, filename, options, actor, listing)
        finally:
            db.session.rollback()


def apply(planned: ImportPlan, actor: Viewer | None = None) -> ImportPlan:
    """Carry out a plan. See apply_file."""
    if planned.errors:
        raise _refusal(planned)
    return _apply(
        planned.kind, planned.content, planned.filename, planned.options, planned.fingerprint(), actor, planned.listing
    )


def apply_file(
    kind: str,
    content: bytes,
    filename: str,
    options: Options,
    fingerprint: str,
    actor: Viewer | None,
    progress: Progress = lambda done, total: None,
) -> ImportPlan:
    """Carry out in one transaction what a plan with this fingerprint said, and log it. Returns the plan.

    Raises FileError, RefusedError for a file with errors, ChangedMeanwhileError when the file would now do
    something else than was shown.
    """
    db.session.rollback()
    # Before the transaction: reading a large file takes as long as writing it, and nobody's save waits for that.
    listing = KINDS[kind].read(content, filename, options)
    return _apply(kind, content, filename, options, fingerprint, actor, listing, progress)


def _apply(
    kind: str,
    content: bytes,
    filename: str,
    options: Options,
    fingerprint: str,
    actor: Viewer | None,
    listing: Any,
    progress: Progress = lambda done, total: None,
) -> ImportPlan:
    db.session.rollback()
    in_turn("import")  # two of one list at once would both create its people
    try:
        plan = _plan(kind, content, filename, options, actor, listing)
        if plan.errors:
            raise _refusal(plan)
        if plan.fingerprint() != fingerprint:
            raise ChangedMeanwhileError(CHANGED)
        _carry_out(plan, progress)
        plan.log_id = _log(plan, actor)
        renew_statistics(db.session.connection())
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise ChangedMeanwhileError(CHANGED) from error
    except IntegrityError as error:
        db.session.rollback()
        raise RefusedError(
            "Список не сходится с тем, что уже записано, и не загружен. Откройте список изменений ещё раз; если это "
            "повторится — проверьте, нет ли в файле одного и того же дважды."
        ) from error
    except BaseException:
        db.session.rollback()
        raise
    return plan


def _carry_out(plan: ImportPlan, progress: Progress) -> None:
    db.session.add_all(plan.first)
    db.session.flush()
    for number, change in enumerate(plan.changes):
        progress(number, len(plan.changes))
        change.act()
    for act in plan.closing:
        act()


def recent(limit: int = 10) -> list[LogEntry]:
    """The last imports, newest first."""
    query = select(LogEntry).where(LogEntry.subject == "import").order_by(LogEntry.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def find_done(entry_id: int) -> LogEntry | None:
    """The entry an import left in the log."""
    return db.session.scalar(select(LogEntry).where(LogEntry.id == entry_id, LogEntry.subject == "import"))


def _refusal(plan: ImportPlan) -> RefusedError:
    return RefusedError(f"В файле ошибок: {len(plan.errors)}. Ничего не записано.")


def _content(source: Path | bytes, filename: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, filename
    try:
        if source.stat().st_size > MAX_FILE:
            raise FileError(f"Файл больше {MAX_FILE // tables.MEGABYTE} МБ: это не список колледжа.")
        return source.read_bytes(), filename or source.name
    except OSError as error:
        raise FileError(f"Файл не открывается: {source}") from error


def _plan(kind: str, content: bytes, filename: str, options: Options, actor: Viewer | None, listing: Any) -> ImportPlan:
    draft = Draft(options=options, today=settings.today(), actor=actor)
    draft.errors += listing.errors
    draft.notes += listing.notes
    with db.session.no_autoflush:
        KINDS[kind].store(listing, draft)
    draft.errors.sort(key=lambda error: (error.sheet, error.row, error.cell))
    return ImportPlan(
        kind=kind,
        filename=filename,
        content=content,
        options=options,
        changes=draft.changes,
        errors=draft.errors,
        notes=draft.notes,
        batch=draft.batch,
        first=draft.first,
        closing=draft.closing,
        listing=listing,
    )


def _log(done: ImportPlan, actor: Viewer | None) -> int:
    """One entry for the whole import, with every change in words: who, when, from, to (п. 4.2)."""
    return log.record(
        actor,
        "import",
        "import",
        after=f"{KINDS[done.kind].title}, {done.filename or 'файл'}: создано {done.created}, "
        f"изменено {done.updated}, без изменений {done.unchanged}",
        batch=done.batch,
        details={
            "kind": done.kind,
            "file": done.filename,
            "created": done.created,
            "updated": done.updated,
            "unchanged": done.unchanged,
            "notes": done.notes,
            "changes": [
                {"outcome": change.outcome.value, "title": change.title, "lines": list(change.lines)}
                for change in done.changes
                if change.outcome is not Outcome.UNCHANGED
            ],
        },
    )
