"""Lessons of a semester from the timetable of a week (п. 4.2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.calendar import Parity, week_parity
from ejournal.domain.lesson_plan import Entry, Existing, Planned, compare, lessons

ANCHOR = date(2026, 8, 31)
SEMESTER = (date(2026, 9, 1), date(2026, 12, 31))

entries = st.builds(
    Entry,
    course_id=st.integers(1, 3),
    weekday=st.integers(1, 6),
    pair=st.integers(1, 7),
    week=st.sampled_from(["both", "odd", "even"]),
    room=st.sampled_from(["", "217"]),
)
free_days = st.frozensets(st.dates(*SEMESTER), max_size=30)


def plan(some: list[Entry], free: frozenset[date] = frozenset()) -> dict[tuple[int, date, int], Planned]:
    return lessons(some, ANCHOR, [SEMESTER], lambda day: day in free)


@pytest.mark.parametrize(
    ("week", "first"), [("odd", date(2026, 9, 1)), ("even", date(2026, 9, 8)), ("both", date(2026, 9, 1))]
)
def test_the_first_week_of_september_is_the_numerator(week: str, first: date) -> None:
    assert min(day for _, day, _ in plan([Entry(1, 2, 3, week)])) == first


def test_an_entry_gives_lessons_only_between_its_own_days() -> None:
    found = plan([Entry(1, 1, 1, since=date(2026, 10, 1), until=date(2026, 10, 12))])
    assert [day for _, day, _ in found] == [date(2026, 10, 5), date(2026, 10, 12)]


@given(st.lists(entries, max_size=8), free_days)
def test_every_lesson_is_in_its_week_on_its_weekday_and_on_no_free_day(
    some: list[Entry], free: frozenset[date]
) -> None:
    for course, day, pair in plan(some, free):
        assert SEMESTER[0] <= day <= SEMESTER[1]
        assert day not in free
        parity = "odd" if week_parity(day, ANCHOR) is Parity.NUMERATOR else "even"
        assert any(
            (e.course_id, e.weekday, e.pair) == (course, day.isoweekday(), pair) and e.week in ("both", parity)
            for e in some
        )


@given(st.lists(entries, max_size=8))
def test_both_weeks_are_the_numerators_and_the_denominators(some: list[Entry]) -> None:
    halves = [Entry(e.course_id, e.weekday, e.pair, w, e.room) for e in some for w in ("odd", "even")]
    whole = [Entry(e.course_id, e.weekday, e.pair, "both", e.room) for e in some]
    assert plan(halves) == plan(whole)


def stored(planned: dict[tuple[int, date, int], Planned], touched: frozenset[int] = frozenset()) -> list[Existing]:
    return [
        Existing(n, p.course_id, p.date, p.pair, p.hours, p.room, n not in touched)
        for n, p in enumerate(planned.values())
    ]


@given(st.lists(entries, max_size=6), free_days)
def test_generating_again_changes_nothing(some: list[Entry], free: frozenset[date]) -> None:
    wanted = plan(some, free)
    again = compare(wanted, stored(wanted))
    assert (again.create, again.change, again.remove, again.kept) == ((), (), (), ())


@given(st.lists(entries, max_size=6), st.lists(entries, max_size=6), free_days, st.frozensets(st.integers(0, 40)))
def test_a_filled_lesson_is_never_changed_nor_removed(
    before: list[Entry], after: list[Entry], free: frozenset[date], touched: frozenset[int]
) -> None:
    existing = stored(plan(before), touched)
    wanted = plan(after, free)
    difference = compare(wanted, existing)
    assert all(lesson.untouched for lesson in difference.remove)
    assert all(lesson.untouched for lesson, _ in difference.change)
    assert {lesson.id for lesson in existing if lesson.place not in wanted} == {
        lesson.id for lesson in (*difference.remove, *difference.kept)
    }


@given(st.lists(entries, max_size=6), st.lists(entries, max_size=6))
def test_a_timetable_that_changed_is_followed_where_nothing_is_filled(before: list[Entry], after: list[Entry]) -> None:
    existing, wanted = stored(plan(before)), plan(after)
    difference = compare(wanted, existing)
    gone = {lesson.id for lesson in difference.remove}
    places = {lesson.place for lesson in existing if lesson.id not in gone} | {p.place for p in difference.create}
    assert places == set(wanted)


def test_a_lesson_put_on_another_pair_by_hand_is_not_made_twice() -> None:
    wanted = plan([Entry(1, 1, 2)])
    day = date(2026, 9, 7)
    by_hand = Existing(1, 1, day, 5, 2, "", untouched=False)
    difference = compare(wanted, [by_hand])
    assert day not in {planned.date for planned in difference.create}
    assert difference.kept == (by_hand,)


def test_a_lesson_moved_to_another_day_is_not_made_again_on_the_old_one() -> None:
    wanted = plan([Entry(1, 1, 2)])
    away = (1, date(2026, 9, 7))
    moved = Existing(1, 1, away[1] + timedelta(days=2), 4, 2, "", untouched=False)
    assert away[1] not in {planned.date for planned in compare(wanted, [moved], [away]).create}


def test_a_moved_lesson_does_not_stand_for_another_one_of_its_new_day() -> None:
    wanted = plan([Entry(1, 1, 2), Entry(1, 3, 3)])
    monday, wednesday = date(2026, 9, 7), date(2026, 9, 9)
    moved = Existing(1, 1, wednesday, 5, 2, "", untouched=False, moved_from=monday)
    made = {planned.date for planned in compare(wanted, [moved], [(1, monday)]).create}
    assert monday not in made
    assert wednesday in made


def test_a_lesson_moved_inside_its_day_fulfils_one_lesson_of_two() -> None:
    wanted = plan([Entry(1, 1, 2), Entry(1, 1, 3)])
    day = date(2026, 9, 7)
    moved = Existing(1, 1, day, 5, 2, "", untouched=False, moved_from=day)
    assert [planned.date for planned in compare(wanted, [moved], [(1, day)]).create].count(day) == 1
