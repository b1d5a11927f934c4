"""Посещаемость: hours planned and missed by kind, by group, student, day or month (R2.3.monitor, п. 4.4)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from ejournal.domain import calendar, grading
from ejournal.services.reports import facts, spans
from ejournal.services.reports.facts import Held, Missed
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

Key = TypeVar("Key", bound=Hashable)

BY = Choice(
    "by",
    "Строки",
    (("group", "группы"), ("student", "обучающиеся"), ("month", "месяцы"), ("day", "дни"), ("course", "журналы")),
)
FIGURES = [
    Column("Часов", Kind.WHOLE, "Человеко-часы: часы проведённых занятий на каждого, кто был в списке в тот день"),
    Column("Пропущено", Kind.WHOLE, "Академических часов; занятие пропускается один раз"),
    Column("болезнь", Kind.WHOLE, "Часов с кодом «б»"),
    Column("уважит.", Kind.WHOLE, "Часов с кодом «п»"),
    Column("неуважит.", Kind.WHOLE, "Часов с кодом «н»"),
    Column("Опозданий", Kind.WHOLE, "Занятий с кодом «о»: считаются в занятиях, не в часах"),
    Column("Посещаемость", Kind.PERCENT, "(часов − пропущено) / часов × 100"),
]


@dataclass(slots=True)
class Figures:
    """Person-hours planned, hours missed by code (of «о» lessons, not hours)."""

    planned: int = 0
    codes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, one: Missed) -> None:
        self.codes[one.code] += 1 if one.code == "о" else one.hours

    @property
    def missed(self) -> int:
        return sum(hours for code, hours in self.codes.items() if code != "о")

    def cells(self) -> list[Value]:
        """In the order of FIGURES."""
        codes = [self.codes.get(code, 0) for code in ("б", "п", "н", "о")]
        return [self.planned, self.missed, *codes, grading.attendance_percent(self.planned, self.missed)]


def build(scope: Scope) -> Table:
    lessons, people = facts.held(scope), facts.roster(scope)
    return VIEWS[scope.choice("by")](scope, lessons, people, facts.missed(scope, people))


def _by_group(scope: Scope, lessons: list[Held], people: facts.Roster, absences: list[Missed]) -> Table:
    figures = _of_students(scope, lessons, people, absences, lambda _student, course: scope.journals[course].group_id)
    rows = [
        Row([group.title, *figures[group.id].cells()], drill={"group": str(group.id), "by": "student"})
        for group in scope.groups.values()
        if group.id in figures
    ]
    return _table(scope, [Column("Группа")], rows, figures.values(), _bars(rows))


def _by_student(scope: Scope, lessons: list[Held], people: facts.Roster, absences: list[Missed]) -> Table:
    figures = _of_students(
        scope, lessons, people, absences, lambda student, course: (scope.journals[course].group_id, student)
    )
    rows = []
    for group in scope.groups.values():
        own = [student for group_id, student in figures if group_id == group.id]
        for student in sorted(own, key=lambda id_: people.names[id_]):
            cells: list[Value] = [people.names[student][1], group.title, *figures[group.id, student].cells()]
            rows.append(Row(cells, student_id=student))
    return _table(scope, [Column("Обучающийся"), Column("Группа")], rows, figures.values())


def _by_course(scope: Scope, lessons: list[Held], people: facts.Roster, absences: list[Missed]) -> Table:
    figures = _of_students(scope, lessons, people, absences, lambda _student, course: course)
    rows = [
        Row([one.audience, one.discipline, *figures[one.id].cells()], course_id=one.id)
        for one in scope.journals.values()
        if one.id in figures
    ]
    return _table(scope, [Column("Группа"), Column("Дисциплина")], rows, figures.values())


def _of_students(
    scope: Scope,
    lessons: list[Held],
    people: facts.Roster,
    absences: list[Missed],
    key: Callable[[int, int], Key],
) -> dict[Key, Figures]:
    """Figures by what a student and a journal belong to, over all days."""
    found: dict[Key, Figures] = defaultdict(Figures)
    held = facts.hours_held(lessons)
    for journal in scope.journals.values():
        if journal.id not in held:
            continue
        for student, days in people.of_course[journal.id].items():
            planned = held[journal.id].between(days)
            if planned:
                found[key(student, journal.id)].planned += planned
    for one in absences:
        found[key(one.student_id, one.course_id)].add(one)
    return found


def _by_month(scope: Scope, lessons: list[Held], people: facts.Roster, absences: list[Missed]) -> Table:
    figures = _of_days(lessons, people, absences, lambda day: day.replace(day=1))
    rows = [
        Row([calendar.format_month(month), *figures[month].cells()], drill={"period": f"{month:%Y-%m}", "by": "day"})
        for month in sorted(figures)
    ]
    labels = [spans.month_title(month) for month in sorted(figures)]
    chart = Chart("Посещаемость по месяцам, %", labels, [("посещаемость", _percents(rows))], lines=True, unit=" %")
    return _table(scope, [Column("Месяц")], rows, figures.values(), chart if len(rows) > 1 else None)


def _by_day(scope: Scope, lessons: list[Held], people: facts.Roster, absences: list[Missed]) -> Table:
    figures = _of_days(lessons, people, absences, lambda day: day)
    rows = [Row([day, calendar.WEEKDAYS_SHORT[day.weekday()], *figures[day].cells()]) for day in sorted(figures)]
    labels = [calendar.format_short(day) for day in sorted(figures)]
    chart = Chart("Посещаемость по дням, %", labels, [("посещаемость", _percents(rows))], lines=True, unit=" %")
    columns = [Column("День", Kind.DATE), Column("")]
    return _table(scope, columns, rows, figures.values(), chart if len(rows) > 1 else None)


def _of_days(
    lessons: list[Held], people: facts.Roster, absences: list[Missed], key: Callable[[facts.date], facts.date]
) -> dict[facts.date, Figures]:
    """Figures by day or month: hours of each lesson for everybody on the list that day."""
    found: dict[facts.date, Figures] = defaultdict(Figures)
    counted: dict[int, facts.Contingent] = {}
    for lesson in lessons:
        if lesson.course_id not in counted:
            counted[lesson.course_id] = facts.Contingent(people.of_course.get(lesson.course_id, {}).values())
        found[key(lesson.date)].planned += lesson.hours * counted[lesson.course_id].on(lesson.date)
    for one in absences:
        found[key(one.date)].add(one)
    return found


def _percents(rows: Iterable[Row]) -> list[Value]:
    return [row.cells[-1] for row in rows]


def _bars(rows: list[Row]) -> Chart | None:
    labels = [str(row.cells[0]) for row in rows]
    if len(rows) < 2:
        return None
    return Chart("Посещаемость по группам, %", labels, [("посещаемость", _percents(rows))], unit=" %")


def _table(
    scope: Scope, first: list[Column], rows: list[Row], figures: Iterable[Figures], chart: Chart | None = None
) -> Table:
    total = Figures()
    for one in figures:
        total.planned += one.planned
        for code, hours in one.codes.items():
            total.codes[code] += hours
    blank = [""] * (len(first) - 1)
    last = Row(["Всего", *blank, *total.cells()]) if len(rows) > 1 else None
    notes = ["Часы академические; отменённые и непроведённые занятия не считаются (п. 4.4)."]
    notes += scope.partial_note
    return Table([*first, *FIGURES], rows, last, notes, chart=chart)


VIEWS = {
    "group": _by_group,
    "student": _by_student,
    "month": _by_month,
    "day": _by_day,
    "course": _by_course,
}

REPORT = Report(
    key="attendance",
    title="Посещаемость",
    words="Часы занятий и пропусков по причинам: по группам, обучающимся, месяцам и дням (п. 2.3, 4.4).",
    build=build,
    order=30,
    choices=(BY,),
)
