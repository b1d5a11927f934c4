"""Вычитка часов: planned, given by month, left, forecast at the pace of the timetable (R2.3.control)."""

from ejournal.domain import calendar, reports
from ejournal.services.reports import hours, spans
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

ONLY = Choice("only", "Показать", (("all", "все журналы"), ("off", "только с расхождением")))
SHOWN_IN_CHART = 10


def build(scope: Scope) -> Table:
    days = scope.whole.values()
    months = calendar.months(min(one for one, _ in days), max(one for _, one in days)) if days else []
    rows = []
    found = hours.of_journals(scope)
    for journal in scope.journals.values():
        given, plan = found[journal.id]
        if journal.group_id not in scope.whole or (not plan.planned and not plan.forecast and not given.cancelled):
            continue
        if scope.choice("only") == "off" and not plan.deviation:
            continue
        cells: list[Value] = [
            scope.teacher_words(journal.id), journal.audience, journal.discipline, plan.planned,
            *(given.months.get(month, 0) for month in months),
            plan.given, given.substituted, given.cancelled, plan.left, plan.percent, plan.forecast, plan.deviation,
        ]  # fmt: skip
        rows.append(Row(cells, course_id=journal.id, alarm=_alarm(plan.deviation, given.overdue)))
    table = Table(_columns(months), rows, _total(rows, len(months)), _notes(scope), chart=_chart(rows))
    table.empty = "Журналов с расхождением нет." if scope.choice("only") == "off" else table.empty
    return table


def _columns(months: list[spans.date]) -> list[Column]:
    return [
        Column("Преподаватель"),
        Column("Группа"),
        Column("Дисциплина"),
        Column("План", Kind.WHOLE, "Академических часов за период: по нагрузке, а где её нет — по учебному плану"),
        *(Column(f"{spans.month_title(month)[:3]}.", Kind.WHOLE, spans.month_title(month)) for month in months),
        Column("Дано", Kind.WHOLE, "Часы проведённых занятий"),
        Column("Замены", Kind.WHOLE, "Из них провёл не преподаватель журнала"),
        Column("Снято", Kind.WHOLE, "Часы отменённых занятий"),
        Column("Осталось", Kind.WHOLE, "План − дано"),
        Column("%", Kind.PERCENT, "Дано / план × 100"),
        Column("Прогноз", Kind.WHOLE, "Дано и всё, что по расписанию осталось до конца периода"),
        Column("±", Kind.WHOLE, "Прогноз − план"),
    ]


def _alarm(deviation: int, overdue: int) -> str:
    parts = []
    if deviation < 0:
        parts.append(f"не хватит {-deviation} ч")
    if overdue:
        parts.append(f"не отмечено проведённым {overdue} ч")
    return ", ".join(parts)


def _total(rows: list[Row], months: int) -> Row | None:
    if len(rows) < 2:
        return None
    whole = [*range(3, 8 + months)]
    sums = {number: sum(int(str(row.cells[number])) for row in rows) for number in (*whole, 9 + months, 10 + months)}
    percent = reports.share(sums[4 + months], sums[3])
    cells: list[Value] = [
        "Всего",
        "",
        "",
        *(sums[number] for number in whole),
        percent,
        sums[9 + months],
        sums[10 + months],
    ]
    return Row(cells)


def _notes(scope: Scope) -> list[str]:
    notes = ["Прогноз: дано и все занятия, которые по расписанию остались до конца периода, без каникул и праздников."]
    if hours.has_plan_of_year(scope):
        notes.append("У месяцев и отдельных дат своего плана нет: сравнивается с планом года.")
    return notes


def _chart(rows: list[Row]) -> Chart | None:
    short = sorted((row for row in rows if int(str(row.cells[-1])) < 0), key=lambda row: int(str(row.cells[-1])))
    if len(short) < 2:
        return None
    short = short[:SHOWN_IN_CHART]
    labels = [f"{row.cells[1]}: {row.cells[2]}" for row in short]
    values = [-int(str(row.cells[-1])) for row in short]
    return Chart("Где часов не хватит больше всего", labels, [("не хватит часов", values)], highest=None, unit=" ч")


REPORT = Report(
    key="hours",
    title="Вычитка часов",
    words="План и выданные часы по месяцам, остаток и прогноз к концу периода по расписанию (п. 2.3).",
    build=build,
    order=40,
    choices=(ONLY,),
    ahead=True,
)
