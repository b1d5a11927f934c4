"""Everything about a student for who leads the group: marks, attendance by month, debts, contacts, orders (п. 4.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import Viewer, led_by
from ejournal.domain import calendar, grading
from ejournal.domain.grading import MISSING
from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AcademicYear,
    Course,
    Discipline,
    Dispute,
    Enrollment,
    Group,
    IndividualPlan,
    IndividualRow,
    Period,
    PeriodMark,
    Person,
)
from ejournal.services import (
    absence_papers,
    consent_register,
    diary_homework,
    dispute_lists,
    group_access,
    group_board,
    group_frame,
    group_standing,
    movement,
    settings,
    statement_facts,
)
from ejournal.services.consent_register import Standing as Consents
from ejournal.services.diary_summary import Task
from ejournal.services.errors import NotFoundError
from ejournal.services.group_access import Somebody
from ejournal.services.group_standing import Debt, Standing
from ejournal.services.owed_works import Owed
from ejournal.services.spans import Choice
from ejournal.services.statement_facts import Given, Held


@dataclass(frozen=True, slots=True)
class Month:
    """Hours missed in a month by code, latenesses, and the share attended."""

    title: str
    hours: dict[str, int]
    planned: int
    percent: str

    @property
    def missed(self) -> int:
        return sum(self.hours[code] for code in MISSING)


@dataclass(frozen=True, slots=True)
class Study:
    """How a student stands in a period: what is shown and what is printed."""

    group: Group
    student: Person
    choices: list[Choice]
    chosen: Choice
    standing: Standing
    months: list[Month]
    total: Month
    debts: list[Debt]
    # Period marks: titles of periods, and by discipline a mark for each.
    periods: list[str]
    period_marks: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class StudentPage:
    """`owed`: homework set and not ticked as done; `works`: what teachers wait for («не сдано»).
    `consents` is None before the first day in a group."""

    study: Study
    coming: list[Task]
    owed: list[Task]
    works: list[Owed]
    papers: list[AbsencePaper]
    disputes: list[Dispute]
    consents: Consents | None
    people: list[Somebody]
    way: list[Enrollment]
    plans: list[IndividualPlan]


def load(viewer: Viewer, group_id: int, student_id: int, shown: str = "") -> StudentPage:
    """A student of a group the viewer leads. Raises NotFoundError."""
    studied, today = study(viewer, group_id, student_id, shown), settings.today()
    homework = diary_homework.load(viewer, student_id)
    plans = db.session.scalars(
        select(IndividualPlan)
        .where(IndividualPlan.student_id == student_id)
        .options(selectinload(IndividualPlan.rows).joinedload(IndividualRow.discipline))
        .order_by(IndividualPlan.since.desc(), IndividualPlan.id)
    )
    return StudentPage(
        study=studied,
        coming=[task for day in homework.coming for task in day.tasks],
        owed=[task for day in homework.past for task in day.tasks if not task.is_settled],
        works=homework.owed,
        papers=absence_papers.of_student(viewer, student_id),
        disputes=dispute_lists.of_student(viewer, student_id),
        consents=next(iter(consent_register.load(today, student_id=student_id)), None),
        people=group_access.everybody([group_id], student_id),
        way=movement.way_of(student_id),
        plans=list(plans),
    )


def study(viewer: Viewer, group_id: int, student_id: int, shown: str = "") -> Study:
    """Marks and attendance of a period («p12») or year («y3»); the running one by itself. Raises NotFoundError."""
    group, student = find(viewer, group_id, student_id)
    today = settings.today()
    last = min(today, group.released_on or today)
    choices = group_frame.choices_of(group, last)
    chosen = next((one for one in choices if one.value == shown), None) or group_frame.enclosing(choices, last)
    facts = statement_facts.load([student_id], chosen.span, chosen.period)
    names = {one.id: one.title for one in group_standing.disciplines(facts)}
    held = facts.held(student_id)
    cells = facts.given.get(student_id, [])
    periods, marks = _period_marks(student_id)
    return Study(
        group=group,
        student=student,
        choices=choices,
        chosen=chosen,
        standing=group_standing.of_student(facts, names, student_id, chosen.span, held),
        months=[_month(calendar.format_month(first), held, cells, (first, end)) for first, end in _months(chosen)],
        total=_month(chosen.title, held, cells, chosen.span),
        debts=group_standing.debts([student_id]).get(student_id, []),
        periods=periods,
        period_marks=marks,
    )


def find(viewer: Viewer, group_id: int, student_id: int) -> tuple[Group, Person]:
    """Who is or was in the group, and not now in one led by somebody else. Raises NotFoundError."""
    group = group_board.find(viewer, group_id)
    student = db.session.scalar(
        select(Person)
        .where(
            Person.id == student_id,
            led_by(viewer, settings.today()),
            exists().where(Enrollment.student_id == Person.id, Enrollment.group_id == group_id),
        )
        .options(joinedload(Person.account))
    )
    if student is None:
        raise NotFoundError
    return group, student


def _months(chosen: Choice) -> Iterable[tuple[date, date]]:
    """The months of a period that have begun, each cut to the period."""
    first, last = chosen.span[0], min(chosen.span[1], settings.today())
    for month in calendar.months(first, last):
        yield max(first, month), min(last, calendar.month_end(month))


def _month(title: str, held: Sequence[Held], cells: Sequence[Given], span: tuple[date, date]) -> Month:
    hours = group_standing.hours_by_code(group_standing.within(cells, span))
    planned = group_standing.planned(held, span)
    missed = sum(hours[code] for code in MISSING)
    return Month(title, hours, planned, grading.format_percent(grading.attendance_percent(planned, missed)))


def _period_marks(student_id: int) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Every period mark of a student: periods in order, and by discipline a mark (or "") for each. One query."""
    rows = db.session.execute(
        select(Period.id, Period.title, AcademicYear.title, Discipline.index, Discipline.title, PeriodMark.mark)
        .select_from(PeriodMark)
        .join(Course, Course.id == PeriodMark.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Period, Period.id == PeriodMark.period_id)
        .join(AcademicYear, AcademicYear.id == Period.year_id)
        .where(PeriodMark.student_id == student_id, PeriodMark.mark.is_not(None))
        .order_by(Period.starts, Period.id, Discipline.index, PeriodMark.id)
    ).all()
    titles = {row[0]: f"{row[1]}, {row[2]}" for row in rows}
    found: dict[tuple[str, str], dict[int, str]] = {}
    for period_id, _period, _year, index, title, mark in rows:
        found.setdefault((index, title), {})[period_id] = mark or ""
    return list(titles.values()), [
        (f"{index} {title}".strip(), [marks.get(period_id, "") for period_id in titles])
        for (index, title), marks in sorted(found.items())
    ]
