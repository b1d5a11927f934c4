"""How a remark goes from hand to hand (п. 4.2)."""

from datetime import date

import pytest

from ejournal.domain import remarks
from ejournal.domain.remarks import ACCEPTED, ANSWERED, BARE, MENDED, OPEN, WITHDRAWN

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("state", "verb", "kind", "then"),
    [
        (OPEN, "answer", "", ANSWERED),
        (ANSWERED, "answer", "", None),
        (OPEN, "accept", "", ACCEPTED),
        (ANSWERED, "accept", "", ACCEPTED),
        (OPEN, "return", "", None),
        (ANSWERED, "return", "", OPEN),
        (OPEN, "withdraw", "", WITHDRAWN),
        (OPEN, "answer", BARE, None),
        (OPEN, "accept", BARE, None),
        (OPEN, "withdraw", BARE, WITHDRAWN),
        (MENDED, "withdraw", BARE, None),
        (ACCEPTED, "return", "", None),
        (WITHDRAWN, "accept", "", None),
    ],
)
def test_what_may_follow(state, verb, kind, then):
    assert remarks.after(state, verb, kind) == then


def test_only_an_open_remark_is_overdue_and_on_its_last_day_it_is_not():
    assert remarks.is_overdue(OPEN, DAY, date(2026, 11, 25))
    assert not remarks.is_overdue(OPEN, DAY, DAY)
    assert not remarks.is_overdue(ANSWERED, DAY, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("state", "answer", "answered", "decided", "note"),
    [
        (OPEN, "", None, None, ""),
        (ANSWERED, "Записала", DAY, None, "Записала (24.11.2026)"),
        (ACCEPTED, "Записала", DAY, DAY, "Записала (24.11.2026); выполнено 24.11.2026"),
        (ACCEPTED, "", None, DAY, "выполнено 24.11.2026"),
        (MENDED, "", None, None, "устранено"),
        (MENDED, "", None, DAY, "устранено 24.11.2026"),
    ],
)
def test_note_of_the_printed_page(state, answer, answered, decided, note):
    assert remarks.done_note(state, answer, answered, decided) == note
