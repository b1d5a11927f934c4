"""A group over all subjects for its leader and administration, only to be read (п. 4.3, R4.3.c).

A fixed number of queries however many students and disciplines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from ejournal.access import OVERSEERS, Viewer, leads, led_by
from ejournal.domain import grading
from ejournal.domain.grading import MISSING
from ejournal.extensions import db
from ejournal.models import Discipline, Group, Person
from ejournal.services import group_admin, group_columns, group_frame, group_standing, settings, statement_facts
from ejournal.services.errors import NotFoundError
from ejournal.services.group_columns import Cell, Column
from ejournal.services.group_frame import Frame
from ejournal.services.group_standing import Debt, Standing
from ejournal.services.statement_facts import Facts


@dataclass(slots=True)
class Line:
    """A student. `note`: with which order the student left; `hours` by code and `planned` are of those of the
    days shown on which the student was in the group, `standing` of the whole period wherever it was studied."""

    student: Person
    note: str
    cells: list[Cell]
    hours: dict[str, int]
    planned: int
    standing: Standing
    debts: list[Debt]
    can_open: bool = True

    @property
    def missed(self) -> int:
        return sum(self.hours[code] for code in MISSING)

    @property
    def pressing(self) -> bool:
        return bool(self.standing.risk or self.debts)


@dataclass(slots=True)
class Summary:
    """The group in figures: `percent` (посещаемость) and `missed` of the days shown, the rest of the period."""

    students: int = 0
    percent: str = ""
    hours: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    mean: str = ""
    at_risk: int = 0
    in_debt: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    group: Group
    frame: Frame
    columns: list[Column]
    days: list[tuple[date, int]]
    lines: list[Line]
    summary: Summary


def find(viewer: Viewer, group_id: int) -> Group:
    """A group for who leads it. Raises NotFoundError."""
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, settings.today()):
        raise NotFoundError
    return group


def load(viewer: Viewer, group_id: int, asked: Mapping[str, str]) -> Board:
    """What `asked` (an address's arguments) wants to see of a group. Raises NotFoundError."""
    group, today = find(viewer, group_id), settings.today()
    frame = group_frame.of(group, asked, today)
    people = statement_facts.members(group_id, frame.span)
    ids = [person.id for person, _note in people]
    facts = statement_facts.load(ids, _both(frame), frame.period.period)
    disciplines = group_standing.disciplines(facts)
    names = {one.id: one.title for one in disciplines}
    owed, openable = group_standing.debts(ids), _openable(viewer, ids, today)
    lines = []
    for person, note in people:
        held = facts.held(person.id)
        # Who came from another group or went to one: the hours there are counted there.
        spans = facts.in_group.get((person.id, group_id), ())
        cells = group_standing.within(facts.given.get(person.id, ()), frame.span)
        lines.append(
            Line(
                person,
                note,
                [],
                group_standing.hours_by_code([cell for cell in cells if statement_facts.holds(spans, cell.date)]),
                group_standing.planned((one for one in held if statement_facts.holds(spans, one.date)), frame.span),
                group_standing.of_student(facts, names, person.id, frame.period.span, held),
                owed.get(person.id, []),
                person.id in openable,
            )
        )
    columns = _columns(group, frame, facts, disciplines, lines, today)
    summary = _summary(lines)
    if frame.order == "risk":
        lines.sort(key=lambda line: (bool(line.note), -len(line.standing.risk), -len(line.debts)))
    return Board(group, frame, columns, group_columns.day_heads(columns), lines, summary)


def _columns(
    group: Group, frame: Frame, facts: Facts, disciplines: Sequence[Discipline], lines: Sequence[Line], today: date
) -> list[Column]:
    """The columns; fills in the cells of the lines and the figures below."""
    if frame.by == "days":
        columns = group_columns.pairs(group.id, facts, frame.span, today)
        for line in lines:
            cells = group_standing.within(facts.given.get(line.student.id, ()), frame.span)
            line.cells = [group_columns.pair_cell(column, cells) for column in columns]
        group_columns.foot_of_pairs(columns, [line.cells for line in lines])
        return columns
    wanted = {row.discipline_id for line in lines for row in line.standing.rows}
    columns = group_columns.of_disciplines(disciplines, wanted, group.programme_id)
    for line in lines:
        if frame.view == "period":
            line.cells = [group_columns.period_cell(line.standing.row(column.discipline_id)) for column in columns]
        else:
            cells = group_standing.within(facts.given.get(line.student.id, ()), frame.span)
            line.cells = [group_columns.discipline_cell(column, cells) for column in columns]
    group_columns.foot_of_disciplines(columns, [line.standing for line in lines])
    return columns


def _summary(lines: Sequence[Line]) -> Summary:
    """Of all lines in figures, of who is still there in counts."""
    there = [line for line in lines if not line.note]
    hours = {code: sum(line.hours[code] for line in lines) for code in grading.SEVERITY}
    missed = sum(hours[code] for code in MISSING)
    return Summary(
        students=len(there),
        percent=grading.format_percent(grading.attendance_percent(sum(line.planned for line in lines), missed)),
        hours=hours,
        missed=missed,
        mean=group_standing.mean_of(row for line in lines for row in line.standing.rows),
        at_risk=sum(bool(line.standing.risk) for line in there),
        in_debt=sum(bool(line.debts) for line in there),
    )


def _both(frame: Frame) -> tuple[date, date]:
    """The days shown and the period together: read once."""
    return min(frame.span[0], frame.period.span[0]), max(frame.span[1], frame.period.span[1])


def _openable(viewer: Viewer, ids: Sequence[int], today: date) -> set[int]:
    """Whose own page the viewer may open: not of who went to another leader's group."""
    if viewer.holds(OVERSEERS):
        return set(ids)
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(ids), led_by(viewer, today))))
