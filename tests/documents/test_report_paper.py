"""Columns of a report on paper (R2.3.monitor, R3.7)."""

from flask import Flask
from reportlab.lib.units import mm

from ejournal.documents import drawing, report
from ejournal.services.reports.table import Column, Kind, Row

HEADS = {
    "portrait": [
        Column("Обучающийся"), Column("Группа"), Column("Признаков", Kind.WHOLE), Column("Средний балл", Kind.MEAN),
        Column("Пропущено часов", Kind.WHOLE), Column("Почему"),
    ],
    "landscape": [
        Column("Преподаватель"), Column("Дисциплина"), *[Column(f"ОГСЭ.{n:02}", Kind.MARK) for n in range(10)],
        Column("На обучающегося", Kind.NUMBER), Column("Просрочено", Kind.WHOLE), Column("Успеваемость", Kind.PERCENT),
    ],
}  # fmt: skip


def test_no_word_of_a_heading_is_broken(in_app: Flask) -> None:
    drawing.draw(lambda paper: paper.turn())  # registers the fonts
    for orientation, room in report.ROOM.items():
        columns = HEADS[orientation]
        cells = ["Константинопольская-Преображенская А. К. " * 9 if one.kind == Kind.TEXT else 5 for one in columns]
        widths = report.widths(columns, [Row(cells)], room)
        assert abs(sum(widths) - 95) < 0.2
        for column, width in zip(columns, widths, strict=True):
            for word in column.title.replace(".", ". ").split():
                needed = drawing.stringWidth(word, drawing.NARROW_BOLD, 7.5) + 0.5 * mm
                assert needed <= width * room / 100, (column.title, width)


def test_texts_get_what_figures_leave(in_app: Flask) -> None:
    columns = HEADS["portrait"]
    rows = [Row(["Кузнецова Е. А.", "ИС-21", 1, 3.2, 16, "Русский язык: средний балл 2,62; пропущено 5 из 12 " * 3])]
    widths = report.widths(columns, rows, report.ROOM["portrait"])
    assert max(widths) == widths[-1] > 40
