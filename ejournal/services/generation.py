"""Lessons of a semester from the timetable: made, and made again without losing anything filled in (п. 4.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from ejournal.access import Viewer
from ejournal.domain import calendar, lesson_plan
from ejournal.domain.lesson_plan import Difference, Entry, Existing
from ejournal.extensions import db, in_turn
from ejournal.models import (
    AcademicYear,
    Course,
    Group,
    GroupMode,
    Lesson,
    LessonState,
    TimetableEntry,
    Work,
)
from ejournal.services import groups, lessons, log, periods, school_days, settings
from ejournal.services.errors import RefusedError

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What generating would do in the journals of one group."""

    group: Group
    difference: Difference
    # Why nothing can be made, in Russian; "" where it can.
    obstacle: str = ""


@dataclass(slots=True)
class Total:
    """Lessons made, changed (room, hours), taken away, and those that stay because something is filled in."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0

    def add(self, difference: Difference) -> None:
        self.created += len(difference.create)
        self.changed += len(difference.change)
        self.removed += len(difference.remove)
        self.kept += len(difference.kept)

    @property
    def words(self) -> str:
        return (
            f"создано {self.created}, изменено {self.changed}, убрано {self.removed}, "
            f"заполненных вне расписания осталось {self.kept}"
        )


def preview(year: AcademicYear, group_ids: Sequence[int], since: date, until: date) -> list[GroupPlan]:
    """What `generate` would do, group by group; writes nothing."""
    free = school_days.load(year)
    return [_plan(year, group, since, until, free) for group in _groups(year, group_ids)]


def generate(
    actor: Viewer | None,
    year: AcademicYear,
    group_ids: Sequence[int],
    since: date,
    until: date,
    progress: Progress = lambda done, total: None,
) -> Total:
    """Bring the journals of the groups (all studying ones where none is named) into line with the timetable.

    Commits group by group, so that nobody who saves a mark waits long; a second run changes nothing. Raises
    ClosedError for a closed year, RefusedError for dates the wrong way round.
    """
    periods.check_open(year)
    if until < since:
        raise RefusedError("Последний день раньше первого: поменяйте даты местами.")
    free = school_days.load(year)
    total = Total()
    chosen = _groups(year, group_ids)
    for number, group in enumerate(chosen):
        progress(number, len(chosen))
        db.session.commit()
        in_turn("lessons")
        plan = _plan(year, group, since, until, free)
        _carry_out(actor, plan)
        total.add(plan.difference)
        db.session.commit()
    progress(len(chosen), len(chosen))
    return total


def _groups(year: AcademicYear, group_ids: Sequence[int]) -> list[Group]:
    return [group for group in groups.studying(year) if not group_ids or group.id in group_ids]


def _plan(year: AcademicYear, group: Group, since: date, until: date, free: school_days.SchoolDays) -> GroupPlan:
    spans = [
        (max(period.starts, since), min(period.ends, until))
        for period in periods.of_group(group, year)
        if period.starts <= until and period.ends >= since
    ]
    if not spans:
        return GroupPlan(group, Difference((), (), (), ()), "нет учебного периода на эти даты")
    entries = _entries(year, group)
    number, days = group.course_number(year.starts.year), _days(year, group)
    wanted = lesson_plan.lessons(entries, anchor(year), spans, lambda day: not free.may_study(day, number, days))
    existing, moved_away = _existing(year, group, since, until)
    difference = lesson_plan.compare(wanted, existing, moved_away)
    return GroupPlan(group, difference, "" if entries else "нет расписания")


def anchor(year: AcademicYear) -> date:
    """A day of the first числитель week: the college's own for that year, else the week of 1 September."""
    own = settings.get("week.anchor")
    return calendar.anchor_of(year.starts.year, date.fromisoformat(own) if own else None)


def _entries(year: AcademicYear, group: Group) -> list[Entry]:
    rows = db.session.scalars(
        select(TimetableEntry)
        .join(Course, Course.id == TimetableEntry.course_id)
        .where(Course.year_id == year.id, Course.group_id == group.id)
        .order_by(TimetableEntry.id)
    )
    return [
        Entry(row.course_id, row.weekday, row.pair, row.week, row.room, row.hours, row.since, row.until) for row in rows
    ]


def _days(year: AcademicYear, group: Group) -> str:
    mode = db.session.scalar(select(GroupMode).where(GroupMode.group_id == group.id, GroupMode.year_id == year.id))
    return mode.days if mode else school_days.EVERY_DAY


def _existing(
    year: AcademicYear, group: Group, since: date, until: date
) -> tuple[list[Existing], list[tuple[int, date]]]:
    """The lessons of the group's journals on those days, and the places others were moved away from."""
    rows = db.session.execute(
        select(
            Lesson.id, Lesson.course_id, Lesson.date, Lesson.pair, Lesson.hours, Lesson.room,
            untouched().label("untouched"), Lesson.moved_from,
        )
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Course.year_id == year.id,
            Course.group_id == group.id,
            Lesson.date.between(since, until) | Lesson.moved_from.between(since, until),
        )
    ).all()  # fmt: skip
    lessons_there = [Existing(*row) for row in rows if since <= row.date <= until]
    return lessons_there, [(row.course_id, row.moved_from) for row in rows if row.moved_from]


def untouched() -> Any:
    """The condition that a lesson came from the timetable and holds nothing, not even a history."""
    return (
        Lesson.generated
        & (Lesson.state == LessonState.PLANNED)
        & Lesson.moved_from.is_(None)
        & Lesson.teacher_id.is_(None)
        & Lesson.attendance_at.is_(None)
        & (Lesson.topic == "")
        & (Lesson.recommendations == "")
        & lessons.holds_nothing(Lesson.id)
    )


def _carry_out(actor: Viewer | None, plan: GroupPlan) -> None:
    difference = plan.difference
    if not (difference.create or difference.change or difference.remove):
        return
    _create(difference)
    for existing, planned in difference.change:
        db.session.execute(
            update(Lesson)
            .where(Lesson.id == existing.id, untouched())
            .values(room=planned.room, hours=planned.hours, version=Lesson.version + 1)
            .execution_options(synchronize_session=False)
        )
    gone = [lesson.id for lesson in difference.remove]
    if gone:
        db.session.execute(delete(Work).where(Work.lesson_id.in_(gone)).execution_options(synchronize_session=False))
        db.session.execute(delete(Lesson).where(Lesson.id.in_(gone)).execution_options(synchronize_session=False))
    total = Total()
    total.add(difference)
    log.record(
        actor, "timetable", "generate", after=f"{plan.group.title}: {total.words}",
        details={"group_id": plan.group.id, "name": plan.group.title},
    )  # fmt: skip


def _create(difference: Difference) -> None:
    if not difference.create:
        return
    kind = lessons.usual_kind()
    ids = db.session.scalars(
        insert(Lesson).returning(Lesson.id, sort_by_parameter_order=True),
        [
            {
                "course_id": planned.course_id,
                "date": planned.date,
                "pair": planned.pair,
                "hours": planned.hours,
                "room": planned.room,
                "generated": True,
            }
            for planned in difference.create
        ],
    ).all()
    db.session.execute(
        insert(Work), [{"lesson_id": id_, "kind_id": kind.id, "ordinal": 0, "weight": kind.weight} for id_ in ids]
    )
