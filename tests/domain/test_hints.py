"""What a family is told to look at, and what it is not bothered with (R2.3.monitor)."""

import pytest

from ejournal.domain.hints import Subject, about


def subject(marks="", held=40, missed=0):
    return Subject("История", [(mark, 1) for mark in marks.split()], held, missed)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (subject("5 2 2"), "две «2» подряд"),
        (subject("5 2 ЗЧ 1"), "«2» и «1» подряд"),
        (subject("3 2 3"), "средний балл пока 2,67"),
        (subject("5", held=10, missed=4), "пропущено 4 ч из 10"),
    ],
)
def test_r2_3_monitor_what_presses_is_told_kindly(told, words):
    (hint,) = about([told])
    assert hint.title == "История"
    assert words in hint.text


@pytest.mark.parametrize(
    "quiet",
    [
        subject(""),
        subject("2"),
        subject("2 2 5"),
        subject("3 3 3"),
        subject("2 3"),
        subject("5", held=10, missed=3),
        subject("5", held=4, missed=4),
        subject("ЗЧ НЗ"),
    ],
)
def test_what_says_nothing_yet_is_left_alone(quiet):
    assert about([quiet]) == []
