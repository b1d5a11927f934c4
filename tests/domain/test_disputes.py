"""Until when a mark may be disputed, and since when it stands (R4.5.c)."""

from datetime import UTC, date, datetime

import pytest

from ejournal.domain import disputes, terms

GIVEN = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("mark", "given", "today", "disputed", "values", "words"),
    [
        ("3", GIVEN, GIVEN, False, {}, ""),
        ("3", GIVEN, date(2026, 11, 17), False, {}, ""),
        (
            "3",
            GIVEN,
            date(2026, 11, 18),
            False,
            {},
            "Срок прошёл 17.11: об ошибке сообщают в течение календарной",
        ),
        ("3", GIVEN, date(2026, 11, 20), False, {"dispute": 10}, ""),
        ("3", GIVEN, date(2026, 11, 21), False, {"dispute": 10}, "10 дн."),
        ("3", GIVEN, GIVEN, True, {}, "уже спрашивали"),
        (None, GIVEN, GIVEN, False, {}, "только оценку"),
        ("3", None, GIVEN, False, {}, "неизвестно"),
    ],
)
def test_r4_5_c_a_mark_is_disputed_within_a_week_of_being_given(mark, given, today, disputed, values, words):
    why = disputes.why_not(mark, given, today, disputed, values)
    assert words in why
    assert bool(why) is bool(words)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        ([(at(10), "", "4")], at(10)),
        ([(at(12), "4", "5"), (at(10), "", "4")], at(12)),
        ([(at(14), "н3", "б3"), (at(10), "н", "н3"), (at(9), "", "н")], at(10)),
        ([(at(9), "", "н")], None),
        ([], None),
    ],
)
def test_r4_5_c_a_change_of_attendance_gives_no_mark_anew(changes, given):
    assert disputes.given_at(changes) == given


def test_r4_5_c_the_answer_has_a_term_of_the_college():
    assert terms.dispute_answer_due(GIVEN) == date(2026, 11, 17)
    assert terms.dispute_answer_due(GIVEN, {"dispute_answer": 3}) == date(2026, 11, 13)
    assert disputes.is_overdue("open", GIVEN, date(2026, 11, 11))
    assert not disputes.is_overdue("open", GIVEN, GIVEN)
    assert not disputes.is_overdue("upheld", GIVEN, date(2026, 11, 11))
