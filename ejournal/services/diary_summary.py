"""The top of the diary: how things are, in five seconds (п. 4.6). Reckoned from what the week has read already."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.domain import calendar, grading, hints, homework_state
from ejournal.domain.grading import Missed
from ejournal.domain.hints import Hint
from ejournal.domain.homework_state import Standing, State
from ejournal.models import Homework, LessonFile, LessonState, PersonalTask
from ejournal.services import diary_entries, settings
from ejournal.services.diary import Child
from ejournal.services.diary_entries import Entry
from ejournal.services.diary_lessons import Given, Own, Sent

MOST_NEWS = 8
# What the teacher said to an answer, as news.
ANSWERED = {State.ACCEPTED: "ответ принят", State.RETURNED: "ответ возвращён на доработку"}


@dataclass(frozen=True, slots=True)
class Task:
    """Homework of one student: what, by when, whether ticked as done, where its answer stands. `own_id` names a
    personal task, and `id` then is the same. `is_checked_anew`: the teacher's verdict is news; `is_off`: the lesson was
    cancelled, nobody waits for it."""

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
    mode: str
    standing: Standing
    own_id: int | None = None
    is_checked_anew: bool = False
    is_off: bool = False

    @property
    def key(self) -> str:
        """The name of its place on a page."""
        return f"own-{self.id}" if self.own_id else str(self.id)

    @property
    def is_settled(self) -> bool:
        """Nothing is left to do: sent, or ticked where nothing was sent. What was returned is to be done again."""
        return self.standing.is_sent if self.standing.is_answered else self.is_done


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
        return sum(task.is_settled for task in self.due)


def of(
    child: Child, entries: Sequence[Entry], tasks: Sequence[Task], today: date, period: tuple[date, date]
) -> Summary:
    """The summary of a child from her entries (this week's and the period's) and tasks."""
    monday = calendar.monday_of(today)
    week = [entry for entry in entries if monday <= entry.date <= monday + timedelta(days=6)]
    codes = diary_entries.codes(week)
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
        hints=_hints([entry for entry in entries if period[0] <= entry.date <= period[1]]),
    )


def tasks(one: Given, new_since: datetime.datetime | None, attached: Sequence[LessonFile]) -> list[Task]:
    """What was set on a lesson as its student sees it: the group's homework, then the personal tasks."""
    found = [task(one, new_since, attached)] if one.homework else []
    return found + [own_task(one, own, new_since, attached) for own in one.tasks]


def task(one: Given, new_since: datetime.datetime | None, attached: Sequence[LessonFile]) -> Task:
    """The homework of a lesson as its student sees it."""
    homework = one.homework
    assert homework is not None
    files = [each for each in attached if each.purpose == "homework"]
    return _task(one, homework, one.is_done, one.sent, files, new_since)


def own_task(one: Given, own: Own, new_since: datetime.datetime | None, attached: Sequence[LessonFile]) -> Task:
    """A personal task as its student sees it."""
    files = [each for each in attached if each.task_id == own.task.id]
    return _task(one, own.task, own.is_done, own.sent, files, new_since)


def _task(
    one: Given,
    given: Homework | PersonalTask,
    is_done: bool,
    sent: Sent | None,
    files: list[LessonFile],
    new_since: datetime.datetime | None,
) -> Task:
    return Task(
        id=given.id,
        lesson_id=one.lesson.id,
        discipline=one.discipline,
        text=given.text,
        given_on=one.lesson.date,
        due=given.due_date,
        teachers=one.given_by,
        files=files,
        is_done=is_done,
        is_new=is_new(given.published_at, new_since),
        mode=given.answer,
        standing=standing(given, sent),
        own_id=given.id if isinstance(given, PersonalTask) else None,
        is_checked_anew=sent is not None and is_new(sent.checked_at, new_since),
        is_off=one.lesson.state == LessonState.CANCELLED,
    )


def standing(given: Homework | PersonalTask, sent: Sent | None) -> Standing:
    """Where a task stands today for who sent this last."""
    sent_on = settings.local(sent.sent_at).date() if sent else None
    verdict = sent.verdict if sent else None
    return homework_state.standing(given.answer, given.due_date, sent_on, verdict, settings.today())


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
    """Newest first: marks and attendance, then what the teacher said to answers, then homework."""
    fresh = [entry for entry in entries if entry.text and is_new(entry.updated_at, child.new_since)]
    fresh.sort(key=lambda entry: entry.updated_at, reverse=True)
    return (
        [
            News(
                f"{entry.discipline}, {calendar.format_short(entry.date)}",
                entry.text,
                entry.cell_id,
                calendar.format_week(entry.date),
            )
            for entry in fresh
        ]
        + [
            News(
                f"{ANSWERED.get(task.standing.state, task.standing.words)}: {task.discipline}",
                "",
                None,
                calendar.format_week(task.given_on),
            )
            for task in tasks
            if task.is_checked_anew
        ]
        + [
            News(f"задание: {task.discipline}", "", None, calendar.format_week(task.given_on))
            for task in tasks
            if task.is_new
        ]
    )


def _hints(entries: Sequence[Entry]) -> list[Hint]:
    by_course: dict[int, list[Entry]] = {}
    for entry in entries:
        by_course.setdefault(entry.course_id, []).append(entry)
    return hints.about(
        hints.Subject(
            title=own[0].discipline,
            marks=[(entry.mark, entry.weight) for entry in own],
            held=diary_entries.hours_held(own),
            missed=grading.missed_hours((e.hours, code) for e, code in diary_entries.codes(own).values()).total,
        )
        for own in sorted(by_course.values(), key=lambda own: own[0].discipline)
    )
