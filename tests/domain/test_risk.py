"""Who of a group is at risk and why, in words (R2.3.monitor, R4.3.c): the rule's table."""

import pytest

from ejournal.domain.risk import Subject, reasons


def subject(marks="", held=20, missed=0, title="История", weight=1):
    return Subject(title, [(mark, weight) for mark in marks.split()], held, missed)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        # Two «2» running: the last two marks, whatever is between them that is no number.
        ([subject("5 5 2 2")], ["История: две «2» подряд"]),
        ([subject("5 5 2 ЗЧ 2")], ["История: две «2» подряд"]),
        ([subject("5 5 1 2")], ["История: «1» и «2» подряд"]),
        # A mean below 3 of three marks at least.
        ([subject("2 3 3 3"), subject("5 5 5", title="Физика")], ["История: средний балл 2,75"]),
        ([subject("2 3 3")], ["средний балл по всем дисциплинам 2,67", "История: средний балл 2,67"]),
        ([subject("3 2 2")], ["средний балл по всем дисциплинам 2,33", "История: две «2» подряд, средний балл 2,33"]),
        # Two disciplines with too few marks each are low together.
        ([subject("2 3"), subject("2 3", title="Физика")], ["средний балл по всем дисциплинам 2,50"]),
        # Missed: more than 30 % of all lessons is said once; of one discipline by its name.
        ([subject("5", 10, 4)], ["пропущено 4 занятия из 10 (40 %)"]),
        ([subject("5", 3, 1)], ["пропущено 1 занятие из 3 (33 %)"]),
        ([subject("5", 10, 4), subject("", 40, 0, "Физика")], ["История: пропущено 4 занятия из 10 (40 %)"]),
        ([subject("", 10, 4), subject("", 10, 5, "Физика")], ["пропущено 9 занятий из 20 (45 %)"]),
    ],
)
def test_r4_3_c_a_student_at_risk_is_named_with_the_reasons(told, words):
    assert [text.replace("\u00a0", " ") for text in reasons(told)] == words


@pytest.mark.parametrize(
    "quiet",
    [
        [],
        [subject("")],
        [subject("2")],  # one mark says nothing
        [subject("2 3")],  # nor do two
        [subject("2 2 5")],  # mended
        [subject("3 3 3")],  # exactly 3
        [subject("ЗЧ НЗ НЗ")],  # outside the scale
        [subject("5-", 10, 3)],  # exactly 30 %
        [subject("", 2, 2)],  # the year has only begun
        [subject("", 0, 0)],
    ],
)
def test_who_does_well_or_has_only_begun_is_not_at_risk(quiet):
    assert reasons(quiet) == []


def test_a_mean_is_judged_as_it_is_shown():
    # 599 / 200 = 2,995 reads «3,00».
    marks = [("2", 1), *[("3", 1)] * 199]
    assert reasons([Subject("История", marks, 200, 0)]) == []


def test_weights_count_as_in_the_journal():
    told = Subject("История", [("5", 1), ("2", 4), ("3", 1)], 20, 0)
    assert reasons([told]) == ["средний балл по всем дисциплинам 2,67", "История: средний балл 2,67"]
