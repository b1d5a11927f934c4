"""Homework for the coming days, with the student's own ticks, and the files given out (п. 4.4, R4.5.b)."""

import datetime
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Homework, HomeworkTick, Lesson, LessonState
from ejournal.services import diary, diary_lessons, diary_summary, files, settings
from ejournal.services.diary import Diary
from ejournal.services.diary_summary import Task
from ejournal.services.errors import ForbiddenError, NotFoundError
from ejournal.services.files import Download

# Of what is past, this much is still shown.
BEHIND = timedelta(days=7)
WITHOUT_TERM = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DueDay:
    """Tasks for one day; `date` None: without a day."""

    date: datetime.date | None
    title: str
    tasks: list[Task]


@dataclass(frozen=True, slots=True)
class HomeworkList:
    diary: Diary
    coming: list[DueDay]
    past: list[DueDay]


def load(viewer: Viewer, student_id: int) -> HomeworkList:
    """What is to be done, by day; and what was due last week. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    tasks = _tasks(opened, today)
    days: dict[date | None, list[Task]] = {}
    for task in sorted(tasks, key=lambda task: (task.due is None, task.due or today, task.discipline)):
        days.setdefault(task.due, []).append(task)
    listed = [DueDay(day, _title(day, today), found) for day, found in days.items()]
    return HomeworkList(
        opened,
        [day for day in listed if day.date is None or day.date >= today],
        [day for day in reversed(listed) if day.date is not None and day.date < today],
    )


def tick(actor: Viewer, student_id: int, homework_id: int, done: bool) -> Task:
    """Tick one's own homework as done, or not done after all. Only the student does.

    Raises NotFoundError, ForbiddenError.
    """
    opened = diary.load(actor, student_id)
    given = diary_lessons.lessons([opened.child], Homework.id == homework_id)
    if not given:
        raise NotFoundError
    if not opened.is_own:
        raise ForbiddenError("Отметку «сделано» ставит сам обучающийся.")
    found = db.session.scalar(
        select(HomeworkTick).where(HomeworkTick.homework_id == homework_id, HomeworkTick.student_id == student_id)
    )
    if done and found is None:
        db.session.add(HomeworkTick(homework_id=homework_id, student_id=student_id))
    elif not done and found is not None:
        db.session.delete(found)
    db.session.commit()
    given[0].is_done = done
    attached = diary_lessons.files([given[0].lesson.id])
    return diary_summary.task(given[0], opened.child.new_since, attached.get(given[0].lesson.id, []))


def of_lesson(viewer: Viewer, student_id: int, lesson_id: int) -> tuple[Diary, Task]:
    """The homework of one lesson. Raises NotFoundError where there is none for this student."""
    opened = diary.load(viewer, student_id)
    given = diary_lessons.lessons([opened.child], and_(Lesson.id == lesson_id, Homework.id.is_not(None)))
    if not given:
        raise NotFoundError
    attached = diary_lessons.files([lesson_id]).get(lesson_id, [])
    return opened, diary_summary.task(given[0], opened.child.new_since, attached)


def download(viewer: Viewer, student_id: int, lesson_id: int, file_id: int) -> Download:
    """A file of a lesson the student had, as homework or material. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    if not diary_lessons.lessons([opened.child], Lesson.id == lesson_id):
        raise NotFoundError
    return files.attached_to(lesson_id, file_id)


def _tasks(opened: Diary, today: date) -> list[Task]:
    given = diary_lessons.lessons(
        [opened.child],
        and_(
            Lesson.state != LessonState.CANCELLED,
            or_(
                Homework.due_date >= today - BEHIND,
                and_(Homework.id.is_not(None), Homework.due_date.is_(None), Lesson.date >= today - WITHOUT_TERM),
            ),
        ),
    )
    attached = diary_lessons.files([one.lesson.id for one in given])
    return [diary_summary.task(one, opened.child.new_since, attached.get(one.lesson.id, [])) for one in given]


def _title(day: date | None, today: date) -> str:
    return "Без срока" if day is None else diary_summary.words_for(day, today).capitalize()
