"""What people type into cells of lists: dates, phones, СНИЛС, names, groups."""

import contextlib
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.calendar import MONTHS_GENITIVE
from ejournal.domain.names import normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.values import BadValueError, Name

DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2049, 12, 31))


@given(DAYS)
def test_a_date_is_read_however_it_is_written(day: date) -> None:
    spellings = [
        day,
        datetime(day.year, day.month, day.day),  # noqa: DTZ001 - spreadsheets have no zones
        (day - date(1899, 12, 30)).days,
        float((day - date(1899, 12, 30)).days),
        day.isoformat(),
        f"{day:%d.%m}.{day.year}",
        f"{day.day}.{day.month}.{day.year} г.",
        f"{day:%d/%m}/{day.year}",
        f" {day:%d-%m}-{day.year} ",
        f"{day.day} {MONTHS_GENITIVE[day.month - 1]} {day.year} года",
        f"{day.day} {MONTHS_GENITIVE[day.month - 1].upper()} {day.year} Г.",
        f"{day.isoformat()} 00:00:00",
    ]
    assert {values.day(spelling) for spelling in spellings} == {day}


@pytest.mark.parametrize("empty", [None, "", "  ", "-", "—"])
def test_an_empty_cell_is_nothing(empty: str | None) -> None:
    assert values.day(empty) is None
    assert values.phone(empty) is None
    assert values.email(empty) is None
    assert values.snils(empty) is None


@pytest.mark.parametrize(
    "typed", ["31.02.2008", "2008", 2008.0, "весна 2008", "14.13.2008", "14 мартобря 2008", "0", 99999, "1.2"]
)
def test_a_date_that_is_none_is_refused_with_what_was_typed(typed: str | float) -> None:
    with pytest.raises(BadValueError, match=re.escape(values.text(typed))):
        values.day(typed)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_value(typed: str) -> None:
    for parse in (values.day, values.phone, values.email, values.snils, values.person_name, values.whole):
        with contextlib.suppress(BadValueError):
            parse(typed)
    assert values.text(typed) == values.text(values.text(typed))
    values.group_title(typed)


@given(st.integers(min_value=10**9, max_value=10**10 - 1).map(str))
def test_a_phone_is_one_number_in_every_style(ten: str) -> None:
    a, b, c, d = ten[:3], ten[3:6], ten[6:8], ten[8:]
    spellings: list[str | int | float] = [
        ten,
        f"+7{ten}",
        f"8{ten}",
        f"8-{a}-{b}-{c}-{d}",
        f"+7 ({a}) {b}-{c}-{d}",
        f"{a} {b} {c}{d}",
        f"8({a}){b}–{c}–{d}",
        f"тел. 8 {a} {b} {c} {d}",
        int(f"8{ten}"),
        float(ten),
        f"8-{a}-{b}-{c}-{d}, 8-900-000-00-00",
        f"+7{ten} доб. 12",
    ]
    assert {values.phone(spelling) for spelling in spellings} == {f"+7{ten}"}


@pytest.mark.parametrize("typed", ["22-33-44", "нет", "8-900-12", "+1", "123456789012", "мамин 8-900-000-00-00"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(BadValueError):
        values.phone(typed)


def test_a_phone_of_another_country_is_kept() -> None:
    assert values.phone("+375 29 123-45-67") == "+375291234567"


@given(st.integers(min_value=1_001_999, max_value=999_999_999))
def test_snils_is_taken_only_with_its_control_number(number: int) -> None:
    digits = f"{number:09}"
    control = sum(int(digit) * (9 - place) for place, digit in enumerate(digits)) % 101 % 100
    shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {control:02}"
    assert values.snils(shown) == shown
    assert values.snils(f"{digits}{control:02}") == shown
    assert values.snils(float(f"{digits}{control:02}")) == shown
    with pytest.raises(BadValueError, match="контрольное число"):
        values.snils(f"{digits} {(control + 1) % 100:02}")


@pytest.mark.parametrize("typed", ["нет", "user@", "@example.ru", "a b@example.ru", "user@host", "user@example.ru,"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadValueError):
        values.email(typed)


def test_an_address_is_kept_in_small_letters() -> None:
    assert values.email(" IVANOV@Example.RU ") == "ivanov@example.ru"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Люкин  Серафим  Егорович ", Name("Люкин", "Серафим", "Егорович")),
        ("ИВАНОВА АННА-МАРИЯ ПЕТРОВНА", Name("Иванова", "Анна-Мария", "Петровна")),
        ("ким вера", Name("Ким", "Вера", "")),
        ("Мамедов Рашид Али оглы", Name("Мамедов", "Рашид", "Али оглы")),
        ("Аблязизова – Королёва Александра", Name("Аблязизова-Королёва", "Александра", "")),
        ("Cеменов Петр", Name("Семенов", "Петр", "")),
        ("О'Коннор Джон", Name("О'Коннор", "Джон", "")),
        ("МакДональд Иван", Name("МакДональд", "Иван", "")),
    ],
)
def test_a_name_is_read_as_people_write_it(typed: str, name: Name) -> None:
    if "–" in typed:
        typed = typed.replace(" – ", "–")
    assert values.person_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "Иванов", "Иванов И.И.", "Иванов И. И.", "Иванов Иван2", "Иванов Иван (отч.)", "12 34"]
)
def test_half_a_name_is_refused(typed: str) -> None:
    with pytest.raises(BadValueError):
        values.person_name(typed)


CYRILLIC = st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=2, max_size=12).map(str.capitalize)


@given(CYRILLIC, CYRILLIC, CYRILLIC, st.sampled_from([str, str.upper, str.lower]))
def test_case_and_spaces_do_not_make_another_person(surname: str, name: str, patronymic: str, case: object) -> None:
    typed = case(f"  {surname}  {name}\u00a0{patronymic} ")  # type: ignore[operator]
    assert values.person_name(typed).key == Name(surname, name, patronymic).key
    assert values.person_name(typed.replace("ё", "е")).key == Name(surname, name, patronymic).key


@pytest.mark.parametrize("typed", ["ИС-21", "ИС–21", "ис 21", "ИС - 21", "ИС-21 ", "группа ИС-21", "гр. ИС-21"])
def test_a_group_is_one_however_it_is_spelled(typed: str) -> None:
    assert values.group_title(typed) == "ИС-21"
    assert normalize_group_title(values.group_title(typed)) == normalize_group_title("ИС-21")


def test_cells_of_time_are_shown_as_people_write_them() -> None:
    assert values.text(timedelta(hours=8, minutes=30)) == "08:30"
    assert values.text(36.0) == "36"
    assert values.text(date(2008, 2, 4)) == "04.02.2008"


def test_hours_are_whole_numbers() -> None:
    assert [values.whole(cell) for cell in (2.0, "36 ч.", "4", None)] == [2, 36, 4, None]
    with pytest.raises(BadValueError):
        values.whole("2-4")
