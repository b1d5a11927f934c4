"""Lists as secretaries leave them import to the same; what is no list gives a reason, never a traceback (R4.2.b)."""

import random
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ejournal.exchange import (
    bells,
    importer,
    marks,
    parents,
    students,
    substitutions,
    teachers,
    thematic_plan,
    timetable,
)
from ejournal.exchange.changes import Options
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.tables import FileError, Row, Sheet
from tests.exchange.conftest import COLLEGE

PEOPLE = {
    "students": (
        students,
        ["ФИО", "Группа", "Дата рождения", "Телефон", "Эл. почта"],
        [
            ["Семёнов Пётр Ильич", "ИС-21", date(2008, 2, 14), "+7 912 345-67-89", "petr@example.ru"],
            ["Ким Вера", "ИС-21", date(2007, 12, 1), None, None],
            ["Ёлкина-Пак Анна Сергеевна", "ТО-22", date(2008, 7, 30), "8 (912) 000-11-22", "anna@example.ru"],
        ],
    ),
    "teachers": (
        teachers,
        ["ФИО", "Должность", "Дата рождения", "Телефон", "Руководитель группы"],
        [
            ["Сокурова Алла Олеговна", "преподаватель", date(1980, 5, 9), "+7 912 345-67-80", "ИС-21"],
            ["Пестелева Юлия Игоревна", "мастер производственного обучения", None, None, None],
        ],
    ),
    "parents": (
        parents,
        ["ФИО родителя", "Степень родства", "Телефон", "Эл. почта", "Ребёнок (группа)"],
        [
            ["Семёнова Ольга Петровна", "мать", "+79123456701", "olga@example.ru", "Семёнов Пётр Ильич (ИС-21)"],
            ["Пак Сергей", "отец", None, None, "Ёлкина-Пак Анна Сергеевна (ТО-22)"],
        ],
    ),
}
# What a secretary's hand does to a text without meaning to change it.
HANDS = {
    "as it is": lambda word: word,
    "blanks": lambda word: f"  {word.replace(' ', '   ')} ",
    "no-break blanks": lambda word: word.replace(" ", "\u00a0"),
    "capitals": str.upper,
    "invisible": lambda word: f"\u200b{word}\ufeff",
}


def sheet(*rows: list[Any]) -> list[Sheet]:
    """As tables.read gives it, without the cost of a spreadsheet for each of hundreds of examples."""
    return [Sheet("Лист1", [Row(number, [cell or None for cell in row]) for number, row in enumerate(rows, 1)])]


def untidy(headings: list[str], rows: list[list[Any]], chance: random.Random, hand: str) -> list[Sheet]:
    """The same list: titles over it, columns in another order, blank rows and columns, dates as text or number."""
    order = list(range(len(headings)))
    chance.shuffle(order)
    blank = chance.randrange(len(order) + 1)
    heads = [HANDS[hand](headings[n]) for n in order]
    lines: list[list[Any]] = [["Колледж"]] * chance.randrange(3) + [[]] * chance.randrange(3)
    lines.append([*heads[:blank], None, *heads[blank:]])
    for row in rows:
        cells = [_untidy_cell(row[n], headings[n], chance, hand) for n in order]
        lines += [[]] * chance.randrange(2)
        lines.append([*cells[:blank], None, *cells[blank:]])
    return sheet(*lines, [], [f"Итого: {len(rows)}"])


def _untidy_cell(value: Any, heading: str, chance: random.Random, hand: str) -> Any:
    if isinstance(value, date):
        number = (value - date(1899, 12, 30)).days
        return chance.choice([value, f"{value:%d.%m.%Y}", f"{value:%d.%m.%Y} г.", f" {value:%Y-%m-%d}", number])
    if value is None:
        return chance.choice([None, "", " ", "-", "—"])
    if heading == "Телефон" and chance.random() < 0.5:
        return int("7" + "".join(sign for sign in value if sign.isdigit())[1:])
    # A name in capitals is read back with small letters, but «ё» and the hyphen must be kept.
    return HANDS[hand](value)


def said(listing: Listing[Any]) -> list[str]:
    """What the records say, without the rows they stand in. Capitals of a name are a matter of its own test."""
    places = re.compile(r"\b(?:rows?|cell|sheet)=(?:\([^)]*\)|\[[^\]]*\]|'[^']*'|\d+)")
    return [places.sub("", repr(record)).casefold() for record in listing.records]


@pytest.mark.parametrize("kind", PEOPLE)
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), hand=st.sampled_from(sorted(HANDS)))
def test_r4_2_b_an_untidy_list_says_the_same(kind: str, seed: int, hand: str) -> None:
    module, headings, rows = PEOPLE[kind]
    tidy = module.read(sheet(headings, *rows))  # type: ignore[attr-defined]
    book = untidy(headings, rows, random.Random(seed), hand)
    listing = module.read(book)  # type: ignore[attr-defined]
    assert listing.errors == tidy.errors == []
    assert said(listing) == said(tidy)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), hand=st.sampled_from(sorted(HANDS)))
