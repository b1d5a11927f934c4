"""Динамика: mean, performance, quality and attendance from month to month or period to period (R2.3.monitor)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from ejournal.domain import calendar, grading, reports
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Period, PeriodMark
from ejournal.services import suggestions
from ejournal.services.reports import facts, marks, spans
from ejournal.services.reports.registry import COURSE, DISCIPLINE, GROUP, TEACHER, Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table

STEP = Choice("step", "Шаг", (("month", "месяцы"), ("period", "периоды, итоговые оценки")))
MEASURE = Choice(
    "measure", "Показатель", (("mean", "средний балл"), ("quality", "качество"), ("performance", "успеваемость"))
)
MOST_LINES = 6
# A mark of a student in a discipline, or the mean it comes from.
Mark = tuple[str, Decimal]
Steps = dict[Hashable, dict[Hashable, list[Mark]]]


def build(scope: Scope) -> Table:
    people = facts.roster(scope)
    by_student = scope.query.group is not None
    steps, titles = _months(scope, people) if scope.choice("step") == "month" else _periods(scope, people)
    measure = scope.choice("measure")
    kind = Kind.MEAN if measure == "mean" else Kind.PERCENT
    rows = []
    for key, name in _keys(scope, people, by_student):
        values = [_value(measure, steps.get(step, {}).get(key, ())) for step in titles]
        if any(value is not None for value in values):
            drill = None if by_student else {"group": str(key)}
            student = int(str(key)) if by_student else None
            rows.append(Row([name, *values, reports.change(values)], drill=drill, student_id=student))
    first = Column("Обучающийся" if by_student else "Группа")
    # The difference of two shares is no share: in points of per cent.
    last = Column("Изменение", kind, CHANGE) if kind is Kind.MEAN else Column("Изменение, п. п.", Kind.NUMBER, CHANGE)
    columns = [first, *(Column(title, kind) for title in titles.values()), last]
    table = Table(columns, rows, _total(measure, steps, titles, rows), _notes(scope))
    table.chart = _chart(table, titles, measure)
    if scope.choice("step") == "period":
        table.empty = "Итоговых оценок ещё нет ни за один период. Посмотрите по месяцам."
    return table


CHANGE = "Последнее значение минус первое"


def _keys(scope: Scope, people: facts.Roster, by_student: bool) -> list[tuple[Hashable, str]]:
    if not by_student:
        return [(group.id, group.title) for group in scope.groups.values()]
    found = {student for id_ in scope.groups for student in people.group_on(id_, scope.last_day(id_))}
    return [(student, people.names[student][1]) for student in sorted(found, key=lambda id_: people.names[id_])]


def _months(scope: Scope, people: facts.Roster) -> tuple[Steps, dict[Hashable, str]]:
    """Where the marks of each month lead to, by month and group or student."""
    credits_ = marks.credit_only(scope)
    steps: Steps = defaultdict(lambda: defaultdict(list))
    rules = suggestions.rules()
    for one in facts.mark_sums(scope, by_month=True):
        journal = scope.journals[one.course_id]
        is_credit = (journal.group_id, journal.discipline_id) in credits_
        mark = reports.preliminary(one.mean, is_credit, rules)
        if mark and one.student_id in people.names:
            key = journal.group_id if scope.query.group is None else one.student_id
            steps[one.month][key].append((mark, one.mean))
    span = scope.span
    starts = calendar.months(*span) if span else []
    return steps, {day.month: spans.month_title(day) for day in starts if day.month in steps}


def _periods(scope: Scope, people: facts.Roster) -> tuple[Steps, dict[Hashable, str]]:
    """The marks given for the periods of all years till now, by period and group or student; one query."""
    steps: Steps = defaultdict(lambda: defaultdict(list))
    titles: dict[Hashable, tuple[date, str]] = {}
    wanted = {journal.discipline_id for journal in scope.journals.values()} if _is_narrow(scope) else None
    now_in = {student: id_ for id_ in scope.groups for student, _since, _until in people.in_group.get(id_, ())}
    for student_id, group_id, discipline_id, mark, number, starts, period, year in db.session.execute(
        select(
            PeriodMark.student_id, Course.group_id, Course.discipline_id, PeriodMark.mark, Period.number,
            Period.starts, Period.title, AcademicYear.title,
        )
        .join(Course, Course.id == PeriodMark.course_id)
        .join(Period, Period.id == PeriodMark.period_id)
        .join(AcademicYear, AcademicYear.id == Period.year_id)
        .where(Course.group_id.in_(scope.groups), PeriodMark.mark.is_not(None), Period.starts <= scope.today)
        .order_by(Period.starts, PeriodMark.id)
    ):  # fmt: skip
        if mark is None or (wanted is not None and discipline_id not in wanted) or student_id not in now_in:
            continue
        step = (year, number)
        titles.setdefault(step, (starts, f"{period}, {year}"))
        numeric = grading.numeric(mark)
        key = group_id if scope.query.group is None else student_id
        steps[step][key].append((mark, numeric if numeric is not None else Decimal(-1)))
    return steps, {step: title for step, (_starts, title) in sorted(titles.items(), key=lambda item: item[1][0])}


def _is_narrow(scope: Scope) -> bool:
    return bool(scope.query.teacher or scope.query.discipline or scope.is_partial)


def _value(measure: str, given: Iterable[Mark]) -> Decimal | None:
    found = list(given)
    if measure == "mean":
        numbers = [value for mark, value in found if grading.numeric(mark) is not None and value >= 0]
        return sum(numbers, Decimal(0)) / len(numbers) if numbers else None
    return MEASURES[measure]([mark for mark, _value in found])


MEASURES = {"quality": grading.quality, "performance": grading.absolute_performance}


def _total(measure: str, steps: Steps, titles: dict[Hashable, str], rows: list[Row]) -> Row | None:
    if len(rows) < 2:
        return None
    values = [_value(measure, _everybody(steps.get(step, {}))) for step in titles]
    return Row(["Всего", *values, reports.change(values)])


def _everybody(found: dict[Hashable, list[Mark]]) -> list[Mark]:
    return [mark for given in found.values() for mark in given]


def _chart(table: Table, titles: dict[Hashable, str], measure: str) -> Chart | None:
    if len(titles) < 2 or not table.rows:
        return None
    lines = table.rows if len(table.rows) <= MOST_LINES else [table.total] if table.total else []
    series = [(str(row.cells[0]), list(row.cells[1:-1])) for row in lines]
    words = dict(MEASURE.options)[measure].capitalize()
    if measure == "mean":
        return Chart(words, list(titles.values()), series, lines=True, highest=5, lowest=2)
    return Chart(f"{words}, %", list(titles.values()), series, lines=True, unit=" %")


def _notes(scope: Scope) -> list[str]:
    notes = [marks.FINAL]
    if scope.choice("step") == "month":
        notes = [
            "По текущим оценкам месяца: средневзвешенный балл обучающегося по дисциплине; для качества и "
            "успеваемости он округлён до оценки, зачётные дисциплины — вне шкалы."
        ]
    if scope.query.group is None:
        notes.append("Выберите группу, чтобы увидеть каждого обучающегося.")
    notes += scope.partial_note
    return notes


REPORT = Report(
    key="dynamics",
    title="Динамика успеваемости",
    words="Как меняются средний балл, качество и успеваемость от месяца к месяцу, от периода к периоду (п. 2.3).",
    build=build,
    order=25,
    filters=(GROUP, COURSE, TEACHER, DISCIPLINE),
    choices=(STEP, MEASURE),
)
