"""Lessons as rows: state, topic, works, cells, homework, and the log of it all in the order it happened."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ejournal.demo import homework
from ejournal.demo.calendar import Year
from ejournal.demo.marks import Event, Filling, Work
from ejournal.demo.rows import Rows
from ejournal.demo.world import Lesson, dice
from ejournal.domain import terms
from ejournal.domain.calendar import PAIR_HOURS
from ejournal.models import LESSON_STATES, Cell, Homework, LessonState, Role, WorkKind
from ejournal.models import Lesson as LessonRow
from ejournal.models import Work as WorkRow
from ejournal.services.college import WORK_KINDS

# Codes that a document brings.
EXCUSED = frozenset("пб")
CHECKED_LATE = "Работы проверены позже срока"


class Logged(NamedTuple):
    """An entry of the log before it gets its number."""

    at: datetime
    actor_id: int
    subject: str
    action: str
    course_id: int | None
    lesson_id: int | None
    work_id: int | None
    student_id: int | None
    before: str | None
    after: str | None
    reason: str | None
    late: bool
    details: dict[str, str] | None = None
    role: Role = Role.TEACHER
    batch: str | None = None


class Journal:
    """Keeps rows of lessons and remembers the log until all of it can be put in order."""

    def __init__(self, rows: Rows, year: Year, seed: int) -> None:
        self._rows, self._year, self._seed = rows, year, seed
        self._log: list[Logged] = []
        self._kinds = {
            short: (rows.add(WorkKind, title=title, short=short, weight=weight, ordinal=ordinal), weight)
            for ordinal, (title, short, weight) in enumerate(WORK_KINDS, 1)
        }
        # (course, student) → marks with weights, for the period's mark.
        self.marks: dict[tuple[int, int], list[tuple[str, int]]] = {}

    def keep(self, lessons: Iterable[Lesson]) -> None:
        """Keep rows of lessons with all that has happened to them."""
        for lesson in lessons:
            filling = Filling(self._year, self._seed, lesson)
            held = (
                not lesson.cancelled
                and not lesson.untouched
                and lesson.ends <= self._year.now
                and filling.attendance_at <= self._year.now
            )
            lesson_id = self._keep_lesson(lesson, filling, held)
            works = [self._keep_work(lesson_id, number, work) for number, work in enumerate(filling.works)]
            if held:
                self._note_held(lesson, lesson_id, filling.attendance_at)
                self._keep_cells(lesson, lesson_id, works, filling)
                self._keep_homework(lesson, lesson_id)
            elif lesson.cancelled:
                at = lesson.starts - timedelta(hours=2)
                before, after = LESSON_STATES[LessonState.PLANNED], LESSON_STATES[LessonState.CANCELLED]
                self._note(lesson, lesson_id, at, "состояние", before, after, reason=lesson.reason)

    def entries(self) -> Iterator[dict[str, Any]]:
        """The log as rows, oldest first."""
        self._log.sort(key=lambda entry: entry.at)
        for entry in self._log:
            yield entry._asdict()

    def note(self, subject: str, action: str, at: datetime, actor_id: int, role: Role, **about: Any) -> None:
        """Remember an entry of the log about something else; `about`: fields of Logged."""
        blank: dict[str, Any] = dict.fromkeys(("course_id", "lesson_id", "work_id", "student_id"))
        blank |= dict.fromkeys(("before", "after", "reason"))
        fields = {**blank, "late": False, **about}
        self._log.append(Logged(at=at, actor_id=actor_id, subject=subject, action=action, role=role, **fields))

    def _keep_lesson(self, lesson: Lesson, filling: Filling, held: bool) -> int:
        chance = dice(self._seed, "lesson", lesson.course.id, lesson.date, lesson.pair)
        topic = lesson.topic if held else None
        return self._rows.add(
            LessonRow,
            course_id=lesson.course.id,
            date=lesson.date,
            pair=lesson.pair,
            hours=PAIR_HOURS * lesson.length,
            room=lesson.course.teacher.room,
            state=_state(lesson, held),
            moved_from=lesson.moved_from,
            reason=lesson.reason,
            topic=topic.title if topic else "",
            topic_id=topic.id if topic else None,
            recommendations=chance.choice(homework.RECOMMENDATIONS) if held and chance.random() < 0.04 else "",
            attendance_at=filling.attendance_at if held else None,
            version=int(held or lesson.cancelled),
        )

    def _keep_work(self, lesson_id: int, number: int, work: Work) -> int:
        kind_id, weight = self._kinds[work.kind]
        return self._rows.add(
            WorkRow,
            lesson_id=lesson_id,
            kind_id=kind_id,
            ordinal=number,
            title=work.title,
            weight=weight,
            mark_due=work.due,
        )

    def _keep_cells(self, lesson: Lesson, lesson_id: int, works: list[int], filling: Filling) -> None:
        cells: dict[tuple[int, int], list[Any]] = {}  # attendance, mark, version, moment
        for event in filling.events():
            cell = cells.setdefault((event.work, event.student_id), [None, None, 0, None])
            before = _text(cell)
            self._apply(event, cell)
            after = _text(cell)
            if before == after:
                continue
            cell[2:] = [cell[2] + 1, event.at]
            late = _is_late(event, lesson, filling.works[event.work])
            # What the grid would have asked for: a value changed after its term has a reason.
            reason = event.reason or (CHECKED_LATE if late and before else None)
            self._log.append(
                Logged(
                    event.at, lesson.course.teacher.id, "cell", "record", lesson.course.id, lesson_id,
                    works[event.work], event.student_id, before, after, reason, late,
                )
            )  # fmt: skip
        for (number, student_id), (attendance, mark, version, at) in cells.items():
            self._rows.add(
                Cell,
                work_id=works[number],
                student_id=student_id,
                attendance=attendance,
                mark=mark,
                version=version,
                updated_by=lesson.course.teacher.id,
                updated_at=at,
            )
            if mark:
                weight = self._kinds[filling.works[number].kind][1]
                self.marks.setdefault((lesson.course.id, student_id), []).append((mark, weight))

    def _apply(self, event: Event, cell: list[Any]) -> None:
        if event.attendance:
            cell[0] = event.attendance
        if event.mark:
            cell[1] = event.mark

    def _keep_homework(self, lesson: Lesson, lesson_id: int) -> None:
        chance = dice(self._seed, "homework", lesson.course.id, lesson.date, lesson.pair)
        text = lesson.topic.homework if lesson.topic else ""
        if not text or chance.random() < lesson.course.teacher.negligence / 2:
            return
        fate = chance.random()
        if fate < 0.85:
            at = lesson.ends - timedelta(minutes=chance.randint(1, 9))
        else:
            # The term of п. 4.4 is 19:00; some are behind it.
            hour = chance.randint(16, 18) if fate < 0.95 else chance.randint(19, 22)
            at = max(lesson.ends, lesson.starts.replace(hour=hour, minute=chance.randint(5, 55)))
        if at > self._year.now:
            return
        self._rows.add(Homework, lesson_id=lesson_id, text=text, due_date=lesson.next_on, published_at=at)
        late = terms.homework_lateness(lesson.date, at, self._year.zone) is not None
        self._note(lesson, lesson_id, at, "домашнее задание", None, text, subject="homework", late=late)

    def _note_held(self, lesson: Lesson, lesson_id: int, at: datetime) -> None:
        before, after = LESSON_STATES[LessonState.PLANNED], LESSON_STATES[LessonState.HELD]
        self._note(lesson, lesson_id, at, "состояние", before, after)
        if lesson.topic:
            self._note(lesson, lesson_id, at, "тема", None, lesson.topic.title)

    def _note(
        self,
        lesson: Lesson,
        lesson_id: int,
        at: datetime,
        what: str,
        before: str | None,
        after: str,
        *,
        subject: str = "lesson",
        reason: str | None = None,
        late: bool = False,
    ) -> None:
        """One field of a lesson into the log, worded as services/lesson_context.py words it."""
        about = {"name": f"занятие {lesson.date:%d.%m.%Y}, {lesson.pair} пара: {what}"}
        self._log.append(
            Logged(
                at, lesson.course.teacher.id, subject, "update", lesson.course.id, lesson_id,
                None, None, before, after, reason, late, about,
            )
        )  # fmt: skip


def _state(lesson: Lesson, held: bool) -> LessonState:
    if lesson.cancelled:
        return LessonState.CANCELLED
    if held:
        return LessonState.HELD
    return LessonState.MOVED if lesson.moved_from else LessonState.PLANNED


def _text(cell: list[Any]) -> str:
    return (cell[0] or "") + (cell[1] or "")


def _is_late(event: Event, lesson: Lesson, work: Work) -> bool:
    day = event.at.date()
    # A document gives the ground (п. 4.3): such a change breaks no term.
    excused = event.attendance in EXCUSED and event.reason
    if event.attendance and not excused and terms.is_late_attendance(lesson.date, day):
        return True
    return event.mark is not None and terms.is_late_mark(lesson.date, work.due, day)
