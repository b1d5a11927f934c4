"""A semester with lateness that is known: what every lesson, work, period, dispute and register is to be counted as."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factories
from factories import Journal

from ejournal.domain import terms
from ejournal.domain.control import State
from ejournal.extensions import db
from ejournal.models import (
    Account,
    Cell,
    Compromise,
    Course,
    CourseTeacher,
    Discipline,
    Dispute,
    Homework,
    Lesson,
    Period,
    PeriodClosing,
    PeriodMark,
    Person,
    Role,
    SubjectRequest,
    ThematicPlan,
    Topic,
    Vacation,
    Work,
)
from ejournal.services import school_days, settings

INSTANT = timedelta(microseconds=1)
FIRST, LAST = date(2026, 9, 1), date(2026, 12, 31)
AUTUMN = (date(2026, 11, 2), date(2026, 11, 8))

# Fates of attendance and homework by turns, and of the planned work of every fourth lesson.
IN_TIME, LATE, NEVER = "in time", "late", "never"
ATTENDANCE = (IN_TIME, "to the last moment", IN_TIME, LATE, NEVER, IN_TIME, "by an instant late")
HOMEWORK = ("the day before", "at 19:00 sharp", NEVER, "an instant after 19:00", "in the morning")
WORKS = ("same day", "to the last moment", "by an instant late", NEVER, "own term", "own term missed")


@dataclass
class Semester:
    """What was made: of every duty its clause, journal, last moment in time, and when it was done."""

    zone: ZoneInfo
    now: datetime
    journals: list[Journal] = field(default_factory=list)
    duties: list[tuple[str, int, datetime, datetime | None]] = field(default_factory=list)

    def of(self, clause: str, *course_ids: int, at: datetime | None = None) -> dict[State, int]:
        """The oracle: how many stand how at a moment (now), told by the fates alone."""
        moment, found = at or self.now, Counter[State]()
        for key, course_id, until, done in self.duties:
            if key == clause and (not course_ids or course_id in course_ids):
                if done is not None and done <= moment:
                    found[State.IN_TIME if done <= until else State.LATE] += 1
                else:
                    found[State.OPEN if moment > until else State.WAITING] += 1
        return dict(found)

    def count(self, clause: str, journal: Journal, until: datetime, done: datetime | None) -> None:
        self.duties.append((clause, journal.course_id, until, done))

    def at(self, day: date, hour: int = 0, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        return self.at(day + timedelta(days=1)) - INSTANT


@factories.together
def make(zone: str, now: datetime) -> Semester:
    """Two groups and three journals from September to December; `now` is local, in January."""
    settings.put("timezone", zone)
    factories.store()
    made = Semester(ZoneInfo(zone), now.replace(tzinfo=ZoneInfo(zone)))
    first = factories.make_journal(students=2, lessons=0)
    second = factories.make_journal(students=1, lessons=0)
    made.journals = [first, second, _same_group(first)]
    periods = db.session.scalars(db.select(Period).where(Period.year_id == first.year.id)).one()
    periods.starts, periods.ends = FIRST, LAST
    db.session.add(
        Period(
            year_id=first.year.id, number=2, title="II семестр", starts=date(2027, 1, 11), ends=date(2027, 6, 30)
        )
    )  # fmt: skip
    db.session.add(Vacation(year_id=first.year.id, title="Осенние", starts=AUTUMN[0], ends=AUTUMN[1]))
    factories.store()
    for number, journal in enumerate(made.journals):
        _lessons(made, journal, number)
    factories.store()
    return made


@factories.together
def _same_group(first: Journal) -> Journal:
    discipline = Discipline(programme_id=first.group.programme_id, index="ОП.02", title="Сети", kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=first.year.id, group_id=first.group.id, discipline_id=discipline.id, hours=36)
    db.session.add(course)
    db.session.flush()
    teacher = factories.make_person("Сетева", (Role.TEACHER,))
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id))
    factories.store()
    return Journal(course.id, first.group, first.year, first.period, teacher, first.students, [])


def study_days() -> list[date]:
    """School days of the semester: no Sundays, no vacation, no state holiday."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    return [
        day for day in days if day.isoweekday() < 7 and not AUTUMN[0] <= day <= AUTUMN[1] and day != date(2026, 12, 31)
    ]


