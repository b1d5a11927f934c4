"""Успеваемость, качество, СОУ, средний балл by group, course, teacher, discipline (R2.3.monitor)."""

from collections import defaultdict
from collections.abc import Hashable
from typing import NamedTuple

from ejournal.domain import grading, reports
from ejournal.services.reports import facts, marks
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table

BY = Choice(
    "by",
    "Строки",
    (
        ("group", "группы"),
        ("course", "курсы"),
        ("teacher", "преподаватели"),
        ("discipline", "дисциплины"),
        ("journal", "журналы"),
    ),
)
# Of these a student is one, by the worst mark; of the others every mark counts.
BY_STUDENT = ("group", "course")
TITLES = {"group": "Группа", "course": "Курс", "teacher": "Преподаватель", "discipline": "Дисциплина"}


class Given(NamedTuple):
    student_id: int
    mark: str


def build(scope: Scope) -> Table:
    people = facts.roster(scope)
    found = marks.of(scope, people)
    by = scope.choice("by")
    rows = [_row(by, title, given, drill) for title, given, drill in _lines(scope, by, found.marks)]
    columns = [*_first(by), *_figures(by)]
    notes = [found.note, *_notes(scope, by)]
    total = _row(by, ["Всего"] + [""] * (len(_first(by)) - 1), _all(found.marks), None) if len(rows) > 1 else None
    return Table(columns, rows, total, notes, chart=_chart(rows, by))


def _first(by: str) -> list[Column]:
    return [Column("Группа"), Column("Дисциплина")] if by == "journal" else [Column(TITLES[by])]


def _figures(by: str) -> list[Column]:
    counted = "Обучающихся" if by in BY_STUDENT else "Оценок"
    return [
        Column(
            counted,
            Kind.WHOLE,
            "N: у кого есть оценка пятибалльной шкалы или «н/а»; ЗЧ и НЗ — вне шкалы, по группе НЗ — как «2»",
        ),
        *(Column(title, Kind.WHOLE) for title in ("«5»", "«4»", "«3»", "«2»", "н/а")),
        Column("Средний балл", Kind.MEAN, "Среднее числовых оценок"),
        Column("Успеваемость", Kind.PERCENT, "(«5» + «4» + «3») / N × 100"),
        Column("Качество", Kind.PERCENT, "(«5» + «4») / N × 100"),
        Column("СОУ", Kind.PERCENT, "(«5»·100 + «4»·64 + «3»·36 + «2»·16 + «н/а»·7) / N"),
    ]


def _lines(
    scope: Scope, by: str, given: dict[tuple[int, int], str]
) -> list[tuple[list[str], list[Given], dict[str, str] | None]]:
    """What stands first in each row, its marks, where it leads; in the order of journals."""
    titles: dict[Hashable, tuple[list[str], dict[str, str] | None]] = {}
    found: dict[Hashable, list[Given]] = defaultdict(list)
    by_course: dict[int, list[Given]] = defaultdict(list)
    for (student_id, course_id), mark in given.items():
        by_course[course_id].append(Given(student_id, mark))
    for course_id in scope.journals:
        if course_id not in by_course:
            continue
        for key, title, drill in _keys(scope, by, course_id):
            titles.setdefault(key, (title, drill))
            found[key].extend(by_course[course_id])
    lines = [(titles[key][0], found[key], titles[key][1]) for key in titles]
    return sorted(lines, key=lambda line: line[0]) if by in ("teacher", "discipline", "course") else lines


def _keys(scope: Scope, by: str, course_id: int) -> list[tuple[Hashable, list[str], dict[str, str] | None]]:
    journal = scope.journals[course_id]
    if by == "group":
        group = scope.groups[journal.group_id]
        return [(group.id, [group.title], {"group": str(group.id), "by": "discipline"})]
    if by == "course":
        number = str(scope.number_of(journal.group_id))
        return [(number, [f"{number} курс"], {"course": number, "by": "group"})]
    if by == "teacher":
        people = scope.teachers_of(course_id, scope.last_day(journal.group_id))
        people = [who for who in people if scope.query.teacher in (None, who.id)]
        return [(who.id, [who.short_name], {"teacher": str(who.id), "by": "journal"}) for who in people]
    if by == "discipline":
        return [(journal.discipline, [journal.discipline], {"discipline": str(journal.discipline_id), "by": "group"})]
    return [(course_id, [journal.audience, journal.discipline], {"course_id": str(course_id)})]


def _row(by: str, title: list[str], given: list[Given], drill: dict[str, str] | None) -> Row:
    every = [one.mark for one in given]
    spoken = _worst(given) if by in BY_STUDENT else every
    tally = reports.tally(spoken)
    cells = [
        *title, tally.counted, tally.n5, tally.n4, tally.n3, tally.n2, tally.not_attested, grading.mean(every),
        grading.absolute_performance(spoken), grading.quality(spoken), grading.sou(every),
    ]  # fmt: skip
    if drill and "course_id" in drill:
        return Row(cells, course_id=int(drill["course_id"]))
    return Row(cells, drill=drill)


def _worst(given: list[Given]) -> list[str | None]:
    own: dict[int, list[str]] = defaultdict(list)
    for one in given:
        own[one.student_id].append(one.mark)
    return [reports.worst_of(marks) for marks in own.values()]


def _all(given: dict[tuple[int, int], str]) -> list[Given]:
    return [Given(student_id, mark) for (student_id, _course), mark in given.items()]


def _notes(scope: Scope, by: str) -> list[str]:
    notes = []
    if by in BY_STUDENT:
        notes.append(
            "Обучающийся учитывается один раз, по худшей оценке (НЗ — как «2»); средний балл и СОУ — по всем оценкам. "
            "Дисциплины с зачётом — вне пятибалльной шкалы."
        )
    notes += scope.partial_note
    return notes


def _chart(rows: list[Row], by: str) -> Chart | None:
    there = [row for row in rows if row.cells[-2] is not None]
    if not 2 <= len(there) <= 40 or by == "journal":
        return None
    series = [("успеваемость", [row.cells[-3] for row in there]), ("качество", [row.cells[-2] for row in there])]
    return Chart("Успеваемость и качество, %", [str(row.cells[0]) for row in there], series, unit=" %")


REPORT = Report(
    key="performance",
    title="Успеваемость и качество",
    words="Абсолютная успеваемость, качество знаний, СОУ и средний балл по группам, курсам, преподавателям (п. 2.3).",
    build=build,
    order=20,
    choices=(BY, marks.BASIS),
)
