"""The arithmetic that students, teachers and reports are told."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import grading
from ejournal.domain.grading import Missed, SuggestionRules

numeric_marks = st.lists(st.sampled_from(["1", "2", "3", "4", "5"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("mark", "number"),
    [
        *[("5", 5), ("1", 1), ("5-", 5), ("5+", 5)],
        *[("ЗЧ", None), ("НЗ", None), ("н/а", None), ("н", None), ("о", None), ("", None), (None, None)],
    ],
)
def test_r3_6_only_points_count_in_averages(mark, number):
    assert grading.numeric(mark) == number


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        *[(["4", "5", "4", "4"], "4,25"), (["5", "5", "4"], "4,67"), (["5"], "5,00"), (["5-", "5+", "5"], "5,00")],
        *[(["5", "ЗЧ", None, "н"], "5,00"), (["ЗЧ", "НЗ"], ""), ([], "")],
        *[(["5"] + ["4"] * 7, "4,13"), (["5"] * 3 + ["4"] * 5, "4,38")],  # 4.125, 4.375: half goes up
    ],
)
def test_r2_3_a_mean_is_shown_with_two_decimals_rounded_half_up(marks, shown):
    assert grading.format_mean(grading.mean(marks)) == shown


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        *[([("5", 1), ("3", 3)], Decimal("3.5")), ([("5", 0.5), ("4", Decimal("0.5"))], Decimal("4.5"))],
        *[([("5", 2), ("ЗЧ", 8)], Decimal(5)), ([("5", 0)], None), ([], None), ([("3", 0), ("5", 1)], Decimal(5))],
    ],
)
def test_r2_3_a_weighted_mean_counts_each_work_by_its_weight(marks, expected):
    assert grading.weighted_mean(marks) == expected


@given(numeric_marks)
def test_r2_3_a_mean_is_exact_to_the_shown_hundredth(marks):
    exact = Fraction(sum(map(int, marks)), len(marks))
    hundredths = int(exact * 100 + Fraction(1, 2))
    assert grading.format_mean(grading.mean(marks)) == f"{hundredths // 100},{hundredths % 100:02}"


@pytest.mark.parametrize(
    ("mean", "mark"),
    [("5", "5"), ("4.60", "5"), ("4.59", "4"), ("3.60", "4"), ("3.59", "3"), ("2.60", "3"), ("2.59", "2"), ("1", "2")],
)
def test_r4_4_d_a_period_mark_is_suggested_by_thresholds(mean, mark):
    assert grading.suggest_period_mark(Decimal(mean), 3, 1).mark == mark


@pytest.mark.parametrize(
    ("mean", "n_marks", "share", "mark", "reason"),
    [
        (Decimal("4.25"), 2, 1, "н/а", "оценок 2, нужно не меньше 3"),
        (None, 0, 1, "н/а", "оценок 0, нужно не меньше 3"),
        (Decimal("4.25"), 8, 0.499, "н/а", "посещаемость 49 %, нужно не меньше 50 %"),
        (Decimal("4.25"), 8, 0.5, "4", "средний балл 4,25 — не ниже 3,60"),
        (Decimal("4.25"), 8, None, "4", "средний балл 4,25 — не ниже 3,60"),
        (Decimal("2.5"), 8, 1, "2", "средний балл 2,50 — ниже 2,60"),
    ],
)
def test_r4_4_i_a_suggestion_explains_itself(mean, n_marks, share, mark, reason):
    suggestion = grading.suggest_period_mark(mean, n_marks, share)
    assert (suggestion.mark, suggestion.reason) == (mark, reason)


def test_r4_4_d_a_college_sets_its_own_thresholds():
    rules = SuggestionRules(for_5=Decimal("4.5"), min_marks=1)
    assert grading.suggest_period_mark(Decimal("4.5"), 1, 1, rules).mark == "5"


GROUP = ["5", "5", "4", "4", "4", "3", "3", "2", "н/а", "н/а"]


@pytest.mark.parametrize(
    ("marks", "performance", "quality", "sou"),
    [
        (GROUP, 70, 50, Decimal(200 + 192 + 72 + 16 + 14) / 10),
        ([*GROUP, None, ""], 70, 50, Decimal("49.4")),  # without a period mark: not in N
        ([*GROUP, "ЗЧ", "НЗ"], 70, 50, Decimal("49.4")),  # outside the five-point scale
        (["5"], 100, 100, 100),
        (["2", "1"], 0, 0, 8),
        (["н/а"], 0, 0, 7),
    ],
)
def test_r2_3_monitor_percentages_follow_the_formulas(marks, performance, quality, sou):
    assert grading.absolute_performance(marks) == performance
    assert grading.quality(marks) == quality
    assert grading.sou(marks) == sou


@pytest.mark.parametrize("marks", [[], [None], ["ЗЧ", "НЗ"]])
def test_r2_3_monitor_nothing_to_count_is_no_percentage_rather_than_zero(marks):
    assert grading.absolute_performance(marks) is grading.quality(marks) is grading.sou(marks) is None
    assert grading.format_percent(None) == ""


@given(st.lists(st.sampled_from(["5", "4", "3", "2", "1", "н/а", "ЗЧ", None]), max_size=40))
def test_r2_3_monitor_quality_never_exceeds_performance(marks):
    performance, quality = grading.absolute_performance(marks), grading.quality(marks)
    assert (performance is None) == (quality is None)
    assert performance is None or quality is None or 0 <= quality <= performance <= 100


@pytest.mark.parametrize(
    ("planned", "missed", "shown"),
    [(600, 0, "100,0\u00a0%"), (600, 100, "83,3\u00a0%"), (3, 1, "66,7\u00a0%"), (0, 0, "")],
)
def test_r2_3_monitor_attendance_is_a_share_of_planned_person_hours(planned, missed, shown):
    assert grading.format_percent(grading.attendance_percent(planned, missed)) == shown


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        *[(["о", "н"], "н"), (["б", "п"], "п"), (["о", "б"], "б"), ([None, "о"], "о"), (["о", "п", "б", "н"], "н")],
        *[([None, None], None), ([], None)],
    ],
)
def test_r4_4_e_a_lesson_of_several_works_is_missed_once_by_the_worst_code(codes, code):
    assert grading.lesson_attendance(codes) == code


def test_r4_6_b_missed_hours_are_parted_by_reason_and_latenesses_counted():
    lessons = [(2, "н"), (2, "п"), (6, "б"), (2, "о"), (6, "о"), (2, None), (1, "н")]
    assert grading.missed_hours(lessons) == Missed(total=11, excused=8, unexcused=3, late_count=2)
    assert grading.missed_hours([]) == Missed()
