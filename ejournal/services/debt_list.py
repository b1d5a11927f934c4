"""The register of debts: of everybody, a group, a teacher's journals, one student (п. 4.4), in a few queries."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, in_force, sees
from ejournal.domain import debts as law
from ejournal.domain.debts import Span
from ejournal.domain.names import fold, short_name
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Debt, Group, Period, Person
from ejournal.services import debts, leaves, mark_slots, settings

STATES = {
    "open": "не ликвидирована",
    "overdue": "срок прошёл",
    "waiting": "назначена пересдача",
    "exhausted": "попытки использованы",
    "expired": "год истёк",
    "passed": "ликвидирована",
    "withdrawn": "снята: оценка исправлена",
}
CLOSED = frozenset({"passed", "withdrawn"})
BADGES = {"open": "info", "overdue": "late", "waiting": "info", "exhausted": "bad", "expired": "bad", "passed": "good"}


@dataclass(frozen=True, slots=True)
class Line:
    """A debt as lists show it. `last_day`: of the year in which it may be passed."""

    debt: Debt
    student: str
    audience: str
    discipline: str
    teachers: str
    slot: str
    state: str
    last_day: datetime.date
    next_attempt: int | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def badge(self) -> str:
        return BADGES.get(self.state, "")

    @property
    def passed_with(self) -> str:
        """The mark that took the place of the debt's; empty while it is owed."""
        results = [one.result or "" for one in self.debt.attempts]
        return results[-1] if self.debt.outcome == "passed" and results else ""

    @property
    def mark_told(self) -> str:
        """«н/а», once passed «н/а → 4»."""
        return " → ".join(filter(None, (self.debt.mark, self.passed_with)))

    @property
    def attempts_told(self) -> str:
        """«1: 2; 2: 18.12.2026»: results, and the day of what is to come."""
        parts = []
        for one in self.debt.attempts:
            told = one.result or f"{one.day:%d.%m.%Y}"
            parts.append(f"{one.number}: {told}{' (ув.)' if one.excused else ''}")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; `state` is one of STATES, "" for what is not closed, "all"."""

    group_id: int | None = None
    student_id: int | None = None
    state: str = ""
    text: str = ""


def load(viewer: Viewer, filters: Filters) -> list[Line]:
    """Debts of journals the viewer may read, by group, student, discipline."""
    query = debts.whole().where(sees(viewer, settings.today()))
    if filters.group_id:
        query = query.where(Course.group_id == filters.group_id)
    if filters.student_id:
        query = query.where(Debt.student_id == filters.student_id)
    if not filters.state:
        query = query.where(Debt.outcome.is_(None))
    rows = db.session.scalars(query).all()
    lines = lines_of(rows)
    if filters.state in STATES:
        lines = [line for line in lines if line.state == filters.state]
    wanted = fold(filters.text.strip())
    if wanted:
        lines = [
            line
            for line in lines
            if wanted in fold(f"{line.student} {line.discipline} {line.teachers} {line.audience}")
        ]
    return sorted(lines, key=lambda line: (line.audience, fold(line.student), line.discipline, line.debt.id))


def lines_of(rows: Sequence[Debt]) -> list[Line]:
    """Lines of debts that were read, in their order. Three queries."""
    away = leaves.of_students(row.student_id for row in rows)
    teachers = _teachers({row.course_id for row in rows})
    titles = _titles(rows)
    return [line_of(row, away.get(row.student_id, []), teachers.get(row.course_id, ""), titles) for row in rows]


def line_of(debt: Debt, away: Sequence[Span], teachers: str, titles: Mapping[str, str]) -> Line:
    attempts = debts.as_law(debt.attempts)
    end = law.last_day(debt.opened_on, debts.pauses_of(debt, away))
    return Line(
        debt=debt,
        student=debt.student.full_name,
        audience=debt.course.audience,
        discipline=debt.course.discipline.title,
        teachers=teachers,
        slot=titles.get(debt.slot, debt.slot),
        state=debt.outcome or law.state(attempts, debt.due, end, settings.today()),
        last_day=end,
        next_attempt=None if debt.outcome else law.next_attempt(attempts),
    )


def groups(viewer: Viewer) -> list[Group]:
    """The groups whose debts the viewer may see, for a filter."""
    return list(
        db.session.scalars(
            select(Group)
            .join(Course, Course.group_id == Group.id)
            .join(Debt, Debt.course_id == Course.id)
            .where(sees(viewer, settings.today()))
            .distinct()
            .order_by(Group.gkey)
        )
    )


def of_student(student_id: int) -> list[Debt]:
    """The open debts of a student, for whom the diary is open already. One query."""
    return list(
        db.session.scalars(
            select(Debt)
            .where(Debt.student_id == student_id, Debt.outcome.is_(None))
            .options(
                joinedload(Debt.course).joinedload(Course.discipline),
                joinedload(Debt.attempts),
            )
            .order_by(Debt.due, Debt.id)
        ).unique()
    )


def _teachers(course_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(CourseTeacher.course_id, Person.surname, Person.name, Person.patronymic)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_(course_ids), in_force(CourseTeacher, settings.today()))
        .order_by(CourseTeacher.id)
    )
    for course_id, *name in rows:
        found.setdefault(course_id, []).append(short_name(*name))
    return {course_id: ", ".join(names) for course_id, names in found.items()}


def _titles(rows: Sequence[Debt]) -> dict[str, str]:
    """The names of columns by their keys: «1 семестр», «за год»."""
    ids = {row.period_id for row in rows if row.period_id}
    periods = db.session.execute(select(Period.id, Period.title).where(Period.id.in_(ids)))
    return {**mark_slots.TITLES, **{str(row[0]): row[1] for row in periods}}