def test_r4_1_b_an_untidy_journal_says_the_same(seed: int, hand: str) -> None:
    chance = random.Random(seed)
    given_marks = [["Семёнов Пётр", "5", "н", "о4"], ["Ким Вера", None, "5-", "б"]]
    days = [date(2026, 10, n) for n in (5, 7, 12)]
    tidy = marks.read(sheet(["Группа: ИС-21, Математика"], ["Фамилия, имя", *days], *given_marks))
    heads = [_untidy_day(day, chance) for day in days]
    rows = [
        [
            HANDS[hand](name),
            *(int(one) if one == "5" and chance.random() < 0.5 else one and HANDS[hand](one) for one in own),
        ]
        for name, *own in given_marks
    ]
    lines: list[list[Any]] = [[]] * chance.randrange(2)
    lines += [[HANDS[hand]("Группа: ИС-21, Математика")], [], ["№", HANDS[hand]("Фамилия, имя"), *heads]]
    for number, row in enumerate(rows, 1):
        lines += [[]] * chance.randrange(2)
        lines.append([number, *row])
    found = marks.read(sheet(*lines))
    assert (found.group, found.discipline.casefold(), found.dates) == ("ИС-21", "математика", days)
    assert [(r.student.casefold(), r.date, r.value) for r in found.records] == [
        (r.student.casefold(), r.date, r.value) for r in tidy.records
    ]


def _untidy_day(day: date, chance: random.Random) -> Any:
    return chance.choice([day, f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y} г."])


def test_e_typed_for_yo_finds_the_same_person() -> None:
    with_yo = students.read(sheet(["ФИО", "Группа"], ["Семёнов Пётр", "ИС-21"]))
    without = students.read(sheet(["ФИО", "Группа"], ["Семенов Петр", "ис 21"]))
    assert [(r.name.key, r.group_key) for r in with_yo.records] == [(r.name.key, r.group_key) for r in without.records]


KINDS = sorted(importer.KINDS)
SAMPLES = [(COLLEGE / name).read_bytes() for name in ("students-cp1251.csv", "bells.xlsx")]
CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    st.sampled_from(
        ["ФИО", "Группа", "ИС-21", "Пара", "День", "Дата", "понедельник", "ауд.", "Группа:", "Индекс", "Наименование",
         "1 сем.", "Предмет", "Преподаватель", "Замена", "Тема", "Часы", "№ пары", "Время", "8:00-9:30", "I пара",
         "Ким А.А.", "Физика Ким А.А. 12", "на 13.11.2025", "Ребёнок", "ФИО родителя", "Должность",
         "=1+1", "о5", "II-V"]
    ),
)  # fmt: skip


def read_anyhow(kind: str, content: bytes, name: str) -> None:
    """Whatever is read or refused; a refusal speaks Russian."""
    refusal = ""
    try:
        listing = importer.KINDS[kind].read(content, name, Options())
    except FileError as error:
        refusal = error.message
    else:
        refusal = " ".join(error.message for error in listing.errors)
    assert not refusal or any("а" <= letter <= "я" for letter in refusal)


READERS = (
    students, teachers, parents, thematic_plan, bells, timetable, substitutions, marks,
)  # fmt: skip


@pytest.mark.parametrize("module", READERS, ids=lambda module: module.__name__.rpartition(".")[2])
@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(CELLS, max_size=7), min_size=1, max_size=10))
def test_any_cells_are_read_or_refused_with_a_reason(module: Any, rows: list[list[Any]]) -> None:
    try:
        said_wrong = [error.message for error in module.read(sheet(*rows)).errors]
    except FileError as error:
        said_wrong = [error.message]
    assert all(any("а" <= letter <= "я" for letter in message) for message in said_wrong)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=30)
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=7), min_size=1, max_size=12), mark=st.sampled_from(";,\t"))
def test_any_csv_is_read_or_refused_with_a_reason(kind: str, rows: list[list[Any]], mark: str) -> None:
    text = "\n".join(mark.join("" if cell is None else str(cell) for cell in row) for row in rows)
    read_anyhow(kind, text.encode("utf-8", "ignore"), "x.csv")


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=15)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_reason(kind: str, content: bytes) -> None:
    read_anyhow(kind, content, "x.bin")


@pytest.mark.parametrize("sample", range(len(SAMPLES)))
@settings(deadline=None, max_examples=15)
@given(place=st.floats(0, 1), content=st.binary(min_size=1, max_size=8), kind=st.sampled_from(KINDS))
def test_a_damaged_file_is_refused_with_a_reason(sample: int, place: float, content: bytes, kind: str) -> None:
    whole = SAMPLES[sample]
    at = int(place * (len(whole) - 1))
    read_anyhow(kind, whole[:at] + content + whole[at + len(content) :], "x.xlsx")
