"""Marks at the end: of the period, the year, the discipline (DOMAIN)."""

import pytest

from ejournal.domain import attestation
from ejournal.domain.grading import Suggestion


@pytest.mark.parametrize(
    ("mark", "expected"),
    [("5", False), ("3", False), ("2", True), ("1", True), ("НЗ", True), ("ЗЧ", False), ("н/а", True), (None, False)],
)
def test_r4_4_i_which_marks_open_a_debt(mark, expected):
    assert attestation.opens_debt(mark) is expected


@pytest.mark.parametrize(("mark", "expected"), [("5", "ЗЧ"), ("3", "ЗЧ"), ("2", "НЗ"), ("н/а", "н/а")])
def test_a_credit_is_passed_from_a_three_on(mark, expected):
    assert attestation.as_credit(Suggestion(mark, "")).mark == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (["4", "5"], "4"),  # 4,50 is below 4,60
        (["5", "5"], "5"),
        (["3", "4"], "3"),
        (["2", "3"], "2"),
        (["4"], "4"),
        (["ЗЧ", "ЗЧ"], "ЗЧ"),
        (["ЗЧ", "НЗ"], "НЗ"),
        (["ЗЧ", "4"], "4"),
        (["НЗ", "4"], None),
        (["н/а", "5"], "н/а"),
        (["5", None], None),
        ([], None),
    ],
)
def test_the_years_mark_of_its_periods(marks, expected):
    found = attestation.suggest_year(marks)
    assert (found and found.mark) == expected


@pytest.mark.parametrize(
    ("year", "exam", "expected"),
    [
        ("4", None, "4"),
        (None, None, None),
        ("4", "5", "5"),  # a half goes to the exam's side
        ("5", "4", "4"),
        ("5", "3", "4"),
        ("4", "4", "4"),
        ("5", "2", "2"),
        ("5", "неявка", "н/а"),
        ("4", "ЗЧ", "ЗЧ"),
        (None, "4", "4"),
        ("н/а", "4", "4"),
    ],
)
def test_the_final_mark_of_year_and_exam(year, exam, expected):
    found = attestation.suggest_final(year, exam)
    assert (found and found.mark) == expected


def test_a_credits_sheet_has_no_marks_and_an_exams_no_credit():
    assert attestation.results(attestation.CREDIT) == ("ЗЧ", "НЗ", "неявка")
    assert set(attestation.results("exam")) & {"ЗЧ", "НЗ"} == set()
    assert {"5", "2", "неявка"} <= set(attestation.results("exam"))


@pytest.mark.parametrize(("result", "expected"), [("5", "5"), ("неявка", "н/а"), ("НЗ", "НЗ")])
def test_r3_7_what_a_sheet_says_is_suggested_with_its_number(result, expected):
    found = attestation.of_sheet(result, "14-Э")
    assert (found.mark, found.reason) == (expected, f"ведомость № 14-Э: {result}")


def test_the_years_suggestion_names_the_marks_it_is_of():
    assert attestation.suggest_year(["4", "5"]).reason == "оценки за периоды 4, 5"