def _lessons(made: Semester, journal: Journal, number: int) -> None:
    usual, planned = factories.make_kind(), factories.make_kind("Контрольная работа", "КР", 3)
    for turn, day in enumerate(study_days()[number::3]):
        lesson = Lesson(course_id=journal.course_id, date=day, pair=1 + number, state="held", topic="Тема")
        lesson.works = [Work(kind_id=usual.id, ordinal=0)]
        db.session.add(lesson)
        journal.lessons.append(lesson)
        if turn % 11 == 10:
            lesson.state = "cancelled"  # owes nothing
            continue
        db.session.flush()
        _attendance(made, journal, lesson, ATTENDANCE[turn % len(ATTENDANCE)])
        _homework(made, journal, lesson, HOMEWORK[turn % len(HOMEWORK)])
        if turn % 4 == 0:
            _work(made, journal, lesson, planned.id, WORKS[turn // 4 % len(WORKS)])


def _attendance(made: Semester, journal: Journal, lesson: Lesson, fate: str) -> None:
    last = made.end_of(lesson.date + timedelta(days=2))
    lesson.attendance_at = {
        IN_TIME: made.at(lesson.date, 9),
        "to the last moment": last,
        "by an instant late": last + INSTANT,
        LATE: made.at(lesson.date + timedelta(days=5), 12),
        NEVER: None,
    }[fate]
    made.count("attendance", journal, last, lesson.attendance_at)


def _homework(made: Semester, journal: Journal, lesson: Lesson, fate: str) -> None:
    last = made.at(lesson.date, 19)
    published = {
        "the day before": made.at(lesson.date - timedelta(days=1), 23, 59),
        "at 19:00 sharp": last,
        "an instant after 19:00": last + INSTANT,
        "in the morning": made.at(lesson.date, 8),
        NEVER: None,
    }[fate]
    if published:
        db.session.add(Homework(lesson_id=lesson.id, text="§ 3", published_at=published))
    made.count("homework", journal, last, published)


def _work(made: Semester, journal: Journal, lesson: Lesson, kind_id: int, fate: str) -> None:
    own = lesson.date + timedelta(days=14) if fate.startswith("own") else None
    work = Work(lesson_id=lesson.id, kind_id=kind_id, ordinal=1, mark_due=own)
    db.session.add(work)
    db.session.flush()
    last = made.end_of(own or lesson.date + timedelta(days=7))
    given = {
        "same day": made.at(lesson.date, 15),
        "to the last moment": last,
        "by an instant late": last + INSTANT,
        "own term": last,
        "own term missed": last + INSTANT,
        NEVER: None,
    }[fate]
    if given:
        student = journal.students[0].id
        db.session.add(Cell(work_id=work.id, student_id=student, mark="4", updated_at=given))
    made.count("lesson_mark", journal, last, given)


def give_period_marks(made: Semester) -> None:
    """The first journal to the last moment, the second an instant late, the third not to everybody."""
    period = made.journals[0].period
    last = made.end_of(LAST + timedelta(days=4))
    for journal, given in zip(made.journals, (last, last + INSTANT, None), strict=True):
        for student in journal.students if given else journal.students[:1]:
            db.session.add(
                PeriodMark(
                    course_id=journal.course_id, period_id=period.id, student_id=student.id, mark="4",
                    updated_at=given or made.at(LAST, 12),
                )
            )  # fmt: skip
        made.count("period_mark", journal, last, given)
    factories.store()


def dispute(made: Semester, journal: Journal, asked: date, answered: datetime | None) -> None:
    """A question about a mark of the journal's first work that has one."""
    cell = db.session.scalars(
        db.select(Cell)
        .join(Work)
        .join(Lesson)
        .where(Lesson.course_id == journal.course_id, ~db.exists().where(Dispute.cell_id == Cell.id))
        .order_by(Cell.id)
    ).first()
    assert cell is not None
    due = terms.dispute_answer_due(asked)
    db.session.add(
        Dispute(
            student_id=cell.student_id, course_id=journal.course_id, cell_id=cell.id, mark="4",
            given_at=cell.updated_at, text="Почему?", asked_at=made.at(asked, 12), due=due,
            state="upheld" if answered else "open", answered_at=answered,
        )
    )  # fmt: skip
    factories.store()
    made.count("dispute_answer", journal, made.end_of(due), answered)


def compromise(made: Semester, person: Person, known: date, reported: datetime, closed: datetime | None) -> None:
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    due = terms.compromise_due(known, school_days.working())
    db.session.add(
        Compromise(
            account_id=account.id, source="admin", known_on=known, due=due, reported_at=reported, closed_at=closed
        )
    )  # fmt: skip
    factories.store()


def request(person: Person, asked: date, due: date, answered: datetime | None) -> None:
    db.session.add(SubjectRequest(person_id=person.id, asked_on=asked, due=due, answered_at=answered))
    factories.store()


def close(journal: Journal) -> None:
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    factories.store()


def plan_without_homework(journal: Journal, lesson: Lesson) -> ThematicPlan:
    """A thematic plan whose one topic, that of the lesson, has no homework."""
    course = db.session.get_one(Course, journal.course_id)
    plan = ThematicPlan(discipline_id=course.discipline_id, title="КТП")
    db.session.add(plan)
    db.session.flush()
    topic = Topic(plan_id=plan.id, ordinal=1, title="Контроль", hours=2)
    db.session.add(topic)
    db.session.flush()
    db.session.get_one(Lesson, lesson.id).topic_id = topic.id
    factories.store()
    return plan
