"""A filled sheet of a pack → cells in the name of who teaches (п. 4.1, 4.4): what is new, what changes, what is refused
and why, and where the journal was changed meanwhile."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain import failures as failure_days
from ejournal.domain import notation, terms
from ejournal.domain.names import fold, short_name
from ejournal.domain.notation import NotationError, Value
from ejournal.exchange.changes import Draft, Options
from ejournal.exchange.headers import RowError
from ejournal.exchange.marks import MarkRecord
from ejournal.exchange.pack import Book, Head, PackSheet, Typed
from ejournal.exchange.store import marks as cells
from ejournal.exchange.store.lessons import Lessons
from ejournal.exchange.store.people import RowRefusedError
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LogEntry, Person, Role, Work
from ejournal.services import continuity, failures, log, roster, settings
from ejournal.services.roster import Student

REASON = "внесено после сбоя"


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Fate:
    """What comes of a cell. `key` names it in the file; `now` stands in the journal, put there by `who` meanwhile."""

    key: str
    row: int
    column: int
    student: str
    date: date | None
    typed: str
    state: State
    now: str = ""
    message: str = ""
    who: str = ""


@dataclass(slots=True)
class SheetPlan:
    """`author` is in whose name it is entered; `teachers` are whom it could be."""

    sheet: PackSheet
    course: Course | None
    teachers: list[Person]
    author: Person | None
    draft: Draft
    fates: list[Fate] = field(default_factory=list)

    def of(self, *states: State) -> list[Fate]:
        return [fate for fate in self.fates if fate.state in states]


class _Since(NamedTuple):
    """The first change of a cell after the pack was made: what stood there then, and who changed it."""

    before: str
    who: str


def plan(book: Book, draft: Draft) -> None:
    """For the command line and the import page: in the name of each journal's first teacher; conflicts are errors."""
    for sheet in book.sheets:
        done = plan_sheet(sheet, draft.actor, None, frozenset(), draft.today, draft.batch)
        draft.changes += done.draft.changes
        draft.closing += done.draft.closing
        for fate in done.of(State.REFUSED, State.CONFLICT):
            where = f"{fate.date:%d.%m.%Y}" if fate.date else ""
            address = fate.key.rpartition("!")[2]
            draft.errors.append(RowError(fate.row, "mark", where, fate.message, address, sheet.name))


def plan_sheet(
    sheet: PackSheet, uploader: Viewer | None, author_id: int | None, take: frozenset[str], today: date, batch: str
) -> SheetPlan:
    """Writes nothing: its draft's acts do. `take`: keys of conflicts of which the file's value is wanted."""
    course = db.session.scalar(
        select(Course)
        .where(Course.id == sheet.key.course_id)
        .options(joinedload(Course.year), joinedload(Course.group))
    )
    teachers = continuity.teachers_on(course.id, today) if course else []
    own = [one for one in teachers if uploader and one.id == uploader.person_id]
    chosen = [one for one in teachers if one.id == author_id]
    author = next(iter(chosen or own or teachers), None)
    draft = Draft(Options(), today, _as_viewer(author) if author else None, batch=batch)
    done = SheetPlan(sheet, course, teachers, author, draft)
    problem = _problem(course, author)
    if course is None or problem:
        done.fates = [_fate(sheet, typed, State.REFUSED, message=problem) for typed in sheet.cells]
        return done
    _Planner(done, course, uploader, take).plan()
    return done


def _problem(course: Course | None, author: Person | None) -> str:
    if course is None:
        return "такого журнала нет: его удалили или файл из другого колледжа"
    if author is None:
        return "у журнала нет преподавателя: назначьте его в нагрузке, отметки вносятся от его имени"
    return ""


def _as_viewer(person: Person) -> Viewer:
    """In whose name the log is written."""
    return Viewer(0, 0, "", person.id, person.full_name, person.short_name, frozenset({Role.TEACHER}))


