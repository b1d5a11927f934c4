"""Сводная ведомость of a group for a period: students × disciplines, and its arithmetic (п. 2.3; DOMAIN: reports)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from ejournal.access import OVERSEERS, Viewer
from ejournal.domain import grading, reports
from ejournal.domain.notation import NOT_ATTESTED
from ejournal.extensions import db
from ejournal.models import AcademicYear, Discipline, Group, Period, Person
from ejournal.services import (
    group_admin,
    groups,
    individual_lists,
    mark_slots,
    movement_plan,
    periods,
    statement_facts,
    statements,
)
from ejournal.services.errors import ForbiddenError, RefusedError
from ejournal.services.individual_lists import Away
from ejournal.services.statement_facts import Days, Facts, Given

EXEMPT = "осв."
# Which marks the sheet is of: the period's, or at the year's end those for the year and the final ones.
PERIOD = "period"
MARKS = {PERIOD: "за период", mark_slots.YEAR: "за год", mark_slots.FINAL: "итоговые"}


@dataclass(slots=True)
class Line:
    student: Person
    marks: list[str]
    mean: str
    missed: grading.Missed


@dataclass(slots=True)
class Column:
    """A discipline with its figures; `counted` is N."""

    index: str
    title: str
    counted: int = 0
    mean: str = ""
    performance: str = ""
    quality: str = ""
    sou: str = ""


@dataclass(slots=True)
class Sheet:
    """`title`: of the group in that year. `lists`: («отличники», names …) as a college reads them out. `is_of_year`:
    hours missed are the year's."""

    group: Group
    title: str
    period: Period
    columns: list[Column]
    lines: list[Line]
    total: Column
    lists: list[tuple[str, list[str]]] = field(default_factory=list)
    is_of_year: bool = False


def of_group(viewer: Viewer, group_id: int, period_id: int | None, of: str = PERIOD) -> Sheet:
    """Of who is in the group on the period's last day, or today; `of` one of MARKS.

    Raises NotFoundError, ForbiddenError, RefusedError.
    """
    if not viewer.holds(OVERSEERS):
        raise ForbiddenError("Сводную ведомость печатает администрация.")
    group = group_admin.find(group_id)
    period = statements.period_of(group, period_id)
    span = statements.counted_span(period)
    students = movement_plan.in_group(group_id, span[1])
    counted = span if of == PERIOD else _of_whole_year(group, period, span)
    facts = statement_facts.load([student.id for student in students], counted, period, of_year=True)
    away = individual_lists.away_on(group_id, span[1])
    given = _at_home(facts.period_marks if of == PERIOD else _of_year(facts, of), away)
    if of != PERIOD and not given:
        raise RefusedError(f"Оценок «{MARKS[of]}» нет: их ставят в конце года. Выберите его последний период.")
    taught = {lesson.discipline_id for lesson in facts.lessons if lesson.group_id == group_id}
    wanted = (taught if of == PERIOD else set()) | {one for own in given.values() for one in own}
    disciplines = db.session.scalars(
        select(Discipline).where(Discipline.id.in_(wanted)).order_by(Discipline.index)
    ).all()
    if not students or not disciplines:
        raise RefusedError("За этот период у группы нет ни занятий, ни оценок.")
    lines = []
    for student in students:
        own = given.get(student.id, {})
        marks = [shown(away.get((student.id, one.id)), own.get(one.id, "")) for one in disciplines]
        days = facts.in_group.get((student.id, group_id), ())
        lines.append(_line(student, marks, missed(facts.given.get(student.id, ()), days)))
    columns = [
        _figures(Column(one.index, one.title), [line.marks[n] for line in lines]) for n, one in enumerate(disciplines)
    ]
    title = groups.title_on(group, period.starts)
    return Sheet(group, title, period, columns, lines, _total(lines), student_lists(lines), of != PERIOD)


def _of_whole_year(group: Group, period: Period, span: tuple[date, date]) -> tuple[date, date]:
    year = db.session.get_one(AcademicYear, period.year_id)
    return min(one.starts for one in periods.of_group(group, year)), span[1]


