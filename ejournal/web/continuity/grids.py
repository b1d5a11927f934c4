"""A checked sheet as a grid: the students and lessons of which something stands in the file."""

from dataclasses import dataclass

from ejournal.exchange.store.pack import Fate, SheetPlan, State
from ejournal.exchange.tables import address

# What a cell says of itself, besides its colour.
WORDS = {
    State.NEW: "внести",
    State.CHANGED: "исправить",
    State.SAME: "уже есть",
    State.REFUSED: "не внести",
    State.CONFLICT: "разошлось",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns`: the heading of each; `rows`: a student with a cell or None for each column."""

    plan: SheetPlan
    columns: list[str]
    rows: list[tuple[str, list[Fate | None]]]
    # By what is wrong: one reason of thirty cells is said once.
    refused: list[tuple[str, list[Fate]]]
    conflicts: list[Fate]


def of(plan: SheetPlan) -> Grid:
    """Cells that are in the journal already are shown only where others of their row and column are."""
    telling = [fate for fate in plan.fates if fate.state is not State.SAME]
    columns = sorted({fate.column for fate in telling})
    names = {fate.row: fate.student for fate in plan.fates}
    found = {(fate.row, fate.column): fate for fate in plan.fates}
    dates = {fate.column: fate.date for fate in plan.fates}
    rows = [
        (names[row], [found.get((row, column)) for column in columns]) for row in sorted({fate.row for fate in telling})
    ]
    heads = [f"{day:%d.%m}" if (day := dates[column]) else f"{address(3, column)}: дата?" for column in columns]
    return Grid(plan, heads, rows, _by_reason(plan.of(State.REFUSED)), plan.of(State.CONFLICT))


def _by_reason(fates: list[Fate]) -> list[tuple[str, list[Fate]]]:
    found: dict[str, list[Fate]] = {}
    for fate in fates:
        found.setdefault(fate.message, []).append(fate)
    return list(found.items())
