"""A programme's curriculum as a table: cycles and modules down, semesters across, with totals (п. 4.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from ejournal.extensions import db
from ejournal.models import CurriculumHours, Discipline, DisciplineKind, Group, Programme
from ejournal.services import plan_index
from ejournal.services.errors import NotFoundError

K = DisciplineKind
CYCLES: tuple[tuple[str, frozenset[str]], ...] = (
    ("Общеобразовательный цикл", frozenset({K.OUD})),
    ("Общий гуманитарный и социально-экономический цикл", frozenset({K.OGSE})),
    ("Социально-гуманитарный цикл", frozenset({K.SG})),
    ("Математический и общий естественнонаучный цикл", frozenset({K.EN})),
    ("Общепрофессиональный цикл", frozenset({K.OP})),
    ("Профессиональный цикл", frozenset({K.PM, K.MDK, K.UP, K.PP})),
    ("Прочее", frozenset({K.OTHER})),
    ("Государственная итоговая аттестация", frozenset({K.GIA})),
)
# Inside a module: courses, practices, then whatever else (the module's exam).
INSIDE = {K.PM: 0, K.MDK: 1, K.UP: 2, K.PP: 3}


@dataclass(slots=True)
class Row:
    """A row of the table; a module is a container, its figures are its rows' together."""

    discipline: Discipline
    hours: dict[int, int] = field(default_factory=dict)
    control: dict[int, str] = field(default_factory=dict)
    in_module: bool = False

    @property
    def is_module(self) -> bool:
        return self.discipline.kind == DisciplineKind.PM

    @property
    def total(self) -> int:
        return sum(self.hours.values())


@dataclass(slots=True)
class Cycle:
    title: str
    rows: list[Row]
    hours: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.hours.values())


@dataclass(slots=True)
class Table:
    """The plan of one admission (набор), or with 0 that of every admission that has none of its own."""

    programme: Programme
    admission: int
    semesters: list[int]
    cycles: list[Cycle]
    hours: dict[int, int]
    # How many exams and credits each semester has.
    exams: dict[int, int]
    credits: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.hours.values())

    @property
    def is_empty(self) -> bool:
        return not self.cycles


@dataclass(frozen=True, slots=True)
class Summary:
    programme: Programme
    disciplines: int
    hours: int
    admissions: list[int]
    groups: list[str]


