"""Bells, the timetable as a poster, replacements and a journal with marks, as the importer reads them (п. 4.2)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.exchange.export.disciplines import discipline_words, repeated_titles
from ejournal.exchange.export.sheets import Page, Value
from ejournal.exchange.store.subgroup_names import subgroup_number
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    Cell,
    Course,
    CourseTeacher,
    Lesson,
    LessonState,
    Person,
    Substitution,
    SubstitutionKind,
    TimetableEntry,
)
from ejournal.services import roster

DAYS = ("", "Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье")


def bells() -> Page:
    """Schedules side by side: the general one, then those of single days."""
    schedules = db.session.scalars(
        select(BellSchedule)
        .where(~BellSchedule.special)
        .order_by(BellSchedule.weekday.is_not(None), BellSchedule.weekday)
    ).all()
    tables = [
        db.session.scalars(select(Bell).where(Bell.schedule_id == schedule.id).order_by(Bell.pair)).all()
        for schedule in schedules
    ]
    titles: list[Value] = []
    headings: list[Value] = []
    for schedule in schedules:
        titles += [DAYS[schedule.weekday] if schedule.weekday else "Все дни", None, None]
        headings += ["№ пары", "Время", None]
    rows: list[list[Value]] = [titles, headings]
    for number in range(max((len(table) for table in tables), default=0)):
        row: list[Value] = []
        for table in tables:
            bell = table[number] if number < len(table) else None
            row += [bell.pair, f"{bell.starts:%H:%M}-{bell.ends:%H:%M}", None] if bell else [None, None, None]
        rows.append(row)
    return Page("Звонки", [], ["Расписание звонков", *[None] * (len(headings) - 1)], rows)


def timetable(year: AcademicYear, on: date, period: str) -> Page:
    """The week of every group as a poster, as of a day. Merged: every week; above числитель, below знаменатель.

    Pairs for single dates, from that day on, stand on a sheet of their own.
    """
    entries = db.session.scalars(
        select(TimetableEntry)
        .join(Course, Course.id == TimetableEntry.course_id)
        .where(Course.year_id == year.id, or_(TimetableEntry.until.is_(None), TimetableEntry.until >= on))
        .order_by(TimetableEntry.id)
    ).all()
    courses = _courses({entry.course_id for entry in entries})
    words = _Words(entries, on)
    dated = [entry for entry in entries if entry.since is not None and entry.since == entry.until]
    weekly = _in_force([entry for entry in entries if entry not in dated], courses, on)
    page = _week(weekly, courses, words, f"на {period} {year.title} учебного года")
    more = [_dates(dated, courses, words)] if dated else []
    return Page(page.name, page.titles, page.headings, page.rows, page.merges, more)


def _in_force(
    entries: Sequence[TimetableEntry], courses: dict[int, Course], on: date
) -> list[TimetableEntry]:  # fmt: skip
    """Of what is yet to come in a place only what nothing stands in now: the poster has one cell for both."""
    now: dict[tuple[int, int, int], list[TimetableEntry]] = {}
    coming: list[TimetableEntry] = []
    for entry in entries:
        if entry.since is None or entry.since <= on:
            now.setdefault(_place(entry, courses), []).append(entry)
        else:
            coming.append(entry)
    free = [
        entry
        for entry in coming
        if not any(_meet(entry, other, courses) for other in now.get(_place(entry, courses), ()))
    ]
    return [entry for there in now.values() for entry in there] + free


def _place(entry: TimetableEntry, courses: dict[int, Course]) -> tuple[int, int, int]:
    return courses[entry.course_id].group_id, entry.weekday, entry.pair


def _meet(entry: TimetableEntry, other: TimetableEntry, courses: dict[int, Course]) -> bool:
    """Whether two lessons of a group's pair stand in the same weeks for the same people."""
    parts = {courses[each.course_id].subgroup_id for each in (entry, other)}
    return ("both" in (entry.week, other.week) or entry.week == other.week) and (None in parts or len(parts) == 1)


