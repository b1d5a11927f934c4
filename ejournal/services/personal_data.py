"""Everything held about a person, in sections: for a subject's request (R4.1.c; 152-ФЗ, ст. 14)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Select, Table, or_, select
from sqlalchemy.orm import joinedload

from ejournal.domain import absences, disputes
from ejournal.extensions import Base, db
from ejournal.models import (
    COMING,
    CONSENTS,
    JOB_STATES,
    LEAVING,
    PAPER_KINDS,
    VERDICTS,
    AbsencePaper,
    Account,
    Course,
    Debt,
    Discipline,
    Enrollment,
    Group,
    IndividualPlan,
    Lesson,
    LogEntry,
    MovementOrder,
    Period,
    Person,
    PersonalTask,
    Role,
    SheetRow,
    SignInFailure,
    StoredFile,
    Subgroup,
    TaskAnswer,
    Work,
)
from ejournal.services import log, settings
from ejournal.services.personal_columns import COLUMNS
from ejournal.services.personal_tables import ABOUT, CHILDREN, FILES_OF, HIDDEN, HIDDEN_NAMES, ONLY

AT_ONCE = 5000  # ids in one statement: both databases limit them


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing held: `columns` by their own names with the words for them, rows of values."""

    key: str
    title: str
    columns: dict[str, str]
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Collected:
    """`files` are the stored files to give with it."""

    person: Person
    sections: list[Section]
    files: list[StoredFile] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            section.key: {
                "title": section.title,
                "rows": [dict(zip(section.columns, row, strict=True)) for row in section.rows],
            }
            for section in self.sections
        }


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a table as they are stored; `only`: the columns to give, empty for all that are not hidden."""

    key: str
    title: str
    table: Table
    rows: list[Mapping[str, Any]]
    only: tuple[str, ...] = ()


def collect(person: Person) -> Collected:
    """Read everything; a query or two a table, whatever it holds."""
    account_id = db.session.scalar(select(Account.id).where(Account.person_id == person.id))
    found = [Found("person", "Личные данные", _table("person"), _rows(_table("person"), "id", person.id))]
    for key, title in ABOUT.items():
        name, column = key.split(".")
        owner = account_id if column == "account_id" else person.id
        rows = _rows(_table(name), column, owner) if owner is not None else []
        found.append(Found(key, title, _table(name), rows, ONLY.get(key, ())))
    found += _below(person.id) + _beside(person, account_id)
    labels = _labels(found)
    return Collected(person, [_section(part, labels) for part in found], _files(found))


def _below(person_id: int) -> list[Found]:
    """What names the person through another row alone: attempts to pass a debt, files of an answer."""
    found = []
    for key, (above, title) in CHILDREN.items():
        name, column = key.split(".")
        parent, owner = above.split(".")
        table, theirs = _table(name), _table(parent)
        whose = select(theirs.c.id).where(theirs.c[owner] == person_id)
        rows = _read(select(table).where(table.c[column].in_(whose)).order_by(*table.primary_key.columns))
        found.append(Found(key, title, table, rows))
    return found


def _beside(person: Person, account_id: int | None) -> list[Found]:
    """What names the person without a foreign key: failed sign-ins, log entries about the account and the data."""
    entries, failures = _table("log_entry"), _table("sign_in_failure")
    about = LogEntry.details["person_id"].as_integer() == person.id
    if account_id is not None:
        about = or_(about, LogEntry.details["account_id"].as_integer() == account_id)
    told = _read(select(entries).where(about, LogEntry.student_id.is_distinct_from(person.id)).order_by(LogEntry.id))
    username = db.session.scalar(select(Account.username).where(Account.id == account_id)) if account_id else None
    tries = _read(select(failures).where(SignInFailure.username == username)) if username else []
    return [
        Found("log_entry.details", "Журнал изменений: мои данные и учётная запись", entries, told),
        Found("sign_in_failure.username", "Неудачные попытки входа", failures, tries),
    ]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _rows(table: Table, column: str, value: int) -> list[Mapping[str, Any]]:
    return _read(select(table).where(table.c[column] == value).order_by(*table.primary_key.columns))


def _read(query: Select[Any]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in db.session.execute(query).mappings()]


def _section(part: Found, labels: "Labels") -> Section:
    name = part.table.name
    shown = [
        column
        for column in part.table.columns
        if (column.name in part.only if part.only else f"{name}.{column.name}" not in HIDDEN)
        and column.name not in HIDDEN_NAMES
    ]
    columns = {column.name: COLUMNS.get(column.name, column.name) for column in shown}
    rows = [[_shown(name, column, row[column.name], labels) for column in shown] for row in part.rows]
    return Section(part.key, part.title, columns, rows)


Labels = dict[str, dict[Any, str]]


def _shown(table: str, column: Column[Any], value: Any, labels: Labels) -> Any:
    """A value as people read it, fit for JSON."""
    if value is None or isinstance(value, bool):
        return value
    for key in column.foreign_keys:
        return labels.get(key.column.table.name, {}).get(value, value)
    if isinstance(value, datetime):
        return f"{settings.local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    words = WORDS.get(f"{table}.{column.name}", {})
    return words.get(value, value) if isinstance(value, str) else value if isinstance(value, int) else str(value)


WORDS: dict[str, Mapping[Any, str]] = {
    "role_grant.role": {role.value: role.label for role in Role},
    "log_entry.role": {role.value: role.label for role in Role},
    "log_entry.subject": log.SUBJECTS,
    "log_entry.action": log.ACTIONS,
    "consent.kind": CONSENTS,
    "enrollment.came_kind": COMING,
    "enrollment.left_kind": LEAVING,
    "job.state": JOB_STATES,
    "absence_paper.kind": PAPER_KINDS,
    "absence_paper.state": absences.STATES,
    "dispute.state": disputes.STATES,
    "absence_request.answer": {"waiting": "ждёт", "accepted": "принято", "declined": "отклонено"},
    "sheet_correction.decision": {"confirmed": "утверждено", "rejected": "отклонено"},
    "task_answer.verdict": VERDICTS,
}


def _labels(found: Iterable[Found]) -> Labels:
    """The words for the rows that others point to, a query for each table."""
    wanted: dict[str, set[Any]] = {}
    for part in found:
        for column in part.table.columns:
            for key in column.foreign_keys:
                ids = {row[column.name] for row in part.rows} - {None}
                wanted.setdefault(key.column.table.name, set()).update(ids)
    return {name: _called(name, ids) for name, ids in wanted.items() if name in CALLED and ids}


def _called(name: str, ids: Collection[Any]) -> dict[Any, str]:
    model, words, loading = CALLED[name]
    ordered = sorted(ids)
    found: dict[Any, str] = {}
    for start in range(0, len(ordered), AT_ONCE):
        query = select(model).where(model.id.in_(ordered[start : start + AT_ONCE])).options(*loading)
        found |= {row.id: words(row) for row in db.session.scalars(query)}
    return found


def _lesson(lesson: Lesson) -> str:
    return f"{lesson.date:%d.%m.%Y}, {lesson.pair} пара, {lesson.course.title}"


_COURSE = (joinedload(Course.group), joinedload(Course.subgroup), joinedload(Course.discipline))

CALLED: dict[str, tuple[Any, Callable[[Any], str], tuple[Any, ...]]] = {
    "person": (Person, lambda row: row.full_name, ()),
    "account": (Account, lambda row: row.username, ()),
    "student_group": (Group, lambda row: row.title, ()),
    "subgroup": (Subgroup, lambda row: row.title, ()),
    "period": (Period, lambda row: row.title, ()),
    "discipline": (Discipline, lambda row: row.label, ()),
    "stored_file": (StoredFile, lambda row: row.name, ()),
    "personal_task": (PersonalTask, lambda row: row.text, ()),
    "movement_order": (MovementOrder, lambda row: f"№ {row.number} от {row.dated:%d.%m.%Y}", ()),
    "enrollment": (
        Enrollment,
        lambda row: f"{row.group.title} с {row.since:%d.%m.%Y}",
        (joinedload(Enrollment.group),),
    ),
    "course": (Course, lambda row: row.title, _COURSE),
    "absence_paper": (AbsencePaper, lambda row: f"{row.kind_title} с {row.since:%d.%m.%Y} по {row.until:%d.%m.%Y}", ()),
    "debt": (
        Debt,
        lambda row: f"{row.course.title}, с {row.opened_on:%d.%m.%Y}",
        (joinedload(Debt.course).options(*_COURSE),),
    ),
    "individual_plan": (IndividualPlan, lambda row: f"план с {row.since:%d.%m.%Y}", ()),
    "sheet_row": (SheetRow, lambda row: f"ведомость № {row.sheet.number}", (joinedload(SheetRow.sheet),)),
    "task_answer": (TaskAnswer, lambda row: f"ответ № {row.round} от {settings.local(row.sent_at):%d.%m.%Y}", ()),
    "lesson": (Lesson, _lesson, (joinedload(Lesson.course).options(*_COURSE),)),
    "work": (
        Work,
        lambda row: f"{_lesson(row.lesson)}, {row.title or row.kind.title}",
        (joinedload(Work.kind), joinedload(Work.lesson).joinedload(Lesson.course).options(*_COURSE)),
    ),
}


def _files(found: Iterable[Found]) -> list[StoredFile]:
    """The person's own papers; other files may tell of others."""
    ids = {row["file_id"] for part in found if part.key in FILES_OF for row in part.rows if row["file_id"] is not None}
    return list(db.session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)).order_by(StoredFile.id)))
