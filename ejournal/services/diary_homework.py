"""Homework for the coming days, with the student's own ticks, and the files given out (п. 4.4, R4.5.b)."""

import datetime
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from ejournal.access import Viewer
from ejournal.domain.homework_state import State
from ejournal.extensions import db
from ejournal.models import Homework, HomeworkTick, Lesson, LessonState, PersonalTask, PersonalTaskStudent, Verdict
from ejournal.models.base import now
from ejournal.services import diary, diary_lessons, diary_summary, files, owed_works, settings
from ejournal.services.diary import Diary
from ejournal.services.diary_summary import Task
from ejournal.services.errors import ForbiddenError, NotFoundError
from ejournal.services.files import Download
from ejournal.services.owed_works import Owed

# Of what is past, this much is still shown.
BEHIND = timedelta(days=7)
WITHOUT_TERM = timedelta(days=14)
# What came back to be mended is asked for so long.
LONG_AGO = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class DueDay:
    """Tasks for one day; `date` None: without a day."""

    date: datetime.date | None
    title: str
    tasks: list[Task]

    @property
    def done(self) -> int:
        return sum(task.is_settled for task in self.tasks)


@dataclass(frozen=True, slots=True)
class HomeworkList:
    diary: Diary
    coming: list[DueDay]
    past: list[DueDay]
    returned: list[Task]
    owed: list[Owed]


def load(viewer: Viewer, student_id: int) -> HomeworkList:
    """What is to be done, by day; what was due last week; what came back to be mended after its day; what is still
    owed. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    tasks = _tasks(opened, today)
    days: dict[date | None, list[Task]] = {}
    returned = [task for task in tasks if _came_back(task, today)]
    for task in sorted(
        (task for task in tasks if task not in returned),
        key=lambda task: (task.due is None, task.due or today, task.discipline),
    ):
        days.setdefault(task.due, []).append(task)
    listed = [DueDay(day, _title(day, today), found) for day, found in days.items()]
    return HomeworkList(
        opened,
        [day for day in listed if day.date is None or day.date >= today],
        [day for day in reversed(listed) if day.date is not None and day.date < today],
        returned,
        owed_works.of_students([student_id]),
    )


def day_of(viewer: Viewer, student_id: int, task: Task) -> DueDay | None:
    """The day of the list that counts a task; None where it is listed apart or no more. Raises NotFoundError."""
    listed = load(viewer, student_id)
    days = (day for day in [*listed.coming, *listed.past] if day.date == task.due)
    return next((day for day in days if any(one.key == task.key for one in day.tasks)), None)


def tick(actor: Viewer, student_id: int, homework_id: int, done: bool) -> Task:
    """Tick one's own homework as done, or not done after all. Only the student does.

    Raises NotFoundError, ForbiddenError.
    """
    opened = diary.load(actor, student_id)
    given = diary_lessons.lessons([opened.child], _is_homework, homework_id=homework_id)
    if not given:
        raise NotFoundError
    _check_own(opened)
    found = db.session.scalar(
        select(HomeworkTick).where(HomeworkTick.homework_id == homework_id, HomeworkTick.student_id == student_id)
    )
    if done and found is None:
        db.session.add(HomeworkTick(homework_id=homework_id, student_id=student_id))
    elif not done and found is not None:
        db.session.delete(found)
    db.session.commit()
    return of_lesson(actor, student_id, given[0].lesson.id)[1]


def tick_own(actor: Viewer, student_id: int, own_id: int, done: bool) -> Task:
    """The same for a personal task. Raises NotFoundError, ForbiddenError."""
    opened = diary.load(actor, student_id)
    given = diary_lessons.lessons([opened.child], _is_task, own_id=own_id)
    if not given:
        raise NotFoundError
    _check_own(opened)
    row = db.session.scalars(
        select(PersonalTaskStudent).where(
            PersonalTaskStudent.task_id == own_id, PersonalTaskStudent.student_id == student_id
        )
    ).one()
    row.ticked_at = (row.ticked_at or now()) if done else None
    db.session.commit()
    return of_lesson(actor, student_id, given[0].lesson.id, own_id)[1]


def of_lesson(
    viewer: Viewer, student_id: int, lesson_id: int, own_id: int | None = None
) -> tuple[Diary, Task, Homework | PersonalTask]:
    """The homework of one lesson, or a personal task of it. Raises NotFoundError where there is none for this
    student."""
    opened = diary.load(viewer, student_id)
    given = diary_lessons.lessons([opened.child], _is_set, lesson_id=lesson_id, own_id=own_id)
    if not given:
        raise NotFoundError
    attached = diary_lessons.files([lesson_id]).get(lesson_id, [])
    since = opened.child.new_since
    if own_id is not None:
        own = given[0].tasks[0]
        return opened, diary_summary.own_task(given[0], own, since, attached), own.task
    homework = given[0].homework
    assert homework is not None
    return opened, diary_summary.task(given[0], since, attached), homework


def download(viewer: Viewer, student_id: int, lesson_id: int, file_id: int) -> Download:
    """A file of a lesson the student had, as homework, personal too, or material. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    given = diary_lessons.lessons([opened.child], _is_lesson, lesson_id=lesson_id)
    if not given:
        raise NotFoundError
    return files.attached_to(lesson_id, file_id, [own.task.id for own in given[0].tasks])


