"""A report on paper: whatever it is, a table with its words above and notes below (п. 2.3, 3.7)."""

from collections.abc import Mapping, Sequence

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents import consolidated
from ejournal.documents.issuing import Document, Sheet
from ejournal.services.errors import RefusedError
from ejournal.services.reports import marks, running
from ejournal.services.reports.running import Made
from ejournal.services.reports.table import Column, Kind, Row, texts

KIND = "report"
NARROW = 7  # more columns lie down
MOST_ROWS = 1500
# What is laid out while a page waits; more is a job.
MOST_CELLS = 900
# The weight of a column's width by kind; text takes what its longest words ask, up to a share.
WEIGHTS = {Kind.MARK: 4, Kind.WHOLE: 5, Kind.NUMBER: 6, Kind.MEAN: 6, Kind.PERCENT: 7, Kind.DATE: 9, Kind.MOMENT: 13}
WIDEST_TEXT, NARROWEST_TEXT, SENTENCES = 30, 8, 100
# Points between the margins; of a sign of a heading, and of what is left free beside a word of it.
ROOM = {"portrait": 504, "landscape": 774}
SIGN, BESIDE = 4.1, 3


def of(actor: Viewer, key: str, given: Mapping[str, str]) -> list[Document]:
    """Raises NotFoundError, ForbiddenError, RefusedError where there is nothing or too much."""
    return of_made(actor, running.make(actor, key, given))


def of_made(actor: Viewer, made: Made) -> list[Document]:
    """The same of a report that is counted already."""
    if kind_of(actor, made) == consolidated.KIND:
        group_id, period = next(iter(made.scope.periods.items()))
        return consolidated.of_group(actor, group_id, period.id)
    return [document(made)]


def kind_of(actor: Viewer, made: Made) -> str:
    """Marks given for a period go on the college's own form of the consolidated sheet: administration prints it."""
    is_sheet = made.report.key == consolidated.KIND and marks.FINAL in made.table.notes
    return consolidated.KIND if is_sheet and made.scope.periods and actor.holds(OVERSEERS) else KIND


def is_long(made: Made) -> bool:
    """Whether laying it out takes longer than a page may be waited for."""
    return len(made.rows) * len(made.table.columns) > MOST_CELLS


def document(made: Made) -> Document:
    if not made.rows:
        raise RefusedError("Печатать нечего: " + made.table.empty[:1].lower() + made.table.empty[1:])
    if len(made.rows) > MOST_ROWS:
        raise RefusedError(
            f"Строк в отчёте: {len(made.rows)}, а на бумагу выводится до {MOST_ROWS}. Выберите группу, курс или "
            "преподавателя, или выгрузите таблицу."
        )
    orientation = "portrait" if len(made.table.columns) <= NARROW else "landscape"
    rows = [*made.rows, *([made.table.total] if made.table.total else [])]
    context = {
        "columns": list(zip(made.table.columns, widths(made.table.columns, made.rows, ROOM[orientation]), strict=True)),
        "rows": [(texts(made.table, row), row.is_total) for row in rows],
        "notes": made.table.notes,
        "lists": made.table.lists,
    }
    return Document(made.report.title, [Sheet("report.html", context, orientation)], subtitle=made.words)


def widths(columns: Sequence[Column], rows: Sequence[Row], room: float) -> list[float]:
    """Per cent of the page for each column, 95 together: 5 are for the number. No word of a heading is broken."""
    weights = [_weight(column, number, rows) for number, column in enumerate(columns)]
    least = [95 * SIGN * _longest_word(column) / room + 100 * BESIDE / room for column in columns]
    shares = [0.0] * len(columns)
    free, open_ = 95.0, set(range(len(columns)))
    while open_:
        total = sum(weights[n] for n in open_)
        short = {n for n in open_ if weights[n] * free / total < least[n]}
        for n in short or open_:
            shares[n] = least[n] if short else weights[n] * free / total
        if not short:
            break
        free -= sum(least[n] for n in short)
        open_ -= short
    return [round(share * 95 / sum(shares), 2) for share in shares]


def _weight(column: Column, number: int, rows: Sequence[Row]) -> float:
    if column.kind in WEIGHTS:
        return max(WEIGHTS[column.kind], *(len(word) * 0.8 for word in column.title.split() or [""]))
    longest = max((len(str(row.cells[number] or "")) for row in rows), default=0)
    widest = WIDEST_TEXT if longest < SENTENCES else 2 * WIDEST_TEXT
    return min(widest, max(NARROWEST_TEXT, longest))


def _longest_word(column: Column) -> int:
    """Signs of it; the template breaks an index after its points."""
    return max((len(word) for word in column.title.replace(".", ". ").split()), default=0)
