"""A journal kept on paper or in a spreadsheet → cells, each with its own entry in the log (п. 4.1, 4.2)."""

from typing import Any

from sqlalchemy import select

from ejournal.domain import calendar, terms
from ejournal.domain.names import fold, normalize_group_title
from ejournal.domain.notation import EMPTY, Value
from ejournal.exchange.changes import Draft
from ejournal.exchange.headers import RowError
from ejournal.exchange.marks import MarkRecord, MarkSheet
from ejournal.exchange.store.courses import Disciplines
from ejournal.exchange.store.lessons import Lessons
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.store.subgroup_names import apart, part_of
from ejournal.extensions import db
from ejournal.models import AcademicYear, Cell, Course, Group, Lesson, Subgroup, Work
from ejournal.models.base import now
from ejournal.services import cell_terms, log, roster, settings
from ejournal.services.roster import Student

REASON = "внесено из журнала, который вели вне системы"


def plan(listing: MarkSheet, draft: Draft) -> None:
    """Add the changes of a journal to the draft. Counted are marks (cells)."""
    try:
        course = _course(listing)
    except RowRefusedError as refusal:
        draft.errors.append(RowError(listing.title_row, refusal.key, "", refusal.message))
        return
    lessons = Lessons(course, draft)
    students = _Students(course)
    cells = _cells(course, listing)
    entries: list[dict[str, Any]] = []
    seen: dict[tuple[int, Any, int], MarkRecord] = {}
    for record in listing.records:
        try:
            student = students.find(record)
            first = seen.setdefault((student.id, record.date, record.column_of_day), record)
            if first is not record:
                raise RowRefusedError("student", f"{student.full_name} уже есть в строке {first.row}")
            work = lessons.work(record)
            cell = cells.get((work.id, student.id))
            check_listed(record, student, cell)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        lessons.note(record, work.lesson)
        _plan_cell(record, student, work, cell, entries, draft)
    draft.closing += [lessons.note_attendance, lambda: _log(entries, draft)]


def _course(listing: MarkSheet) -> Course:
    group = db.session.scalar(select(Group).where(Group.gkey == normalize_group_title(listing.group)))
    if not listing.group or not listing.discipline:
        raise RowRefusedError("discipline", "над таблицей нужны группа и дисциплина: «Группа: ИС-21, Математика»")
    if group is None:
        raise RowRefusedError("group", f"группы «{listing.group}» нет")
    disciplines = Disciplines(calendar.academic_year(min(listing.dates)))
    words, part = listing.discipline, str(listing.subgroup or "")
    if not part and not disciplines.knows(words, group):
        words, named = apart(words, db.session.scalars(select(Subgroup.title).where(Subgroup.group_id == group.id)))
        part = named or ""
    discipline = disciplines.find(words, group)
    courses = db.session.scalars(
        select(Course)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(
            Course.group_id == group.id,
            Course.discipline_id == discipline.id,
            AcademicYear.starts <= min(listing.dates),
            AcademicYear.ends >= max(listing.dates),
        )
    ).all()
    if part:
        parts = {course.id: part_of(course.subgroup.title) for course in courses if course.subgroup}
        courses = [course for course in courses if parts.get(course.id) == part_of(part)]
    whole = [course for course in courses if course.subgroup_id is None]
    if not courses:
        words = f", подгруппа {part}," if part else ""
        raise RowRefusedError("discipline", f"журнала «{discipline.title}» группы {group.title}{words} в этом году нет")
    if len(whole) != 1 and len(courses) != 1:
        raise RowRefusedError(
            "discipline",
            f"журналов «{discipline.title}» группы {group.title} несколько: напишите подгруппу («подгруппа 1»)",
        )
    return (whole or courses)[0]


def _cells(course: Course, listing: MarkSheet) -> dict[tuple[int, int], Cell]:
    rows = db.session.scalars(
        select(Cell)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.course_id == course.id, Lesson.date.in_(listing.dates))
    )
    return {(cell.work_id, cell.student_id): cell for cell in rows}


class _Students:
    """The students of a journal by full name, or by surname and name as a short list has them."""

    def __init__(self, course: Course) -> None:
        self.all = roster.students_of(course)

    def find(self, record: MarkRecord) -> Student:
        key = fold(record.student)
        exact = [student for student in self.all if student.skey == key]
        found = exact or [student for student in self.all if student.skey.startswith(f"{key} ")]
        # Whom an individual plan keeps off the journal may have older marks in it: see check_listed.
        here = [s for s in found if s.was_there(record.date)] or [s for s in found if s.is_individual]
        if not found:
            raise RowRefusedError("student", f"в группе нет обучающегося «{record.student}»")
        if not here:
            raise RowRefusedError("student", f"{record.student}: {record.date:%d.%m.%Y} не числился в этой группе")
        if len(here) > 1:
            raise RowRefusedError("student", f"«{record.student}» может быть не один: напишите с отчеством")
        return here[0]


def check_listed(record: MarkRecord, student: Student, cell: Cell | None) -> None:
    """What is there already may stand in the file again; nothing new for who studies otherwise on that day (п. 4.2)."""
    if not student.was_there(record.date) and record.value != value_of(cell):
        raise RowRefusedError("student", f"{record.student}, {record.date:%d.%m.%Y}: {student.note}")


def value_of(cell: Cell | None) -> Value:
    return Value(cell.attendance, cell.mark) if cell else EMPTY


def _plan_cell(
    record: MarkRecord,
    student: Student,
    work: Work,
    cell: Cell | None,
    entries: list[dict[str, Any]],
    draft: Draft,
) -> None:
    before = value_of(cell)
    name = f"{student.full_name}, {record.date:%d.%m.%Y}"

    def act() -> None:
        store(cell, work, student, record.value, draft)
        entries.append(entry_of(record, student, work, before, draft))

    if before == record.value:
        draft.keep(name)
    elif before.is_empty:
        draft.create(name, [record.value.text], act)
    else:
        draft.update(name, [f"{before.text} → {record.value.text}"], act)


def store(cell: Cell | None, work: Work, student: Student, value: Value, draft: Draft) -> None:
    if cell is None:
        db.session.flush()
        cell = Cell(work_id=work.id, student_id=student.id, version=0)
        db.session.add(cell)
    cell.attendance, cell.mark = value.attendance, value.mark
    cell.version += 1
    cell.updated_by = draft.actor.person_id if draft.actor else None
    cell.updated_at = now()


def entry_of(
    record: MarkRecord, student: Student, work: Work, before: Value, draft: Draft, reason: str = REASON
) -> dict[str, Any]:
    late = terms.late_change(before, record.value, record.date, work.mark_due, draft.today, settings.get("terms"))
    return {
        "course_id": work.lesson.course_id,
        "lesson_id": work.lesson.id,
        "work_id": work.id,
        "student_id": student.id,
        "batch": draft.batch,
        "before": before.text,
        "after": record.value.text,
        "reason": reason,
        "late": late is not None and not cell_terms.is_excused(before, work.lesson.date),
    }


def _log(entries: list[dict[str, Any]], draft: Draft) -> None:
    if entries:
        db.session.flush()
        log.record_many(draft.actor, "cell", "import", entries)
