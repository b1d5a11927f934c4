"""Where a document ends: an ordinary group stands on one page, and no signature stands on a page by itself (R3.7)."""

from collections.abc import Callable, Sequence
from datetime import date

import factories
import factories_documents as made
import pytest
from factories import Journal, Viewer
from flask import Flask
from pypdf import PageObject
from reportlab.lib.units import mm

from ejournal.documents import consolidated, exam_sheet, issuing, statement
from ejournal.documents.issuing import Document
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import settings

CHECK = "http://college.example/documents/check"
LONG = ("Константинопольская-Преображенская", "Александра-Виктория", "Константиновна")
INDEXES = (
    [f"ОГСЭ.0{n}" for n in range(1, 6)] + [f"ОП.{n}" for n in range(10, 16)] + [f"МДК.0{n}.01" for n in range(1, 6)]
)
SMALLEST = 7  # points: what a consolidated sheet may be printed in
FOOTER = 14 * mm  # the footer is below


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def printed(kind: str, load: Callable[[], Sequence[Document]]) -> list[PageObject]:
    return list(made.read(issuing.issue(manager(), kind, "Имя", load, CHECK).content).pages)


@pytest.fixture
def college(in_app: Flask) -> None:
    for key, value in {
        "name": "ГБПОУ «Светлоярский политехнический колледж»", "city": "Светлоярск",
        "founder": "Министерство образования Светлоярской области", "address": "600000, ул. Политехническая, д. 12",
    }.items():  # fmt: skip
        settings.put(f"college.{key}", value)


def group_of(students: int) -> Journal:
    """Students with names of usual length."""
    found = factories.make_journal(students=students, lessons=1)
    for number, person in enumerate(found.students):
        person.surname, person.name, person.patronymic = f"Кузнецова{number:02}", "Екатерина", "Александровна"
    db.session.commit()
    return found


def with_long_names(journal: Journal) -> Journal:
    for person in journal.students:
        person.surname, person.name, person.patronymic = LONG
    db.session.commit()
    return journal


def sizes(page: PageObject) -> set[float]:
    """Of all letters above the footer."""
    found: set[float] = set()

    def look(words: str, cm: Sequence[float], tm: Sequence[float], _font: object, size: float) -> None:
        if words.strip() and tm[4] * cm[1] + tm[5] * cm[3] + cm[5] > FOOTER:
            found.add(round(size, 2))

    page.extract_text(visitor_text=look)
    return found


def sheet_of(journal: Journal) -> list[PageObject]:
    return printed("consolidated", lambda: consolidated.of_group(manager(), journal.group.id, journal.period.id))


def test_r3_7_an_ordinary_groups_consolidated_sheet_is_one_page_that_can_be_read(college: None) -> None:
    pages = sheet_of(made.marked(group_of(25), INDEXES))
    (page,) = pages
    assert page.mediabox.width > page.mediabox.height
    assert min(sizes(page)) >= SMALLEST
    text = " ".join(page.extract_text().split())
    for words in ("Кузнецова24", "ОГСЭ. 01", "СОУ", "Не аттестованы", "Верно", "(расшифровка подписи)", "М.П."):
        assert words in text


def test_r3_7_where_it_cannot_be_one_page_the_signature_has_rows_above_it(college: None) -> None:
    first, *_, last = sheet_of(made.marked(with_long_names(group_of(33)), INDEXES))
    assert "Верно" not in first.extract_text()
    text = " ".join(last.extract_text().split())
    # The heads, the last student, all figures, and what they mean.
    for words in ("Фамилия, имя, отчество", "ОП. 15", "33 Константинопольская", "Средний балл", "СОУ", "Верно"):
        assert words in text
    assert text.index("33 Константинопольская") < text.index("СОУ") < text.index("Верно")


@pytest.mark.parametrize("students", [16, 20])
def test_no_signature_stands_alone_under_a_long_legend(college: None, students: int) -> None:
    """The table fits its page, the titles of disciplines below it do not."""
    title = "Выполнение работ по техническому обслуживанию и ремонту двигателей, систем и агрегатов автомобилей " * 2
    first, last = sheet_of(made.marked(with_long_names(group_of(students)), INDEXES, title))
    assert "Верно" not in first.extract_text()
    text = " ".join(last.extract_text().split())
    for words in ("Фамилия, имя, отчество", "Средний балл", "СОУ", "Верно"):
        assert words in text
    assert min(sizes(last)) >= SMALLEST


def test_the_exam_sheet_of_thirty_three_is_one_page(college: None) -> None:
    journal = group_of(33)
    wanted = exam_sheet.Wanted("exam", None, False)
    (page,) = printed("exam-sheet", lambda: exam_sheet.of_course(manager(), journal.course_id, wanted))
    assert "Кузнецова32" in page.extract_text()
    assert "Верно" in page.extract_text()


def test_a_short_document_keeps_its_wide_rows(college: None) -> None:
    """Letters are made smaller only where that spares a page."""
    journal = group_of(10)
    wanted = exam_sheet.Wanted("exam", None, False)
    (page,) = printed("exam-sheet", lambda: exam_sheet.of_course(manager(), journal.course_id, wanted))
    assert 9.5 in sizes(page)
    (page,) = printed("statement", lambda: statement.of_student(manager(), journal.students[0].id, None))
    assert 9 in sizes(page)


def test_a_long_address_of_the_check_is_cut_before_its_path() -> None:
    day = date(2026, 11, 28)
    short = issuing.Mark("1/26", day, "AAAA", CHECK)
    long = issuing.Mark("1/26", day, "AAAA", "https://ejournal.svetloyarsk-polytech.example/documents/check")
    assert short.check_lines == [CHECK]
    assert long.check_lines == ["https://ejournal.svetloyarsk-polytech.example", "/documents/check"]
