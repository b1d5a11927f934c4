"""Накопляемость оценок: marks per student and per lesson, who has fewer than the least (R2.3.control)."""

from collections import defaultdict

from ejournal.domain import reports
from ejournal.domain.words import plural
from ejournal.services import settings
from ejournal.services.reports import facts, hours
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Column, Kind, Row, Table, Value

BY = Choice("by", "Строки", (("journal", "журналы"), ("student", "у кого оценок мало")))


def build(scope: Scope) -> Table:
    people, lessons = facts.roster(scope), hours.lessons_held(scope)
    number: dict[int, dict[int, int]] = defaultdict(dict)
    for one in facts.mark_sums(scope):
        number[one.course_id][one.student_id] = one.number
    least = int(settings.get("reports.least_marks"))
    view = _journals if scope.choice("by") == "journal" else _students
    table = view(scope, people, lessons, number, least)
    words = f"{least} {plural(least, 'оценки', 'оценок', 'оценок')}"
    table.notes.append(f"Мало — меньше {words} за период; считаются числовые оценки, ЗЧ и НЗ нет (п. 2.3).")
    return table


def _journals(
    scope: Scope, people: facts.Roster, lessons: dict[int, int], number: dict[int, dict[int, int]], least: int
) -> Table:
    rows = []
    for journal in scope.journals.values():
        held = lessons.get(journal.id, 0)
        students = people.journal_on(journal.id, scope.last_day(journal.group_id))
        if not held or not students:
            continue
        own = [number[journal.id].get(student, 0) for student in students]
        few, none = sum(n < least for n in own), sum(not n for n in own)
        cells: list[Value] = [
            journal.audience, journal.discipline, scope.teacher_words(journal.id), held, len(students), sum(own),
            reports.ratio(sum(own), len(students)), reports.ratio(sum(own), held), few, none,
        ]  # fmt: skip
        rows.append(Row(cells, course_id=journal.id, alarm="оценок нет ни у кого" if not sum(own) else ""))
    columns = [
        Column("Группа"),
        Column("Дисциплина"),
        Column("Преподаватель"),
        Column("Занятий", Kind.WHOLE, "Проведено за период"),
        Column("Обучающихся", Kind.WHOLE),
        Column("Оценок", Kind.WHOLE),
        Column("На обучающегося", Kind.NUMBER, "Оценок / обучающихся"),
        Column("На занятие", Kind.NUMBER, "Оценок / занятий"),
        Column("Мало оценок", Kind.WHOLE, "Обучающихся, у кого оценок меньше, чем нужно"),
        Column("Без оценок", Kind.WHOLE),
    ]
    return Table(columns, rows, _total(rows))


def _total(rows: list[Row]) -> Row | None:
    if len(rows) < 2:
        return None
    held, students, given, few, none = (sum(int(str(row.cells[n])) for row in rows) for n in (3, 4, 5, 8, 9))
    return Row(
        ["Всего", "", "", held, students, given, reports.ratio(given, students), reports.ratio(given, held), few, none]
    )


def _students(
    scope: Scope, people: facts.Roster, lessons: dict[int, int], number: dict[int, dict[int, int]], least: int
) -> Table:
    rows = []
    for journal in scope.journals.values():
        if not lessons.get(journal.id):
            continue
        students = people.journal_on(journal.id, scope.last_day(journal.group_id))
        for student in sorted(students, key=lambda id_: people.names[id_]):
            given = number[journal.id].get(student, 0)
            if given < least:
                cells: list[Value] = [
                    people.names[student][1], journal.audience, journal.discipline, scope.teacher_words(journal.id),
                    lessons[journal.id], given,
                ]  # fmt: skip
                rows.append(Row(cells, course_id=journal.id, student_id=student))
    columns = [
        Column("Обучающийся"),
        Column("Группа"),
        Column("Дисциплина"),
        Column("Преподаватель"),
        Column("Занятий", Kind.WHOLE),
        Column("Оценок", Kind.WHOLE),
    ]
    return Table(columns, rows, empty="У всех оценок достаточно.")


REPORT = Report(
    key="accumulation",
    title="Накопляемость оценок",
    words="Сколько оценок приходится на обучающегося и на занятие, у кого их мало (п. 2.3).",
    build=build,
    order=50,
    choices=(BY,),
)
