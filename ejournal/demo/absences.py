"""Documents of absence (п. 4.3) and disputed marks (п. 4.5): what the demo finds waiting for an answer."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from ejournal.demo.calendar import Year
from ejournal.demo.journal import Journal
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.demo.world import Course
from ejournal.domain import absences, disputes, terms
from ejournal.domain.calendar import SUNDAY
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, Cell, Dispute, Lesson, Role, Work
from ejournal.services.absence_cover import span_words

LOOKED_BACK = timedelta(days=21)
GAP = timedelta(days=3)  # over a weekend an illness is still one
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ASKED = "Я показывал работу с исправленной второй задачей, она была решена верно. Посмотрите, пожалуйста, ещё раз."
ASKED_BEFORE = "По-моему, я ответил на все вопросы."
UPHELD = "Два вопроса из пяти остались без ответа; критерии были названы на занятии."


def add(
    rows: Rows, year: Year, courses: Sequence[Course], staff: Staff, student: int, parent: int, journal: Journal
) -> None:
    """Keep rows; cells must be written already."""
    own = [course for course in courses if student in _members(course, year.today)]
    led = [course for course in courses if any(course.group is other.group for other in own)]
    _certificate(rows, year, led, staff, journal)
    _statement(rows, year, student, parent, journal)
    _disputes(rows, year, [course for course in own if course.teacher is staff.teacher], student, journal)


def _members(course: Course, day: date) -> set[int]:
    return {member.student.id for member in course.members(day)}


def _certificate(rows: Rows, year: Year, led: Sequence[Course], staff: Staff, journal: Journal) -> None:
    """A certificate about somebody of the curator's group: one teacher has accepted, the demo's own has not."""
    found = _illness(year, led, staff)
    if not found:
        return
    mine = {course.id for course in led if course.teacher is staff.teacher}
    others = [row for row in found if row.course_id not in mine]
    since, until = found[0].date, found[-1].date
    ill, registered = found[0].student_id, max(year.now - DAY, found[-1].updated_at)
    paper = _paper(
        rows, ill, "certificate", since, until, absences.REGISTERED, staff.curator.id, registered,
        number="314", issuer="ГБУЗ «Поликлиника № 2»", decided_by=staff.curator.id, decided_at=registered,
    )  # fmt: skip
    words = f"справка, «б» {span_words(since, until)}.{until.year}"
    journal.note("absence", "create", registered, staff.curator.id, Role.CURATOR, student_id=ill, after=words)
    accepted = others[0].course_id if others else 0
    for course in led:
        if ill in _members(course, since) | _members(course, until):
            answer = {"answer": "accepted", "answered_by": course.teacher.id} if course.id == accepted else {}
            at = min(year.now, registered + HOUR) if answer else None
            rows.add(AbsenceRequest, paper_id=paper, course_id=course.id, answered_at=at, **answer)
            if at:
                _accept(paper, course, [row for row in others if row.course_id == course.id], words, at, journal)


def _illness(year: Year, led: Sequence[Course], staff: Staff) -> list[Any]:
    """The cells with «н» of one student's latest days away, among them lessons of the demo's teacher, and best of
    others too."""
    rows = db.session.execute(
        select(
            Cell.id, Cell.student_id, Cell.mark, Cell.version, Cell.updated_at, Cell.work_id,
            Lesson.id.label("lesson_id"), Lesson.course_id, Lesson.date,
        )
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(
            Cell.attendance == absences.UNEXCUSED,
            Lesson.course_id.in_([course.id for course in led]),
            Lesson.date >= year.today - LOOKED_BACK,
        )
        .order_by(Cell.student_id, Lesson.date, Lesson.pair, Cell.id)
    ).all()  # fmt: skip
    runs: list[list[Any]] = []
    for row in rows:
        last = runs[-1][-1] if runs else None
        if last is not None and last.student_id == row.student_id and row.date - last.date <= GAP:
            runs[-1].append(row)
        else:
            runs.append([row])
    teachers = {course.id: course.teacher is staff.teacher for course in led}
    fitting = [run for run in runs if any(teachers[row.course_id] for row in run)]
    return max(
        fitting,
        key=lambda run: (len({teachers[row.course_id] for row in run}), run[-1].date, -run[0].student_id),
        default=[],
    )


def _accept(paper: int, course: Course, found: Sequence[Any], words: str, at: datetime, journal: Journal) -> None:
    teacher = course.teacher.id
    about = {"student_id": found[0].student_id, "course_id": course.id}
    journal.note("absence", "accept", at, teacher, Role.TEACHER, after=words, **about)
    for row in found:
        moment = max(at, row.updated_at)
        changed = {"attendance": "б", "version": row.version + 1, "updated_by": teacher, "updated_at": moment}
        db.session.execute(update(Cell).where(Cell.id == row.id).values(**changed))
        mark = row.mark or ""
        journal.note(
            "cell", "absence", moment, teacher, Role.TEACHER, before=f"н{mark}", after=f"б{mark}",
            lesson_id=row.lesson_id, work_id=row.work_id, reason=f"{words} (п. 4.3)", batch=f"absence-{paper}-demo",
            **about,
        )  # fmt: skip


def _statement(rows: Rows, year: Year, student: int, parent: int, journal: Journal) -> None:
    """The mother asks for the next day: it waits for the curator."""
    day, sent = year.today + DAY, year.now - 2 * HOUR
    if day.weekday() == SUNDAY:
        day += DAY
    _paper(rows, student, "statement", day, day, absences.SENT, parent, sent, code="п")
    words = f"заявление родителя, «п» {span_words(day, day)}.{day.year}"
    journal.note("absence", "send", sent, parent, Role.PARENT, student_id=student, after=words)


def _paper(
    rows: Rows, student: int, kind: str, since: date, until: date, state: str, sent_by: int, at: datetime, **more: Any
) -> int:
    return rows.add(
        AbsencePaper, student_id=student, kind=kind, code=more.pop("code", "б"), since=since, until=until, state=state,
        sent_by=sent_by, sent_at=at, reached_since=since, reached_until=until, **more,
    )  # fmt: skip


def _disputes(rows: Rows, year: Year, courses: Sequence[Course], student: int, journal: Journal) -> None:
    """The demo student asks the demo teacher about the newest mark; about an older one there is an answer."""
    # Written once and alone: then the cell was last written when the mark was given.
    marks = db.session.execute(
        select(
            Cell.id, Cell.mark, Cell.work_id, Cell.updated_at, Lesson.id.label("lesson_id"), Lesson.course_id,
            Cell.updated_by,
        )
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(
            Cell.student_id == student, Cell.version == 1, Cell.attendance.is_(None), Cell.mark.in_(("3", "4", "5-")),
            Lesson.course_id.in_([course.id for course in courses]),
        )
        .order_by(Cell.updated_at.desc(), Cell.id)
    ).all()  # fmt: skip
    if marks and year.now - marks[0].updated_at < 6 * DAY:
        _dispute(rows, year, student, marks[0], ASKED, "", journal)
        marks = marks[1:]
    if marks and year.now - marks[0].updated_at > 2 * HOUR:
        _dispute(rows, year, student, marks[0], ASKED_BEFORE, UPHELD, journal)


def _dispute(rows: Rows, year: Year, student: int, mark: Any, text: str, reason: str, journal: Journal) -> None:
    asked = min(year.now, mark.updated_at + HOUR)
    answered = min(year.now, asked + DAY) if reason else None
    state = disputes.UPHELD if answered else disputes.OPEN
    rows.add(
        Dispute, student_id=student, course_id=mark.course_id, cell_id=mark.id, mark=mark.mark,
        given_at=mark.updated_at, text=text, asked_at=asked, state=state, reason=reason,
        due=terms.dispute_answer_due(asked.astimezone(year.zone).date()),
        answered_at=answered, answered_by=mark.updated_by if answered else None,
    )  # fmt: skip
    about = {"student_id": student, "course_id": mark.course_id, "lesson_id": mark.lesson_id, "work_id": mark.work_id}
    opened = disputes.STATES[disputes.OPEN]
    journal.note("dispute", "create", asked, student, Role.STUDENT, before=mark.mark, after=opened, **about)
    if answered:
        upheld = disputes.STATES[state]
        teacher = mark.updated_by
        journal.note("dispute", "uphold", answered, teacher, Role.TEACHER, before=mark.mark, after=upheld, **about)
