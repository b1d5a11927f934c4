"""Rows of an individual plan: a discipline exempt, studied in another journal, or with hours of one's own (п. 4.2)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, lasting
from ejournal.domain.calendar import MOST_COURSE_HOURS, read_day
from ejournal.domain.numbers import whole
from ejournal.domain.session_plan import CONTROLS
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CurriculumHours,
    Discipline,
    DisciplineKind,
    Enrollment,
    Group,
    IndividualPlan,
    IndividualRow,
)
from ejournal.services import absence_asking, individual
from ejournal.services.errors import FieldsError, NotFoundError

WAYS = {
    "exempt": "перезачтено или освобождён: с группой не изучает",
    "course": "изучает в другом журнале",
    "own": "изучает с группой, свои часы, срок или контроль",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it is entered: hours and the day as they were typed, so that nothing is lost."""

    discipline_id: int | None
    way: str
    course_id: int | None = None
    hours: str = ""
    control: str = ""
    due: str = ""


def way_of(row: IndividualRow) -> str:
    return "exempt" if row.exempt else "course" if row.course_id else "own"


def find(row_id: int) -> IndividualRow:
    row = db.session.get(IndividualRow, row_id)
    if row is None:
        raise NotFoundError
    return row


def disciplines(plan: IndividualPlan) -> list[Discipline]:
    """What the plan can be about: the curricula of the student's groups in its days, in their order; no modules."""
    programmes = (
        select(Group.programme_id)
        .join(Enrollment, Enrollment.group_id == Group.id)
        .where(
            Enrollment.student_id == plan.student_id,
            Enrollment.since <= (plan.until or date.max),
            lasting(Enrollment, plan.since),
        )
    )
    return list(
        db.session.scalars(
            select(Discipline)
            .where(
                Discipline.programme_id.in_(programmes),
                Discipline.kind != DisciplineKind.PM,
                Discipline.id.in_(select(CurriculumHours.discipline_id)),
            )
            .order_by(Discipline.programme_id, Discipline.id)
        )
    )


def journals(plan: IndividualPlan, discipline: Discipline) -> list[Course]:
    """Journals of a discipline of that name in the years of the plan, other than those the student is in anyway."""
    courses = db.session.scalars(
        select(Course)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Group, Group.id == Course.group_id)
        .where(
            AcademicYear.ends >= plan.since,
            AcademicYear.starts <= (plan.until or date.max),
            AcademicYear.closed_at.is_(None),
            or_(Discipline.id == discipline.id, Discipline.title == discipline.title),
        )
        .options(joinedload(Course.discipline), joinedload(Course.group), joinedload(Course.subgroup))
        .order_by(Group.gkey, Course.id)
    ).all()
    own = set(
        db.session.scalars(
            select(Enrollment.group_id).where(
                Enrollment.student_id == plan.student_id,
                lasting(Enrollment, plan.since),
            )
        )
    )
    # Another half of the own group is another journal; the whole group's is the one she is in.
    return [course for course in courses if course.group_id not in own or course.subgroup_id]


def save(actor: Viewer, plan_id: int, row_id: int | None, typed: Typed) -> IndividualRow:
    """Add a row or change one. Raises FieldsError, ClosedError, RefusedError where marks would be left outside."""
    plan = individual.find(plan_id)
    row = find(row_id) if row_id else IndividualRow()
    if row_id and row.plan_id != plan.id:
        raise NotFoundError
    individual.check_open(plan.since)
    discipline = _check(plan, row, typed)
    before, left = (words(row), _journal(row.course_id)) if row_id else (None, None)
    row.exempt, row.course_id = typed.way == "exempt", typed.course_id if typed.way == "course" else None
    row.hours = int(typed.hours) if typed.hours.strip() and not row.exempt else None
    row.control = typed.control or None if not row.exempt else None
    row.due = read_day(typed.due) if not row.exempt else None
    row.discipline_id = discipline.id
    if not row_id:
        plan.rows.append(row)
    db.session.flush()
    db.session.refresh(row)
    individual.check_plan(plan)
    if left and left.id != row.course_id:
        individual.check_guest_marks(plan.student_id, left.id, left.title)
    if words(row) != before:
        individual.record(actor, plan, "update" if before else "create", before, words(row))
    absence_asking.ask_others([plan.student_id], plan.since)
    db.session.commit()
    return row


def remove(actor: Viewer, row_id: int) -> IndividualPlan:
    """Take a row out: the student is in the own group's journal again. Raises RefusedError, ClosedError."""
    row = find(row_id)
    plan = individual.find(row.plan_id)
    individual.check_open(plan.since)
    before, left = words(row), _journal(row.course_id)
    plan.rows.remove(row)
    db.session.flush()
    if left:
        individual.check_guest_marks(plan.student_id, left.id, left.title)
    individual.record(actor, plan, "delete", before, None)
    absence_asking.ask_others([plan.student_id], plan.since)
    db.session.commit()
    return plan


def words(row: IndividualRow) -> str:
    """«ОП.01 Сети: в журнале ИС-22, 36 ч, ДЗ, до 01.12.2026»."""
    course = _journal(row.course_id)
    parts = ["не изучает с группой"] if row.exempt else [f"в журнале {course.title}"] if course else ["с группой"]
    parts += [f"{row.hours} ч"] if row.hours is not None else []
    parts += [row.control] if row.control else []
    parts += [f"до {row.due:%d.%m.%Y}"] if row.due else []
    return f"{row.discipline.label}: {', '.join(parts)}"


def _check(plan: IndividualPlan, row: IndividualRow, typed: Typed) -> Discipline:
    """The discipline of a row that can be stored. Raises FieldsError."""
    errors: dict[str, str] = {}
    discipline = next((found for found in disciplines(plan) if found.id == typed.discipline_id), None)
    if discipline is None:
        errors["discipline_id"] = "Выберите дисциплину учебного плана группы."
    elif any(other.discipline_id == discipline.id and other is not row for other in plan.rows):
        errors["discipline_id"] = "Эта дисциплина в плане уже есть: измените её строку."
    if typed.way not in WAYS:
        errors["way"] = "Выберите, как изучается дисциплина."
    if (
        typed.way == "course"
        and discipline
        and typed.course_id not in {course.id for course in journals(plan, discipline)}
    ):
        errors["course_id"] = "Выберите журнал, в котором занимается обучающийся."
    if typed.hours.strip() and whole(typed.hours, most=MOST_COURSE_HOURS) is None:
        errors["hours"] = f"Часы — целое число до {MOST_COURSE_HOURS} или пусто."
    if typed.control and typed.control not in CONTROLS:
        errors["control"] = "Выберите форму контроля из списка."
    if typed.due and read_day(typed.due) is None:
        errors["due"] = "Такого дня нет."
    if typed.way == "own" and not (typed.hours.strip() or typed.control or typed.due):
        errors.setdefault("hours", "Укажите свои часы, контроль или срок.")
    if errors or discipline is None:
        raise FieldsError(errors)
    return discipline


def _journal(course_id: int | None) -> Course | None:
    return db.session.get(Course, course_id) if course_id else None
