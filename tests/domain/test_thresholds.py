"""The college's own thresholds (п. 3.6, 4.4): what may be typed, what a change means in words, how they are kept."""

from decimal import Decimal

import pytest

from ejournal.domain import thresholds
from ejournal.domain.grading import DEFAULT_RULES, SuggestionRules, suggest_period_mark

USUAL = {"for_5": "4,60", "for_4": "3.60", "for_3": "2,6", "min_marks": "3", "min_attendance": "50"}


def test_what_is_typed_with_a_comma_or_a_point_is_read():
    assert thresholds.read(USUAL) == (DEFAULT_RULES, {})
    rules, errors = thresholds.read({**USUAL, "for_5": "4,5", "min_marks": "5", "min_attendance": "0"})
    assert (rules.for_5, rules.min_marks, rules.min_attendance, errors) == (Decimal("4.5"), 5, 0, {})


@pytest.mark.parametrize(
    ("name", "text", "span"),
    [
        ("for_5", "4,00", "от 4,10 до 5,00"),
        ("for_5", "5,01", "от 4,10 до 5,00"),
        ("for_4", "4,05", "от 3,10 до 4,00"),
        ("for_3", "2,555", "от 2,10 до 3,00"),
        ("for_3", "", "от 2,10 до 3,00"),
        ("for_3", "NaN", "от 2,10 до 3,00"),
        ("for_3", "²", "от 2,10 до 3,00"),
        ("min_marks", "0", "от 1 до 20"),
        ("min_marks", "2,5", "от 1 до 20"),
        ("min_attendance", "101", "от 0 до 100"),
        ("min_attendance", "1e9999", "от 0 до 100"),
        ("min_attendance", "-1", "от 0 до 100"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_the_bounds(name, text, span):
    _rules, errors = thresholds.read({**USUAL, name: text})
    assert list(errors) == [name]
    assert span in errors[name]


@pytest.mark.parametrize("at", ["least", "most"])
def test_the_bounds_themselves_are_accepted(at):
    form = {name: str(getattr(field, at)) for name, field in thresholds.FIELDS.items()}
    rules, errors = thresholds.read(form)
    assert errors == {}
    assert rules.min_attendance == (0 if at == "least" else 1)


def test_only_what_differs_is_stored_and_shown_as_typed():
    own = SuggestionRules(for_5=Decimal("4.5"), min_attendance=Decimal("0.6"))
    assert thresholds.stored(own) == {"for_5": "4.5", "min_attendance": "0.6"}
    assert thresholds.stored(DEFAULT_RULES) == {}
    assert [thresholds.typed(name, own) for name in thresholds.FIELDS] == ["4,50", "3,60", "2,60", "3", "60"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"for_5": "4,50"}, "у кого средний от 4,50 до 4,59, тому вместо «4» — «5»."),
        ({"for_4": "3,61"}, "у кого средний 3,60, тому вместо «4» — «3»."),
        ({"for_3": "2,50"}, "вместо «2» — «3»."),
        ({"min_marks": "5"}, "У кого оценок от 3 до 4, тому предлагается «н/а» вместо оценки"),
        ({"min_marks": "2"}, "У кого оценок 2, тому предлагается по среднему баллу вместо «н/а»."),
        ({"min_attendance": "60"}, "У кого она от 50 % и ниже 60 %, тому — «н/а» вместо"),
        ({"min_attendance": "60"}, "при посещаемости ниже 60 % (сейчас ниже 50 %)"),
        ({"min_attendance": "40"}, "тому — по среднему баллу вместо «н/а»."),
        ({"min_attendance": "0"}, "Посещаемость больше не учитывается"),
    ],
)
def test_a_change_is_told_in_words(change, words):
    after, _errors = thresholds.read({**USUAL, **change})
    [told] = thresholds.consequences(DEFAULT_RULES, after)
    assert words in told


def test_an_attendance_that_did_not_count_before_is_told_so():
    before = SuggestionRules(min_attendance=Decimal(0))
    [told] = thresholds.consequences(before, DEFAULT_RULES)
    assert "ниже 50 % (сейчас не учитывается)" in told


def test_what_is_told_of_a_mean_is_what_is_suggested():
    after, _errors = thresholds.read({**USUAL, "for_5": "4,50"})
    for mean, old, new in (("4.49", "4", "4"), ("4.50", "4", "5"), ("4.59", "4", "5"), ("4.60", "5", "5")):
        assert suggest_period_mark(Decimal(mean), 9).mark == old
        assert suggest_period_mark(Decimal(mean), 9, None, after).mark == new


def test_nothing_changed_says_nothing():
    assert list(thresholds.consequences(DEFAULT_RULES, DEFAULT_RULES)) == []
