"""How a mean came about and what it takes to raise it (п. 3.6)."""

from decimal import Decimal

import pytest

from ejournal.domain import grading, outlook
from ejournal.domain.words import plural

FOR_4, FOR_5 = Decimal("3.60"), Decimal("4.60")


def test_r3_6_the_weighted_mean_is_explained_as_a_sum():
    assert outlook.explain_weighted([("5", 2), ("4", 1)]).text == "(5·2 + 4·1) / 3 = 4,67"


def test_the_same_mark_with_the_same_weight_is_told_once():
    assert outlook.explain_weighted([("4", 1), ("5", 2), ("4", 1), ("4", 1)]).text == "(5·2 + 4·1×3) / 5 = 4,40"
    assert outlook.explain_mean([("4", 1), ("5", 2), ("4", 1)]).text == "(5 + 4×2) / 3 = 4,33"


def test_r3_6_signs_count_as_five_and_credits_stay_outside():
    marks = [("5-", 1), ("5+", 1), ("ЗЧ", 3), (None, 1), ("НЗ", 1), ("ЗЧ", 1)]
    assert outlook.explain_weighted(marks).text == "(5·1×2) / 2 = 5,00"
    assert outlook.outside(mark for mark, _ in marks) == ["ЗЧ", "НЗ"]


def test_without_a_numeric_mark_there_is_nothing_to_explain():
    assert outlook.explain_mean([("ЗЧ", 1)]).text == ""
    assert outlook.explain_weighted([]).value is None


@pytest.mark.parametrize(
    ("marks", "threshold", "count"),
    [
        ([("4", 1), ("4", 1)], FOR_5, 3),  # (8 + 15) / 5 = 4,60
        ([("3", 1)], FOR_4, 1),
        ([("5", 1), ("4", 1), ("5", 1)], FOR_5, 0),  # 4,67 already
        ([], FOR_5, 1),
        ([("ЗЧ", 1)], FOR_4, 1),
        ([("2", 3)] * 20, FOR_5, None),
    ],
)
def test_so_many_fives_are_needed(marks, threshold, count):
    assert outlook.needed(marks, threshold) == count


def test_what_is_needed_is_enough_and_one_less_is_not():
    for marks in ([("3", 1), ("4", 2)], [("4", 1)] * 5, [("2", 1), ("5", 3), ("3", 2)]):
        for weight in (1, 2, 3):
            count = outlook.needed(marks, FOR_5, "5", weight)
            if count:
                shown = [grading.format_mean(outlook.what_if(marks, "5", weight, n)) for n in (count - 1, count)]
                assert shown[0] < "4,60" <= shown[1]


def test_a_mean_is_judged_as_it_is_shown():
    # 4,595 reads «4,60».
    marks = [("5", 119), ("4", 81)]
    assert grading.format_mean(grading.weighted_mean(marks)) == "4,60"
    assert outlook.needed(marks, FOR_5) == 0


@pytest.mark.parametrize("mark", ["4", "3", "ЗЧ"])
def test_a_mark_below_the_goal_never_leads_there(mark):
    assert outlook.needed([("4", 1)], FOR_5, mark) is None


def test_goals_already_reached_are_left_out():
    assert [goal[0] for goal in outlook.goals([("4", 1)])] == ["5"]
    assert outlook.goals([("5", 1)]) == []
    assert outlook.mark_for(Decimal("3.60")) == "4"
    assert outlook.mark_for(None) == ""


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "заданий"), (1, "задание"), (2, "задания"), (4, "задания"), (5, "заданий"), (11, "заданий"), (12, "заданий"),
     (21, "задание"), (22, "задания"), (111, "заданий"), (101, "задание")],
)  # fmt: skip
def test_r3_4_words_agree_with_numbers(number, word):
    assert plural(number, "задание", "задания", "заданий") == word
