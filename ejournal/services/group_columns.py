"""The columns of a group's page and what stands in them: pairs of days, or disciplines (п. 4.3, 4.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from ejournal.domain import grading, risk
from ejournal.domain.grading import MISSING
from ejournal.extensions import db
from ejournal.models import Course, Discipline, Lesson, LessonState, Subgroup
from ejournal.services.group_standing import Standing, mean_of
from ejournal.services.statement_facts import Facts, Given
from ejournal.services.statements import Row


@dataclass(slots=True)
class Column:
    """`head` is short, `title` whole; `lessons`: ids of the pair's lessons; `foot`: the group's figure.

    `entered` is False where the lesson is over and nobody entered attendance (п. 4.4)."""

    head: str
    title: str
    day: date | None = None
    lessons: frozenset[int] = frozenset()
    discipline_id: int = 0
    entered: bool = True
    foot: str = ""
    foot_title: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands there, the gravest attendance code in it, a small note, the period mark;
    `low`: a mean below 3."""

    text: str = ""
    code: str = ""
    note: str = ""
    mark: str = ""
    low: bool = False


def pairs(group_id: int, facts: Facts, span: tuple[date, date], today: date) -> list[Column]:
    """A column for each pair at which the group, or part of it, has a lesson. One query."""
    found: dict[tuple[date, int], list[Any]] = {}
    for row in _lessons(group_id, facts, span):
        found.setdefault((row.date, row.pair), []).append(row)
    return [_pair(day, pair, rows, today) for (day, pair), rows in found.items()]


def _lessons(group_id: int, facts: Facts, span: tuple[date, date]) -> Sequence[Any]:
    elsewhere = {course_id for _student, course_id in facts.elsewhere}
    return db.session.execute(
        select(
            Lesson.id, Lesson.date, Lesson.pair, Lesson.attendance_at, Discipline.id.label("discipline_id"),
            Discipline.index, Discipline.title, Subgroup.title.label("part"),
        )
        .join(Course, Course.id == Lesson.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            or_(Course.group_id == group_id, Course.id.in_(elsewhere)),
            Lesson.date.between(*span),
            Lesson.state != LessonState.CANCELLED,
        )
        .order_by(Lesson.date, Lesson.pair, Discipline.index, Lesson.id)
    ).all()  # fmt: skip


def _pair(day: date, pair: int, rows: Sequence[Any], today: date) -> Column:
    titles = dict.fromkeys(row.title for row in rows)
    named = [f"{row.title}, {row.part}" if row.part else row.title for row in rows]
    return Column(
        head=str(pair),
        title=" / ".join(named if len(titles) > 1 else titles),
        day=day,
        lessons=frozenset(row.id for row in rows),
        entered=day >= today or all(row.attendance_at is not None for row in rows),
    )


def day_heads(columns: Iterable[Column]) -> list[tuple[date, int]]:
    """Each day above its pairs, and how many columns it spans."""
    heads: dict[date, int] = {}
    for column in columns:
        if column.day:
            heads[column.day] = heads.get(column.day, 0) + 1
    return list(heads.items())


def of_disciplines(disciplines: Iterable[Discipline], wanted: set[int], programme_id: int | None) -> list[Column]:
    """A column for each of the disciplines that somebody of the group has; «*»: of another programme's plan, which
    may have one of the same name."""
    return [
        Column(f"{one.index}*", f"{one.title} (другая специальность)", discipline_id=one.id)
        if one.programme_id != programme_id
        else Column(one.index, one.title, discipline_id=one.id)
        for one in disciplines
        if one.id in wanted
    ]


def pair_cell(column: Column, cells: Iterable[Given]) -> Cell:
    """A student's cells of one pair."""
    return _written([cell for cell in cells if cell.lesson_id in column.lessons])


def discipline_cell(column: Column, cells: Iterable[Given]) -> Cell:
    """A student's cells of one discipline, in the order of lessons."""
    own = [cell for cell in cells if cell.discipline_id == column.discipline_id]
    lessons: dict[int, list[Given]] = {}
    for cell in own:
        lessons.setdefault(cell.lesson_id, []).append(cell)
    written = [_written(of_lesson) for of_lesson in lessons.values()]
    code = grading.lesson_attendance([one.code for one in written if one.code]) or ""
    return Cell(" ".join(one.text for one in written), code)


def _written(cells: Sequence[Given]) -> Cell:
    """Attendance first, then the mark, as п. 4.4 writes it: «о5»; further works of the lesson after a space."""
    code = grading.lesson_attendance([cell.attendance for cell in cells]) or ""
    return Cell(code + " ".join(cell.mark for cell in cells if cell.mark), code)


def period_cell(row: Row | None) -> Cell:
    """A discipline over the period: the mean, marks and hours missed below it, the period mark beside it."""
    if row is None:
        return Cell()
    missed = f"−{row.missed.total} ч" if row.missed.total else ""
    return Cell(row.mean, "", missed, row.period_mark, risk.low_mean(row.weighed) is not None)


def foot_of_pairs(columns: Iterable[Column], cells: Sequence[Sequence[Cell]]) -> None:
    """Below each pair: how many are missing."""
    for number, column in enumerate(columns):
        missing = sum(line[number].code in MISSING for line in cells)
        column.foot, column.foot_title = str(missing or ""), f"отсутствуют: {missing}"


def foot_of_disciplines(columns: Iterable[Column], standings: Sequence[Standing]) -> None:
    """Below each discipline: the mean of all marks of the group in the period."""
    for column in columns:
        column.foot = mean_of(row for one in standings if (row := one.row(column.discipline_id)))
        column.foot_title = "средний балл группы за период"
