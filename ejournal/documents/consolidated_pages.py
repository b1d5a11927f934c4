"""The consolidated sheet drawn as a page of a group's journal; by itself it is documents/consolidated.py."""

from collections.abc import Sequence

from reportlab.lib.units import mm

from ejournal.documents.drawing import NARROW, SERIF, Column, Paper, Table
from ejournal.documents.lettering import LEAD, wrapped
from ejournal.services.consolidated import Sheet

# % of a lying page: number, mean, three of missed hours; a discipline has no more than the widest.
NUMBER, SUMS, NAME, WIDEST = 3, 17, 22, 5
HEAD, LEAST_ROW = 9 * mm, 3.5 * mm


def draw_consolidated(paper: Paper, sheet: Sheet) -> None:
    def heading() -> None:
        paper.pair(f"Сводная ведомость успеваемости, группа {sheet.title}", sheet.period.title)

    paper.turn(lying=True, heading=heading)
    share = min((100 - NUMBER - SUMS - NAME) / max(len(sheet.columns), 1), WIDEST)
    name = 100 - NUMBER - SUMS - share * len(sheet.columns)
    widths = [(NUMBER, False), (name, True), *[(share, False)] * len(sheet.columns), (5, False), *[(4, False)] * 3]
    head = ["№", "Фамилия, имя, отчество", *(column.index.replace(".", ".\n", 1) for column in sheet.columns)]
    head += ["Сред.\nбалл", "Проп.\nчасов", "Уваж.", "Неув."]
    rows = [
        [str(n), line.student.full_name, *line.marks, line.mean,
         *(str(hours or "") for hours in (line.missed.total, line.missed.excused, line.missed.unexcused))]
        for n, line in enumerate(sheet.lines, 1)
    ]  # fmt: skip
    rows += [
        _figures("Средний балл", [column.mean for column in sheet.columns], sheet.total.mean),
        _figures("Успеваемость", [column.performance for column in sheet.columns], sheet.total.performance),
        _figures("Качество знаний", [column.quality for column in sheet.columns], sheet.total.quality),
        _figures("СОУ", [column.sou for column in sheet.columns], sheet.total.sou),
    ]
    # The legend stays on the page while rows can still be read.
    legend = "; ".join(f"{column.index} {column.title}" for column in sheet.columns) + "."
    below = len(wrapped(legend, NARROW, 7, paper.room)) * 7 * LEAD + 18 * mm
    height = max(LEAST_ROW, min(6 * mm, (paper.below - HEAD - below) / max(len(rows), 1)))
    strong = frozenset({2 + len(sheet.columns)})
    paper.table(
        Table(
            [Column(paper.room * part / 100, words) for part, words in widths],
            head, rows, size=8, height=height, head_height=HEAD, cramped=True, strong=strong,
        )
    )  # fmt: skip
    paper.y -= 2 * mm
    paper.line(legend, NARROW, 7, gap=1 * mm)
    for title, names in sheet.lists:
        if names:
            # Initials end in a point already.
            paper.line(f"{title} ({len(names)}): {', '.join(names).rstrip('.')}.", SERIF, 7.5)


def _figures(label: str, values: Sequence[str], total: str) -> list[str]:
    return ["", label, *values, total, "", "", ""]
