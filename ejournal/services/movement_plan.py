"""What an order about students would do, before it is done (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select

from ejournal.access import in_force, lasting
from ejournal.extensions import db
from ejournal.models import (
    MOVEMENTS,
    Cell,
    Course,
    Enrollment,
    Group,
    Lesson,
    Movement,
    MovementOrder,
    Person,
    Role,
    RoleGrant,
    Work,
)
from ejournal.services import individual_lists, periods
from ejournal.services.errors import ClosedError

# Kinds that end a membership, by what the ended one then says (models.college.LEAVING).
ENDING = {"move": "moved", "leave": "leave", "expel": "expelled", "graduate": "graduated"}
# Kinds that begin one, by how it began (models.college.COMING).
BEGINNING = {"enrol": "enrolled", "move": "moved", "restore": "restored"}
LATER = "есть более поздний приказ; сначала отмените его"


@dataclass(frozen=True, slots=True)
class Typed:
    """An order as it is entered. `student_ids` are whom it is about, `group_id` where they come to."""

    kind: str
    number: str
    dated: date | None
    effective: date | None
    student_ids: tuple[int, ...]
    group_id: int | None = None
    leave_until: date | None = None
    reason: str = ""
    # People who are not stored yet (зачисление): full names.
    new_people: tuple[str, ...] = ()
    # Marks after the day would become uneditable: said once, then believed.
    sure: bool = False


@dataclass(slots=True)
class Step:
    """What an order does to one student, before it is done."""

    student: Person
    ended: Enrollment | None
    group: Group | None
    words: str
    # Marks that would become uneditable: in the old group's journals, and in those of a guest who leaves the college.
    marks_after: int = 0
    guest_marks_after: int = 0


@dataclass(slots=True)
class Draft:
    """An order worked out: `steps` in words, and what stands in its way by field."""

    steps: list[Step] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def preview(typed: Typed) -> Draft:
    """What an order would do; writes nothing."""
    draft = Draft()
    if typed.kind not in MOVEMENTS:
        draft.errors["kind"] = "Выберите вид приказа."
    if not typed.number.strip():
        draft.errors["number"] = "Укажите номер приказа."
    if typed.dated is None:
        draft.errors["dated"] = "Укажите дату приказа."
    if typed.effective is None:
        draft.errors["effective"] = "Укажите, с какого дня действует приказ."
    if not typed.student_ids and not (typed.kind == "enrol" and typed.new_people):
        draft.errors["student_ids"] = "Отметьте хотя бы одного обучающегося."
    group = db.session.get(Group, typed.group_id) if typed.group_id else None
    if typed.kind in BEGINNING and group is None:
        draft.errors["group_id"] = "Выберите группу."
    if typed.kind == "leave" and (
        typed.leave_until is None or (typed.effective and typed.leave_until <= typed.effective)
    ):
        draft.errors["leave_until"] = "Укажите последний день отпуска: позже его начала."
    if typed.kind == "expel" and not typed.reason.strip():
        draft.errors["reason"] = "Укажите основание отчисления."
    if any(len(name.split()) < 2 for name in typed.new_people):
        draft.errors["new_people"] = "Впишите фамилию и имя каждого, по одному человеку в строке."
    if not draft.errors and typed.effective:
        check_year(typed.effective)
        _steps(typed, typed.effective, group if typed.kind in BEGINNING else None, draft)
    return draft


def check_year(day: date) -> None:
    """Raises ClosedError where an order of the day would change the lists of a closed year, entered or undone."""
    year = periods.current(day)
    if year and year.closed_at:
        raise ClosedError(
            f"Учебный год {year.title} закрыт: приказ с {day:%d.%m.%Y} в нём нельзя внести или отменить (п. 2.3)."
        )


def _steps(typed: Typed, effective: date, group: Group | None, draft: Draft) -> None:
    people = db.session.scalars(select(Person).where(Person.id.in_(typed.student_ids)).order_by(Person.skey)).all()
    ways = _ways(typed.student_ids)
    ordered = ordered_after(effective, Movement.student_id.in_(typed.student_ids))
    refused = []
    for person in people:
        way = ways.get(person.id, [])
        ended = _left(typed.kind, effective, way)
        obstacle = LATER if person.id in ordered else _obstacle(typed.kind, effective, group, way, ended)
        if obstacle:
            refused.append(f"{person.full_name}: {obstacle}.")
            continue
        draft.steps.append(_step(typed, effective, person, ended, group))
    if refused:
        draft.errors["student_ids"] = " ".join(refused)
    for step in draft.steps:
        places = [
            f"{words} ({marks})"
            for words, marks in (
                ("в журналах прежней группы", step.marks_after),
                ("в журналах по индивидуальному плану", step.guest_marks_after),
            )
            if marks
        ]
        if places:
            draft.warnings.append(
                f"{step.student.full_name}: с {effective:%d.%m.%Y} есть отметки {' и '.join(places)}. "
                "Они останутся, но править их будет нельзя."
            )


def _left(kind: str, effective: date, way: Sequence[Enrollment]) -> Enrollment | None:
    """The membership an order would end: the one of the day; an expulsion also ends the leave of who does not come
    back from it, and such a student is in no group (п. 4.2)."""
    current = next((e for e in way if e.since <= effective and (e.until is None or e.until >= effective)), None)
    if current is None and kind == "expel" and way and way[-1].left_kind == "leave":
        return way[-1]
    return current


def _obstacle(
    kind: str, effective: date, group: Group | None, way: Sequence[Enrollment], ended: Enrollment | None
) -> str:
    if any(each.since > effective for each in way):
        return LATER
    if kind in ENDING:
        if ended is None:
            return f"{effective:%d.%m.%Y} ни в одной группе не числится"
        if group and ended.group_id == group.id:
            return f"уже в группе {group.title}"
        # An undone leave once kept its kind in a membership that goes on: such a one is in force like any other.
        if ended.left_kind and ended.until and not is_on_leave(ended, effective):
            return f"уже есть приказ, по которому он выбывает из {ended.group.title} {ended.until:%d.%m.%Y}"
        if ended.since >= effective:
            return f"зачислен в группу {ended.group.title} только {ended.since:%d.%m.%Y}: отмените тот приказ"
    elif ended is not None:
        return f"уже в группе {ended.group.title}: оформите перевод"
    elif kind == "restore" and not way:
        return "раньше не обучался: оформите зачисление"
    return ""


def _step(typed: Typed, effective: date, person: Person, ended: Enrollment | None, group: Group | None) -> Step:
    parts = []
    marks = as_guest = 0
    if typed.kind in ENDING and ended:
        if is_on_leave(ended, effective):
            parts.append(f"{ended.group.title}, из академического отпуска с {effective:%d.%m.%Y}")
        else:
            parts.append(f"{ended.group.title} по {effective - timedelta(days=1):%d.%m.%Y}")
        marks = marks_after(person.id, ended.group_id, effective)
        # Who is moved stays a guest where a plan says so; who leaves the college is in no journal any more.
        as_guest = 0 if group else guest_marks_after(person.id, ended.group_id, effective)
    if group:
        parts.append(f"{group.title} с {effective:%d.%m.%Y}")
    if typed.kind == "leave" and typed.leave_until:
        parts.append(f"отпуск по {typed.leave_until:%d.%m.%Y}")
    return Step(person, ended if typed.kind in ENDING else None, group, " → ".join(parts), marks, as_guest)


def is_on_leave(ended: Enrollment, effective: date) -> bool:
    """Whether an order meets a membership that a leave has ended before it: it was not the order that ended it."""
    return ended.until is not None and ended.until < effective


def ordered_after(effective: date, *among: ColumnElement[bool]) -> set[int]:
    """Whom a later order is about: an expulsion from a leave begins no membership that would tell of it."""
    return set(
        db.session.scalars(
            select(Movement.student_id)
            .join(MovementOrder, MovementOrder.id == Movement.order_id)
            .where(MovementOrder.effective > effective, MovementOrder.undone_at.is_(None), *among)
        )
    )


def _ways(student_ids: Sequence[int]) -> dict[int, list[Enrollment]]:
    """Every membership of each student, oldest first."""
    ways: dict[int, list[Enrollment]] = {}
    for row in db.session.scalars(
        select(Enrollment).where(Enrollment.student_id.in_(student_ids)).order_by(Enrollment.since, Enrollment.id)
    ):
        ways.setdefault(row.student_id, []).append(row)
    return ways


def marks_after(student_id: int, group_id: int, since: date) -> int:
    """How many cells of a group's journals hold something for the student from a day on."""
    return _marks(student_id, since, Course.group_id == group_id)


