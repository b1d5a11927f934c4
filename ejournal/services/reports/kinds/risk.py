"""Группа риска: who needs help while there is time, and why (R2.3.monitor, п. 4.3)."""

from collections import defaultdict

from sqlalchemy import select

from ejournal.domain import grading, risk
from ejournal.domain.grading import MISSING
from ejournal.models import Cell, Lesson, LessonState, Work
from ejournal.services.reports import facts
from ejournal.services.reports.registry import Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Column, Kind, Row, Table, Value

Marks = dict[tuple[int, int], list[tuple[str | None, int]]]


def build(scope: Scope) -> Table:
    people, held, marks = facts.roster(scope), facts.hours_held(facts.held(scope)), _marks(scope)
    missed: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one in facts.missed(scope, people):
        if one.code in MISSING:
            missed[one.student_id, one.course_id].append(one.hours)
    journals = _journals_of(scope, people)
    low = {key[0] for key, given in marks.items() if any((grading.numeric(mark) or 3) < 3 for mark, _weight in given)}
    rows = []
    for group_id, group in scope.groups.items():
        students = {student for student in journals if scope.journals[journals[student][0]].group_id == group_id}
        for student in sorted(students, key=lambda id_: people.names[id_]):
            own = journals[student]
            # No mean is below 3 without a mark below 3: only their marks are gone through.
            found = marks if student in low else {}
            reasons = risk.reasons(_subject(scope, people, student, id_, held, found, missed) for id_ in own)
            if not reasons:
                continue
            mean = grading.weighted_mean(mark for id_ in own for mark in marks.get((student, id_), ()))
            hours = sum(sum(missed.get((student, id_), ())) for id_ in own)
            cells: list[Value] = [people.names[student][1], group.title, len(reasons), mean, hours, "; ".join(reasons)]
            rows.append(Row(cells, student_id=student))
    return Table(_columns(), rows, notes=_notes(scope), empty="Никто не в группе риска: признаков нет.")


def _columns() -> list[Column]:
    return [
        Column("Обучающийся"),
        Column("Группа"),
        Column("Признаков", Kind.WHOLE),
        Column("Средний балл", Kind.MEAN, "Средневзвешенный по всем дисциплинам отчёта"),
        Column("Пропущено часов", Kind.WHOLE),
        Column("Почему"),
    ]


def _journals_of(scope: Scope, people: facts.Roster) -> dict[int, list[int]]:
    """The journals each student of today is in."""
    found: dict[int, list[int]] = defaultdict(list)
    for journal in scope.journals.values():
        for student in people.journal_on(journal.id, scope.last_day(journal.group_id)):
            found[student].append(journal.id)
    return found


def _subject(
    scope: Scope,
    people: facts.Roster,
    student: int,
    course_id: int,
    held: dict[int, facts.HoursHeld],
    marks: Marks,
    missed: dict[tuple[int, int], list[int]],
) -> risk.Subject:
    lessons = held[course_id].lessons_between(people.of_course[course_id][student]) if course_id in held else 0
    key = student, course_id
    return risk.Subject(scope.journals[course_id].title, marks.get(key, ()), lessons, len(missed.get(key, ())))


def _marks(scope: Scope) -> Marks:
    """Numeric marks with their weights in the order of lessons; one query."""
    found: Marks = defaultdict(list)
    for student_id, course_id, mark, weight in facts.fetch(
        select(Cell.student_id, Lesson.course_id, Cell.mark, Work.weight)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(
            scope.during(Lesson.course_id), Lesson.state != LessonState.CANCELLED, Cell.mark.in_(facts.MARKS)
        )
        .order_by(Lesson.date, Lesson.pair, Work.ordinal, Work.id)
    ):  # fmt: skip
        found[student_id, course_id].append((mark, weight))
    return found


def _notes(scope: Scope) -> list[str]:
    notes = ["Признаки: средний балл ниже 3, пропущено больше 30 % проведённых занятий, две «2» подряд (п. 2.3, 4.3)."]
    notes += scope.partial_note
    return notes


REPORT = Report(
    key="risk",
    title="Группа риска",
    words="Кому нужна помощь и почему: низкий балл, много пропусков, две «2» подряд (п. 2.3, 4.3).",
    build=build,
    order=15,
)
