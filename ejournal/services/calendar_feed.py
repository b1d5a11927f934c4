"""A telephone's calendar: a secret address, taken back at will, that stops with the access itself (R2.1.c, R4.2.d).

Only what a timetable on the wall would say goes out: no marks, no attendance, no surname.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from ejournal.access import Viewer, viewer_of
from ejournal.domain import icalendar, rich_text, session_plan
from ejournal.domain.icalendar import Event
from ejournal.domain.words import sentence
from ejournal.extensions import db
from ejournal.models import (
    Account,
    CalendarFeed,
    Course,
    Discipline,
    Exam,
    Homework,
    Lesson,
    LessonState,
    PersonalTask,
    Role,
)
from ejournal.models.base import now
from ejournal.services import bells, diary, diary_lessons, diary_summary, log, settings
from ejournal.services import events as college_events
from ejournal.services.diary import Child, Diary
from ejournal.services.diary_lessons import Given
from ejournal.services.errors import ForbiddenError, NotFoundError

FAMILY = frozenset({Role.STUDENT, Role.PARENT})
BEHIND, AHEAD = timedelta(days=30), timedelta(days=120)


def live(viewer: Viewer, student_id: int) -> tuple[Diary, CalendarFeed | None]:
    """The viewer's working address for a student, if there is one. Raises NotFoundError."""
    return diary.load(viewer, student_id), _live(viewer, student_id)


def create(actor: Viewer, student_id: int) -> str:
    """A new secret address; the one before stops working. Returns the token, which is stored nowhere.

    Raises NotFoundError, ForbiddenError.
    """
    opened = diary.load(_as_family(actor), student_id)
    if not opened.is_kin:
        raise ForbiddenError("Адрес календаря создают сам обучающийся и его родители.")
    _revoke(actor, student_id)
    token = secrets.token_urlsafe(32)
    db.session.add(CalendarFeed(account_id=actor.id, student_id=student_id, token_hash=_hash(token)))
    log.record(actor, "calendar", "create", student_id=student_id)
    db.session.commit()
    return token


def revoke(actor: Viewer, student_id: int) -> bool:
    """Take the address back; whether there was one. Raises NotFoundError."""
    diary.load(actor, student_id)
    done = _revoke(actor, student_id)
    db.session.commit()
    return done


def revoke_all(account_id: int) -> int:
    """Take back every address of an account (п. 3.11), in the current transaction. Returns how many there were."""
    rows = db.session.scalars(
        select(CalendarFeed).where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))
    ).all()
    for feed in rows:
        feed.revoked_at = now()
    return len(rows)


def read(token: str) -> str:
    """The calendar behind an address. Raises NotFoundError where it is unknown, taken back, or its owner may not read
    the diary any more: consent, guardianship, studies and the account itself are asked anew each time."""
    row = db.session.execute(
        select(CalendarFeed, Account)
        .join(Account, Account.id == CalendarFeed.account_id)
        .where(CalendarFeed.token_hash == _hash(token), CalendarFeed.revoked_at.is_(None))
    ).first()
    viewer = row and viewer_of(row[1].id, settings.today())
    if not row or viewer is None:
        raise NotFoundError
    feed: CalendarFeed = row[0]
    viewer = _as_family(viewer)
    child = diary.load(viewer, feed.student_id).child
    today = settings.today()
    events = [*_lessons(child, feed, today), *_exams(child, feed, today), *_planned(viewer, child, feed, today)]
    return icalendar.render(f"Занятия: {child.name}", events)


def _as_family(viewer: Viewer) -> Viewer:
    """What a person may read as an employee must not go out by the address of a parent."""
    # Field by field: the signed-in viewer may be Flask's stand-in, which can't be copied as a whole.
    return Viewer(
        viewer.id, viewer.epoch, viewer.username, viewer.person_id, viewer.full_name, viewer.short_name,
        viewer.roles & FAMILY,
    )  # fmt: skip


def _live(viewer: Viewer, student_id: int) -> CalendarFeed | None:
    return db.session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.account_id == viewer.id,
            CalendarFeed.student_id == student_id,
            CalendarFeed.revoked_at.is_(None),
        )
    )


