"""The top of the diary: how things are, in five seconds (п. 4.6). Reckoned from what the week has read already."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.domain import calendar, grading, hints
from ejournal.domain.grading import Missed
from ejournal.domain.hints import Hint
from ejournal.models import LessonFile
from ejournal.services import diary_lessons
from ejournal.services.diary import Child
from ejournal.services.diary_lessons import Entry, Given

MOST_NEWS = 8


@dataclass(frozen=True, slots=True)
class Task:
    """Homework of one student: what, by when, whether ticked as done."""

    id: int
    lesson_id: int
    discipline: str
    text: str
    given_on: date
    due: date | None
    teachers: str
    files: list[LessonFile]
    is_done: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class News:
    """Something that appeared since the last visit: words, a mark's text, its cell, the week it is in."""

    text: str
    mark: str
    cell_id: int | None
    week: str


@dataclass(frozen=True, slots=True)
class Summary:
    """`marks` and `missed` are this week's; `due_on` the nearest day for which something was set."""

    marks: list[Entry]
    missed: Missed
    due_on: datetime.date | None
    due_words: str
    due: list[Task]
    news: list[News]
    news_count: int
    is_first_visit: bool
    hints: list[Hint]

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.due)


def of(
    child: Child, entries: Sequence[Entry], tasks: Sequence[Task], today: date, period: tuple[date, date]
) -> Summary:
    """The summary of a child from her entries (this week's and the period's) and tasks."""
    monday = calendar.monday_of(today)
    week = [entry for entry in entries if monday <= entry.date <= monday + timedelta(days=6)]
    codes = diary_lessons.codes(week)
    due_on = min((task.due for task in tasks if task.due and task.due > today), default=None)
    news = _news(child, entries, tasks)
    return Summary(
        marks=[entry for entry in week if entry.mark],
        missed=grading.missed_hours((entry.hours, code) for entry, code in codes.values()),
        due_on=due_on,
        due_words=words_for(due_on, today) if due_on else "",
        due=[task for task in tasks if task.due == due_on] if due_on else [],
        news=news[:MOST_NEWS],
        news_count=len(news),
        is_first_visit=child.new_since is None,
        hints=_hints([entry for entry in entries if period[0] <= entry.date <= period[1]], today),
    )


def task(one: Given, new_since: datetime.datetime | None, attached: Sequence[LessonFile]) -> Task:
    """The homework of a lesson as its student sees it."""
    homework, lesson = one.homework, one.lesson
    assert homework is not None
    return Task(
        id=homework.id,
        lesson_id=lesson.id,
        discipline=one.discipline.title,
        text=homework.text,
        given_on=lesson.date,
        due=homework.due_date,
        teachers=one.substitute.short_name if one.substitute else ", ".join(p.short_name for p in one.teachers),
        files=[each for each in attached if each.purpose == "homework"],
        is_done=one.is_done,
        is_new=is_new(homework.published_at, new_since),
    )


def is_new(moment: datetime.datetime | None, since: datetime.datetime | None) -> bool:
    return since is not None and moment is not None and moment > since


def words_for(day: date, today: date) -> str:
    """«на завтра», «на понедельник, 30 ноября»."""
    if day == today:
        return "на сегодня"
    if day == today + timedelta(days=1):
        return "на завтра"
    name = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")[day.weekday()]
    return f"на {name}, {calendar.format_day_month(day)}"


def _news(child: Child, entries: Sequence[Entry], tasks: Sequence[Task]) -> list[News]:
    """Newest first: marks and attendance, then homework."""
    fresh = [entry for entry in entries if entry.text and is_new(entry.updated_at, child.new_since)]
    fresh.sort(key=lambda entry: entry.updated_at, reverse=True)
    return [
        News(
            f"{entry.discipline}, {calendar.format_short(entry.date)}",
            entry.text,
            entry.cell_id,
            calendar.format_week(entry.date),
        )
        for entry in fresh
    ] + [
        News(f"задание: {task.discipline}", "", None, calendar.format_week(task.given_on))
        for task in tasks
        if task.is_new
    ]


def _hints(entries: Sequence[Entry], today: date) -> list[Hint]:
    by_course: dict[int, list[Entry]] = {}
    for entry in entries:
        by_course.setdefault(entry.course_id, []).append(entry)
    return hints.about(
        hints.Subject(
            title=own[0].discipline,
            marks=[(entry.mark, entry.weight) for entry in own],
            held=diary_lessons.hours_held(own, today),
            missed=grading.missed_hours((e.hours, code) for e, code in diary_lessons.codes(own).values()).total,
        )
        for own in sorted(by_course.values(), key=lambda own: own[0].discipline)
    )
