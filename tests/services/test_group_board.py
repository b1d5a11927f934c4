"""A group over all subjects: marks, absences, means, debts, risk, counted by hand (R4.3.c, R2.3.monitor)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factories
import factories_documents
import factories_groups as made
import factories_individual
import factories_load
import pytest
import time_machine
from factories import Journal, Viewer
from flask import Flask

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import AcademicYear, Curatorship, Period, PeriodMark, Person, Role
from ejournal.services import group_board, settings, statements
from ejournal.services.errors import NotFoundError
from ejournal.services.group_board import Board

DAY = timedelta(days=1)


FRIDAY = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def journal(in_app: Flask) -> Iterator[Journal]:
    with time_machine.travel(FRIDAY, tick=False):
        yield factories.make_journal(students=3, lessons=0)


def leader(journal: Journal) -> Viewer:
    return factories.viewer_of(factories.make_curator(journal.group))


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def monday() -> date:
    """Of a week that is over: its lessons are neither to come nor before the year."""
    return calendar.monday_of(settings.today()) - 7 * DAY


def shown(board: Board) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in board.lines]


def week_of(day: date) -> dict[str, str]:
    return {"view": "week", "week": calendar.format_week(day)}


def test_r4_3_c_a_day_shows_every_pair_of_every_discipline(journal: Journal) -> None:
    first, second, third = journal.students
    day, other = monday(), made.second(journal)
    made.lesson(journal.course_id, day, 1, {first: "5", second: "н"})
    made.lesson(other, day, 2, {first: "о4", second: "н", third: "б"})
    made.lesson(other, day + DAY, 1, {first: "2"})
    board = group_board.load(leader(journal), journal.group.id, {"view": "day", "day": day.isoformat()})
    assert [(column.head, column.title) for column in board.columns] == [("1", "Операционные системы"), ("2", "Сети")]
    assert shown(board) == [["5", "о4"], ["н", "н"], ["", "б"]]
    # Hours «н», «п», «б» and times late, of this day alone.
    assert [list(line.hours.values()) for line in board.lines] == [[0, 0, 0, 1], [4, 0, 0, 0], [0, 0, 2, 0]]
    assert [column.foot for column in board.columns] == ["1", "2"]
    # 3 students × 2 lessons × 2 hours = 12 person-hours, 6 missed.
    assert (board.summary.percent, board.summary.missed) == ("50,0\u00a0%", 6)


def test_r4_3_c_a_week_shows_pairs_under_their_days(journal: Journal) -> None:
    first, second, _third = journal.students
    day, other = monday(), made.second(journal)
    made.lesson(journal.course_id, day, 1, {first: "5"})
    made.lesson(other, day, 3, {second: "4"})
    made.lesson(other, day + 4 * DAY, 1, {first: "п"})
    board = group_board.load(leader(journal), journal.group.id, week_of(day))
    assert board.days == [(day, 2), (day + 4 * DAY, 1)]
    assert shown(board) == [["5", "", "п"], ["", "4", ""], ["", "", ""]]
    by_discipline = group_board.load(leader(journal), journal.group.id, week_of(day) | {"by": "disciplines"})
    assert [column.title for column in by_discipline.columns] == ["Операционные системы", "Сети"]
    assert shown(by_discipline) == [["5", "п"], ["", "4"], ["", ""]]


def test_r2_3_monitor_a_period_shows_means_missed_hours_and_period_marks(journal: Journal) -> None:
    first, second, third = journal.students
    day, other = monday(), made.second(journal)
    for number, texts in enumerate(({first: "5", second: "3"}, {first: "4", second: "н"}, {first: "5", third: "5"})):
        made.lesson(journal.course_id, day + number * DAY, 1, texts)
    made.lesson(other, day, 2, {first: "3"})
    factories_documents.give(journal, ["5", "", "н/а"])
    board = group_board.load(leader(journal), journal.group.id, {"view": "period"})
    assert [[(cell.text, cell.note, cell.mark) for cell in line.cells] for line in board.lines] == [
        [("4,67", "", "5"), ("3,00", "", "")],
        [("3,00", "−2 ч", ""), ("", "", "")],
        [("5,00", "", "н/а"), ("", "", "")],
    ]
    assert [line.standing.mean for line in board.lines] == ["4,25", "3,00", "5,00"]
    # Of all marks of the group: (5 + 4 + 5 + 3 + 5) / 5, and 3.
    assert [column.foot for column in board.columns] == ["4,40", "3,00"]
    assert board.summary.mean == "4,17"
    # The same arithmetic as the statement of п. 4.6.
    statement = statements.of_group(manager(), journal.group.id, None)[0]
    assert [row.mean for row in statement.rows] == [cell.text for cell in board.lines[0].cells]


def test_r4_3_c_debts_are_period_marks_of_any_year_that_are_owed(journal: Journal) -> None:
    first, _second, third = journal.students
    made.lesson(journal.course_id, monday(), 1, {first: "5"})
    factories_documents.give(journal, ["2", "3", "н/а"])
    last = AcademicYear(title="прошлый", starts=date(2020, 9, 1), ends=date(2021, 8, 31))
    db.session.add(last)
    db.session.flush()
    before = Period(year_id=last.id, number=1, title="II семестр", starts=last.starts, ends=last.ends)
    db.session.add(before)
    db.session.flush()
    db.session.add(PeriodMark(course_id=journal.course_id, period_id=before.id, student_id=third.id, mark="НЗ"))
    db.session.commit()
    board = group_board.load(leader(journal), journal.group.id, {"view": "period"})
    assert [[debt.mark for debt in line.debts] for line in board.lines] == [["2"], [], ["НЗ", "н/а"]]
    assert board.lines[2].debts[0].words == "Операционные системы: «НЗ», II семестр, прошлый"
    assert board.summary.in_debt == 2


def test_r4_3_c_who_is_at_risk_comes_first_when_asked(journal: Journal) -> None:
    _first, second, third = journal.students
    for number in range(4):
        texts = {third: "2"} | ({second: "н"} if number < 2 else {second: "5"})
        made.lesson(journal.course_id, monday() + number * DAY, 1, texts)
    board = group_board.load(leader(journal), journal.group.id, {"view": "period", "sort": "risk"})
    assert [line.student for line in board.lines] == [third, second, journal.students[0]]
    assert board.lines[0].standing.risk == [
        "средний балл по всем дисциплинам 2,00",
        "Операционные системы: две «2» подряд, средний балл 2,00",
    ]
    assert board.lines[1].standing.risk == ["пропущено 2 занятия из 4 (50\u00a0%)"]
    assert board.summary.at_risk == 2


def test_risk_and_means_of_a_day_are_its_periods(journal: Journal) -> None:
    first = journal.students[0]
    for number, mark in enumerate(("2", "2", "3")):
        made.lesson(journal.course_id, monday() - number * DAY, 1, {first: mark})
    board = group_board.load(leader(journal), journal.group.id, {"view": "day", "day": monday().isoformat()})
    assert shown(board)[0] == ["2"]
    assert board.lines[0].standing.mean == "2,33"


def test_who_left_stays_in_the_days_before_with_the_order(journal: Journal) -> None:
    gone = factories.make_person("Аабывшев")
    factories.enroll(
        gone, journal.group, journal.year.starts, monday() + DAY, left_kind="expelled", order_out="12-к",
        order_out_date=monday(),
    )  # fmt: skip
    made.lesson(journal.course_id, monday(), 1, {gone: "2"})
    board = group_board.load(leader(journal), journal.group.id, week_of(monday()))
    assert board.lines[0].student == gone
    assert board.lines[0].note.startswith("отчислен, приказ № 12-к")
    assert board.summary.students == 3
    following = group_board.load(leader(journal), journal.group.id, week_of(settings.today()))
    assert gone not in [line.student for line in following.lines]


def test_subgroups_share_the_column_of_their_pair(journal: Journal) -> None:
    first, second, _third = journal.students
    halves = [factories_load.make_subgroup(journal, f"подгруппа {n + 1}", (n,)) for n in range(2)]
    one, two = made.second(journal, "Английский", halves[0].id), made.second(journal, "Немецкий", halves[1].id)
    made.lesson(one, monday(), 1, {first: "5"})
    made.lesson(two, monday(), 1, {second: "н"})
    board = group_board.load(leader(journal), journal.group.id, week_of(monday()))
    (column,) = board.columns
    assert column.title == "Английский, подгруппа 1 / Немецкий, подгруппа 2"
    assert shown(board) == [["5"], ["н"], [""]]
    # Only who had to be there is planned: 2 students × 2 hours, 2 missed.
    assert board.summary.percent == "50,0\u00a0%"


def test_a_guest_of_another_journal_is_seen_there_too(journal: Journal) -> None:
    student, other = journal.students[0], factories.make_journal(students=1, lessons=0)
    elsewhere = made.second(other, "Право")
    factories_individual.make_plan(
        student.id, journal.year.starts, discipline_id=elsewhere.discipline_id, course_id=elsewhere.id
    )
    made.lesson(elsewhere, monday(), 4, {student: "4"})
    board = group_board.load(leader(journal), journal.group.id, week_of(monday()))
    assert [(column.head, column.title) for column in board.columns] == [("4", "Право")]
    assert shown(board) == [["4"], [""], [""]]
    period = group_board.load(leader(journal), journal.group.id, {"view": "period"})
    assert [column.title for column in period.columns] == ["Право (другая специальность)"]
    assert [line.standing.mean for line in period.lines] == ["4,00", "", ""]


def test_a_pair_whose_attendance_nobody_entered_is_told(journal: Journal) -> None:
    made.lesson(journal.course_id, monday(), 1, {})
    made.lesson(journal.course_id, settings.today(), 1, {}, state="planned")
    over = group_board.load(leader(journal), journal.group.id, week_of(monday()))
    assert [column.entered for column in over.columns] == [False]
    today = group_board.load(leader(journal), journal.group.id, {"view": "day"})
    assert [column.entered for column in today.columns] == [True]


def test_r2_1_c_another_leaders_group_is_not_found(journal: Journal) -> None:
    stranger = factories.viewer_of(factories.make_curator(factories.make_group(year=journal.year)))
    with pytest.raises(NotFoundError):
        group_board.load(stranger, journal.group.id, {})
    former = factories.make_person("Бывшева", (Role.CURATOR,))
    db.session.add(
        Curatorship(
            group_id=journal.group.id, person_id=former.id, since=date(2020, 1, 1), until=settings.today() - DAY
        )
    )  # fmt: skip
    db.session.commit()
    with pytest.raises(NotFoundError):
        group_board.load(factories.viewer_of(former), journal.group.id, {})
    with pytest.raises(NotFoundError):
        group_board.load(manager(), 10_000, {})


def test_who_went_to_another_leaders_group_is_listed_but_not_opened(journal: Journal) -> None:
    moved: Person = factories.make_person("Аапереводов")
    factories.enroll(moved, journal.group, journal.year.starts, monday() + DAY, left_kind="moved")
    factories.enroll(moved, factories.make_group(year=journal.year), monday() + 2 * DAY)
    made.lesson(journal.course_id, monday(), 1, {moved: "5"})
    board = group_board.load(leader(journal), journal.group.id, week_of(monday()))
    assert [line.can_open for line in board.lines] == [False, True, True, True]
    assert all(line.can_open for line in group_board.load(manager(), journal.group.id, week_of(monday())).lines)


def test_hours_of_who_moved_are_counted_in_each_group_for_its_days(journal: Journal) -> None:
    moved, day, new = factories.make_person("Аапереводов"), monday(), factories.make_journal(students=0, lessons=0)
    factories.enroll(moved, journal.group, journal.year.starts, day, left_kind="moved")
    factories.enroll(moved, new.group, day + DAY)
    made.lesson(journal.course_id, day, 1, {moved: "н"})
    made.lesson(new.course_id, day + DAY, 1, {moved: "п"})
    made.lesson(new.course_id, day + 2 * DAY, 1, {moved: "5"})
    old_line = group_board.load(manager(), journal.group.id, week_of(day)).lines[0]
    new_board = group_board.load(manager(), new.group.id, week_of(day))
    assert (old_line.student, old_line.missed, old_line.planned) == (moved, 2, 2)
    assert (new_board.lines[0].hours["п"], new_board.summary.missed, new_board.lines[0].planned) == (2, 2, 4)
    assert new_board.summary.percent == "50,0\u00a0%"


def test_r2_3_store_administration_reads_a_released_group_and_its_years(journal: Journal) -> None:
    """A group that was released: its last period lies open, the earlier ones are a choice away."""
    last = AcademicYear(title="2019/2020", starts=date(2019, 9, 1), ends=date(2020, 8, 31))
    db.session.add(last)
    db.session.flush()
    period = Period(year_id=last.id, number=1, title="I семестр", starts=last.starts, ends=date(2019, 12, 31))
    db.session.add(period)
    journal.group.admission_year, journal.group.released_on = 2019, date(2020, 6, 30)
    old = factories.make_person("Выпускников")
    factories.enroll(old, journal.group, last.starts, date(2020, 6, 30), left_kind="graduated")
    db.session.commit()
    made.lesson(journal.course_id, date(2019, 10, 1), 1, {old: "5"})
    board = group_board.load(manager(), journal.group.id, {})
    assert board.frame.view == "period"
    assert board.frame.title == "I семестр, 2019/2020"
    assert [(line.student, line.cells[0].text) for line in board.lines] == [(old, "5,00")]
    year = group_board.load(manager(), journal.group.id, {"view": "period", "period": f"y{last.id}"})
    assert year.lines[0].note.startswith("выпущен")


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "день", "day": "вчера"},
        {"view": "day", "day": "2026-02-31"},
        {"view": "day", "day": "9999-12-31"},
        {"view": "week", "week": "2026-W99"},
        {"view": "week", "week": "9999-W52"},
        {"view": "period", "period": "p999999"},
        {"view": "period", "period": "всё", "sort": "никак", "by": "иначе"},
    ],
)
def test_an_address_that_says_nonsense_shows_the_usual(journal: Journal, asked: dict[str, str]) -> None:
    made.lesson(journal.course_id, monday(), 1, {})
    board = group_board.load(leader(journal), journal.group.id, asked)
    assert board.frame.span[0].year < 2200
    assert len(board.lines) == 3


def test_turning_days_leaves_out_sundays(journal: Journal) -> None:
    friday, saturday, following = monday() + 4 * DAY, monday() + 5 * DAY, monday() + 7 * DAY
    viewer = leader(journal)
    frame = group_board.load(viewer, journal.group.id, {"view": "day", "day": saturday.isoformat()}).frame
    assert (frame.previous, frame.following) == (friday.isoformat(), following.isoformat())