def _revoke(actor: Viewer, student_id: int) -> bool:
    feed = _live(actor, student_id)
    if feed is None:
        return False
    feed.revoked_at = now()
    log.record(actor, "calendar", "withdraw", student_id=student_id)
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lessons(child: Child, feed: CalendarFeed, today: date) -> Iterator[Event]:
    first, last = today - BEHIND, today + AHEAD
    rang = bells.load()
    for one in diary_lessons.lessons([child], _between, first=first, last=last):
        if first <= one.lesson.date <= last:
            yield _lesson(one, feed, rang)
        if one.lesson.state == LessonState.CANCELLED:
            continue
        for task in diary_summary.tasks(one, None, []):
            if task.due and first <= task.due <= last:
                yield Event(
                    _uid("task" if task.own_id else "homework", task.id, feed), feed.created_at, task.due, None,
                    f"Задание: {task.discipline}", description=task.text or "Файлы — в дневнике.",
                )  # fmt: skip


def _between(first: date, last: date) -> ColumnElement[bool]:
    return or_(*(day.between(first, last) for day in (Lesson.date, Homework.due_date, PersonalTask.due_date)))


def _lesson(one: Given, feed: CalendarFeed, rang: bells.Bells) -> Event:
    lesson = one.lesson
    times = rang.span(lesson.date, lesson.pair, lesson.hours, one.group[0])
    said = [f"{lesson.pair} пара", *filter(None, [one.given_by])]
    if lesson.moved_from:
        said.append(f"перенесено с {lesson.moved_from:%d.%m}")
    if one.substitute:
        said.append("замена")
    return _event(
        _uid("lesson", lesson.id, feed), feed, lesson.date, times, one.discipline, lesson.room, ", ".join(said),
        lesson.state == LessonState.CANCELLED,
    )  # fmt: skip


def _exams(child: Child, feed: CalendarFeed, today: date) -> Iterator[Event]:
    rows: Sequence[Any] = db.session.execute(
        select(Exam, Discipline.title)
        .join(Course, Course.id == Exam.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(
            and_(
                diary_lessons.courses_near(**diary_lessons.whose([child])),
                diary_lessons.attends(child.id, Exam.date),
                Exam.date.between(today - BEHIND, today + AHEAD),
            )
        )
        .order_by(Exam.date, Exam.id)
    ).all()
    for exam, title in rows:
        what = session_plan.title(exam.kind)
        summary = f"{sentence(what)}: {title}"
        times = (exam.starts, exam.ends) if exam.starts else None
        yield _event(_uid("exam", exam.id, feed), feed, exam.date, times, summary, exam.room, exam.note)
        if exam.consultation_date:
            begins = (exam.consultation_starts, None) if exam.consultation_starts else None
            yield _event(
                _uid("consultation", exam.id, feed), feed, exam.consultation_date, begins, f"Консультация: {title}",
                exam.consultation_room, "",
            )  # fmt: skip


def _planned(viewer: Viewer, child: Child, feed: CalendarFeed, today: date) -> Iterator[Event]:
    """What the college has planned for the student, or for the parents of this one (п. 2.3)."""
    zone = settings.timezone()
    for event in college_events.of_child(viewer, child.id, today - BEHIND, today + AHEAD):
        off = event.cancelled_at is not None
        yield Event(
            _uid("event", event.id, feed),
            feed.created_at,
            datetime.combine(event.date, event.starts, tzinfo=zone) if event.starts else event.date,
            datetime.combine(event.date, event.ends, tzinfo=zone) if event.ends else None,
            f"Отменено: {event.title}" if off else event.title,
            event.place,
            rich_text.to_plain(event.description),
            off,
        )


def _event(
    uid: str,
    feed: CalendarFeed,
    day: date,
    times: tuple[time, time | None] | None,
    summary: str,
    room: str,
    said: str,
    cancelled: bool = False,
) -> Event:
    zone = settings.timezone()
    starts: datetime | date = datetime.combine(day, times[0], tzinfo=zone) if times else day
    ends = datetime.combine(day, times[1], tzinfo=zone) if times and times[1] else None
    title = f"Занятия нет: {summary}" if cancelled else summary
    return Event(uid, feed.created_at, starts, ends, title, room, said, cancelled)


def _uid(kind: str, number: int, feed: CalendarFeed) -> str:
    """The same for the same thing as long as the address lives: a telephone then moves it instead of doubling it."""
    return f"{kind}-{number}-{feed.token_hash[:16]}@ejournal"
