"""The journal of a group whole, and what it is drawn with (R3.7)."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import factories
import factories_documents as made
import pytest
from factories import Journal, Viewer
from flask import Flask
from pypdf import PageObject

from ejournal.access import SERVER
from ejournal.documents import consolidated_pages, drawing, group_journal, issuing, lettering, long, pages
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Discipline, Role
from ejournal.services import consolidated, remarks, settings
from ejournal.services.errors import NotFoundError

CHECK = "http://college.example/documents/check"
LONG = "Константинопольская-Преображенская Александра-Виктория Константиновна"
LONG_TITLE = "МДК.01.01 Технология выполнения работ по техническому обслуживанию и ремонту автомобильных двигателей"


@pytest.fixture
def group(in_app: Flask) -> Journal:
    """33 students, one of them with a very long name and another expelled; two disciplines in two months."""
    settings.put("college.name", "ГБПОУ «Колледж № 1»")
    found = factories.make_journal(students=33, lessons=2)
    person = found.students[7]
    person.surname, person.name, person.patronymic = LONG.split()
    gone = factories.make_person("Ушедшев")
    factories.enroll(
        gone, found.group, found.year.starts, settings.today() - timedelta(days=1), left_kind="expelled",
        order_out="12-к", order_out_date=date(2026, 10, 1),
    )  # fmt: skip
    discipline = Discipline(
        programme_id=found.group.programme_id, index="МДК.01.01", title=LONG_TITLE.partition(" ")[2], kind="mdk"
    )
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=found.year.id, group_id=found.group.id, discipline_id=discipline.id, hours=36)
    db.session.add(course)
    db.session.flush()
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=found.teacher.id))
    for day in (found.year.starts, settings.today() - timedelta(days=1)):
        factories.make_lesson(course.id, day, topic="Очень длинная тема занятия " * 8)
    made.fill(found, 0, ["5", "о4"])
    made.give(found, ["5", "4", *[""] * 31])
    return found


def whole(actor: Viewer, group: Journal) -> issuing.Printed:
    params = {"group_id": group.group.id, "year_id": None, "period_id": None, "check_page": CHECK}
    return long.group_book(actor, params)


def test_r3_7_the_journal_of_a_group_has_every_part_with_its_page_in_the_contents(group: Journal) -> None:
    actor = factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    seen: list[tuple[int, int]] = []
    paper = issuing.issue(
        actor, group_journal.KIND, "Журнал", lambda: group_journal.of_group(actor, group.group.id, None, None),
        CHECK, lambda *far: seen.append(far), long.MOST_SHEETS,
    )  # fmt: skip
    pages = [page.extract_text() for page in made.read(paper.content).pages]
    assert seen[-1][0] == seen[-1][1]
    assert all(f"стр. {number} из {len(pages)}" in text for number, text in enumerate(pages, 1))
    assert all("Завучева П. И." in text for text in pages)
    assert all("Журнал изменений: запись № " in text for text in pages)
    assert all(words in pages[0] for words in ("ЖУРНАЛ", group.group.title, f"№ {paper.numbers[0]}", "ГБПОУ"))
    contents = re.sub(r"\s+", " ", pages[1])
    assert contents.startswith("СОДЕРЖАНИЕ")
    starts = {
        "СПИСОК ОБУЧАЮЩИХСЯ": 3,
        "МДК.01.01": _page_in(pages[1], "МДК.01.01"),
        "ОП.01 Операционные системы": _page_in(pages[1], "ОП.01"),
        "Сводная ведомость": _page_in(pages[1], "Сводная"),
    }
    assert list(starts.values()) == sorted(starts.values())
    for words, number in starts.items():
        assert words in pages[number - 1], (words, number)
        assert words not in pages[number - 2]
    everything = made.text_of(paper.content)
    assert "отчислен, приказ № 12-к от 01.10.2026" in everything
    assert all(part in everything for part in LONG.split())
    assert "о4" in everything


def _page_in(contents: str, words: str) -> int:
    """The page of an entry: the first line after it that is a number."""
    found = re.search(rf"{re.escape(words)}.*?\n(\d+)\n", contents, re.DOTALL)
    assert found
    return int(found[1])


def test_r4_3_the_leader_prints_it_and_a_teacher_of_another_group_does_not(group: Journal) -> None:
    paper = whole(factories.viewer_of(factories.make_curator(group.group)), group)
    fonts = {
        str(font.get_object()["/BaseFont"]): font.get_object()["/FontDescriptor"].get_object()
        for page in made.read(paper.content).pages
        for font in page["/Resources"]["/Font"].values()
        if "/FontDescriptor" in font.get_object()
    }
    assert {name.split("+")[-1] for name in fonts} >= {"PTSerif-Regular", "PTSerif-Bold", "PTSans-Narrow"}
    assert all("/FontFile2" in descriptor for descriptor in fonts.values())
    with pytest.raises(NotFoundError):
        whole(factories.viewer_of(factories.make_person("Чужова", (Role.TEACHER,))), group)


def test_nothing_drawn_is_wider_than_its_place(in_app: Flask) -> None:
    """Names and topics of any length: wrapped, squeezed down to what can be read, at last cut with «…»."""

    def pages(paper: drawing.Paper) -> None:
        paper.turn()
        columns = [drawing.Column(90, words=True), drawing.Column(12), drawing.Column(60, words=True)]
        rows = [(LONG * 3, "о5-", "слово" * 60), ("", "", ""), (LONG, "1234567", "х")]
        paper.table(drawing.Table(columns, ("ФИО", "дд\nмм", "Тема"), rows, cramped=True))
        paper.table(drawing.Table(columns, ("ФИО", "", "Тема"), rows * 60))
        for words in (LONG * 5, "слово" * 60):
            size, lines = lettering.squeezed(words, drawing.NARROW, 8.5, 88, 20)
            assert size >= lettering.SMALLEST
            assert len(lines) * size * lettering.LEAD <= 20
            assert all(drawing.stringWidth(line, drawing.NARROW, size) <= 88.01 for line in lines)
        assert lettering.squeezed(LONG, drawing.NARROW, 8.5, 88, 20)[1] != [LONG]

    content, count = drawing.draw(pages, "Подвал " * 80)
    texts = [page.extract_text() for page in made.read(content).pages]
    assert count == len(texts) > 3
    assert all(f"стр. {number} из {count}" in text for number, text in enumerate(texts, 1))
    assert all("ФИО" in text for text in texts)  # the head is on each page


def test_r4_2_e_remarks_of_every_discipline_stand_on_the_last_page_by_their_days(group: Journal) -> None:
    actor = factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    second = db.session.scalars(db.select(Course).where(Course.id != group.course_id)).one()
    due = {"due": f"{settings.today() + timedelta(days=3):%Y-%m-%d}"}
    first = remarks.create(actor, group.course_id, None, {"text": "Запишите темы за ноябрь " * 8, **due})
    remarks.answer(factories.viewer_of(group.teacher), first.id, "Темы внесены")
    remarks.create(actor, second.id, None, {"text": "Нет оценок за контрольную", **due})
    withdrawn = remarks.create(actor, second.id, None, {"text": "Ошибочное замечание", **due})
    remarks.decide(actor, withdrawn.id, "withdraw", {"decision": "Не тот журнал"})
    pages = [page.extract_text() for page in made.read(whole(actor, group).content).pages]
    last = re.sub(r"\s+", " ", pages[-1])
    for words in ("ЗАМЕЧАНИЯ ПО ВЕДЕНИЮ ЖУРНАЛА", "МДК.01.01", "ОП.01", "Запишите темы", "Темы внесены", "Нет оценок"):
        assert words in last
    assert "Ошибочное" not in last
    assert _page_in(pages[1], "Замечания по ведению журнала") == len(pages)
    # The leader of the group prints the same, remarks of all disciplines too.
    leader = made.text_of(whole(factories.viewer_of(factories.make_curator(group.group)), group).content)
    assert "Нет оценок за контрольную" in re.sub(r"\s+", " ", leader)


def test_r3_7_what_stands_below_a_consolidated_page_never_runs_into_its_footer(group: Journal) -> None:
    title = "Выполнение работ по техническому обслуживанию и ремонту двигателей, систем и агрегатов автомобилей " * 2
    made.marked(group, [f"ОП.{number}" for number in range(10, 30)], title)
    sheet = consolidated.of_group(SERVER, group.group.id, group.period.id)
    content, _count = drawing.draw(lambda paper: consolidated_pages.draw_consolidated(paper, sheet), "Подвал")
    for page in made.read(content).pages:
        assert [words for y, words in _lines(page) if FOOTER_TOP < y < drawing.BOTTOM - 3] == []
        assert "Подвал" in page.extract_text()


# The thin line above the footer's words.
FOOTER_TOP = pages.BOTTOM + 9


def _lines(page: PageObject) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []

    def look(words: str, cm: Sequence[float], tm: Sequence[float], _font: object, _size: float) -> None:
        if words.strip():
            found.append((tm[5] * cm[3] + cm[5], words))

    page.extract_text(visitor_text=look)
    return found


def test_r3_7_long_titles_are_wrapped_not_made_too_small(group: Journal) -> None:
    long = db.session.scalars(db.select(Discipline).where(Discipline.index == "МДК.01.01")).one()
    long.title = f"{long.title} и систем управления транспортными средствами"
    db.session.commit()
    actor = factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    found = made.read(whole(actor, group).content).pages
    heading = next(page for page in found if "Тема занятия" in page.extract_text() and "МДК" in page.extract_text())
    for page in (found[1], heading):
        sizes: list[float] = []

        def look(words: str, _cm: object, _tm: object, _font: object, size: float, sizes: list[float] = sizes) -> None:
            if "средствами" in words or "МДК.01.01" in words:
                sizes.append(size)

        page.extract_text(visitor_text=look)
        assert sizes
        assert min(sizes) >= 7


def test_rows_that_share_a_page_evenly_stay_on_it(in_app: Flask) -> None:
    """A list of any length that was measured for a page takes one, also where heights do not add up to a hair."""
    for count in range(20, 50):

        def pages(paper: drawing.Paper, count: int = count) -> None:
            paper.turn(heading=lambda: paper.pair(LONG_TITLE, "сентябрь 2026 г."))
            height = (paper.below - 8 * drawing.mm) / count
            columns = [drawing.Column(90, words=True)]
            paper.table(drawing.Table(columns, ("ФИО",), [("Имя",)] * count, height=height, cramped=True))

        assert drawing.draw(pages)[1] == 1, count


def test_a_row_that_fits_no_page_below_a_heading_of_half_a_page_is_drawn_all_the_same() -> None:
    def pages(paper: drawing.Paper) -> None:
        def heading() -> None:
            paper.y = paper.height * 0.4

        paper.turn(heading=heading)
        paper.table(drawing.Table([drawing.Column(90)], ("ФИО",), [("Имя",)] * 3, height=paper.height * 0.6))

    assert drawing.draw(pages)[1] == 4


def test_a_double_surname_is_broken_after_its_hyphen(in_app: Flask) -> None:
    drawing.draw(lambda paper: paper.turn())  # registers the fonts
    surname, rest = "Константинопольская-", "Преображенская"
    width = drawing.stringWidth(f"{surname}Прео", drawing.NARROW, 8)
    assert lettering.wrapped(f"{surname}{rest}", drawing.NARROW, 8, width) == [surname, rest]