def _week(entries: Sequence[TimetableEntry], courses: dict[int, Course], words: "_Words", when: str) -> Page:
    columns = sorted({courses[entry.course_id].group.title for entry in entries})
    cells: dict[tuple[int, int, str], dict[str, list[str]]] = {}
    for entry in entries:
        course = courses[entry.course_id]
        there = cells.setdefault((entry.weekday, entry.pair, course.group.title), {})
        there.setdefault(entry.week, []).append(words.lesson(course, entry))
    rows: list[list[Value]] = []
    merges: list[tuple[int, int, int]] = []
    for weekday in range(1, 8):
        pairs = sorted({pair for day, pair, _ in cells if day == weekday})
        for place, pair in enumerate(pairs):
            _add_pair(rows, merges, DAYS[weekday] if place == 0 else None, pair, [
                cells.get((weekday, pair, title), {}) for title in columns
            ])  # fmt: skip
    return Page("Расписание", [f"РАСПИСАНИЕ УЧЕБНЫХ ЗАНЯТИЙ {when}"], ["День", "Пара", *columns], rows, merges)


def _dates(entries: Sequence[TimetableEntry], courses: dict[int, Course], words: "_Words") -> Page:
    columns = sorted({courses[entry.course_id].group.title for entry in entries})
    cells: dict[tuple[date, int], dict[str, list[str]]] = {}
    for entry in entries:
        assert entry.since is not None
        course = courses[entry.course_id]
        there = cells.setdefault((entry.since, entry.pair), {})
        there.setdefault(course.group.title, []).append(words.lesson(course, entry))
    rows: list[list[Value]] = [
        [DAYS[day.isoweekday()], day, pair, *("\n".join(there.get(title, [])) or None for title in columns)]
        for (day, pair), there in sorted(cells.items(), key=lambda one: one[0])
    ]
    return Page("По датам", ["Занятия на отдельные даты"], ["День", "Дата", "Пара", *columns], rows)


def replacements(day_from: date, day_to: date) -> Page:
    """Published replacements of some days. A room alone, or a move to another day, has no words the importer knows."""
    found = db.session.scalars(
        select(Substitution)
        .where(Substitution.date.between(day_from, day_to), Substitution.withdrawn_at.is_(None))
        .options(joinedload(Substitution.course), joinedload(Substitution.teacher))
        .order_by(Substitution.date, Substitution.id)
    ).all()
    kept = [
        row
        for row in found
        if row.kind != SubstitutionKind.ROOM and (row.kind != SubstitutionKind.MOVED or row.to_date == row.date)
    ]
    courses = _courses({row.course_id for row in kept} | {row.instead_course_id or 0 for row in kept})
    taught = _taught({row.course_id for row in kept})
    rows: list[list[Value]] = []
    repeated = repeated_titles()
    for row in kept:
        course = courses[row.course_id]
        own = _teacher(taught.get(row.course_id, ()), row.date)
        planned = ", ".join(part for part in (discipline_words(course.discipline, repeated), own) if part)
        instead = _instead(row, courses, repeated)
        rows.append([row.date, course.group.title, row.pair, planned, instead, row.room, row.reason])
    headings = ["Дата", "Группа", "Пара", "По расписанию", "Замена", "Каб.", "Причина"]
    return Page("Замены", ["Замены в расписании"], headings, rows)


def marks(course: Course) -> Page:
    """A journal of a group or subgroup: a column for each lesson held, its first work."""
    lessons = db.session.scalars(
        select(Lesson)
        .where(Lesson.course_id == course.id, Lesson.state == LessonState.HELD)
        .options(selectinload(Lesson.works))
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    ).all()
    works = [min(lesson.works, key=lambda work: work.ordinal).id for lesson in lessons if lesson.works]
    stored = {
        (cell.student_id, cell.work_id): (cell.attendance or "") + (cell.mark or "")
        for cell in db.session.scalars(select(Cell).where(Cell.work_id.in_(works)))
    }
    filled = {student_id for (student_id, _work), text in stored.items() if text}
    students = [
        student
        for student in roster.students_of(course)
        if student.is_listed(course.year.starts, course.year.ends) or student.id in filled
    ]
    rows: list[list[Value]] = [
        [n, student.full_name, *(stored.get((student.id, work)) or None for work in works)]
        for n, student in enumerate(students, 1)
    ]
    dates = [lesson.date for lesson in lessons if lesson.works]
    over = f"Журнал: группа {course.group.title}, {discipline_words(course.discipline, repeated_titles())}"
    if course.subgroup:
        number = subgroup_number(course.subgroup.title)
        over += f" (подгруппа {number})" if number else f" ({course.subgroup.title})"
    return Page("Журнал", [over], ["№", "Фамилия, имя", *dates], rows)


