"""Индивидуальные учебные планы: made, changed and ended by an order, each in the log (п. 4.2).

Which journals list the student follows from the rows (services/individual_lists.py); marks never disappear from sight:
a change that would leave marks of a guest in a journal that no longer lists the student is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import Viewer, in_force, lasting
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Enrollment,
    Group,
    IndividualPlan,
    IndividualRow,
    Lesson,
    Person,
    Work,
)
from ejournal.services import absence_asking, log, periods, settings
from ejournal.services.cell_context import enrolled_on
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

PAGE = 50
DAY = timedelta(days=1)
STATES = {"now": "действующие", "ahead": "предстоящие", "over": "завершённые"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list to show; `page` from 1."""

    text: str = ""
    group_id: int | None = None
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Typed:
    """A plan's head as it is entered; days that cannot be read are None."""

    order_number: str
    order_date: date | None
    since: date | None
    until: date | None
    note: str = ""
    # What was typed for an end that is no date must not become «без срока».
    until_text: str = ""


def listing(wanted: Filter) -> tuple[list[IndividualPlan], bool]:
    """Plans, the newest first, and whether there are more. Three queries however many."""
    today = settings.today()
    query = select(IndividualPlan).options(
        joinedload(IndividualPlan.student), selectinload(IndividualPlan.rows).joinedload(IndividualRow.discipline)
    )
    if key := fold(wanted.text):
        query = query.join(Person, Person.id == IndividualPlan.student_id).where(
            Person.skey.startswith(key, autoescape=True)
        )
    if wanted.group_id:
        query = query.where(
            exists().where(
                Enrollment.student_id == IndividualPlan.student_id,
                Enrollment.group_id == wanted.group_id,
                lasting(Enrollment, IndividualPlan.since),
            )
        )
    if wanted.state == "now":
        query = query.where(in_force(IndividualPlan, today))
    elif wanted.state == "ahead":
        query = query.where(IndividualPlan.since > today)
    elif wanted.state == "over":
        query = query.where(IndividualPlan.until < today)
    query = query.order_by(IndividualPlan.since.desc(), IndividualPlan.id.desc())
    rows = db.session.scalars(query.limit(PAGE + 1).offset((wanted.page - 1) * PAGE)).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def groups_of(plans: Sequence[IndividualPlan]) -> dict[int, str]:
    """The group of each student as the plan began (or the first after it), by the plan's id. One query."""
    ways: dict[int, list[tuple[Enrollment, str]]] = {}
    for enrollment, title in db.session.execute(
        select(Enrollment, Group.title)
        .join(Group, Group.id == Enrollment.group_id)
        .where(Enrollment.student_id.in_({plan.student_id for plan in plans}))
        .order_by(Enrollment.since)
    ):
        ways.setdefault(enrollment.student_id, []).append((enrollment, title))
    return {
        plan.id: next(
            (title for row, title in ways.get(plan.student_id, []) if row.until is None or row.until >= plan.since), ""
        )
        for plan in plans
    }


def find(plan_id: int) -> IndividualPlan:
    plan = db.session.scalar(
        select(IndividualPlan)
        .where(IndividualPlan.id == plan_id)
        .options(
            joinedload(IndividualPlan.student),
            selectinload(IndividualPlan.rows).joinedload(IndividualRow.discipline),
        )
    )
    if plan is None:
        raise NotFoundError
    return plan


def courses_of(plan: IndividualPlan) -> dict[int, Course]:
    """The journals of other groups the plan names, by id."""
    ids = [row.course_id for row in plan.rows if row.course_id]
    rows = db.session.scalars(
        select(Course)
        .where(Course.id.in_(ids))
        .options(joinedload(Course.discipline), joinedload(Course.group), joinedload(Course.subgroup))
    )
    return {course.id: course for course in rows}


def create(actor: Viewer, student_id: int | None, typed: Typed) -> IndividualPlan:
    """A plan without rows yet. Raises FieldsError, ClosedError for a day of a closed year."""
    errors = _wrong(typed)
    student = db.session.get(Person, student_id) if student_id else None
    if student is None or not db.session.scalar(select(exists().where(Enrollment.student_id == student.id))):
        errors["student_id"] = "Выберите обучающегося."
    elif typed.since and not _studies(student.id, typed.since):
        errors["since"] = _nowhere(typed.since)
    if errors or student is None or typed.since is None:
        raise FieldsError(errors)
    check_open(typed.since)
    plan = IndividualPlan(student_id=student.id)
    _fill(plan, typed)
    db.session.add(plan)
    db.session.flush()
    record(actor, plan, "create", None, words(plan))
    db.session.commit()
    return plan


def change(actor: Viewer, plan_id: int, typed: Typed) -> None:
    """The order and the days. Raises FieldsError, ClosedError, RefusedError where marks would be left outside."""
    plan = find(plan_id)
    errors = _wrong(typed)
    if typed.since and typed.since != plan.since and not _studies(plan.student_id, typed.since):
        errors["since"] = _nowhere(typed.since)
    if errors or typed.since is None:
        raise FieldsError(errors)
    before, earliest = words(plan), min(plan.since, typed.since)
    _check_moved(plan, typed.since, typed.until)
    _fill(plan, typed)
    if words(plan) != before:
        record(actor, plan, "update", before, words(plan))
    check_plan(plan)
    absence_asking.ask_others([plan.student_id], earliest)
    db.session.commit()


