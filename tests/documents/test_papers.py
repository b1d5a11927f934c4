"""Each document as it comes out of the printer: names, numbers, fonts, certification, nothing cut (R3.7)."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import factories
import factories_documents as made
import pytest
from factories import Journal, Viewer
from flask import Flask
from pypdf import PageObject

from ejournal.documents import (
    attendance,
    book,
    consent_form,
    consolidated,
    exam_sheet,
    extract,
    issuing,
    journal,
    replacements,
    statement,
    timetable,
)
from ejournal.documents.issuing import Document, Printed
from ejournal.extensions import db
from ejournal.models import Course, Disclosure, Guardianship, IssuedDocument, Lesson, Period, Person, Role, Substitution
from ejournal.services import disclosures, issued, settings
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError

LONG = "Константинопольская-Преображенская Александра-Виктория Константиновна"
CHECK = "http://college.example/documents/check"
CERTIFIED = ("Верно", "(должность)", "(подпись)", "(расшифровка подписи)", "М.П.", "г.")


@pytest.fixture
def group(in_app: Flask) -> Journal:
    """33 students, one of them with a very long name, another expelled by an order; a full page of lessons."""
    for key, value in {"name": "ГБПОУ «Колледж № 1»", "city": "Светлоярск", "founder": "Министерство"}.items():
        settings.put(f"college.{key}", value)
    settings.put("college.inn", "7707083893")
    found = factories.make_journal(students=33, lessons=3)
    person = found.students[7]
    person.surname, person.name, person.patronymic = LONG.split()
    gone = factories.make_person("Ушедшев")
    factories.enroll(
        gone, found.group, found.year.starts, settings.today() - timedelta(days=1), left_kind="expelled",
        order_out="12-к", order_out_date=date(2026, 10, 1),
    )  # fmt: skip
    made.fill(found, 0, ["5", "н", "о4"])
    made.fill(found, 7, ["5-", "б", "3"])
    made.give(found, ["5", "4", *[""] * 31])
    return found


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def printed(actor: Viewer, kind: str, load: Callable[[], Sequence[Document]]) -> Printed:
    return issuing.issue(actor, kind, "Имя", load, CHECK)


def check_paper(caplog: pytest.LogCaptureFixture, content: bytes) -> str:
    """Every letter drawn, no word wider than its cell, pages numbered, who printed it; the text of it all."""
    assert "No font" not in caplog.text
    document = made.read(content)
    for number, page in enumerate(document.pages, 1):
        text = page.extract_text()
        assert f"стр. {number} из {len(document.pages)}" in text
        assert "Завучева П. И." in text
        assert too_wide(page) == []
    return made.text_of(content)


def too_wide(page: PageObject) -> list[str]:
    """Words that begin left of the cell they are centred in: they stick out of it on both sides."""
    found: list[str] = []

    def look(words: str, _cm: object, place: list[float], _font: object, _size: float) -> None:
        if words.strip() and place[4] < 0:
            found.append(words)

    page.extract_text(visitor_text=look)
    return found


def fonts(content: bytes) -> dict[str, bool]:
    """Names of the fonts that draw something, and whether each is inside the file."""
    found = {}
    for page in made.read(content).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object().get("/FontDescriptor")
            found[str(font.get_object()["/BaseFont"])] = bool(descriptor and "/FontFile2" in descriptor.get_object())
    return found


def test_r4_6_b_a_statement_says_what_the_regulation_asks(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    paper = printed(manager(), "statement", lambda: statement.of_student(manager(), group.students[7].id, None))
    text = check_paper(caplog, paper.content)
    assert all(words in text for words in ("ГБПОУ «Колледж № 1»", "Министерство", "г. Светлоярск", *CERTIFIED))
    assert all(part in text for part in LONG.split())
    assert "ОП.01 Операционные системы" in text
    # Three lessons of two hours; marks; their mean; one lesson of two hours missed, by illness.
    assert "3 6 5-, 3 4,00 1 2 2" in text
    assert "п. 4.6" in text
    assert len(made.read(paper.content).pages) == 1


def test_r3_7_fonts_are_inside_the_file(group: Journal) -> None:
    paper = printed(manager(), "statement", lambda: statement.of_student(manager(), group.students[0].id, None))
    inside = {name.split("+")[-1]: there for name, there in fonts(paper.content).items()}
    assert {name for name, there in inside.items() if there} >= {"PTSerif-Regular", "PTSerif-Bold", "PTSans-Narrow"}
    # The built-in one stands in every file's list and draws nothing.
    assert {name for name, there in inside.items() if not there} <= {"/Helvetica", "Helvetica"}


def test_r3_7_number_code_and_hash_are_those_of_the_register(group: Journal) -> None:
    paper = printed(manager(), "statement", lambda: statement.of_student(manager(), group.students[0].id, None))
    row = db.session.scalars(db.select(IssuedDocument)).one()
    text = made.text_of(paper.content)
    assert (row.number, row.pages, row.subject_ids) == (paper.numbers[0], 1, [group.students[0].id])
    assert f"№ {row.number} от {settings.today():%d.%m.%Y}" in text
    assert row.code in text
    assert issued.by_code(row.code).id == row.id
    with pytest.raises(RefusedError):
        issued.by_file(io.BytesIO(paper.content + b"\n"))


def test_r4_6_b_a_groups_statements_are_each_numbered_by_themselves(
    group: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[int, int]] = []
    actor = manager()
    paper = issuing.issue(
        actor, "statement", "Имя", lambda: statement.of_group(actor, group.group.id, None)[:3], CHECK,
        lambda *far: seen.append(far),
    )  # fmt: skip
    pages = [page.extract_text() for page in made.read(paper.content).pages]
    assert len(pages) == len(set(paper.numbers)) == 3
    assert all("стр. 1 из 1" in page for page in pages)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert len({row.code for row in issued.by_file(io.BytesIO(paper.content))}) == 3


def test_the_attendance_sheet_lists_everybody_of_the_month(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    paper = printed(manager(), "attendance", lambda: attendance.of_group(manager(), group.group.id, ""))
    text = check_paper(caplog, paper.content)
    # Apart: «б2» in narrow letters reads as sixty-two.
    assert "н\u00a02" in text or "н 2" in text
    assert "б\u00a02" in text or "б 2" in text
    assert all(student.surname in text for student in group.students)
    assert "приказ № 12-к от 01.10.2026" in re.sub(r"\s+", " ", text)
    assert all(words in text for words in CERTIFIED)
    heads = [page.extract_text().count("Фамилия, имя") for page in made.read(paper.content).pages]
    assert heads[0] == 1


@pytest.fixture
def long_group(group: Journal) -> Journal:
    """Names that take two lines: more than a page of them."""
    for person in group.students:
        person.surname, person.name, person.patronymic = LONG.split()
    db.session.commit()
    return group


def test_the_header_of_a_table_stands_on_each_of_its_pages(long_group: Journal) -> None:
    group = long_group
    wanted = exam_sheet.Wanted("exam", None, True)
    paper = printed(manager(), "exam-sheet", lambda: exam_sheet.of_course(manager(), group.course_id, wanted))
    pages = [page.extract_text() for page in made.read(paper.content).pages]
    with_rows = [page for page in pages if "Константиновна" in page]
    assert len(with_rows) > 1
    assert all("Фамилия" in page for page in with_rows)


def test_notes_and_signature_go_to_the_next_page_together(long_group: Journal) -> None:
    paper = printed(manager(), "consolidated", lambda: consolidated.of_group(manager(), long_group.group.id, None))
    *before, last = [page.extract_text() for page in made.read(paper.content).pages]
    assert before
    closing = ("Операционные системы", "Отличники", "Учтены обучающиеся", "Верно", "М.П.", "20____ г.")
    assert [part for part in closing if part not in last] == []
    assert [part for part in closing for page in before if part in page] == []


def test_a_threefold_surname_stays_in_its_cell(group: Journal) -> None:
    for person in group.students:
        person.surname = "Рождественская-Константинопольская-Благовещенская-Екатеринославская"
    db.session.commit()
    wanted = exam_sheet.Wanted("exam", None, True)
    paper = printed(manager(), "exam-sheet", lambda: exam_sheet.of_course(manager(), group.course_id, wanted))
    text = made.read(paper.content).pages[0].extract_text()
    assert "Рождественская-Константинопольская" in text
    assert "Рождественская-Константинопольская-Благовещенская-Екатеринославская" not in text


def test_the_consolidated_sheet_has_marks_and_figures(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    text = check_paper(
        caplog,
        printed(manager(), "consolidated", lambda: consolidated.of_group(manager(), group.group.id, None)).content,
    )
    assert "4,50" in text
    assert "82,0\u00a0%" in text or "82,0 %" in text  # СОУ: (100 + 64) / 2
    assert "Отличники (1)" in text
    assert ".." not in text  # initials end in a point, and so does a list


@pytest.mark.parametrize(("kind", "tickets"), [("exam", True), ("credit", False)])
def test_an_exam_sheet_has_tickets_and_a_credits_has_none(
    group: Journal, caplog: pytest.LogCaptureFixture, kind: str, tickets: bool
) -> None:
    wanted = exam_sheet.Wanted(kind, None, True)
    paper = printed(manager(), "exam-sheet", lambda: exam_sheet.of_course(manager(), group.course_id, wanted))
    text = check_paper(caplog, paper.content)
    assert ("Номер билета" in text) is tickets
    assert "По дисциплине ОП.01 Операционные системы" in text
    assert "неявок" in text
    if tickets:
        assert "«5» — 1, «4» — 1" in text
    assert "Ушедшев" not in text


def test_the_third_trimester_is_of_the_second_semester(group: Journal) -> None:
    first, year = group.period, group.year
    first.title, first.ends = "1 триместр", year.starts + timedelta(days=80)
    db.session.add(first)
    more = [
        Period(
            year_id=year.id, number=number, title=f"{number} триместр",
            starts=year.starts + timedelta(days=100 * number - 100),
            ends=year.starts + timedelta(days=100 * number - 20),
        )
        for number in (2, 3)
    ]  # fmt: skip
    db.session.add_all(more)
    db.session.commit()
    wanted = exam_sheet.Wanted("exam", more[1].id, False)
    (document,) = exam_sheet.of_course(manager(), group.course_id, wanted)
    assert document.sheets[0].context["semester"] == 2


def test_a_consent_names_who_represents_the_minor_today(group: Journal) -> None:
    today, child = settings.today(), group.students[0]
    child.birth_date = today - timedelta(days=16 * 366)
    for surname, span in (
        ("Бывшева", {"until": today - timedelta(days=1)}),
        ("Опекунова", {"until": today + timedelta(days=90)}),
        ("Будущева", {"since": today + timedelta(days=1)}),
    ):
        parent = factories.make_person(surname, (Role.PARENT,))
        db.session.add(Guardianship(parent_id=parent.id, student_id=child.id, **span))
    db.session.commit()
    (document,) = consent_form.of_student(manager(), child.id)
    assert document.sheets[0].context["parent"].surname == "Опекунова"


def test_a_blank_exam_sheet_holds_no_marks(group: Journal) -> None:
    wanted = exam_sheet.Wanted("exam", None, False)
    paper = printed(manager(), "exam-sheet", lambda: exam_sheet.of_course(manager(), group.course_id, wanted))
    assert "«5» — ____" in made.text_of(paper.content)


def test_r4_1_d_a_minors_consent_is_the_representatives(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    minor, adult = group.students[0], group.students[1]
    minor.birth_date = settings.today() - timedelta(days=16 * 366)
    adult.birth_date = settings.today() - timedelta(days=19 * 366)
    parent = factories.make_person("Родителева", (Role.PARENT,))
    db.session.add(Guardianship(parent_id=parent.id, student_id=minor.id))
    db.session.commit()
    texts = [
        check_paper(
            caplog, printed(manager(), "consent", lambda who=who: consent_form.of_student(manager(), who.id)).content
        )
        for who in (minor, adult)
    ]
    assert "Родителева" in texts[0]
    # The minor's own address and document too (ст. 9 ч. 4 152-ФЗ).
    for words in ("действуя в интересах", "его адрес, документ"):
        assert words in texts[0]
        assert words not in texts[1]
    # What 152-ФЗ wants named, and the operator with its details.
    wanted = (
        "ГБПОУ «Колледж № 1»",
        "ИНН 7707083893",
        "паспорт",
        "адрес",
        "Цель",
        "Перечень данных",
        "Действия",
        "Срок",
        "Отзыв",
    )
    assert all(words in text for words in wanted for text in texts)


def test_a_blank_consent_names_nobody(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    text = check_paper(caplog, printed(manager(), "consent", consent_form.blank).content)
    assert not any(student.surname in text for student in group.students)


def make_disclosure(journal: Journal) -> Disclosure:
    day = settings.today()
    entry = Disclosure(
        person_id=journal.students[0].id, body="Районный суд № 3", ground="ст. 57 ГПК РФ", document_number="15/1234",
        given="выписка об успеваемости", since=journal.year.starts, until=journal.year.ends, given_on=day,
    )  # fmt: skip
    db.session.add(entry)
    db.session.commit()
    return entry


def test_r2_1_a_an_extract_says_to_whom_and_why(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    entry = make_disclosure(group)
    paper = printed(manager(), "extract", lambda: extract.of_disclosure(manager(), entry.id))
    text = check_paper(caplog, paper.content)
    for words in ("Выдана: Районный суд № 3", "15/1234", f"запись № {entry.id}", group.students[0].full_name):
        assert words in text
    assert db.session.scalars(db.select(IssuedDocument)).one().details["requester"] == "Районный суд № 3"


def test_r2_1_a_a_struck_entry_gives_no_extract(group: Journal) -> None:
    entry = make_disclosure(group)
    disclosures.strike(manager(), entry.id, "не тот человек")
    with pytest.raises(RefusedError, match="вычеркнута"):
        extract.of_disclosure(manager(), entry.id)


def test_the_timetable_and_the_replacements_of_a_day(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    day = settings.today()
    lesson = db.session.get(Lesson, group.lessons[-1].id)
    assert lesson is not None
    db.session.add(
        Substitution(date=day, pair=1, course_id=group.course_id, lesson_id=lesson.id, kind="cancelled", before={})
    )
    db.session.commit()
    text = check_paper(caplog, printed(manager(), "replacements", lambda: replacements.of_day(manager(), day)).content)
    assert group.group.title in text
    assert "снято" in text
    week = printed(manager(), "timetable", lambda: timetable.of_group(manager(), group.group.id, lesson.date))
    assert "Операционные системы" in check_paper(caplog, week.content) or lesson.date.weekday() == 6


@pytest.fixture
def full_journal(group: Journal) -> Journal:
    """A month of 80 columns: practice all day, several works a lesson."""
    day = group.lessons[0].date
    for number in range(11):
        lesson = factories.make_lesson(group.course_id, day, pair=number % 6 + 2, works=7, topic=f"Тема {number}")
        group.works += lesson.works
    return group


def test_r3_7_a_journal_has_its_left_and_right_pages(full_journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    paper = printed(manager(), "journal", lambda: book.of_course(manager(), full_journal.course_id, None))
    text = check_paper(caplog, paper.content)
    pages = [page.extract_text() for page in made.read(paper.content).pages]
    assert "ЖУРНАЛ" in pages[0]
    assert "Преподавателева П. И." in pages[0]
    # Left pages: everybody, also who left, with the order.
    left = [page for page in pages if "Фамилия, имя" in page and "Тема занятия" not in page]
    assert all(student.surname[:20] in text for student in full_journal.students)
    assert "отчислен, приказ № 12-к от 01.10.2026" in text
    assert len(left) >= 2, "80 columns are two pages of 40"
    assert all("ОП.01 Операционные системы" in page for page in pages), "each page says of which journal it is"
    right = next(page for page in pages if "Тема занятия" in page)
    assert "Что задано" in right
    assert "Тема 10" in text
    assert "Дано часов" in pages[-1]
    assert all(words in re.sub(r"\s+", " ", pages[-1]) for words in CERTIFIED)


def test_a_period_to_come_is_printed_with_its_planned_lessons(group: Journal) -> None:
    later = settings.today() + timedelta(days=40)
    group.period.ends = settings.today() + timedelta(days=20)
    spring = Period(year_id=group.year.id, number=2, title="II семестр", starts=later, ends=later + timedelta(days=60))
    db.session.merge(group.period)
    db.session.add(spring)
    db.session.commit()
    factories.make_lesson(group.course_id, later, topic="Ещё не скоро", state="planned")
    paper = printed(manager(), "journal", lambda: book.of_course(manager(), group.course_id, spring.id))
    assert "Ещё не скоро" in made.text_of(paper.content)
    past = printed(manager(), "journal", lambda: book.of_course(manager(), group.course_id, None))
    assert "Ещё не скоро" not in made.text_of(past.content)


def test_80_columns_are_cut_in_two_of_forty() -> None:
    assert [len(chunk) for chunk in journal.chunks(range(80))] == [40, 40]
    assert [len(chunk) for chunk in journal.chunks(range(50))] == [25, 25]
    assert [len(chunk) for chunk in journal.chunks(range(24))] == [24]
    assert [len(chunk) for chunk in journal.chunks(())] == [0]


def test_too_much_at_once_is_refused_before_a_number_is_taken(group: Journal) -> None:
    actor = manager()
    with pytest.raises(RefusedError, match="не больше"):
        issuing.issue(actor, "statement", "Имя", lambda: statement.of_group(actor, group.group.id, None) * 2, CHECK)
    assert db.session.scalars(db.select(IssuedDocument)).all() == []


def test_r2_1_c_others_get_nothing_and_no_number(group: Journal) -> None:
    other = factories.make_journal(students=1, lessons=1)
    stranger = factories.viewer_of(factories.make_curator(other.group))
    teacher = factories.viewer_of(other.teacher)
    entry_id = make_disclosure(group).id
    student = group.students[0].id
    refused: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: statement.of_student(stranger, student, None), NotFoundError),
        (lambda: attendance.of_group(stranger, group.group.id, ""), NotFoundError),
        (lambda: consent_form.of_student(stranger, student), NotFoundError),
        (lambda: consent_form.of_group(stranger, group.group.id), NotFoundError),
        (lambda: journal.of_course(teacher, group.course_id, None), NotFoundError),
        (
            lambda: exam_sheet.of_course(group_teacher(group), group.course_id, exam_sheet.Wanted("exam", None, False)),
            ForbiddenError,
        ),
        (lambda: consolidated.of_group(stranger, group.group.id, None), ForbiddenError),
        (lambda: extract.of_disclosure(stranger, entry_id), ForbiddenError),
        (lambda: timetable.of_group(stranger, group.group.id, settings.today()), ForbiddenError),
        (lambda: replacements.of_day(stranger, settings.today()), ForbiddenError),
    ]
    for act, error in refused:
        with pytest.raises(error):
            act()


def group_teacher(group: Journal) -> Viewer:
    return factories.viewer_of(db.session.get(Person, group.teacher.id) or group.teacher)


def test_a_discipline_with_a_very_long_title_fits(group: Journal, caplog: pytest.LogCaptureFixture) -> None:
    course = db.session.get(Course, group.course_id)
    assert course is not None
    course.discipline.title = "Технология выполнения работ по профессии, " * 5
    db.session.commit()
    for load in (
        lambda: statement.of_student(manager(), group.students[0].id, None),
        lambda: exam_sheet.of_course(manager(), group.course_id, exam_sheet.Wanted("exam", None, False)),
    ):
        check_paper(caplog, printed(manager(), "statement", load).content)