class _Planner:
    """One journal: its lessons, students and cells as they are now."""

    def __init__(self, done: SheetPlan, course: Course, uploader: Viewer | None, take: frozenset[str]) -> None:
        self.done, self.draft, self.take = done, done.draft, take
        self.lessons = Lessons(course, done.draft)
        self.students = {student.id: student for student in roster.students_of(course)}
        self.cells = _cells(course)
        self.since = _since(course, done.sheet)
        self.failures = failures.declared()
        self.entries: list[dict[str, Any]] = []
        by_hand = uploader is not None and done.author is not None and uploader.person_id != done.author.id
        self.reason = f"{REASON} (ввёл(а) {uploader.short_name})" if by_hand and uploader else REASON

    def plan(self) -> None:
        for typed in self.done.sheet.cells:
            self.done.fates.append(self._cell(typed))
        self.draft.closing += [self.lessons.note_attendance, self._log]

    def _cell(self, typed: Typed) -> Fate:
        sheet = self.done.sheet
        now = ""
        try:
            value = notation.from_spreadsheet(typed.value)
            student = self._student(typed)
            record = _record(typed, student, value, self._place(typed.head))
            work = self._work(record, typed.head)
            cell = self.cells.get((work.id, student.id)) if work.id else None
            now = cells.value_of(cell).text
            cells.check_listed(record, student, cell)
        except NotationError as error:
            return _fate(sheet, typed, State.REFUSED, message=str(error))
        except RowRefusedError as refusal:
            return _fate(sheet, typed, State.REFUSED, now, refusal.message)
        since = self.since.get((work.id or 0, student.id), _Since(now, ""))
        if value.text in (now, since.before):
            # What the sheet showed and nobody touched; a newer value of the journal stays.
            return _fate(sheet, typed, State.SAME, now)
        reason = self._reason_wanted(record, cells.value_of(cell), work)
        if reason:
            return _fate(sheet, typed, State.REFUSED, now, reason)
        state = State.CONFLICT if since.before != now else State.CHANGED if now else State.NEW
        key = f"{sheet.name}!{typed.cell}"
        if state is not State.CONFLICT or key in self.take:
            self._change(record, student, work, cell)
        message = f"в журнале уже «{now or 'пусто'}» ({since.who})" if state is State.CONFLICT else ""
        return _fate(sheet, typed, state, now, message, since.who)

    def _reason_wanted(self, record: MarkRecord, before: Value, work: Work) -> str:
        """A failure is the reason for what changed in its days; of other old marks the teacher alone knows it."""
        day = work.lesson.date
        if before.is_empty or failure_days.excuses(self.failures, day):
            return ""
        late = terms.late_change(before, record.value, day, work.mark_due, self.draft.today, settings.get("terms"))
        return f"{late.phrase}: исправьте её в журнале и укажите причину (п. 4.2)" if late else ""

    def _student(self, typed: Typed) -> Student:
        """By the row's key, and the name must be the same: a row typed over is nobody's."""
        student = self.students.get(typed.student_id or 0)
        if student is None:
            named = [one for one in self.students.values() if fold(one.full_name) == fold(typed.student)]
            if typed.student_id is not None or len(named) != 1:
                raise RowRefusedError("student", f"«{typed.student}» не числится в этом журнале")
            student = named[0]
        elif fold(student.full_name) != fold(typed.student):
            raise RowRefusedError("student", f"в строке было «{student.full_name}», а стоит «{typed.student}»")
        if not student.was_there(typed.head.date or self.draft.today) and not student.is_individual:
            day = f"{typed.head.date:%d.%m.%Y}" if typed.head.date else "в этот день"
            raise RowRefusedError("student", f"{student.full_name}: {day} не числился в этой группе")
        return student

    def _place(self, head: Head) -> int:
        """Which lesson of its day a free column is: it comes after those the sheet knew, however often it is loaded."""
        if head.date is None:
            raise RowRefusedError("date", head.problem)
        before = {
            (other.key.lesson_id if other.key else -other.column)
            for other in self.done.sheet.heads
            if other.date == head.date and (other.key or other.column < head.column)
        }
        return 0 if head.key else len(before)

    def _work(self, record: MarkRecord, head: Head) -> Work:
        if head.key is None:
            return self.lessons.work(record)
        lesson = self.lessons.find(head.key.lesson_id, head.key.date, head.key.pair)
        if lesson is None:
            raise RowRefusedError(
                "date",
                f"занятия {record.date:%d.%m.%Y}, {head.key.pair} пара, в журнале больше нет: его перенесли или сняли",
            )
        return self.lessons.work_in(record, lesson, head.key.work_id)

    def _change(self, record: MarkRecord, student: Student, work: Work, cell: Cell | None) -> None:
        before = cells.value_of(cell)
        self.lessons.note(record, work.lesson)
        name = f"{student.full_name}, {record.date:%d.%m.%Y}"

        def act() -> None:
            cells.store(cell, work, student, record.value, self.draft)
            entry = cells.entry_of(record, student, work, before, self.draft, self.reason)
            self.entries.append({**entry, "role": Role.TEACHER.value})

        if before.is_empty:
            self.draft.create(name, [record.value.text], act)
        else:
            self.draft.update(name, [f"{before.text} → {record.value.text}"], act)

    def _log(self) -> None:
        if self.entries:
            db.session.flush()
            log.record_many(self.draft.actor, "cell", "import", self.entries)


def _record(typed: Typed, student: Student, value: Value, place: int) -> MarkRecord:
    assert typed.head.date is not None
    return MarkRecord(typed.row, typed.cell, student.full_name, typed.head.date, place, value)


def _fate(
    sheet: PackSheet, typed: Typed, state: State, now: str = "", message: str = "", who: str = ""
) -> Fate:  # fmt: skip
    text = notation.shown(typed.value)
    key = f"{sheet.name}!{typed.cell}"
    return Fate(key, typed.row, typed.head.column, typed.student, typed.head.date, text, state, now, message, who)


def _cells(course: Course) -> dict[tuple[int, int], Cell]:
    rows = db.session.scalars(
        select(Cell)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.course_id == course.id)
    )
    return {(cell.work_id, cell.student_id): cell for cell in rows}


def _since(course: Course, sheet: PackSheet) -> dict[tuple[int, int], _Since]:
    rows = db.session.execute(
        select(
            LogEntry.work_id, LogEntry.student_id, LogEntry.before, LogEntry.at,
            Person.surname, Person.name, Person.patronymic,
        )
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(LogEntry.course_id == course.id, LogEntry.subject == "cell", LogEntry.at > sheet.key.made)
        .order_by(LogEntry.id)
    )  # fmt: skip
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for row in rows:
        who = short_name(row.surname, row.name, row.patronymic) if row.surname else "сервер"
        first = found.get((row.work_id, row.student_id))
        last = f"{who}, {settings.local(row.at):%d.%m %H:%M}"
        found[row.work_id, row.student_id] = (first[0] if first else row.before or "", last)
    return {place: _Since(*said) for place, said in found.items()}