def end(actor: Viewer, plan_id: int, last: date | None) -> None:
    """The plan's last day. Raises RefusedError, ClosedError."""
    plan = find(plan_id)
    if last is None:
        raise RefusedError("Укажите последний день плана.")
    if last < plan.since:
        raise RefusedError(f"План действует с {plan.since:%d.%m.%Y}: последний день не может быть раньше.")
    if plan.until and plan.until <= last:
        raise RefusedError(f"План и так заканчивается {plan.until:%d.%m.%Y}.")
    _check_moved(plan, plan.since, last)
    plan.until = last
    record(actor, plan, "end", None, f"{words(plan)}: завершён")
    check_plan(plan)
    absence_asking.ask_others([plan.student_id], last)
    db.session.commit()


def _check_moved(plan: IndividualPlan, since: date, until: date | None) -> None:
    """Raises ClosedError where a day that comes into the plan, or leaves it, is of a closed year."""
    periods.check_days_open(min(plan.since, since), max(plan.since, since) - DAY)
    lasts = [day or date.max - DAY for day in (plan.until, until)]
    periods.check_days_open(min(lasts) + DAY, max(lasts))


def check_open(day: date) -> None:
    """Raises ClosedError for a day of a closed year: its journals can only be read."""
    year = periods.current(day)
    if year:
        periods.check_open(year)


def check_plan(plan: IndividualPlan) -> None:
    """Raise where the plan, as it now stands in the session, clashes with another one or leaves marks outside."""
    db.session.flush()
    clash = db.session.scalar(
        select(IndividualRow)
        .join(IndividualPlan, IndividualPlan.id == IndividualRow.plan_id)
        .where(
            IndividualPlan.student_id == plan.student_id,
            IndividualPlan.id != plan.id,
            IndividualPlan.since <= (plan.until or date.max),
            lasting(IndividualPlan, plan.since),
            IndividualRow.discipline_id.in_([row.discipline_id for row in plan.rows]),
        )
        .options(joinedload(IndividualRow.discipline), joinedload(IndividualRow.plan))
        .limit(1)
    )
    if clash:
        raise RefusedError(
            f"{clash.discipline.label}: на эти дни уже есть план, {words(clash.plan)}. Сначала завершите его."
        )
    for course_id, title in _guest_journals(plan):
        check_guest_marks(plan.student_id, course_id, title)


def check_guest_marks(student_id: int, course_id: int, title: str) -> None:
    """Raise where a journal holds marks of the student on days on which nothing lists him in it (п. 4.2)."""
    outside = db.session.execute(
        select(func.count(), func.min(Lesson.date), func.max(Lesson.date))
        .select_from(Cell)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Cell.student_id == student_id,
            Course.id == course_id,
            or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)),
            ~enrolled_on(student_id, Lesson.date),
        )
    ).one()
    if outside[0]:
        raise RefusedError(
            f"В журнале «{title}» уже есть записи об обучающемся ({outside[0]}: с {outside[1]:%d.%m.%Y} по "
            f"{outside[2]:%d.%m.%Y}): они остались бы вне списка. Выберите дни, в которые они входят (п. 4.2)."
        )


def words(plan: IndividualPlan) -> str:
    """«приказ № 12-у от 01.09.2026, с 01.09.2026 по 31.12.2026»."""
    order = f"приказ № {plan.order_number}" + (f" от {plan.order_date:%d.%m.%Y}" if plan.order_date else "")
    until = f" по {plan.until:%d.%m.%Y}" if plan.until else ""
    note = f"; {plan.note}" if plan.note else ""
    return f"{order}, с {plan.since:%d.%m.%Y}{until}{note}"


def _wrong(typed: Typed) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not typed.order_number.strip() or len(typed.order_number.strip()) > 50:
        errors["order_number"] = "Укажите номер приказа: до 50 знаков."
    if typed.order_date is None:
        errors["order_date"] = "Укажите дату приказа."
    if typed.since is None:
        errors["since"] = "Укажите, с какого дня действует план."
    if typed.until_text and typed.until is None:
        errors["until"] = "Такого дня нет. Пусто — без срока."
    elif typed.since and typed.until and typed.until < typed.since:
        errors["until"] = "Последний день не раньше первого."
    if len(typed.note) > 500:
        errors["note"] = "До 500 знаков."
    return errors


def _studies(student_id: int, on: date) -> bool:
    return bool(
        db.session.scalar(select(exists().where(Enrollment.student_id == student_id, in_force(Enrollment, on))))
    )


def _nowhere(day: date) -> str:
    return f"{day:%d.%m.%Y} обучающийся ни в одной группе не числится."


def _fill(plan: IndividualPlan, typed: Typed) -> None:
    assert typed.since
    plan.order_number, plan.order_date = typed.order_number.strip(), typed.order_date
    plan.since, plan.until = typed.since, typed.until
    plan.note = " ".join(typed.note.split())


def _guest_journals(plan: IndividualPlan) -> list[tuple[int, str]]:
    return [(course.id, course.title) for course in courses_of(plan).values()]


def record(actor: Viewer, plan: IndividualPlan, action: str, before: str | None, after: str | None) -> None:
    """An entry of the log about a plan of a student."""
    log.record(
        actor, "individual", action, before=before, after=after,
        student_id=plan.student_id, details={"plan": plan.id},
    )  # fmt: skip