def find(programme_id: int) -> Programme:
    """Raises NotFoundError."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise NotFoundError
    return programme


def summaries() -> list[Summary]:
    """Every programme with what its plan holds. Four queries however many."""
    counted: dict[int, int] = {}
    for programme_id, number in db.session.execute(
        select(Discipline.programme_id, func.count())
        .where(Discipline.kind != DisciplineKind.PM)
        .group_by(Discipline.programme_id)
    ):
        counted[programme_id] = number
    hours: dict[int, dict[int, int]] = {}
    for programme_id, admission, total in db.session.execute(
        select(Discipline.programme_id, CurriculumHours.admission_year, func.sum(CurriculumHours.hours))
        .join(CurriculumHours, CurriculumHours.discipline_id == Discipline.id)
        .group_by(Discipline.programme_id, CurriculumHours.admission_year)
    ):
        hours.setdefault(programme_id, {})[admission] = total
    groups: dict[int | None, list[str]] = {}
    for group in db.session.scalars(select(Group).where(Group.released_on.is_(None)).order_by(Group.gkey)):
        groups.setdefault(group.programme_id, []).append(group.title)
    return [
        Summary(
            row,
            counted.get(row.id, 0),
            hours.get(row.id, {}).get(0, 0),
            sorted(year for year in hours.get(row.id, {}) if year),
            groups.get(row.id, []),
        )
        for row in db.session.scalars(select(Programme).order_by(Programme.code))
    ]


def admissions(programme: Programme) -> list[int]:
    """The admissions with a plan of their own, by year."""
    return sorted(
        db.session.scalars(
            select(CurriculumHours.admission_year)
            .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
            .where(Discipline.programme_id == programme.id, CurriculumHours.admission_year != 0)
            .distinct()
        )
    )


def taught_by(programme: Programme, admission: int, own: Sequence[int]) -> list[Group]:
    """The groups that follow the plan of an admission; `own` are the admissions that have one."""
    groups = db.session.scalars(
        select(Group).where(Group.programme_id == programme.id, Group.released_on.is_(None)).order_by(Group.gkey)
    )
    return [group for group in groups if (group.admission_year if group.admission_year in own else 0) == admission]


def table(programme: Programme, admission: int = 0) -> Table:
    """The plan by cycles. Two queries."""
    rows = _rows(programme, admission)
    last = max((semester for row in rows for semester in row.hours), default=0)
    cycles = []
    for title, kinds in CYCLES:
        found = _in_order([row for row in rows if row.discipline.kind in kinds and not row.in_module], rows)
        if found:
            cycles.append(Cycle(title, found, _sum(row for row in found if not row.is_module)))
    taught = [row for row in rows if not row.is_module]
    return Table(
        programme,
        admission,
        list(range(1, max(last, 2 * programme.years) + 1)),
        cycles,
        _sum(taught),
        _count(taught, {"Э"}),
        _count(taught, {"З", "ДЗ"}),
    )


def row_of(programme: Programme, discipline_id: int, admission: int) -> Row:
    """Raises NotFoundError for a discipline of another programme."""
    discipline = db.session.get(Discipline, discipline_id)
    if discipline is None or discipline.programme_id != programme.id:
        raise NotFoundError
    row = Row(discipline)
    for stored in db.session.scalars(
        select(CurriculumHours).where(
            CurriculumHours.discipline_id == discipline.id, CurriculumHours.admission_year == admission
        )
    ):
        row.hours[stored.semester], row.control[stored.semester] = stored.hours, stored.control or ""
    return row


def modules(programme: Programme) -> list[Discipline]:
    """The modules (ПМ) a row can belong to."""
    found = db.session.scalars(
        select(Discipline).where(Discipline.programme_id == programme.id, Discipline.kind == DisciplineKind.PM)
    )
    return sorted(found, key=lambda row: plan_index.order(row.index))


def _rows(programme: Programme, admission: int) -> list[Row]:
    """What the plan holds: rows with hours or control, modules; in the common plan also rows that have none at all."""
    rows = {
        found.id: Row(found, in_module=found.module_id is not None)
        for found in db.session.scalars(
            select(Discipline).where(Discipline.programme_id == programme.id).order_by(Discipline.id)
        )
    }
    elsewhere = set()
    for stored in db.session.scalars(
        select(CurriculumHours)
        .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
        .where(Discipline.programme_id == programme.id)
    ):
        if stored.admission_year == admission:
            row = rows[stored.discipline_id]
            row.hours[stored.semester], row.control[stored.semester] = stored.hours, stored.control or ""
        else:
            elsewhere.add(stored.discipline_id)
    kept = [
        row
        for row in rows.values()
        if row.hours or (not admission and row.discipline.id not in elsewhere) or row.is_module
    ]
    if admission:
        used = {row.discipline.module_id for row in kept}
        kept = [row for row in kept if not row.is_module or row.discipline.id in used]
    return kept


def _in_order(cycle: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """A cycle's rows by index, those of a module below it; the module's figures are theirs together."""
    found = []
    for row in sorted(cycle, key=_place):
        found.append(row)
        if row.is_module:
            inside = sorted((each for each in rows if each.discipline.module_id == row.discipline.id), key=_place)
            row.hours = _sum(inside)
            found += inside
    return found


def _place(row: Row) -> tuple[int, list[tuple[int, int | str]]]:
    return INSIDE.get(DisciplineKind(row.discipline.kind), 4), plan_index.order(row.discipline.index)


def _sum(rows: Iterable[Row]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for row in rows:
        for semester, hours in row.hours.items():
            totals[semester] = totals.get(semester, 0) + hours
    return totals


def _count(rows: Iterable[Row], codes: set[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for row in rows:
        for semester, control in row.control.items():
            if codes & set(control.split(",")):
                found[semester] = found.get(semester, 0) + 1
    return found
