"""A lesson as its page shows it: what is entered, what the plan offers, the terms of п. 4.4 with their state."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.extensions import db
from ejournal.models import (
    ANSWER_MODES,
    LESSON_STATES,
    Cell,
    Course,
    Homework,
    Lesson,
    LessonFile,
    LessonState,
    Topic,
    Work,
    WorkKind,
)
from ejournal.models.base import now
from ejournal.services import (
    bells,
    files,
    homework,
    lesson_context,
    lessons,
    personal_tasks,
    remark_list,
    settings,
    topics,
    works,
)
from ejournal.services.personal_tasks import Listed
from ejournal.services.remark_list import Line
from ejournal.services.roster import Student


class Term(NamedTuple):
    """A term with its state: `kind` is good, late, info or "" (not yet reached)."""

    text: str
    kind: str
    title: str


class Column(NamedTuple):
    """A work with how many marks and attendance codes it holds."""

    work: Work
    marks: int
    codes: int
    is_usual: bool

    @property
    def title(self) -> str:
        return self.work.title or self.work.kind.title


@dataclass(slots=True)
class Page:
    course: Course
    lesson: Lesson
    can_edit: bool
    refusal: str
    state: str
    times: tuple[time, time] | None
    columns: list[Column]
    kinds: list[WorkKind]
    homework: Homework | None
    due: date | None
    files: list[LessonFile]
    plan: topics.Plan
    topic: Topic | None
    offer: topics.Offer | None
    terms: list[Term]
    previous: Lesson | None
    following: Lesson | None
    tasks: list[Listed]
    # The journal's list on the day, for who may give tasks.
    students: list[Student]
    is_ahead: bool
    suggests_held: bool
    is_removable: bool
    remarks: list[Line]

    @property
    def kind_options(self) -> list[tuple[int, str]]:
        return [(kind.id, kind.title) for kind in self.kinds]

    @property
    def answer_options(self) -> list[tuple[str, str]]:
        return [(mode.value, words) for mode, words in ANSWER_MODES.items()]

    @property
    def is_cancelled(self) -> bool:
        return self.lesson.state == LessonState.CANCELLED


def load(viewer: Viewer, course_id: int, lesson_id: int) -> Page:
    """The page of a lesson. Raises NotFoundError where the viewer may not read the journal."""
    lesson, place = lesson_context.find(viewer, course_id, lesson_id)
    today = settings.today()
    refusal = place.refusal
    given = homework.of_lesson(lesson.id)
    plan = topics.of_lesson(place.course, lesson)
    columns = _columns(lesson)
    times = bells.load().span(lesson.date, lesson.pair, lesson.hours, place.course.group_id)
    previous, following = _neighbours(lesson)
    can_edit = refusal is None
    return Page(
        course=place.course,
        lesson=lesson,
        can_edit=can_edit,
        refusal=refusal.message if refusal else "",
        state=LESSON_STATES[LessonState(lesson.state)],
        times=times,
        columns=columns,
        kinds=works.kinds(),
        homework=given,
        due=given.due_date if given else homework.next_date(lesson),
        files=files.of_lesson(lesson.id),
        plan=plan,
        topic=plan.topic(lesson.topic_id),
        offer=plan.next() if can_edit and lesson.topic_id is None else None,
        terms=[] if lesson.state == LessonState.CANCELLED else _terms(lesson, given, columns, today),
        previous=previous,
        following=following,
        tasks=personal_tasks.of_lesson(lesson.id),
        students=personal_tasks.candidates(place.course, lesson.date) if can_edit else [],
        is_ahead=lesson.date > today,
        suggests_held=_has_begun(lesson, times),
        is_removable=can_edit and lessons.is_removable(lesson),
        remarks=remark_list.of_journal(viewer, course_id, lesson.id),
    )


def _columns(lesson: Lesson) -> list[Column]:
    rows = db.session.execute(
        select(Work, func.count(Cell.mark), func.count(Cell.attendance))
        .outerjoin(Cell, Cell.work_id == Work.id)
        .where(Work.lesson_id == lesson.id)
        .group_by(Work.id)
        .order_by(Work.ordinal)
        .options(joinedload(Work.kind))
    ).all()
    usual = db.session.scalar(select(WorkKind.id).order_by(WorkKind.ordinal, WorkKind.id).limit(1))
    return [Column(work, marks, codes, work.kind_id == usual) for work, marks, codes in rows]


def _neighbours(lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after in the same journal."""
    own = select(Lesson).where(Lesson.course_id == lesson.course_id)
    same_day = Lesson.date == lesson.date
    same_pair = and_(same_day, Lesson.pair == lesson.pair)
    before = or_(
        Lesson.date < lesson.date, and_(same_day, Lesson.pair < lesson.pair), and_(same_pair, Lesson.id < lesson.id)
    )
    after = or_(
        Lesson.date > lesson.date, and_(same_day, Lesson.pair > lesson.pair), and_(same_pair, Lesson.id > lesson.id)
    )
    backwards = (Lesson.date.desc(), Lesson.pair.desc(), Lesson.id.desc())
    return (
        db.session.scalar(own.where(before).order_by(*backwards).limit(1)),
        db.session.scalar(own.where(after).order_by(Lesson.date, Lesson.pair, Lesson.id).limit(1)),
    )


