"""The lessons marks belong to: found by date, or made where the outage kept them from being entered."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.exchange.changes import Draft
from ejournal.exchange.marks import MarkRecord
from ejournal.exchange.store.people import RowRefusedError
from ejournal.extensions import db
from ejournal.models import (
    LESSON_STATES,
    Course,
    Lesson,
    LessonState,
    Period,
    PeriodClosing,
    TimetableEntry,
    Work,
    WorkKind,
)
from ejournal.models.base import now
from ejournal.services import log, settings, substitutions
from ejournal.services.closed import hold_open, is_unlocked


class Lessons:
    """The works of one journal by date; new lessons and works are steps of the draft."""

    def __init__(self, course: Course, draft: Draft) -> None:
        hold_open()
        self.course, self.draft = course, draft
        self.by_date: dict[date, list[Lesson]] = {}
        rows = db.session.scalars(
            select(Lesson).where(Lesson.course_id == course.id).order_by(Lesson.date, Lesson.pair, Lesson.id)
        )
        for lesson in rows:
            self.by_date.setdefault(lesson.date, []).append(lesson)
        self.closed = _closed_periods(course)
        self.kind: WorkKind | None = None
        self.coded: dict[int, Lesson] = {}

    def work(self, record: MarkRecord) -> Work:
        """The column a mark goes into: the first work of the lesson."""
        self._check_open(record.date)
        lesson = self._lesson(record.date, record.column_of_day)
        if not lesson.works:
            self._add_work(lesson)
        return lesson.works[0]

    def find(self, lesson_id: int, day: date, pair: int) -> Lesson | None:
        """The lesson a pack names: by its number, also where it was moved since; after a restored copy by day and
        pair, for its number may be another's."""
        every = [lesson for known in self.by_date.values() for lesson in known]
        same = [each for each in every if each.id == lesson_id and day in (each.date, each.moved_from)]
        return next(iter(same or [each for each in every if (each.date, each.pair) == (day, pair)]), None)

    def work_in(self, record: MarkRecord, lesson: Lesson, work_id: int) -> Work:
        """A column of that lesson: the work named, or else its first one."""
        self._check_open(lesson.date)
        if lesson.state == LessonState.CANCELLED:
            raise RowRefusedError("date", f"занятие {lesson.date:%d.%m.%Y} отменено")
        if not lesson.works:
            self._add_work(lesson)
        return next((work for work in lesson.works if work.id == work_id), lesson.works[0])

    def note(self, record: MarkRecord, lesson: Lesson) -> None:
        """What is entered into a lesson shows that it was held, and a code that its absences were gone through; what is
        refused shows nothing."""
        if lesson.state != LessonState.HELD and id(lesson) not in self.coded:
            self._hold(lesson)
        if record.value.attendance:
            self.coded[id(lesson)] = lesson

    def note_attendance(self) -> None:
        """Attendance of these lessons has been gone through (п. 4.4)."""
        for lesson in self.coded.values():
            lesson.attendance_at = lesson.attendance_at or now()

    def _check_open(self, day: date) -> None:
        if day > self.draft.today:
            raise RowRefusedError("date", f"занятие {day:%d.%m.%Y} ещё не проведено")
        if self.course.year.closed_at or any(period.starts <= day <= period.ends for period in self.closed):
            raise RowRefusedError("date", f"период, в котором {day:%d.%m.%Y}, закрыт (п. 4.4)")

    def _lesson(self, day: date, place: int) -> Lesson:
        known = self.by_date.setdefault(day, [])
        open_ = [lesson for lesson in known if lesson.state != LessonState.CANCELLED]
        if place < len(open_):
            return open_[place]
        if len(open_) < len(known):
            raise RowRefusedError("date", f"занятие {day:%d.%m.%Y} отменено")
        lesson = Lesson(
            course_id=self.course.id,
            course=self.course,
            date=day,
            pair=self._pair(day, known),
            hours=calendar.PAIR_HOURS,
            state=LessonState.HELD.value,
        )
        known.append(lesson)
        self.draft.step(f"Новое занятие {day:%d.%m.%Y}, пара {lesson.pair}", self._adding(lesson))
        return lesson

    def _hold(self, lesson: Lesson) -> None:
        before = LESSON_STATES[LessonState(lesson.state)]
        name = f"Занятие {lesson.date:%d.%m.%Y}: {before} → проведено"
        if any(change.title == name and change.is_step for change in self.draft.changes):
            return

        def act() -> None:
            lesson.state, lesson.version = LessonState.HELD.value, lesson.version + 1
            log.record(
                self.draft.actor, "lesson", "held", before=before, after="проведено",
                course_id=self.course.id, lesson_id=lesson.id, batch=self.draft.batch,
            )  # fmt: skip

        self.draft.step(name, act)

    def _adding(self, lesson: Lesson) -> Callable[[], None]:
        def act() -> None:
            db.session.add(lesson)
            db.session.flush()
            log.record(
                self.draft.actor, "lesson", "create", after=f"{lesson.date:%d.%m.%Y}, пара {lesson.pair}",
                course_id=self.course.id, lesson_id=lesson.id, batch=self.draft.batch,
            )  # fmt: skip

        return act

    def _add_work(self, lesson: Lesson) -> None:
        kind = self._usual_kind()
        work = Work(kind=kind, ordinal=0, weight=kind.weight)
        lesson.works.append(work)

        def act() -> None:
            db.session.add(work)
            db.session.flush()

        self.draft.step(f"Занятие {lesson.date:%d.%m.%Y}: вид работы «{kind.title}»", act)

    def _usual_kind(self) -> WorkKind:
        if self.kind is None:
            self.kind = db.session.scalar(select(WorkKind).order_by(WorkKind.ordinal, WorkKind.id).limit(1))
        if self.kind is None:
            kind = self.kind = WorkKind(title="Ответ на занятии", short="отв", weight=1, ordinal=0)
            self.draft.step(f"Новый вид работы: {kind.title}", lambda: db.session.add(kind))
        return self.kind

    def _pair(self, day: date, known: list[Lesson]) -> int:
        """The pair of the timetable on that day; without one the first the group has free."""
        timetabled = db.session.scalars(
            select(TimetableEntry.pair)
            .where(TimetableEntry.course_id == self.course.id, substitutions.stands_on(day, self.course.year))
            .order_by(TimetableEntry.pair)
        ).all()
        own = {lesson.pair for lesson in known}
        taken = own | set(
            db.session.scalars(
                select(Lesson.pair)
                .join(Course, Course.id == Lesson.course_id)
                .where(Course.group_id == self.course.group_id, Lesson.date == day)
            )
        )
        free = [pair for pair in timetabled if pair not in own]
        return free[0] if free else next(pair for pair in range(1, 100) if pair not in taken)


def _closed_periods(course: Course) -> list[Period]:
    rows = db.session.scalars(
        select(Period)
        .join(PeriodClosing, PeriodClosing.period_id == Period.id)
        .where(PeriodClosing.course_id == course.id, ~is_unlocked(course.id, Period.id, settings.today()))
    )
    return list(rows)
