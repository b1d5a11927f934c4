"""The pack of a group on paper (п. 4.1): what to do, the list, the timetable, each journal with columns to fill in."""

from datetime import date

from reportlab.lib.units import mm

from ejournal.documents import book
from ejournal.documents.drawing import BOLD, ITALIC, SERIF, Column, Paper, Table, draw
from ejournal.domain.calendar import WEEKDAYS
from ejournal.services import log_chain, settings
from ejournal.services.continuity import GroupPack, PackJournal

# Columns of a page: what is over, what comes, and blank ones for what nobody foresees.
COLUMNS, LINES = 22, 6
GUIDE = (
    "Если журнал недоступен, ведите эти листы от руки или заполняйте одноимённую таблицу .xlsx. "
    "В клетке сначала посещаемость, потом отметка, без пробела: «н», «о5», «б4».",
    "На каждом занятии впишите тему и задание внизу страницы. Занятие не по расписанию — в пустой столбец с датой.",
    "Когда журнал снова доступен: «Если нет связи» → «Вернуть заполненную таблицу» — или внесите с листов в журнал. "
    "Сведения с листов вносит преподаватель; срок не считается нарушенным, если администрация объявила дни сбоя.",
    "Листы содержат персональные данные (152-ФЗ): храните их как журнал, лишние уничтожьте.",
)


def as_pdf(pack: GroupPack) -> bytes:
    """The pages with their numbers and when they were made."""
    moment = settings.local(pack.made)
    footer = f"Печатный запас «{pack.name}» · по журналу на {moment:%d.%m.%Y %H:%M} · п. 4.1"
    return draw(lambda paper: _pages(paper, pack), f"{footer}\n{log_chain.words_of_head()}")[0]


def _pages(paper: Paper, pack: GroupPack) -> None:
    _front(paper, pack)
    _timetable(paper, pack)
    for journal in pack.journals:
        _journal(paper, journal)


def _front(paper: Paper, pack: GroupPack) -> None:
    paper.turn()
    paper.line(settings.get("college.name"), BOLD, 11.5, "center", gap=6 * mm)
    paper.line(pack.name, BOLD, 22, "center")
    made = settings.local(pack.made)
    paper.line(f"печатный запас журнала на {made:%d.%m.%Y %H:%M}", SERIF, 11, "center", gap=4 * mm)
    if pack.curator:
        paper.line(f"Руководитель группы: {pack.curator}", SERIF, 10.5, "center", gap=4 * mm)
    for number, words in enumerate(GUIDE, 1):
        paper.line(f"{number}. {words}", SERIF, 9, gap=0.8 * mm)
    paper.line(book.NOTATION, ITALIC, 8, gap=4 * mm)
    if not pack.people:
        return
    height = max(3.6 * mm, min(6 * mm, (paper.below - 9 * mm) / len(pack.people)))
    shares = (6, 54, 40)
    rows = [(str(n), person.full_name, "") for n, person in enumerate(pack.people, 1)]
    columns = [Column(paper.room * share / 100, share == 54) for share in shares]
    paper.table(
        Table(columns, ("№", "Фамилия, имя, отчество", "Примечание"), rows, size=8.5, height=height, cramped=True)
    )


def _timetable(paper: Paper, pack: GroupPack) -> None:
    paper.turn(heading=lambda: paper.line(f"Занятия на неделю: {pack.name}", BOLD, 12, gap=2 * mm))
    shares = (17, 6, 12, 37, 18, 10)
    rows = []
    for day in pack.days:
        if not day.slots:
            rows.append((_day(day.date), "", "", day.free or "занятий нет", "", ""))
        for place, slot in enumerate(day.slots):
            times = f"{slot.times[0]:%H:%M}–{slot.times[1]:%H:%M}" if slot.times else ""
            what = f"{slot.discipline} ({slot.audience})" if slot.audience != pack.name else slot.discipline
            what += f" — {slot.change}" if slot.change else ""
            rows.append((_day(day.date) if not place else "", str(slot.pair), times, what, slot.teachers, slot.room))
    columns = [Column(paper.room * share / 100, share in (37, 18, 17)) for share in shares]
    head = ("День", "Пара", "Время", "Дисциплина", "Преподаватель", "Ауд.")
    paper.table(Table(columns, head, rows, size=9, strong=frozenset({0})))
    if not pack.days:
        paper.line("Расписания на эти дни в системе ещё нет.", SERIF, 10)


def _journal(paper: Paper, journal: PackJournal) -> None:
    """Students down, dates across; below lines for topics and homework."""
    course = journal.course
    paper.turn(heading=lambda: paper.pair(f"{course.discipline.label}, {course.audience}", journal.teachers))
    shown = journal.columns[-COLUMNS:]
    blank = COLUMNS - len(shown)
    share = paper.room / 100
    columns = [Column(4 * share), Column(26 * share, words=True), *[Column(70 * share / COLUMNS)] * COLUMNS]
    head = ["№", "Фамилия, имя", *(f"{one.date:%d}\n{one.date:%m}" for one in shown), *[""] * blank]
    rows = [
        [str(n), student.full_name, *(one.texts.get(student.id, "") for one in shown), *[""] * blank]
        for n, student in enumerate(journal.students, 1)
    ]
    # A group of thirty-three and the lines below it stand on one page.
    foot = (LINES + 1) * 7 * mm + 4 * mm
    height = max(4.9 * mm, min(6.2 * mm, (paper.below - 8 * mm - foot) / max(len(rows), 1)))
    paper.table(Table(columns, head, rows, height=height, cramped=True))
    paper.y -= 3 * mm
    if paper.below < 4 * 7 * mm:
        paper.turn(heading=paper.heading)
    coming = [f"{one.date:%d.%m}" for one in shown if one.is_ahead]
    lines = min(LINES, int((paper.below - 7 * mm) // (7 * mm)))
    paper.table(
        Table(
            [Column(part * share, part > 30) for part in (10, 8, 46, 36)],
            ("Дата", "Часов", "Тема занятия", "Что задано"),
            [(day, "", "", "") for day in [*dict.fromkeys(coming), *[""] * lines][:lines]],
            height=7 * mm, head_height=6 * mm,
        )
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d.%m}"
