"""Arithmetic of reports, counted by hand (R2.3.control, R2.3.monitor)."""

from decimal import Decimal

import pytest

from ejournal.domain import reports
from ejournal.domain.grading import SuggestionRules
from ejournal.domain.reports import Hours


def test_r2_3_monitor_a_tally_leaves_credits_and_empty_cells_out_of_n() -> None:
    found = reports.tally(["5", "5", "4", "3", "2", "1", "н/а", "ЗЧ", "НЗ", "", None])
    assert (found.n5, found.n4, found.n3, found.n2, found.not_attested) == (2, 1, 1, 2, 1)
    assert found.counted == 7


@pytest.mark.parametrize(
    ("marks", "worst"),
    [
        (["5", "3", "4"], "3"),
        (["5", "н/а", "2"], "н/а"),
        (["5", "ЗЧ"], "5"),
        (["ЗЧ", ""], None),
        ([], None),
        (["5", "НЗ", "4"], "2"),
        (["ЗЧ", "НЗ"], None),
        (["НЗ", "н/а"], "н/а"),
    ],
)
def test_a_student_is_counted_by_the_worst_mark(marks: list[str], worst: str | None) -> None:
    assert reports.worst_of(marks) == worst


def test_a_preliminary_mark_is_rounded_as_the_suggested_one_and_a_credit_is_no_number() -> None:
    assert [reports.preliminary(Decimal(text)) for text in ("4.60", "4.59", "3.60", "2.60", "2.59")] == [
        "5", "4", "4", "3", "2",
    ]  # fmt: skip
    assert reports.preliminary(None) is None
    own = SuggestionRules(for_5=Decimal("4.5"))
    assert reports.preliminary(Decimal("4.5"), rules=own) == "5", "by the college's own thresholds"
    assert [reports.preliminary(Decimal(text), is_credit=True) for text in ("3", "2.5")] == ["ЗЧ", "НЗ"]


def test_r2_3_control_hours_left_and_the_forecast_at_the_timetables_pace() -> None:
    # 72 planned, 40 given, 28 still in the timetable: 32 left, 68 at the end, 4 short; 40 / 72 = 55,6 %.
    plan = Hours(planned=72, given=40, ahead=28)
    assert (plan.left, plan.forecast, plan.deviation) == (32, 68, -4)
    assert plan.percent is not None
    assert round(plan.percent, 1) == Decimal("55.6")
    assert Hours(0, 4, 0).percent is None
    assert Hours(30, 34, 0).left == -4


def test_shares_and_ratios_of_nothing_are_no_numbers() -> None:
    assert reports.share(3, 8) == Decimal("37.5")
    assert reports.share(0, 0) is None
    assert reports.ratio(7, 2) == Decimal("3.5")
    assert reports.ratio(7, 0) is None


def test_a_change_is_the_last_value_less_the_first_there_is() -> None:
    assert reports.change([None, Decimal("3.5"), None, Decimal("4.1")]) == Decimal("0.6")
    assert str(reports.change([Decimal("4.001"), Decimal(4)])) == "0", "no «−0,00»"
    assert reports.change([Decimal(4), None]) is None
