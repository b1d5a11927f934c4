"""Динамика сроков: how much was overdue day by day, as kept every night (R4.2.f, h)."""

from ejournal.domain.control import CLAUSES, Counts
from ejournal.services.control import history
from ejournal.services.reports.registry import GROUP, TEACHER, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.spans import WHOLE_YEAR
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

EMPTY = "Показателей за эти дни нет: они сохраняются каждую ночь, первые появятся завтра утром."


def build(scope: Scope) -> Table:
    days = history.of_scope(scope)
    keys = [key for key in CLAUSES if any(key in counts for counts in days.values())]
    rows = []
    for day, counts in sorted(days.items()):
        whole = Counts.sum(counts.values())
        cells: list[Value] = [day, *(counts[key].open if key in counts else None for key in keys)]
        rows.append(Row([*cells, whole.open, whole.late, whole.share]))
    columns = [
        Column("День", Kind.DATE, "Утро этого дня"),
        *(Column(CLAUSES[key].short, Kind.WHOLE, f"{CLAUSES[key].title} ({CLAUSES[key].clause})") for key in keys),
        Column("Всего просрочено", Kind.WHOLE),
        Column("С опозданием с начала года", Kind.WHOLE, "Выполнено после срока или не выполнено до закрытия"),
        Column("В срок, %", Kind.PERCENT, "Выполнено в срок / все, чей срок прошёл или кто успел раньше"),
    ]
    table = Table(columns, rows[::-1], empty=EMPTY, chart=_chart(rows, keys))
    table.notes.append("Сколько было просрочено и ещё не исправлено утром каждого дня (п. 4.2, 4.4).")
    return table


def _chart(rows: list[Row], keys: list[str]) -> Chart | None:
    """Only clauses of which something ever was overdue."""
    if len(rows) < 2:
        return None
    labels = [f"{row.cells[0]:%d.%m}" for row in rows]
    lines = [(CLAUSES[key].short, [row.cells[place] for row in rows]) for place, key in enumerate(keys, 1)]
    there = [(name, values) for name, values in lines if any(values)]
    return Chart("Просрочено на утро", labels, there, lines=True, highest=None) if there else None


REPORT = Report(
    key="control-history",
    title="Динамика сроков",
    words="Сколько было просрочено каждый день по каждому пункту: видно, становится ли лучше (п. 4.2).",
    build=build,
    order=6,
    filters=(GROUP, TEACHER),
    period=WHOLE_YEAR,
)