def _is_lesson(lesson_id: int) -> ColumnElement[bool]:
    return Lesson.id == lesson_id


def _is_homework(homework_id: int) -> ColumnElement[bool]:
    return Homework.id == homework_id


def _is_task(own_id: int) -> ColumnElement[bool]:
    return PersonalTask.id == own_id


def _is_set(lesson_id: int, own_id: int | None) -> ColumnElement[bool]:
    """What was set on a lesson: a personal task, or the group's homework."""
    return and_(_is_lesson(lesson_id), Homework.id.is_not(None) if own_id is None else _is_task(own_id))


def _check_own(opened: Diary) -> None:
    if not opened.is_own:
        raise ForbiddenError("Отметку «сделано» ставит сам обучающийся.")


def _came_back(task: Task, today: date) -> bool:
    """Whether a task waits for a better answer and would not be found among those of the coming days."""
    return task.standing.state is State.RETURNED and (task.due is None or task.due < today)


def _tasks(opened: Diary, today: date) -> list[Task]:
    def shown(task: Task) -> bool:
        if _came_back(task, today):
            return True
        return task.given_on >= today - WITHOUT_TERM if task.due is None else task.due >= today - BEHIND

    given = diary_lessons.lessons(
        [opened.child],
        _is_listed,
        due_from=today - BEHIND,
        returned_from=today - LONG_AGO,
        endless_from=today - WITHOUT_TERM,
    )
    attached = diary_lessons.files([one.lesson.id for one in given])
    return [
        task
        for one in given
        for task in diary_summary.tasks(one, opened.child.new_since, attached.get(one.lesson.id, []))
        # A lesson comes with all that was set on it, of which some may be long past.
        if shown(task)
    ]


def _is_listed(due_from: date, returned_from: date, endless_from: date) -> ColumnElement[bool]:
    """What is set for days from one on; came back for another answer; was set for no day; not too long ago each."""
    kinds = (Homework, PersonalTask)
    answers = (diary_lessons.Answer, diary_lessons.OwnAnswer)
    endless = or_(*(and_(kind.id.is_not(None), kind.due_date.is_(None)) for kind in kinds))
    returned = or_(*(answer.verdict == Verdict.RETURNED for answer in answers))
    return and_(
        Lesson.state != LessonState.CANCELLED,
        or_(
            *(kind.due_date >= due_from for kind in kinds),
            and_(returned, Lesson.date >= returned_from),
            and_(endless, Lesson.date >= endless_from),
        ),
    )


def _title(day: date | None, today: date) -> str:
    return "Без срока" if day is None else diary_summary.words_for(day, today).capitalize()
