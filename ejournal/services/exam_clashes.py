"""What stands in the way of exams and consultations: teacher, room, group, days off, exams on days running (п. 4.2)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import in_force
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, CourseTeacher, Group, Lesson, LessonState
from ejournal.services import bells, conflicts, exams, school_days
from ejournal.services.exams import Sitting

# How long something lasts whose end is not said.
EXAM, CREDIT, CONSULTATION = timedelta(hours=4), timedelta(minutes=95), timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that takes a group, people and a room for a time. `sitting` 0: a lesson; no `starts`: some time."""

    sitting: int
    course_id: int
    group_id: int
    subgroup_id: int | None
    what: str
    date: date
    starts: datetime | None
    ends: datetime | None
    room: str
    teachers: frozenset[int]


def of(group: Group, year: AcademicYear, sittings: Sequence[Sitting]) -> dict[int, list[str]]:
    """What each sitting of a group clashes with, in Russian, by its id. Eight queries however many."""
    off, number = school_days.load(year), group.course_number(year.starts.year)
    events = {each.id: list(events_of(each)) for each in sittings}
    days = {event.date for each in events.values() for event in each}
    others = _others(days, set(events))
    busy = [event for each in events.values() for event in each]
    busy += [event for each in others for event in events_of(each)]
    busy += _lessons(group, days, busy)
    found: dict[int, list[str]] = {}
    for each in sittings:
        said = []
        for event in events[each.id]:
            reason = off.why_not(event.date, number)
            said += [f"{event.date:%d.%m}, {event.what}: {reason}."] if reason else []
            said += [text for other in busy if other.sitting != each.id for text in _meeting(event, other)]
        found[each.id] = list(dict.fromkeys([*said, *_near(each, [*sittings, *others])]))
    return found


def events_of(sitting: Sitting) -> Iterator[Event]:
    """The exam itself, and its consultation where it has one."""
    lasts = EXAM if sitting.kind == session_plan.EXAM else CREDIT
    yield _event(sitting, sitting.title, sitting.date, sitting.starts, sitting.ends, sitting.room, lasts)
    if sitting.consultation_date:
        day, starts, room = sitting.consultation_date, sitting.consultation_starts, sitting.consultation_room
        yield _event(sitting, "консультация", day, starts, None, room, CONSULTATION)


def _event(
    sitting: Sitting, what: str, day: date, starts: time | None, ends: time | None, room: str, lasts: timedelta
) -> Event:
    begins = datetime.combine(day, starts) if starts else None
    over = datetime.combine(day, ends) if ends else begins + lasts if begins else None
    return Event(
        sitting.id, sitting.course_id, sitting.group_id, sitting.subgroup_id,
        f"{what}, {sitting.discipline}, {sitting.audience}", day, begins, over, room, sitting.teacher_ids,
    )  # fmt: skip


def _others(days: Collection[date], known: Collection[int]) -> list[Sitting]:
    around = {day + step for day in days for step in (-ONE_DAY, timedelta(), ONE_DAY)}
    return [each for each in exams.on_days(around) if each.id not in known]


def _lessons(group: Group, days: Collection[date], busy: Sequence[Event]) -> list[Event]:
    """The lessons of those days that may be in the way: of the group, of the teachers, in the rooms."""
    teachers = {teacher for event in busy for teacher in event.teachers}
    theirs = select(CourseTeacher.course_id).where(
        CourseTeacher.teacher_id.in_(teachers), in_force(CourseTeacher, Lesson.date)
    )
    # «каб. 217» and «217» are one room: found by the last word here, compared exactly later.
    rooms = {event.room.split()[-1] for event in busy if event.room.strip()}
    rows = db.session.scalars(
        select(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Lesson.date.in_(days),
            Lesson.state != LessonState.CANCELLED,
            or_(
                Course.group_id == group.id,
                Lesson.teacher_id.in_(teachers),
                Lesson.course_id.in_(theirs),
                *(Lesson.room.endswith(room, autoescape=True) for room in rooms),
            ),
        )
        .options(
            joinedload(Lesson.course).joinedload(Course.group),
            joinedload(Lesson.course).joinedload(Course.subgroup),
            joinedload(Lesson.course).joinedload(Course.discipline),
        )
    ).all()
    taught, rang = _taught({row.course_id for row in rows}), bells.load()
    return [_lesson(row, rang, taught) for row in rows]


def _lesson(row: Lesson, rang: bells.Bells, taught: Sequence[CourseTeacher]) -> Event:
    giving = {row.teacher_id} if row.teacher_id else {
        each.teacher_id
        for each in taught
        if each.course_id == row.course_id
        and (not each.since or each.since <= row.date)
        and (not each.until or row.date <= each.until)
    }  # fmt: skip
    group_id = row.course.group_id
    times = rang.span(row.date, row.pair, row.hours, group_id)
    return Event(
        0, row.course_id, row.course.group_id, row.course.subgroup_id,
        f"{row.pair} пара, {row.course.discipline.title}, {row.course.audience}", row.date,
        datetime.combine(row.date, times[0]) if times else None,
        datetime.combine(row.date, times[1]) if times else None,
        row.room, frozenset(giving),
    )  # fmt: skip


def _taught(course_ids: Collection[int]) -> Sequence[CourseTeacher]:
    return db.session.scalars(select(CourseTeacher).where(CourseTeacher.course_id.in_(course_ids))).all()


def _meeting(event: Event, other: Event) -> Iterator[str]:
    """What two events at one time both need. A course's own lesson is where its credit is taken: no clash."""
    if not _at_once(event, other) or (not other.sitting and other.course_id == event.course_id):
        return
    when = f"{event.date:%d.%m}: {other.what}"
    if event.teachers & other.teachers:
        yield f"Преподаватель занят: {when}."
    if conflicts.same_room(event.room, other.room):
        yield f"Аудитория {event.room} занята: {when}."
    if event.group_id == other.group_id and _meet(event.subgroup_id, other.subgroup_id):
        yield f"У группы в это время: {when}."


def _at_once(event: Event, other: Event) -> bool:
    if event.date != other.date or None in (event.starts, event.ends, other.starts, other.ends):
        return False
    return event.starts < other.ends and other.starts < event.ends  # type: ignore[operator]


def _meet(one: int | None, other: int | None) -> bool:
    """Whether two parts of a group share students as far as is known: the whole group, or the same subgroup."""
    return one is None or other is None or one == other


def _near(sitting: Sitting, others: Sequence[Sitting]) -> Iterator[str]:
    """Exams of the group on the same day or on days running leave no time to prepare."""
    if sitting.kind != session_plan.EXAM:
        return
    for other in others:
        mine = other.group_id == sitting.group_id and _meet(other.subgroup_id, sitting.subgroup_id)
        if other.id == sitting.id or other.kind != session_plan.EXAM or not mine:
            continue
        apart = abs((other.date - sitting.date).days)
        if apart == 0:
            yield f"В этот же день у группы ещё экзамен: {other.discipline}."
        elif apart == 1:
            yield f"Экзамены два дня подряд: {other.date:%d.%m} — {other.discipline}."