def _has_begun(lesson: Lesson, times: tuple[time, time] | None) -> bool:
    """Whether the lesson's pair has begun, so that a form being filled is about a lesson that is held."""
    begins = datetime.combine(lesson.date, times[0] if times else time(), settings.timezone())
    return now() >= begins


def _terms(lesson: Lesson, given: Homework | None, columns: list[Column], today: date) -> list[Term]:
    values = settings.get("terms")
    return [
        _attendance(lesson, today, values),
        _homework(lesson, given, values),
        *_marks(lesson, columns, today, values),
    ]


def _attendance(lesson: Lesson, today: date, values: terms.Values) -> Term:
    due = terms.attendance_due(lesson.date, values)
    entered = settings.local(lesson.attendance_at).date() if lesson.attendance_at else None
    late = terms.lateness("attendance", lesson.date, None, entered or today, values)
    usual = f"п. 4.4: посещаемость вносится до {due:%d.%m}"
    if entered:
        return Term(f"посещаемость внесена {entered:%d.%m}", "late" if late else "good", late.phrase if late else usual)
    if late:
        return Term(f"посещаемость не внесена, срок был {due:%d.%m}", "bad", late.phrase)
    return Term(f"посещаемость до {due:%d.%m}", "info" if lesson.date <= today else "", usual)


def _homework(lesson: Lesson, given: Homework | None, values: terms.Values) -> Term:
    zone = settings.timezone()
    due = terms.homework_due(lesson.date, zone, values)
    usual = f"п. 4.4: задание публикуется до {due:%H:%M} в день занятия"
    if given:
        late = terms.homework_lateness(lesson.date, given.published_at, zone, values)
        when = settings.local(given.published_at)
        return Term(f"задание выдано {when:%d.%m в %H:%M}", "late" if late else "good", late.phrase if late else usual)
    if now() > due:
        return Term("задание не выдано", "", f"{usual}: теперь оно будет отмечено как поздно выданное")
    text = f"задание до {due:%H:%M}" if due.date() == settings.today() else f"задание до {due:%H:%M} {due:%d.%m}"
    return Term(text, "info" if due.date() == settings.today() else "", usual)


def _marks(lesson: Lesson, columns: list[Column], today: date, values: terms.Values) -> list[Term]:
    """A term for the lesson's marks, and one for each work with a later one of its own."""
    found = []
    for mark_due in sorted({column.work.mark_due for column in columns}, key=lambda due: due or date.min):
        of_term = [column for column in columns if column.work.mark_due == mark_due]
        due = terms.mark_due(lesson.date, mark_due, values)
        name = f"«{of_term[0].title}»" if mark_due else "оценки"
        usual = f"п. 4.4: оценки выставляются до {due:%d.%m}" + (" (срок проверки задан вами)" if mark_due else "")
        late = terms.lateness("lesson_mark", lesson.date, mark_due, today, values)
        owed = any(not column.marks and (mark_due or not column.is_usual) for column in of_term)
        if late and owed:
            found.append(Term(f"{name}: не выставлены, срок был {due:%d.%m}", "bad", late.phrase))
        elif late:
            continue
        elif owed or not any(column.marks for column in of_term):
            found.append(Term(f"{name} до {due:%d.%m}", "info" if lesson.date <= today else "", usual))
        else:
            found.append(Term(f"{name} выставлены, правка до {due:%d.%m}", "good", usual))
    return found
