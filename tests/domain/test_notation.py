"""п. 3.6, 4.4: what a teacher types into a cell and what the journal makes of it."""

import json
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.notation import (
    ATTENDANCE,
    EMPTY,
    MARKS,
    PERIOD_MARKS,
    NotationError,
    Value,
    as_script_table,
    from_spreadsheet,
    parse,
    parse_period,
)

ALL_VALUES = [Value(code, mark) for code in (None, *ATTENDANCE) for mark in (None, *MARKS)]
values = st.sampled_from(ALL_VALUES)
# Half of random text never comes near the notation; this alphabet does.
near_notation = st.text("нпбоНПБОзчЗЧаА0123456789+-−–/., \u00a0\u200byghjpxofab,<|HOX", max_size=8)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "4",
        "3",
        "2",
        "1",
        "5-",
        "5+",
        "ЗЧ",
        "НЗ",
        "н",
        "п",
        "б",
        "о",
        "о5",
        "н3",
        "б4",
        "п5",
        "о5-",
        "б5+",
        "оЗЧ",
        "нНЗ",
        "пЗЧ",
        "бНЗ",
    ],
)
def test_r3_6_canonical_notation_is_kept_as_typed(text):
    assert parse(text).text == text


@pytest.mark.parametrize(
    ("typed", "attendance", "mark"),
    [
        ("о5", "о", "5"),
        ("н3", "н", "3"),
        ("б4", "б", "4"),
        ("нНЗ", "н", "НЗ"),
        ("5+", None, "5+"),
        ("п", "п", None),
    ],
)
def test_r4_4_f_one_cell_holds_attendance_and_mark(typed, attendance, mark):
    assert parse(typed) == Value(attendance, mark)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        *[("зч", "ЗЧ"), ("Нз", "НЗ"), ("Н", "н"), ("О5", "о5"), ("ОЗч", "оЗЧ"), ("ннз", "нНЗ")],
        *[("  5 ", "5"), ("\t о5\n", "о5"), ("\u00a0н", "н"), ("\ufeff4", "4"), ("5\u200b", "5")],
        *[("y", "н"), ("g", "п"), (",", "б"), ("j", "о"), ("Y", "н"), ("<", "б"), ("J", "о")],
        *[("j5", "о5"), (",4", "б4"), ("y3", "н3"), ("g5-", "п5-"), ("<5+", "б5+")],
        *[("px", "ЗЧ"), ("yp", "НЗ"), ("PX", "ЗЧ"), ("jpx", "оЗЧ"), ("yyp", "нНЗ")],
        *[("o", "о"), ("o5", "о5"), ("O5", "о5"), ("H3", "н3"), ("h3", "н3"), ("HЗ", "НЗ"), ("зx", "ЗЧ")],
        *[("5−", "5-"), ("5–", "5-"), ("5—", "5-"), ("5＋", "5+"), ("5－", "5-"), ("о5−", "о5-")],
    ],
)
def test_r3_4_case_layout_and_look_alikes_become_the_notation(typed, canonical):
    assert parse(typed).text == canonical


@pytest.mark.parametrize("typed", ["", " ", "\u00a0", "\u200b"])
def test_r4_4_nothing_typed_clears_the_cell(typed):
    assert parse(typed) == EMPTY
    assert parse(typed).is_empty


@pytest.mark.parametrize(
    ("typed", "repair"),
    [
        *[("о/5", "о5"), ("о 5", "о5"), ("5о", "о5"), ("5 / о", "о5"), ("о\\5", "о5"), ("о|5", "о5")],
        *[("j/5", "о5"), ("5j", "о5"), ("5+б", "б5+"), ("НЗн", "нНЗ"), ("зч п", "пЗЧ"), ("н\u00a03", "н3")],
    ],
)
def test_r4_4_f_slash_space_and_order_are_refused_with_a_repair(typed, repair):
    error = refusal(typed)
    assert error.repair == repair
    assert error.message == f"пишется без черты и пробела, сначала отметка: {repair} (п. 4.4)"


