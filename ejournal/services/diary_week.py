"""A week of the diary as on paper: days, lessons, what was set for home, marks, attendance (п. 4.5, 4.6).

Everything on the page is put together from a fixed number of queries, whatever the week holds.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, and_, false, or_

from ejournal.access import Viewer
from ejournal.domain import calendar
from ejournal.domain.bells import MOST_PAIRS
from ejournal.domain.notation import ATTENDANCE
from ejournal.models import Homework, Lesson, LessonFile, LessonState, PersonalTask
from ejournal.services import (
    bells,
    diary,
    diary_calendar,
    diary_entries,
    diary_exams,
    diary_lessons,
    diary_summary,
    generation,
    notice_board,
    settings,
)
from ejournal.services.diary import Child, Diary
from ejournal.services.diary_entries import Entry
from ejournal.services.diary_exams import ExamLine
from ejournal.services.diary_lessons import Given
from ejournal.services.diary_summary import Summary, Task
from ejournal.services.notice_board import Board, Near

# How far ahead «на завтра» looks: past a weekend and a holiday.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one cell says: notation, attendance in words, kind of work; `is_new`: since the last visit."""

    cell_id: int
    text: str
    mark: str
    attendance: str
    attendance_words: str
    kind: str
    weight: int
    is_new: bool


@dataclass(slots=True)
class LessonLine:
    """A pair of a day (0: it was moved away). `change`: (kind of badge, words) where it is otherwise than planned."""

    lesson_id: int
    pair: int
    times: tuple[time, time] | None
    discipline: str
    part: str
    teachers: str
    room: str
    state: str
    change: tuple[str, str] | None
    topic: str = ""
    recommendations: str = ""
    homework: list[Task] = field(default_factory=list)
    due: list[Task] = field(default_factory=list)
    materials: list[LessonFile] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    is_checked: bool = False


@dataclass(slots=True)
class Day:
    date: datetime.date
    free: str
    lessons: list[LessonLine]
    exams: list[ExamLine]
    events: list[Near] = field(default_factory=list)

    @property
    def marks(self) -> list[Mark]:
        return [mark for line in self.lessons for mark in line.marks]


@dataclass(slots=True)
class Week:
    diary: Diary
    monday: date
    days: list[Day]
    previous: str
    following: str
    parity: str
    is_current: bool
    summary: Summary
    board: Board | None = None


@dataclass(slots=True)
class Sources:
    """What was read for some children: lessons of the days shown and of tasks, exams, cells, files, the year."""

    given: list[Given]
    # What was set on a lesson of a student.
    tasks: Mapping[tuple[int, int], list[Task]]
    exams: list[ExamLine]
    entries: list[Entry]
    files: Mapping[int, list[LessonFile]]
    plans: diary_calendar.Plans
    rang: bells.Bells


def load(viewer: Viewer, student_id: int, monday: date) -> Week:
    """The week of a student that begins on a Monday. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    read = _read([opened.child], monday, today)
    # The first week of a year mostly begins in August (week.year_of).
    plan = read.plans.of(monday + timedelta(days=5)) or read.plans.of(monday)
    days = [_day(opened.child, monday + timedelta(days=offset), read) for offset in range(7)]
    return Week(
        diary=opened,
        monday=monday,
        days=days,
        previous=calendar.format_week(monday - timedelta(days=7)),
        following=calendar.format_week(monday + timedelta(days=7)),
        parity=calendar.week_parity(monday, generation.anchor(plan.year)).russian if plan else "",
        is_current=monday == calendar.monday_of(today),
        summary=_summary(opened.child, read, today),
        board=_board(viewer, opened, days),
    )


def _board(viewer: Viewer, opened: Diary, days: list[Day]) -> Board | None:
    """What waits for the family, and the events of the days; who reads as staff is not who is invited."""
    if not opened.is_kin:
        return None
    board = notice_board.load(viewer, notice_board.Days(opened.child.id, days[0].date, days[-1].date))
    for day in days:
        day.events = board.days.get(day.date, [])
    return board


def at_a_glance(viewer: Viewer) -> list[tuple[Child, Summary, Day]]:
    """The viewer's children, each with the summary and the lessons of today. As many queries as for one."""
    children = diary.family(viewer)
    if not children:
        return []
    today = settings.today()
    read = _read(children, calendar.monday_of(today), today)
    return [(child, _summary(child, read, today), _day(child, today, read)) for child in children]


def _read(children: Sequence[Child], monday: date, today: date) -> Sources:
    sunday = monday + timedelta(days=6)
    plans, rang = diary_calendar.load_with_bells(diary_lessons.whose(children)["groups"], monday, sunday, today)
    periods = [plans.period_of(child.group, today) for child in children]
    this_monday = calendar.monday_of(today)
    first = min(this_monday, *(starts for starts, _ends in periods))
    since = min((child.new_since for child in children if child.new_since), default=None)
    given = diary_lessons.lessons(
        children, _shown, monday=monday, sunday=sunday, today=today, ahead=today + AHEAD, since=since, since_day=first,
        summer=date(calendar.academic_year(min(monday, first)), 6, 1),
    )  # fmt: skip
    files = diary_lessons.files([one.lesson.id for one in given])
    tasks = {(one.student_id, one.lesson.id): _tasks(one, children, files) for one in given}
    entries = diary_entries.load(children, (first, this_monday + timedelta(days=6)), (monday, sunday))
    exams = diary_exams.of_children(children, [monday + timedelta(days=offset) for offset in range(7)])
    return Sources(given, tasks, exams, entries, files, plans, rang)


