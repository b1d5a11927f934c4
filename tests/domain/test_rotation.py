"""Which copies stay (R2.3.store): 7 days, 4 weeks, 12 months."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import rotation

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)


def nights(number: int) -> list[datetime]:
    return [NOW - timedelta(days=back) for back in range(number)]


def test_two_years_of_nights_leave_a_week_of_days_a_month_of_weeks_and_a_year_of_months() -> None:
    kept = sorted(rotation.kept(nights(730), NOW), reverse=True)
    assert kept[:7] == nights(7)
    assert [f"{moment:%d.%m.%Y}" for moment in kept[7:]] == [
        "15.11.2026",
        "08.11.2026",
        *("31.10.2026", "30.09.2026", "31.08.2026", "31.07.2026", "30.06.2026", "31.05.2026", "30.04.2026"),
        *("31.03.2026", "28.02.2026", "31.01.2026", "31.12.2025"),
    ]


def test_of_several_copies_a_day_the_newest_stays() -> None:
    assert rotation.kept([NOW, NOW - timedelta(hours=2)], NOW) == {NOW}


@given(st.lists(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))))  # noqa: DTZ001
def test_the_newest_copy_always_stays_and_never_more_than_23(moments: list[datetime]) -> None:
    kept = rotation.kept(moments, LATEST)
    assert kept <= set(moments)
    assert len(kept) <= rotation.DAYS + rotation.WEEKS + rotation.MONTHS
    assert not moments or max(moments) in kept
    # Night after night the same rule is applied to what it left: nothing more goes.
    assert rotation.kept(kept, LATEST) == kept


def test_what_is_dated_later_than_now_stays_and_takes_no_place() -> None:
    ahead = [NOW + timedelta(days=400), NOW + timedelta(hours=1)]
    assert rotation.kept([*ahead, *nights(30)], NOW) == {*ahead, *rotation.kept(nights(30), NOW)}
