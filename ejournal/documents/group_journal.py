"""The journal of a group whole, as a college binds it: title, contents, students, every discipline, the results, and
the remarks on how it is kept (п. 4.2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reportlab.lib.units import mm

from ejournal.access import SERVER, Viewer, leads
from ejournal.documents import book, journal
from ejournal.documents.book import draw_sheet
from ejournal.documents.consolidated_pages import draw_consolidated
from ejournal.documents.drawing import BOLD, NARROW, SERIF, Column, Paper, Table, draw
from ejournal.documents.issuing import Document, Sheet
from ejournal.documents.lettering import LEAD, fitting, squeezed
from ejournal.models import AcademicYear, Course, Group, Period
from ejournal.services import consolidated, courses, group_admin, group_roll, groups, periods, settings
from ejournal.services.errors import NotFoundError, RefusedError

KIND = "group-journal"
# What stands before the disciplines, and after them.
FRONT, BACK = ("title", "students"), ("consolidated", "remarks")
REMARKS = "Замечания по ведению журнала"
# Rows of the page of remarks, filled or not; so many of them stay blank for a hand.
LEAST_REMARKS, BLANK_REMARKS = 20, 5
STEP = 6.4 * mm


def of_group(actor: Viewer, group_id: int, year_id: int | None, period_id: int | None) -> list[Document]:
    """A period of a year, or all of it that has begun. Raises NotFoundError, RefusedError where nothing is kept."""
    group = group_admin.find(group_id)
    if not leads(actor, group_id, settings.today()):
        raise NotFoundError
    year = periods.chosen(year_id)
    journals = courses.of_group(group.id, year.id)
    if not journals:
        raise RefusedError(f"Журналов группы {group.title} в {year.title} учебном году нет.")
    begun = [one for one in periods.of_group(group, year) if one.starts <= settings.today()]
    chosen = [one for one in begun if one.id == period_id] or begun
    sheets = [
        Sheet("title", _title(group, year, chosen)),
        Sheet("students", {"lines": group_roll.of_year(group, year)}),
    ]
    noted: list[dict[str, Any]] = []
    for course in journals:
        (document,) = journal.of_course(SERVER, course.id, chosen[0].id if len(chosen) == 1 else None)
        facts = document.sheets[0].context
        sheets += [Sheet(one.template, {**one.context, "opens": facts}) for one in document.sheets[1:]]
        noted += [{**one, "about": _about(course)} for one in document.sheets[-1].context["remarks"]]
    sheets += _results(group, chosen)
    sheets.append(Sheet("remarks", {"lines": sorted(noted, key=lambda one: one["date"])}))
    subtitle = f"группа {groups.title_on(group, year.starts)}, {year.title} учебный год"
    return [Document("Журнал учебной группы", sheets, subtitle=subtitle, draw=_draw)]


def _title(group: Group, year: AcademicYear, chosen: Sequence[Period]) -> dict[str, Any]:
    curator = group_admin.curators(min(settings.today(), year.ends)).get(group.id)
    programme = group.programme
    title = groups.title_on(group, year.starts)
    return {
        "group": title,
        "facts": [
            ("Группа", f"{title}, курс {group.course_number(year.starts.year)}"),
            ("Специальность, профессия", f"{programme.code} {programme.title}" if programme else ""),
            ("Форма обучения", group.study_form),
            ("Учебный год", f"{year.title}, {', '.join(one.title for one in chosen) or 'учебный год'}"),
            ("Руководитель группы", curator.full_name if curator else ""),
            ("Заведующий отделением", ""),
        ],
    }


def _about(course: Course) -> str:
    return course.discipline.label + (f" ({course.subgroup.title})" if course.subgroup else "")


def _results(group: Group, chosen: Sequence[Period]) -> list[Sheet]:
    """A consolidated page for each period that has anything to show."""
    sheets = []
    for period in chosen:
        try:
            sheets.append(Sheet("consolidated", {"sheet": consolidated.of_group(SERVER, group.id, period.id)}))
        except RefusedError:
            continue
    return sheets


def _draw(sheets: Sequence[Sheet], shared: Mapping[str, Any], step: Callable[[], None]) -> list[bytes]:
    """The body first: only then are the numbers of its pages known to the contents."""
    starts: list[tuple[str, int]] = []

    def body(paper: Paper) -> None:
        for sheet in sheets:
            if sheet.template in FRONT:
                continue
            name = _opening(sheet, starts)
            if name:
                starts.append((name, paper.count + 1))
            if sheet.template == "consolidated":
                draw_consolidated(paper, sheet.context["sheet"])
            elif sheet.template == "remarks":
                _remarks(paper, sheet.context["lines"])
            else:
                draw_sheet(paper, sheet)
            step()

    pages, _count = draw(body)
    context: dict[str, Any] = {**shared}
    for sheet in sheets:
        if sheet.template in FRONT:
            context.update(sheet.context)
            step()
    # Drawn twice: how many pages the contents take is known once they are drawn.
    listed, before = 0, 0

    def front(paper: Paper) -> None:
        nonlocal listed
        numbered = [("Список обучающихся", listed), *((name, page + before) for name, page in starts)]
        listed = _front(paper, context, numbered)

    _file, before = draw(front)
    content, _count = draw(front)
    return [content, pages]


def _opening(sheet: Sheet, starts: Sequence[tuple[str, int]]) -> str:
    """What the contents call the first sheet of a discipline, or of what follows; "" of a further one."""
    if sheet.template == "remarks":
        return REMARKS
    if sheet.template in BACK:
        return f"Сводная ведомость: {sheet.context['sheet'].period.title}"
    opens = sheet.context["opens"]
    course = opens["course"]
    name = f"{_about(course)}\t{opens['teachers']}"
    return "" if starts and starts[-1][0] == name else name


def _front(paper: Paper, context: Mapping[str, Any], starts: Sequence[tuple[str, int]]) -> int:
    """Title, contents, students; on which page those stand."""
    book.cover(paper, context["college"], "ЖУРНАЛ", f"учебной группы {context['group']}", context["facts"])
    paper.fact("Регистрационный номер", f"№ {context['issued'].number} от {context['issued'].dated:%d.%m.%Y}")
    paper.y -= 14 * mm
    paper.line(book.NOTATION, size=8)
    paper.turn(heading=lambda: paper.line("СОДЕРЖАНИЕ", BOLD, 14, "center", gap=4 * mm))
    _contents(paper, starts)
    paper.turn(heading=lambda: paper.line("СПИСОК ОБУЧАЮЩИХСЯ", BOLD, 14, "center", gap=4 * mm))
    page = paper.count
    _students(paper, context["lines"])
    return page


def _contents(paper: Paper, entries: Sequence[tuple[str, int]]) -> None:
    """A name, who teaches, dots, a page."""
    for name, page in entries:
        if paper.below < STEP:
            paper.turn(heading=paper.heading)
        paper.y -= STEP
        title, _tab, who = name.partition("\t")
        room = paper.room - 12 * mm
        size, lines = squeezed(title, SERIF, 10.5, room * 0.7, STEP)
        for number, part in enumerate(reversed(lines)):
            paper.put(part, SERIF, size, paper.left, room * 0.7, paper.y + number * size * LEAD)
        own = fitting(who, NARROW, 8.5, room * 0.28)
        paper.put(who, NARROW, own, paper.left + room * 0.72, room * 0.28, paper.y, "right")
        paper.put(str(page), SERIF, 10.5, paper.left, paper.room, paper.y, "right")
        paper.canvas.setDash(0.5, 2)
        paper.rule(paper.left, paper.y - 1.4 * mm, paper.room, 0.4)
        paper.canvas.setDash()


def _students(paper: Paper, lines: Sequence[group_roll.Line]) -> None:
    shares = (6, 52, 18, 24)
    rows = [(str(n), line.name, f"{line.since:%d.%m.%Y}", line.note) for n, line in enumerate(lines, 1)]
    height = book.row_height(paper, len(rows))
    paper.table(
        Table(
            [Column(paper.room * share / 100, share in (52, 24)) for share in shares],
            ("№", "Фамилия, имя, отчество", "В группе с", "Движение контингента"),
            rows, size=9.5, height=min(height, 7 * mm), cramped=True,
        )
    )  # fmt: skip


def _remarks(paper: Paper, lines: Sequence[Mapping[str, Any]]) -> None:
    """Those of every discipline by their days, and room for what is written by hand."""
    paper.turn(heading=lambda: paper.line(REMARKS.upper(), BOLD, 14, "center", gap=4 * mm))
    shares = (11, 21, 34, 20, 14)
    rows: list[tuple[str, ...]] = [
        (f"{one['date']:%d.%m.%Y}", one["about"], one["text"], one["done"], "") for one in lines
    ]
    rows += [("",) * len(shares)] * max(LEAST_REMARKS - len(rows), BLANK_REMARKS)
    paper.table(
        Table(
            [Column(paper.room * share / 100, share in (21, 34, 20)) for share in shares],
            ("Дата", "Дисциплина", "Содержание замечания", "Отметка\nо выполнении", "Подпись"),
            rows, size=9, height=9 * mm,
        )
    )  # fmt: skip
