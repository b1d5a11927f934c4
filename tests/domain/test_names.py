"""Names and group titles as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.names import (
    fold,
    full_name,
    normalize_group_title,
    short_name,
    sort_key,
    with_initials_together,
)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        *[
            ("Семёнов", "семенов"),
            ("СЕМЕНОВ", "семенов"),
            ("Семе\u0308нов", "семенов"),
            ("Люкин  Серафим ", "люкин серафим"),
        ],
        *[("Йод", "йод"), ("И\u0306од", "йод"), ("Ким\u00a0Вера", "ким вера"), ("Ким\u200b", "ким"), ("", "")],
        *[("Аблязизова – Королёва", "аблязизова-королева"), ("Аблязизова-Королева", "аблязизова-королева")],
    ],
)
def test_r4_2_b_one_person_is_found_however_the_name_is_written(written, key):
    assert fold(written) == key


@given(st.text())
def test_r4_2_b_a_key_of_a_key_is_itself(text):
    assert fold(fold(text)) == fold(text)
    assert normalize_group_title(normalize_group_title(text)) == normalize_group_title(text)


def test_r4_2_c_students_stand_in_alphabetical_order_with_yo_as_ye():
    ordered = [
        *[("Ёжикова", "Анна", "Петровна"), ("Елина", "Яна", None), ("Иванов", "Яков", None)],
        *[("Иванов", "Яков", "Ильич"), ("Иванов-Азов", "Анна", ""), ("Иванова", "Анна", ""), ("Яшин", "Ян", "")],
    ]
    mixed = ordered[::-1]
    assert sorted(mixed, key=lambda person: sort_key(*person)) == ordered


@pytest.mark.parametrize(
    ("person", "short", "full"),
    [
        (("Семёнов", "Пётр", "Артёмович"), "Семёнов П. А.", "Семёнов Пётр Артёмович"),
        (("Ким", "Вера", ""), "Ким В.", "Ким Вера"),
        (("Ким", "Вера", None), "Ким В.", "Ким Вера"),
        (("Королёва", "Анна-Мария", "Ильинична"), "Королёва А.-М. И.", "Королёва Анна-Мария Ильинична"),
        (("Алиев", "Рустам", "Рашид оглы"), "Алиев Р. Р.", "Алиев Рустам Рашид оглы"),
        ((" Ли ", "", None), "Ли", "Ли"),
    ],
)
def test_a_person_is_shown_by_short_and_full_name(person, short, full):
    assert short_name(*person) == short
    assert full_name(*person) == full


@pytest.mark.parametrize(
    "written",
    [
        "ИС-21",
        "ИС–21",
        "ис 21",
        "ИС - 21",
        "ИС-21 ",
        "ис21",
        "ИC-21",
        "иc–21",
        "ИС—21",
        "ИС\u00a021",
        "«ИС-21»",
        "ИС.21",
        "ИС_21",
    ],
)
def test_r4_2_b_one_group_is_found_however_its_title_is_written(written):
    assert normalize_group_title(written) == "ис21"


@pytest.mark.parametrize(
    ("one", "other"),
    [("ИС-1-11", "ИС-11-1"), ("ИС-21", "ИС-211"), ("ИС-21/1", "ИС-211"), ("ИС-21", "ИС-21к"), ("ТО-22", "ПК-22")],
)
def test_r4_2_b_different_groups_stay_different(one, other):
    assert normalize_group_title(one) != normalize_group_title(other)


def test_r4_2_b_separators_between_numbers_are_interchangeable():
    assert normalize_group_title("ИС-21/1") == normalize_group_title("ис 21-1") == "ис21-1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Арцыбушева Л. С.", "Арцыбушева Л.\u00a0С."),
        ("Ким А.-В. К., Пак О. О.", "Ким А.-В.\u00a0К., Пак О.\u00a0О."),
        ("Пак О.", "Пак О."),
        ("Экзамен. А. Блок", "Экзамен. А. Блок"),
    ],
)
def test_initials_stay_on_one_line(text: str, told: str) -> None:
    assert with_initials_together(text) == told