@pytest.mark.parametrize(
    ("typed", "repair"),
    [
        *[("5 -", "5-"), ("З Ч", "ЗЧ"), ("5.", "5"), ("н.", "н"), ("н/з", "НЗ"), ("5.0", "5"), ("5,0", "5")],
        *[("зачёт", "ЗЧ"), ("Незачет", "НЗ"), ("зач.", "ЗЧ"), ("3Ч", "ЗЧ"), ("н3ч", "нЗЧ")],
        *[("b", "б"), ("b4", "б4")],
    ],
)
def test_r3_6_a_slip_with_one_reading_is_refused_with_a_repair(typed, repair):
    assert refusal(typed).repair == repair


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        *[
            ("6", "от 1 до 5"),
            ("7", "от 1 до 5"),
            ("10", "от 1 до 5"),
            ("о6", "от 1 до 5"),
            ("100", "от 1 до 5"),
        ],
        *[("0", "оценки «0» нет"), ("05", "опоздание — буква «о»")],
        *[("4+", "только «5»"), ("4-", "только «5»"), ("3-", "только «5»"), ("н4−", "только «5»")],
        *[("55", "одна оценка"), ("5/4", "одна оценка"), ("5 4", "одна оценка"), ("5зч", "одна оценка")],
        *[("ЗЧНЗ", "одна оценка"), ("н5/4", "одна оценка")],
        *[
            ("нп", "отметка о посещаемости"),
            ("нн3", "отметка о посещаемости"),
            ("н/б", "отметка о посещаемости"),
        ],
        *[("н/а", "только за период"), ("Н/А", "только за период"), ("на", "только за период")],
        *[("y/f", "только за период"), ("H/A", "только за период"), ("н.а.", "только за период")],
        *[("4,5", "дробных оценок нет"), ("4.5", "дробных оценок нет"), ("6,0", "дробных оценок нет")],
        *[("4,", "после оценки запятая"), ("x", "такого обозначения нет"), ("p", "такого обозначения нет")],
        *[
            ("-5", "такого обозначения нет"),
            (".", "такого обозначения нет"),
            ("<script>", "такого обозначения"),
        ],
    ],
)
def test_r3_6_anything_else_is_refused_with_its_reason_and_clause(typed, reason):
    error = refusal(typed)
    assert reason in error.message
    assert "(п. " in error.message
    assert error.repair is None


def test_r3_6_a_refusal_names_what_was_typed_and_never_a_page_of_it():
    assert str(refusal("6")).startswith("«6»: оценки")
    assert len(str(refusal("q\n" * 5000))) < 200


@given(values)
def test_r4_4_f_every_value_reads_back_from_its_own_text(value):
    assert parse(value.text) == value


def test_r4_4_f_no_two_values_are_written_alike():
    assert len({value.text.lower() for value in ALL_VALUES}) == len(ALL_VALUES) == 50


@given(st.one_of(st.text(), near_notation))
def test_r3_6_any_text_is_either_a_value_or_a_refusal_whose_repair_is_a_value(text):
    try:
        accepted = parse(text).text
    except NotationError as error:
        accepted = error.repair
    assert accepted is None or parse(accepted).text == accepted


@given(values, st.data())
def test_r3_4_text_typed_in_the_latin_layout_is_the_same_value(value, data):
    keys = {"н": "yYHh", "п": "gG", "б": ",<", "о": "jJoO", "з": "pP", "ч": "xX"}
    typed = "".join(
        data.draw(st.sampled_from(keys.get(letter.lower(), "") + letter), label=letter) for letter in value.text
    )
    assert parse(typed) == value
    assert parse(f"  {typed} ") == value