def _shown(
    monday: date, sunday: date, today: date, ahead: date, since: datetime.datetime | None, since_day: date, summer: date
) -> ColumnElement[bool]:
    """Lessons of the week, what is set for it or for the coming days, and what is new since the last visit; nothing
    was set for it before the summer of its year: years that lie behind cost nothing."""
    answers = (diary_lessons.Answer.checked_at, diary_lessons.OwnAnswer.checked_at)
    told = (Homework.published_at, PersonalTask.published_at, *answers)
    due = (Homework.due_date, PersonalTask.due_date)
    wanted = or_(
        *(day.between(monday, sunday) for day in (Lesson.date, Lesson.moved_from, *due)),
        *(day.between(today, ahead) for day in due),
        and_(or_(*(moment > since for moment in told)), Lesson.date >= since_day) if since is not None else false(),
    )
    return and_(Lesson.date >= summer, wanted)


def _summary(child: Child, read: Sources, today: date) -> Summary:
    return diary_summary.of(
        child,
        [entry for entry in read.entries if entry.student_id == child.id],
        [task for one in read.given if one.student_id == child.id for task in read.tasks[child.id, one.lesson.id]],
        today,
        read.plans.period_of(child.group, today),
    )


def _day(child: Child, day: date, read: Sources) -> Day:
    lines = [
        _line(child, one, day, read)
        for one in read.given
        if one.student_id == child.id and day in (one.lesson.date, one.lesson.moved_from)
    ]
    lines.sort(key=lambda line: (line.pair or MOST_PAIRS + 1, line.lesson_id))
    group, free = child.group_on(day), ""
    exams = [each for each in read.exams if each.student_id == child.id and each.date == day]
    if not lines and not exams:
        free = read.plans.why_free(day, group) or ("занятий нет" if group else "в этот день не в группе")
    return Day(day, free, lines, exams)


def _line(child: Child, one: Given, day: date, read: Sources) -> LessonLine:
    lesson = one.lesson
    line = LessonLine(
        lesson_id=lesson.id,
        pair=lesson.pair,
        times=read.rang.span(day, lesson.pair, lesson.hours, one.group[0]),
        discipline=one.discipline,
        part=_part(child, one),
        teachers=one.given_by,
        room=lesson.room,
        state=lesson.state,
        change=_change(one, day),
    )
    if day != lesson.date:
        # Where it stood before it was moved: only that it is not here. The pair that it had there nobody keeps.
        line.pair, line.times, line.room, line.state = 0, None, "", "gone"
        return line
    attached = read.files.get(lesson.id, [])
    line.topic, line.recommendations = lesson.topic, lesson.recommendations
    line.homework = read.tasks[child.id, lesson.id]
    line.due = _due(child, lesson, read)
    line.materials = [each for each in attached if each.purpose == "material"]
    line.marks = _marks(child, lesson.id, read.entries)
    line.is_checked = lesson.attendance_at is not None
    return line


def _part(child: Child, one: Given) -> str:
    """The subgroup; and the group where it was another one than today's."""
    group, (group_id, title_then) = child.group, one.group
    elsewhere = title_then or next((spell.group.title for spell in child.spells if spell.group.id == group_id), "")
    parts = [elsewhere] if group and group_id != group.id else []
    return ", ".join(filter(None, [*parts, one.part]))


def _change(one: Given, day: date) -> tuple[str, str] | None:
    lesson = one.lesson
    if day != lesson.date:
        return "late", f"перенесено на {calendar.format_weekday(lesson.date)}, {lesson.pair} пара"
    if lesson.state == LessonState.CANCELLED:
        return "bad", f"занятия нет: {lesson.reason}" if lesson.reason else "занятия нет"
    if lesson.moved_from:
        return "late", f"перенесено с {calendar.format_weekday(lesson.moved_from)}"
    if one.substitute:
        return "late", f"замена, по расписанию — {one.own_teachers}" if one.teachers else "замена"
    return None


def _due(child: Child, lesson: Lesson, read: Sources) -> list[Task]:
    """What was set earlier in the same journal for this lesson: for its day, and for the one it was moved from unless
    the journal has another lesson there."""
    own = [one.lesson for one in read.given if one.student_id == child.id and one.lesson.course_id == lesson.course_id]
    days = {lesson.date, lesson.moved_from} - {other.date for other in own if other.id != lesson.id}
    return [
        task
        for given in own
        for task in read.tasks[child.id, given.id]
        if task.due in days | {lesson.date} and task.given_on < lesson.date
    ]


def _tasks(one: Given, children: Sequence[Child], files: Mapping[int, list[LessonFile]]) -> list[Task]:
    if one.lesson.state == LessonState.CANCELLED:
        return []
    since = next(child.new_since for child in children if child.id == one.student_id)
    return diary_summary.tasks(one, since, files.get(one.lesson.id, []))


def _marks(child: Child, lesson_id: int, entries: Collection[Entry]) -> list[Mark]:
    return [
        Mark(
            entry.cell_id,
            entry.text,
            entry.mark or "",
            entry.attendance or "",
            ATTENDANCE.get(entry.attendance or "", ""),
            entry.kind,
            entry.weight,
            diary_summary.is_new(entry.updated_at, child.new_since),
        )
        for entry in entries
        if entry.lesson_id == lesson_id and entry.student_id == child.id and entry.text and entry.cell_id
    ]
