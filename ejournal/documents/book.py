"""A discipline's journal (documents/journal.py), drawn: a page takes 20 ms where a template takes a second,
and each of a month has the discipline above it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reportlab.lib.units import mm

from ejournal.access import Viewer
from ejournal.documents import base, journal
from ejournal.documents.drawing import BOLD, ITALIC, SERIF, Column, Paper, Table, draw
from ejournal.documents.issuing import Document, Sheet
from ejournal.documents.journal import UPRIGHT, Page
from ejournal.documents.lettering import fitting

NOTATION = (
    "Отметки: 5, 5+, 5-, 4, 3, 2, 1, ЗЧ — зачёт, НЗ — незачёт; «н» — отсутствие без уважительной причины, «п» — по "
    "уважительной, «б» — по болезни, «о» — опоздание (п. 3.6, 4.4)."
)
PRINTED = "Напечатано из электронного журнала; исправления хранит журнал изменений."
KIND = "journal"
# A row of a paper journal: tall enough to write in, and 33 of them on an upright page.
ROW, LEAST_ROW = 7.2 * mm, 4.6 * mm


def of_course(actor: Viewer, course_id: int, period_id: int | None) -> list[Document]:
    """The journal of one discipline by itself. Raises NotFoundError."""
    return [replace(document, draw=_draw) for document in journal.of_course(actor, course_id, period_id)]


def _draw(sheets: Sequence[Sheet], shared: Mapping[str, Any], step: Callable[[], None]) -> list[bytes]:
    """The last sheet, with remarks and the certification, is a template."""
    *own, last = [Sheet(sheet.template, {**shared, **sheet.context}) for sheet in sheets]

    def pages(paper: Paper) -> None:
        for sheet in own:
            draw_sheet(paper, sheet)
            step()

    drawn = [draw(pages)[0], base.fitted(last.template, **last.context)]
    step()
    return drawn


def draw_sheet(paper: Paper, sheet: Sheet) -> None:
    """One sheet of journal.of_course."""
    {"journal_title": title, "journal_month": month, "journal_end.html": end}[sheet.template](paper, sheet.context)


def cover(paper: Paper, college: Mapping[str, str], name: str, kind: str, facts: Sequence[tuple[str, str]]) -> None:
    """A title page: the college's head, the name, what it is about."""
    paper.turn()
    paper.about = 0
    if college["founder"]:
        paper.line(college["founder"], size=8.5, where="center")
    paper.line(college["name"], BOLD, 11.5, "center")
    if college["address"]:
        paper.line(college["address"], size=8.5, where="center")
    paper.rule(paper.left, paper.y - 2 * mm, paper.room, 1)
    paper.y -= 62 * mm
    paper.line(name, BOLD, 30, "center")
    paper.line(kind, SERIF, 15, "center", gap=14 * mm)
    for label, value in facts:
        paper.fact(label, value)


def facts_of(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the title of a discipline's journal says."""
    course = context["course"]
    programme = course.group.programme
    return [
        ("Дисциплина", course.discipline.label),
        ("Группа", f"{course.audience}, курс {context['number']}"),
        ("Специальность, профессия", f"{programme.code} {programme.title}" if programme else ""),
        ("Форма обучения", course.group.study_form),
        ("Учебный год", f"{course.year.title}, {context['period']}"),
        ("Преподаватель", context["teachers"]),
    ]


def title(paper: Paper, context: Mapping[str, Any]) -> None:
    cover(paper, context["college"], "ЖУРНАЛ", "учебных занятий", facts_of(context))
    if "issued" in context:
        paper.fact("Регистрационный номер", f"№ {context['issued'].number} от {context['issued'].dated:%d.%m.%Y}")
    paper.y -= 20 * mm
    paper.line(f"{NOTATION} {PRINTED}" if "issued" in context else NOTATION, ITALIC, 8)


def month(paper: Paper, context: Mapping[str, Any]) -> None:
    """The left pages of a month, then the right one."""
    course = context["course"]

    paper.about = course.id

    def heading() -> None:
        paper.pair(f"{course.discipline.label}, {course.audience}", f"{context['month']} г.")

    for page in context["pages"]:
        left_page(paper, page, heading)
    paper.turn(heading=heading)
    shares = (5, 8, 6, 43, 24, 14)
    rows = [
        (str(each["number"]), f"{each['date']:%d.%m}", str(each["hours"]), each["topic"], each["homework"], "")
        for each in context["lessons"]
    ]
    paper.table(
        Table(
            [Column(paper.room * share / 100, share in (43, 24)) for share in shares],
            ("№", "Дата", "Часов", "Тема занятия", "Что задано", "Подпись\nпреподавателя"),
            rows,
        )
    )


def left_page(paper: Paper, page: Page, heading: Any) -> None:
    """Students down, dates across."""
    paper.turn(len(page.columns) > UPRIGHT, heading)
    share = paper.room / 100
    narrow = [Column(page.share * share)] * (len(page.columns) + page.blank)
    columns = [Column(4 * share), Column(24 * share, words=True), *narrow]
    head = ["№", "Фамилия, имя обучающегося", *(f"{each.date:%d}\n{each.date:%m}" for each in page.columns)]
    head += [""] * page.blank
    if page.last:
        columns += [Column(5 * share), Column(7 * share)]
        head += ["Сред.", "За\nпериод"]
    rows = []
    for number, (name, note, cells, mean, mark) in enumerate(page.rows, 1):
        row = [str(number), f"{name} — {note}" if note else name, *cells, *[""] * page.blank]
        rows.append([*row, mean, mark] if page.last else row)
    height = row_height(paper, len(rows))
    strong = frozenset({len(columns) - 1}) if page.last else frozenset()
    paper.table(Table(columns, head, rows, size=8.5, height=height, cramped=True, strong=strong))


def row_height(paper: Paper, rows: int, below: float = 0) -> float:
    """As tall as a hand needs, less where a whole group would not stand on the page; `below` is kept free."""
    return max(LEAST_ROW, min(ROW, (paper.below - 8 * mm - below) / max(rows, 1)))


def end(paper: Paper, context: Mapping[str, Any]) -> None:
    """Hours planned, given and left, and the teacher's signature."""
    course, listing = context["course"], context["listing"]
    if paper.about != course.id or paper.below < 60 * mm:
        paper.turn()
    else:
        paper.y -= 8 * mm
    paper.line(f"{course.discipline.label}, {course.audience}: выполнение учебного плана", BOLD, 11.5, gap=2 * mm)
    paper.table(
        Table(
            [Column(paper.room / 3)] * 3,
            ("Планово часов", "Дано часов", "Осталось"),
            [(str(listing.planned), str(listing.given), str(listing.left))],
            size=9.5,
        )
    )
    signature(paper, "преподавателя", context["teachers"])


def signature(paper: Paper, whose: str, name: str) -> None:
    """A line to sign on, with who signs beside it."""
    paper.y -= 14 * mm
    size = fitting(name, SERIF, 10.5, paper.room * 0.38)
    paper.put(name, SERIF, size, paper.left, paper.room * 0.38, paper.y)
    paper.rule(paper.left + paper.room * 0.4, paper.y - 1 * mm, paper.room * 0.25)
    paper.y -= 4 * mm
    paper.put(f"(подпись {whose})", SERIF, 7, paper.left + paper.room * 0.4, paper.room * 0.25, paper.y, "center")