def _add_pair(
    rows: list[list[Value]],
    merges: list[tuple[int, int, int]],
    day: str | None,
    pair: int,
    cells: Sequence[dict[str, list[str]]],
) -> None:
    """Two rows: what is every week is merged over both."""
    top = len(rows)
    upper: list[Value] = [day, pair]
    lower: list[Value] = [None, None]
    merges.append((top, top + 1, 1))
    for column, weeks in enumerate(cells, 2):
        if "both" in weeks:
            merges.append((top, top + 1, column))
            upper.append("\n".join(weeks["both"]))
            lower.append(None)
        else:
            upper.append("\n".join(weeks.get("odd", [])) or None)
            lower.append("\n".join(weeks.get("even", [])) or None)
    rows += [upper, lower]


class _Words:
    """How a lesson is written so that it is read back as the same: by index where a plan has two of one title."""

    def __init__(self, entries: Sequence[TimetableEntry], on: date) -> None:
        taught = _taught({entry.course_id for entry in entries})
        self.teachers = {course_id: _teacher(rows, on) for course_id, rows in taught.items()}
        own = {entry.teacher_id for entry in entries if entry.teacher_id}
        self.own = {who.id: _initials(who) for who in db.session.scalars(select(Person).where(Person.id.in_(own)))}
        self.repeated = repeated_titles()

    def lesson(self, course: Course, entry: TimetableEntry) -> str:
        who = self.own[entry.teacher_id] if entry.teacher_id else self.teachers.get(course.id, "")
        room = f" каб.{entry.room}" if entry.room else ""
        return f"{discipline_words(course.discipline, self.repeated)}\n{_part(course)}{who}{room}"


def _part(course: Course) -> str:
    """A subgroup without a number is told by its name: «0 п/г» would be read back as the whole group."""
    if course.subgroup is None:
        return ""
    number = subgroup_number(course.subgroup.title)
    return f"{number} п/г " if number else f"({course.subgroup.title}) "


def _instead(row: Substitution, courses: dict[int, Course], repeated: set[tuple[int, str]]) -> str:
    if row.kind == SubstitutionKind.CANCELLED:
        return "снята"
    if row.kind == SubstitutionKind.MOVED:
        return f"перенос на {row.to_pair} пару"
    course = courses[row.instead_course_id or row.course_id]
    teacher = _initials(row.teacher) if row.teacher else ""
    return f"{discipline_words(course.discipline, repeated)}, {teacher}".rstrip(", ")


def _courses(ids: set[int]) -> dict[int, Course]:
    rows = db.session.scalars(
        select(Course)
        .where(Course.id.in_(ids))
        .options(joinedload(Course.group), joinedload(Course.subgroup), joinedload(Course.discipline))
    )
    return {course.id: course for course in rows}


def _taught(course_ids: set[int]) -> dict[int, list[tuple[CourseTeacher, Person]]]:
    """Who teaches each course, with the days. One query."""
    found: dict[int, list[tuple[CourseTeacher, Person]]] = {}
    rows = db.session.execute(
        select(CourseTeacher, Person)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_(course_ids))
        .order_by(CourseTeacher.id)
    )
    for teaching, person in rows:
        found.setdefault(teaching.course_id, []).append((teaching, person))
    return found


def _teacher(taught: Sequence[tuple[CourseTeacher, Person]], on: date) -> str:
    """«Сокурова А.О.»: who teaches on a day, or whoever comes next where nobody does yet."""
    there = [(row.since, who) for row, who in taught if row.until is None or row.until >= on]
    now = [who for since, who in there if since is None or since <= on]
    return next((_initials(who) for who in (*now, *(who for _, who in there))), "")


def _initials(person: Person) -> str:
    """As the importer reads a teacher: no blank between the initials."""
    return person.short_name.replace(". ", ".")