def _of_year(facts: Facts, kind: str) -> dict[int, dict[int, str]]:
    """Marks of one kind by student and discipline."""
    found = {
        student_id: {one: marks[kind] for one, marks in own.items() if kind in marks}
        for student_id, own in facts.year_marks.items()
    }
    return {student_id: own for student_id, own in found.items() if own}


def _at_home(given: Mapping[int, Mapping[int, str]], away: Mapping[tuple[int, int], Away]) -> dict[int, dict[int, str]]:
    """Marks by student and discipline, those given in another group's journal under the discipline of the own plan."""
    found = {student_id: dict(own) for student_id, own in given.items()}
    for (student_id, discipline_id), one in away.items():
        for id_ in (discipline_id, one.discipline_id):
            found.get(student_id, {}).pop(id_, None)
    for (student_id, discipline_id), one in away.items():
        mark = given.get(student_id, {}).get(one.discipline_id)
        if mark:
            found[student_id][discipline_id] = mark
    return found


def shown(away: Away | None, mark: str) -> str:
    """Who is exempt on the last day is out of N, whatever was given before (DOMAIN: reports). `mark`: of the own
    group's journal; of who studies with another group, of the one there, "" where none was given (п. 4.2)."""
    return EXEMPT if away and away.is_exempt else mark


def missed(cells: Iterable[Given], days: Sequence[Days]) -> grading.Missed:
    """Hours missed on the days in the group, in every journal that listed the student, be it as a guest (DOMAIN:
    movement); a lesson with several works is missed once."""
    codes: dict[tuple[int, int], list[str | None]] = defaultdict(list)
    for cell in cells:
        if cell.missed and statement_facts.holds(days, cell.date):
            codes[cell.lesson_id, cell.hours].append(cell.missed)
    return grading.missed_hours((hours, grading.lesson_attendance(found)) for (_lesson, hours), found in codes.items())


def _line(student: Person, marks: list[str], hours: grading.Missed) -> Line:
    return Line(student, marks, grading.format_mean(grading.mean(marks)), hours)


def _figures(column: Column, marks: Sequence[str]) -> Column:
    """Fill in the figures: N is who has a mark of the five-point scale or «н/а» (domain.grading)."""
    column.counted = sum(mark in reports.WORST for mark in marks)
    column.mean = grading.format_mean(grading.mean(marks))
    column.performance = grading.format_percent(grading.absolute_performance(marks))
    column.quality = grading.format_percent(grading.quality(marks))
    column.sou = grading.format_percent(grading.sou(marks))
    return column


def _total(lines: Sequence[Line]) -> Column:
    """The group's: a student counts once, by the worst mark; the mean and СОУ are of all marks."""
    column = _figures(Column("", "по группе"), [mark for line in lines for mark in line.marks])
    worst = [reports.worst_of(line.marks) for line in lines]
    column.counted = sum(mark is not None for mark in worst)
    column.performance = grading.format_percent(grading.absolute_performance(worst))
    column.quality = grading.format_percent(grading.quality(worst))
    return column


def student_lists(lines: Sequence[Line]) -> list[tuple[str, list[str]]]:
    """The students of a sheet by their marks (see names_by_marks)."""
    return names_by_marks([(line.student.short_name, line.marks) for line in lines])


def names_by_marks(lines: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
    """Отличники, с одной «4», с одной «3», неуспевающие, не аттестованные; a student may be in the last two."""
    lists: Mapping[str, list[str]] = {
        "Отличники": [], "С одной «4»": [], "С одной «3»": [], "Неуспевающие": [], "Не аттестованы": []
    }  # fmt: skip
    for name, marks in lines:
        numeric = [mark for mark in marks if grading.numeric(mark) is not None]
        bad = {"1", "2"} & set(numeric) or "НЗ" in marks
        if bad:
            lists["Неуспевающие"].append(name)
        if NOT_ATTESTED in marks:
            lists["Не аттестованы"].append(name)
        if bad or NOT_ATTESTED in marks or not numeric:
            continue
        if set(numeric) == {"5"}:
            lists["Отличники"].append(name)
        elif numeric.count("4") == 1 and numeric.count("3") == 0:
            lists["С одной «4»"].append(name)
        elif numeric.count("3") == 1:
            lists["С одной «3»"].append(name)
    return list(lists.items())
