"""Who is late by which clause: the edges of every term."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import terms
from ejournal.domain.notation import Value, parse

LESSON = date(2026, 11, 10)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("key", "clause", "default"),
    [
        ("attendance", "п. 4.4", 2),
        ("homework", "п. 4.4", time(19, 0)),
        ("lesson_mark", "п. 4.4", 7),
        ("period_mark", "п. 4.4", 4),
        ("dispute", "п. 4.5", 7),
        ("dispute_answer", "п. 4.5, срок колледжа", 7),
        ("year_setup", "п. 4.1", (9, 25)),
        ("compromise", "п. 3.11", 1),
        ("subject_request", "152-ФЗ, ст. 20", 10),
    ],
)
def test_every_term_has_its_clause_and_the_default_of_the_regulation(key, clause, default):
    assert terms.TERMS[key].clause == clause
    assert terms.term_value(key) == default


def test_there_are_no_other_terms():
    assert len(terms.TERMS) == 9


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        *[("attendance", 3, 3), ("attendance", "3", 3), ("attendance", "", 2), ("attendance", None, 2)],
        *[("attendance", 0, 0), ("homework", "18:30", time(18, 30)), ("homework", time(20), time(20))],
        *[("year_setup", "10-01", (10, 1))],
    ],
)
def test_r4_2_b_a_college_sets_its_own_term(key, raw, value):
    assert terms.term_value(key, {key: raw}) == value


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        *[("attendance", "-1"), ("attendance", "два"), ("attendance", 1000), ("attendance", 2.5)],
        *[("homework", "25:00"), ("homework", "7 вечера"), ("homework", "19:00+03:00")],
        *[("year_setup", "13-01"), ("year_setup", "02-29")],
    ],
)
def test_r4_2_b_an_impossible_term_is_refused_with_its_clause(key, raw):
    with pytest.raises(ValueError, match=r"неверное значение.*п\. 4"):
        terms.term_value(key, {key: raw})


@pytest.mark.parametrize(("today", "late"), [(10, False), (12, False), (13, True)])
def test_r4_4_e_attendance_is_late_on_the_third_day(today, late):
    assert terms.attendance_due(LESSON) == date(2026, 11, 12)
    assert terms.is_late_attendance(LESSON, date(2026, 11, today)) is late


@pytest.mark.parametrize(
    ("own_due", "due"),
    [(None, 17), (date(2026, 11, 14), 17), (date(2026, 11, 17), 17), (date(2026, 11, 24), 24)],
)
def test_r4_4_h_a_mark_is_due_in_seven_days_or_by_the_works_own_later_term(own_due, due):
    last_day = date(2026, 11, due)
    assert terms.mark_due(LESSON, own_due) == last_day
    assert not terms.is_late_mark(LESSON, own_due, last_day)
    assert terms.is_late_mark(LESSON, own_due, last_day + timedelta(days=1))


@pytest.mark.parametrize(
    ("tz", "published", "late"),
    [
        ("Asia/Vladivostok", datetime(2026, 11, 10, 9, 0, tzinfo=UTC), False),
        ("Asia/Vladivostok", datetime(2026, 11, 10, 9, 1, tzinfo=UTC), True),
        ("Europe/Moscow", datetime(2026, 11, 10, 16, 0, tzinfo=UTC), False),
        ("Europe/Moscow", datetime(2026, 11, 10, 16, 1, tzinfo=UTC), True),
        ("Europe/Moscow", datetime(2026, 11, 1, tzinfo=UTC), False),
    ],
)
def test_r4_4_g_homework_is_published_by_seven_in_the_evening_local_time(tz, published, late):
    found = terms.homework_lateness(LESSON, published, tz)
    assert (found is not None) is late
    if found:
        assert found.phrase == "п. 4.4: задание — не позднее 19:00 в день занятия, срок был 10.11"


def test_r4_4_j_period_marks_are_due_in_four_days():
    end = date(2026, 12, 29)
    assert terms.period_mark_due(end) == date(2027, 1, 2)
    assert terms.period_mark_lateness(end, date(2027, 1, 2)) is None
    late = terms.period_mark_lateness(end, date(2027, 1, 4))
    assert late
    assert (late.days, late.phrase) == (2, "п. 4.4: итоговые оценки — не позднее 4 дней, срок был 02.01")


def test_r4_5_c_a_mark_is_disputed_within_a_calendar_week():
    assert terms.dispute_due(date(2026, 11, 10)) == date(2026, 11, 17)


def test_r4_1_e_a_year_is_set_up_by_25_september():
    assert terms.year_setup_due(2026) == date(2026, 9, 25)
    assert terms.year_setup_due(2026, {"year_setup": "09-15"}) == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("known_on", "due"),
    [(date(2026, 11, 24), date(2026, 11, 25)), (date(2026, 11, 27), date(2026, 11, 30))],
)
def test_r3_11_a_compromise_is_reported_by_the_next_working_day(known_on, due):
    assert terms.compromise_due(known_on, lambda day: day.weekday() < 5) == due


def test_r3_11_a_calendar_without_working_days_does_not_hang():
    assert terms.compromise_due(date(2026, 11, 24), lambda _day: False) > date(2026, 11, 24)


@pytest.mark.parametrize(
    ("kind", "own_due", "today", "values", "phrase"),
    [
        ("attendance", None, date(2026, 11, 12), {}, None),
        ("attendance", None, date(2026, 11, 13), {}, "п. 4.4: посещаемость — не позднее 2 дней, срок был 12.11"),
        (
            "attendance",
            None,
            date(2026, 11, 13),
            {"attendance": 1},
            "п. 4.4: посещаемость — не позднее 1 дня, срок был 11.11",
        ),
        ("attendance", None, date(2027, 1, 9), {}, "п. 4.4: посещаемость — не позднее 2 дней, срок был 12.11.2026"),
        ("lesson_mark", None, date(2026, 11, 17), {}, None),
        ("lesson_mark", None, date(2026, 11, 18), {}, "п. 4.4: оценка за занятие — не позднее 7 дней, срок был 17.11"),
        ("lesson_mark", date(2026, 11, 20), date(2026, 11, 20), {}, None),
        (
            "lesson_mark",
            date(2026, 11, 20),
            date(2026, 11, 21),
            {},
            "п. 4.4: оценка — срок проверки работы, установленный преподавателем, был 20.11",
        ),
    ],
)
def test_r4_2_f_lateness_is_told_in_words_with_the_clause(kind, own_due, today, values, phrase):
    found = terms.lateness(kind, LESSON, own_due, today, values)
    assert (found.phrase if found else None) == phrase


@pytest.mark.parametrize(
    ("old", "new", "today", "keys"),
    [
        *[("", "н", 12, ""), ("", "н", 13, "посещаемость"), ("н", "п", 13, "посещаемость")],
        *[("н", "", 13, "посещаемость"), ("о5", "5", 13, "посещаемость")],
        *[("", "5", 13, ""), ("4", "5", 17, ""), ("4", "5", 18, "оценка"), ("н", "н4", 18, "оценка")],
        *[("н", "н4", 13, ""), ("5", "", 18, "оценка"), ("", "о5", 17, "посещаемость")],
        *[("", "о5", 18, "посещаемость оценка"), ("о5", "н3", 18, "посещаемость оценка")],
        *[("о5", "о5", 30, ""), ("", "", 30, "")],
    ],
)
def test_r4_2_e_each_part_of_a_changed_cell_is_late_by_its_own_term(old, new, today, keys):
    found = terms.late_change(parse(old), parse(new), LESSON, None, date(2026, 11, today))
    phrase = found.phrase if found else ""
    assert [word for word in ("посещаемость", "оценка") if word in phrase] == keys.split()


def test_r4_4_h_the_works_own_term_excuses_the_mark_but_not_the_attendance():
    found = terms.late_change(Value(), Value("о", "5"), LESSON, date(2026, 11, 30), date(2026, 11, 25))
    assert found
    assert (found.key, found.due) == ("attendance", date(2026, 11, 12))
    assert "оценка" not in found.phrase


@given(days, days, st.none() | days)
def test_r4_2_f_a_phrase_is_given_exactly_when_the_term_is_over(lesson, today, own_due):
    for kind, late in (
        ("attendance", terms.is_late_attendance(lesson, today)),
        ("lesson_mark", terms.is_late_mark(lesson, own_due, today)),
    ):
        found = terms.lateness(kind, lesson, own_due, today)
        assert (found is not None) is late
        assert found is None or found.days >= 1


@pytest.mark.parametrize("days_given", [0, 366])
def test_a_term_may_be_nothing_or_a_year(days_given):
    assert terms.term_value("lesson_mark", {"lesson_mark": days_given}) == days_given


@pytest.mark.parametrize("days_given", [-1, 367])
def test_a_term_is_no_less_than_nothing_and_no_longer_than_a_year(days_given):
    with pytest.raises(ValueError, match=r"п\. 4\.4"):
        terms.term_value("lesson_mark", {"lesson_mark": days_given})