@pytest.mark.parametrize(("attendance", "mark"), [("x", None), (None, "6"), (None, "н/а"), ("", "5"), ("Н", None)])
def test_r3_6_a_value_outside_the_notation_can_not_be_made(attendance, mark):
    with pytest.raises(ValueError, match="unknown"):
        Value(attendance, mark)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        *[(5, "5"), (5.0, "5"), ("5.0", "5"), ("5,00", "5"), (" 5.0 ", "5"), (Decimal("4.00"), "4")],
        *[("5", "5"), ("о5", "о5"), ("5-", "5-"), ("зч", "ЗЧ"), (None, ""), ("", ""), ("o5", "о5")],
    ],
)
def test_r4_1_b_a_spreadsheet_cell_is_read_as_its_author_meant(cell, text):
    assert from_spreadsheet(cell).text == text


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        *[(6, "от 1 до 5"), (6.0, "от 1 до 5"), (4.5, "дробных"), (-5, "обозначения"), (-5.0, "дробных")],
        *[(float("nan"), "обозначения"), (float("inf"), "обозначения"), (1e300, "обозначения"), (0, "«0»")],
        *[(True, "логическое"), (False, "логическое"), (date(2026, 10, 3), "в дату"), (time(5), "в дату")],
        *[(datetime(2026, 10, 3), "в дату"), ("о/5", "без черты"), ([5], "обозначения")],  # noqa: DTZ001
    ],
)
def test_r4_1_b_a_spreadsheet_cell_that_is_no_notation_is_refused(cell, reason):
    with pytest.raises(NotationError) as caught:
        from_spreadsheet(cell)
    assert reason in caught.value.message


@pytest.mark.parametrize("mark", PERIOD_MARKS)
def test_r4_4_i_period_marks_are_kept(mark):
    assert parse_period(mark) == mark
    assert parse_period(f" {mark.lower()} ") == mark


@pytest.mark.parametrize("typed", ["н/а", "Н/А", "на", "НА", "y/f", "Y|F", "yf", "н.а.", "н а", "H/A", "н\\а"])
def test_r4_4_i_not_attested_is_taken_in_any_spelling(typed):
    assert parse_period(typed) == "н/а"


def test_r4_4_i_an_empty_period_mark_is_none():
    assert parse_period("  ") is None


@pytest.mark.parametrize(
    ("typed", "reason", "repair"),
    [
        *[("5-", "только за занятие", "5"), ("5+", "только за занятие", "5"), ("зачёт", "пишется ЗЧ", "ЗЧ")],
        *[("н", "посещаемость отмечается на занятии", None), ("о5", "за период ставится", None)],
        *[("6", "за период ставится", None), ("4,5", "дробных", None), ("5.0", "без дробной", "5")],
        *[("З Ч", "слитно", "ЗЧ"), ("b", "за период ставится", None)],
    ],
)
def test_r4_4_i_other_period_marks_are_refused_with_the_reason(typed, reason, repair):
    with pytest.raises(NotationError) as caught:
        parse_period(typed)
    assert reason in caught.value.message
    assert caught.value.repair == repair


@given(st.one_of(st.text(), near_notation))
def test_r4_4_i_any_text_is_a_period_mark_or_a_refusal(text):
    try:
        mark = parse_period(text)
    except NotationError as error:
        mark = error.repair
    assert mark is None or mark in PERIOD_MARKS


@given(st.one_of(values.map(lambda value: value.text), near_notation))
def test_r4_4_the_browser_table_agrees_with_the_server(text):
    table = as_script_table()
    folded = "".join(table["fold"].get(char, char) for char in text.lower()).strip()
    try:
        expected = parse(text).text
    except NotationError:
        expected = None
    assert table["values"].get(folded) == expected


def test_r4_4_the_browser_table_is_small_json():
    assert len(json.dumps(as_script_table(), ensure_ascii=False)) < 2000


def refusal(typed):
    with pytest.raises(NotationError) as caught:
        parse(typed)
    return caught.value
