"""Сводная ведомость успеваемости of a group: students × disciplines (R2.3.monitor; DOMAIN: reports)."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from ejournal.access import LEADERS
from ejournal.domain import grading, reports
from ejournal.domain.names import short_name
from ejournal.services import consolidated, individual_lists, statement_facts
from ejournal.services.individual_lists import Away, Span
from ejournal.services.reports import facts, guests, marks
from ejournal.services.reports.registry import GROUP, Report
from ejournal.services.reports.scope import Journal, Scope
from ejournal.services.reports.table import Column, Kind, Row, Table, Value

Marks = dict[tuple[int, int], str]

MISSED = [
    Column("Пропущено", Kind.WHOLE, "Академических часов"),
    Column("уваж.", Kind.WHOLE, "Коды «п» и «б»"),
    Column("неуваж.", Kind.WHOLE, "Код «н»"),
]


def build(scope: Scope) -> Table:
    group = next(iter(scope.groups.values()), None)
    if group is None or group.id not in scope.spans:
        return Table([], [])
    last = scope.last_day(group.id)
    away = individual_lists.away_on(group.id, last)
    wide = guests.widened(scope, group.id, {one.course_id for one in away.values() if one.course_id})
    people = facts.roster(replace(wide, groups=scope.groups))
    found = marks.of(wide, people)
    disciplines = _disciplines(scope)
    students = people.group_on(group.id, last)
    missed = _missed(scope, people, group.id, students)
    given = _given(scope, found.marks)
    lines = []
    for student in students:
        own = [
            _mark(found.marks, student, away.get((student, one.discipline_id)), given.get((student, name), ""))
            for name, one in disciplines.items()
        ]
        lines.append((student, people.names[student][1], own, missed[student]))
    table = Table(_columns(disciplines), [_row(*line) for line in lines], notes=[found.note])
    if lines:
        table.rows += _figures([own for _student, _name, own, _missed in lines])
        table.lists = consolidated.names_by_marks([(_short(name), own) for _student, name, own, _missed in lines])
    return table


def _disciplines(scope: Scope) -> dict[str, Journal]:
    """Each discipline once, whatever its subgroups."""
    found: dict[str, Journal] = {}
    for journal in scope.journals.values():
        found.setdefault(journal.discipline, journal)
    return found


def _columns(disciplines: dict[str, Journal]) -> list[Column]:
    own = [Column(one.index or one.title, Kind.MARK, one.discipline) for one in disciplines.values()]
    return [Column("Обучающийся"), *own, Column("Средний балл", Kind.MEAN), *MISSED]


def _row(student_id: int, name: str, own: list[str], missed: grading.Missed) -> Row:
    cells: list[Value] = [name, *own, grading.mean(own), missed.total, missed.excused, missed.unexcused]
    return Row(cells, student_id=student_id)


def _short(name: str) -> str:
    """The short name of a full one."""
    return short_name(*[*name.split(" ", 2), "", ""][:3])


def _given(scope: Scope, found: Marks) -> dict[tuple[int, str], str]:
    """Marks of the group's own journals by student and discipline."""
    return {
        (student, scope.journals[course].discipline): mark
        for (student, course), mark in found.items()
        if course in scope.journals
    }


def _mark(found: Marks, student: int, away: Away | None, own: str) -> str:
    there = found.get((student, away.course_id), "") if away and away.course_id else ""
    return consolidated.shown(away, there if away else own)


def _missed(scope: Scope, people: facts.Roster, group_id: int, students: list[int]) -> dict[int, grading.Missed]:
    days: dict[int, list[Span]] = defaultdict(list)
    for student, since, until in people.in_group[group_id]:
        days[student].append((since, until))
    cells = statement_facts.cells_of(students, scope.spans[group_id], missed_alone=True)
    return {student: consolidated.missed(cells.get(student, ()), days[student]) for student in students}


def _figures(lines: list[list[str]]) -> list[Row]:
    """The figures of each discipline and of the group: of it a student is one, by the worst mark."""
    columns = [list(column) for column in zip(*lines, strict=True)]
    every = [mark for own in lines for mark in own]
    worst = [reports.worst_of(own) for own in lines]
    figures: list[tuple[str, Kind, list[Decimal | None]]] = [
        ("Средний балл", Kind.MEAN, [*map(grading.mean, columns), grading.mean(every)]),
        (
            "Успеваемость",
            Kind.PERCENT,
            [*map(grading.absolute_performance, columns), grading.absolute_performance(worst)],
        ),
        ("Качество", Kind.PERCENT, [*map(grading.quality, columns), grading.quality(worst)]),
        ("СОУ", Kind.PERCENT, [*map(grading.sou, columns), grading.sou(every)]),
    ]
    return [Row([title, *values, "", "", ""], is_total=True, kind=kind) for title, kind, values in figures]


REPORT = Report(
    key="consolidated",
    title="Сводная ведомость успеваемости",
    words="Оценки группы по всем дисциплинам, средние, пропуски, списки отличников и неуспевающих (п. 2.3).",
    build=build,
    order=10,
    roles=LEADERS,
    filters=(GROUP,),
    choices=(marks.BASIS,),
    of_groups=True,
    needs_group=True,
)