def guest_marks_after(student_id: int, group_id: int, since: date) -> int:
    """The same of other groups' journals that list the student by an individual plan."""
    return _marks(student_id, since, Course.group_id != group_id, individual_lists.is_guest(student_id, Lesson.date))


def _marks(student_id: int, since: date, *where: ColumnElement[bool]) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Cell)
            .join(Work, Work.id == Cell.work_id)
            .join(Lesson, Lesson.id == Work.lesson_id)
            .join(Course, Course.id == Lesson.course_id)
            .where(
                Cell.student_id == student_id,
                Lesson.date >= since,
                or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)),
                *where,
            )
        )
        or 0
    )


def in_group(group_id: int, on: date) -> list[Person]:
    """Who is in a group on a day, by surname."""
    return list(
        db.session.scalars(
            select(Person)
            .where(
                exists().where(
                    Enrollment.student_id == Person.id, Enrollment.group_id == group_id, in_force(Enrollment, on)
                )
            )
            .order_by(Person.skey, Person.id)
        )
    )


def in_no_group(on: date, restored: bool) -> list[Person]:
    """Students who are in no group from a day on: who studied before (`restored`), or who never did."""
    before = exists().where(Enrollment.student_id == Person.id)
    return list(
        db.session.scalars(
            select(Person)
            .where(
                exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == Role.STUDENT),
                ~exists().where(Enrollment.student_id == Person.id, lasting(Enrollment, on)),
                before if restored else ~before,
            )
            .order_by(Person.skey, Person.id)
            .limit(500)
        )
    )
