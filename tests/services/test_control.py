"""Control of terms against a semester with known lateness: every clause, exact numbers (R4.2.e, f, h; R4.4)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import factories
import factories_control as semester
import pytest
import time_machine
from factories import Viewer
from factories_control import INSTANT, Semester
from factories_individual import make_plan
from flask import Flask

from ejournal.domain.control import Counts, State
from ejournal.extensions import db
from ejournal.models import AcademicYear, ControlCount, Course, CourseTeacher, LogEntry, Role
from ejournal.services import agenda, cells, failures, homework, log, log_chain, settings
from ejournal.services.control import digest, history, late_entries, tally
from ejournal.services.control.tally import Asked
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.reports import running
from ejournal.services.reports.running import Made

NOW = datetime(2027, 1, 20, 12)  # noqa: DTZ001 - of each college's own zone
ZONES = ("Europe/Kaliningrad", "Asia/Kamchatka")


@pytest.fixture(params=ZONES)
def made(in_app: Flask, request: pytest.FixtureRequest) -> Iterator[Semester]:
    zone = ZoneInfo(request.param)
    with time_machine.travel(NOW.replace(tzinfo=zone), tick=False):
        yield semester.make(request.param, NOW)


@pytest.fixture
def moscow(in_app: Flask) -> Iterator[Semester]:
    with time_machine.travel(NOW.replace(tzinfo=ZoneInfo("Europe/Moscow")), tick=False):
        yield semester.make("Europe/Moscow", NOW)


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def make(viewer: Viewer, **given: object) -> Made:
    return running.make(viewer, "control", {name: str(value) for name, value in given.items()})


def states(counts: Counts) -> dict[State, int]:
    return {state: number for state in State if (number := getattr(counts, state.value))}


def counted(viewer: Viewer, at: datetime | None = None, **given: object) -> dict[str, dict[State, int]]:
    """By clause, as the report's own scope counts."""
    asked = Asked(make(viewer, **given).scope, **({"at": at} if at else {}))
    return {key: states(counts) for key, counts in tally.by_clause(tally.count(asked)).items()}


LESSONS = ("attendance", "homework", "lesson_mark")


def test_r4_2_h_every_lesson_of_a_semester_is_counted_as_it_was_kept(made: Semester) -> None:
    """Vacations, holidays and cancelled lessons owe nothing; terms run on over them, as the regulation has it."""
    who = manager()
    found = counted(who)
    for clause in LESSONS:
        assert found[clause] == made.of(clause), clause
        assert set(found[clause]) == {State.IN_TIME, State.LATE, State.OPEN}, clause
    # Around midnight and 19:00 of a day on which all fates meet, and at a moment of the semester.
    for at in (
        made.at(date(2026, 10, 8), 19),
        made.at(date(2026, 10, 8), 19) + INSTANT,
        made.end_of(date(2026, 10, 8)),
        made.at(date(2026, 10, 9)),
        made.at(date(2026, 11, 20), 13, 7),
    ):
        as_of = counted(who, at)
        for clause in LESSONS:
            # What lies ahead of that moment waits; the oracle knows of it too.
            assert as_of[clause] == made.of(clause, at=at), (clause, at)


def test_r4_4_j_period_marks_disputes_and_registers(made: Semester) -> None:
    first, second, third = made.journals
    semester.give_period_marks(made)
    semester.dispute(made, first, date(2027, 1, 5), made.at(date(2027, 1, 8), 9))
    semester.dispute(made, first, date(2026, 12, 20), made.at(date(2026, 12, 28)))
    semester.dispute(made, second, date(2026, 12, 25), None)
    semester.dispute(made, third, date(2027, 1, 18), None)
    person = factories.make_person("Потерпевшая", (Role.TEACHER,))
    # Friday; the next working day is Monday, the 28th.
    friday = date(2026, 12, 25)
    monday = made.end_of(date(2026, 12, 28))
    semester.compromise(made, person, friday, monday, made.now)
    semester.compromise(made, person, friday, monday + INSTANT, made.now)
    semester.compromise(made, person, friday, made.at(friday, 12), None)
    semester.compromise(made, person, date(2027, 1, 19), made.at(date(2027, 1, 19), 12), None)
    semester.request(person, date(2026, 12, 10), date(2026, 12, 25), made.at(date(2026, 12, 26)))
    semester.request(person, date(2027, 1, 15), date(2027, 1, 29), None)
    found = counted(manager())
    assert found["period_mark"] == made.of("period_mark") == {State.IN_TIME: 1, State.LATE: 1, State.OPEN: 1}
    assert found["dispute_answer"] == made.of("dispute_answer")
    assert found["dispute_answer"] == {State.IN_TIME: 1, State.LATE: 1, State.OPEN: 1, State.WAITING: 1}
    assert found["compromise"] == {State.IN_TIME: 1, State.LATE: 1, State.OPEN: 1, State.WAITING: 1}
    assert found["subject_request"] == {State.LATE: 1, State.WAITING: 1}
    assert found["year_setup"] == {State.OPEN: 2}


def test_r4_4_d_a_guest_without_a_period_mark_keeps_the_duty_open(moscow: Semester) -> None:
    semester.give_period_marks(moscow)
    first, second, _third = moscow.journals
    course = db.session.get_one(Course, first.course_id)
    guest = second.students[0]
    make_plan(guest.id, first.year.starts, discipline_id=course.discipline_id, course_id=course.id)
    asked = {"clause": "period_mark", "teacher": first.teacher.id}
    assert counted(manager(), **asked)["period_mark"] == {State.OPEN: 1}
    moment = db.session.scalars(db.select(semester.PeriodMark).filter_by(course_id=course.id)).first().updated_at
    db.session.add(
        semester.PeriodMark(
            course_id=course.id, period_id=first.period.id, student_id=guest.id, mark="4", updated_at=moment
        )
    )  # fmt: skip
    db.session.commit()
    assert counted(manager(), **asked)["period_mark"] == {State.IN_TIME: 1}


def test_a_period_mark_corrected_after_its_term_was_in_time_and_one_given_late_by_the_log_was_not(
    moscow: Semester,
) -> None:
    semester.give_period_marks(moscow)
    first = moscow.journals[0]
    assert counted(manager(), clause="period_mark", teacher=first.teacher.id)["period_mark"] == {State.IN_TIME: 1}
    for stored in db.session.scalars(db.select(semester.PeriodMark).filter_by(course_id=first.course_id)):
        stored.version, stored.updated_at = 2, moscow.now
    db.session.commit()
    assert counted(manager(), teacher=first.teacher.id)["period_mark"] == {State.IN_TIME: 1}
    db.session.add(
        LogEntry(
            at=moscow.now, subject="period-mark", action="record", course_id=first.course_id, before="", after="4",
            late=True, details={"slot": str(first.period.id)},
        )
    )  # fmt: skip
    db.session.commit()
    assert counted(manager(), teacher=first.teacher.id)["period_mark"] == {State.LATE: 1}


def test_r2_1_c_everybody_counts_what_is_theirs(moscow: Semester) -> None:
    first, second, third = moscow.journals
    curator = factories.viewer_of(factories.make_curator(first.group))
    for viewer, mine in (
        (factories.viewer_of(first.teacher), [first]),
        (factories.viewer_of(second.teacher), [second]),
        (curator, [first, third]),
        (manager(), moscow.journals),
    ):
        found = counted(viewer)
        for clause in LESSONS:
            assert found[clause] == moscow.of(clause, *(journal.course_id for journal in mine)), clause
    # Another teacher's figures are found neither by filter nor by name.
    with pytest.raises(NotFoundError):
        make(factories.viewer_of(first.teacher), teacher=second.teacher.id)
    with pytest.raises(NotFoundError):
        make(curator, group=second.group.id)


def test_filters_and_views_show_the_same_duties(moscow: Semester) -> None:
    who = manager()
    # Period marks are given by nobody: one more of each journal.
    opened = {
        journal.course_id: 1 + sum(moscow.of(clause, journal.course_id).get(State.OPEN, 0) for clause in LESSONS)
        for journal in moscow.journals
    }
    whole = len(LESSONS) + 3
    for by in ("teacher", "journal"):
        rows = make(who, by=by).rows
        assert sorted(row.cells[whole] for row in rows) == sorted(opened.values()), by
    groups = [row.cells[whole] for row in make(who, by="group").rows]
    first, second, third = (opened[journal.course_id] for journal in moscow.journals)
    # And each group's year is not set up.
    assert sorted(groups) == sorted([first + third + 1, second + 1])
    assert make(who, by="week").table.chart is not None
    assert sum(row.cells[6] for row in make(who, by="week").rows) == sum(opened.values())


def test_the_list_leads_to_every_lesson_that_is_late(moscow: Semester) -> None:
    who = manager()
    for clause in LESSONS:
        for state in (State.OPEN, State.LATE):
            listed = make(who, by="item", clause=clause, state=state.value)
            assert len(listed.rows) == moscow.of(clause)[state], (clause, state)
            assert all(row.link and row.link[0] == "journal.lesson" for row in listed.rows)
    row = make(who, by="item", clause="attendance").rows[0]
    day, due, days = row.cells[1], row.cells[6], row.cells[7]
    assert due == day + timedelta(days=2)
    assert days == (NOW.date() - due).days


def test_who_replaces_answers_for_the_lesson_and_sees_it(moscow: Semester) -> None:
    first = moscow.journals[0]
    lesson = next(one for one in first.lessons if one.attendance_at is None and one.state == "held")
    before = counted(factories.viewer_of(first.teacher))["attendance"][State.OPEN]
    stranger = factories.make_person("Заменяева", (Role.TEACHER,))
    db.session.get(type(lesson), lesson.id).teacher_id = stranger.id
    db.session.commit()
    assert counted(factories.viewer_of(first.teacher))["attendance"][State.OPEN] == before - 1
    assert counted(factories.viewer_of(stranger))["attendance"] == {State.OPEN: 1}
    teachers = {row.cells[0]: row.cells[1] for row in make(manager(), by="teacher").rows}
    assert teachers["Заменяева П. И."] == 1
    assert len(make(manager(), by="item", clause="attendance", teacher=stranger.id).rows) == 1


def test_two_teachers_of_a_journal_both_answer_and_the_whole_counts_once(moscow: Semester) -> None:
    first = moscow.journals[0]
    second = factories.make_person("Вторая", (Role.TEACHER,))
    db.session.add(CourseTeacher(course_id=first.course_id, teacher_id=second.id, since=date(2026, 10, 1)))
    db.session.commit()
    who = manager()
    assert counted(who)["attendance"] == moscow.of("attendance")
    late = {
        one.date for one in first.lessons
        if one.attendance_at is None and one.state == "held" and one.date >= date(2026, 10, 1)
    }  # fmt: skip
    assert counted(who, teacher=second.id)["attendance"][State.OPEN] == len(late)
    assert {row.cells[0]: row.cells[1] for row in make(who, by="teacher").rows}["Вторая П. И."] == len(late)


def test_what_was_not_done_before_the_closing_can_no_longer_be_mended(moscow: Semester) -> None:
    first = moscow.journals[0]
    own = moscow.of("attendance", first.course_id)
    semester.close(first)
    found = counted(factories.viewer_of(first.teacher))["attendance"]
    assert found == {State.IN_TIME: own[State.IN_TIME], State.LATE: own[State.LATE], State.LOST: own[State.OPEN]}
    assert agenda.load(factories.viewer_of(first.teacher)).overdue == []
    year = db.session.get(AcademicYear, first.year.id)
    year.closed_at = moscow.now
    db.session.commit()
    everything = counted(manager())
    assert not any(State.OPEN in everything[clause] for clause in LESSONS)
    assert make(manager(), by="item").rows == [] or all(
        row.link and row.link[0] != "journal.lesson" for row in make(manager(), by="item").rows
    )
    assert (
        len(make(manager(), by="item", clause="attendance", state="lost").rows) == (moscow.of("attendance")[State.OPEN])
    )


@pytest.mark.parametrize("mode", [homework.PLAN, homework.EVERY, homework.GIVEN])
def test_r4_4_g_which_lessons_owe_homework_is_the_colleges_choice(moscow: Semester, mode: str) -> None:
    first = moscow.journals[0]
    without = [one for one in first.lessons if one.state == "held"]
    plan = semester.plan_without_homework(first, without[2])  # its fate: never published
    assert plan
    settings.put("control.homework", mode)
    db.session.commit()
    never = moscow.of("homework", first.course_id)[State.OPEN]
    expected = {homework.PLAN: never - 1, homework.EVERY: never, homework.GIVEN: 0}[mode]
    assert counted(factories.viewer_of(first.teacher))["homework"].get(State.OPEN, 0) == expected


def test_the_colleges_own_terms_count_at_once(moscow: Semester) -> None:
    first = moscow.journals[0]
    who = factories.viewer_of(first.teacher)
    before = counted(who)
    settings.put("terms", {"attendance": 5, "homework": "20:00", "lesson_mark": 8})
    db.session.commit()
    after = counted(who)
    # Entered on the fifth day, an instant after the second, and an instant after 19:00: all in time now.
    assert State.LATE in before["attendance"]
    assert State.LATE not in after["attendance"]
    assert State.LATE not in after["homework"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("moment", "late"), [((26, 23, 59), False), ((27, 0, 1), True)])
def test_a_cell_written_late_is_late_in_the_log_and_in_control(
    in_app: Flask, zone: str, moment: tuple[int, int, int], late: bool
) -> None:
    """Real saving, by the college's own midnight."""
    settings.put("timezone", zone)
    db.session.commit()
    day, hour, minute = moment
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=ZoneInfo(zone)), tick=False) as clock:
        journal = factories.make_journal(students=1, lessons=1)
        actor = factories.viewer_of(journal.teacher)
        clock.move_to(datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone)))
        cells.record_cell(
            actor, journal.course_id, cells.Entry(journal.students[0].id, journal.works[0].id, "н", 0)
        )  # fmt: skip
        assert counted(actor)["attendance"] == {State.LATE if late else State.IN_TIME: 1}
        entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "cell")).one()
        assert entry.late is late
        found = late_entries.of_scope(make(actor).scope)
        assert [(one.clause, one.number) for one in found] == ([("attendance", 1)] if late else [])


@pytest.mark.parametrize(
    ("entry", "clause"),
    [
        (("cell", "", "н"), "attendance"),
        (("cell", "", "н3"), "attendance"),
        (("cell", "н", "н3"), "lesson_mark"),
        (("cell", None, "5"), "lesson_mark"),
        (("cell", "5", ""), "lesson_mark"),
        (("homework", None, "§ 3"), "homework"),
        (("period-mark", "", "4"), "period_mark"),
        (("personal-task", None, "Реферат"), "homework"),
        (("lesson", None, None, "present"), "attendance"),
        (("lesson", "", "Тема"), ""),
    ],
)
def test_a_late_entry_breaks_the_term_of_the_part_that_changed(entry: tuple[str | None, ...], clause: str) -> None:
    assert late_entries.clause_of(*entry) == clause


# ── Every day's figures, the day's report ────────────────────────────────────


def test_the_days_figures_are_kept_once_and_looked_back_for(moscow: Semester) -> None:
    opened = history.take()
    db.session.commit()
    rows = db.session.scalars(db.select(ControlCount)).all()
    assert {row.day for row in rows if row.day < NOW.date()} == {
        date(2026, 9, 7) + timedelta(days=7 * number) for number in range(20)
    }
    # Run again on the same day: renewed, not doubled.
    assert history.take() == opened
    db.session.commit()
    assert len(db.session.scalars(db.select(ControlCount)).all()) == len(rows)
    # Kept while the clock was years ahead.
    db.session.add(ControlCount(day=date(2031, 1, 1), clause="attendance", open=99, late=0, in_time=0))
    db.session.commit()
    totals = history.last_totals()
    assert totals is not None
    assert totals[0] == NOW.date()
    assert {clause: totals[1][clause] for clause in LESSONS} == {
        clause: moscow.of(clause)[State.OPEN] for clause in LESSONS
    }
    monday = date(2026, 10, 12)
    kept = db.session.scalars(
        db.select(ControlCount).where(
            ControlCount.day == monday, ControlCount.clause == "attendance", ControlCount.group_id.is_(None),
            ControlCount.teacher_id.is_(None),
        )
    ).one()  # fmt: skip
    then = moscow.of("attendance", at=moscow.at(monday))
    assert (kept.open, kept.late, kept.in_time) == tuple(then[s] for s in (State.OPEN, State.LATE, State.IN_TIME))


def test_r2_1_c_the_history_of_each_is_theirs(moscow: Semester) -> None:
    first, second, third = moscow.journals
    db.session.add(ControlCount(day=date(2026, 9, 1), clause="attendance"))  # else it would be looked back for
    history.take()
    db.session.commit()
    curator = factories.viewer_of(factories.make_curator(first.group))
    for viewer, mine in (
        (factories.viewer_of(first.teacher), [first]),
        (curator, [first, third]),
        (manager(), moscow.journals),
    ):
        made_report = running.make(viewer, "control-history", {})
        place = [column.title for column in made_report.table.columns].index("Посещаемость")
        newest = made_report.rows[0]
        assert newest.cells[0] == NOW.date()
        assert newest.cells[place] == moscow.of("attendance", *(one.course_id for one in mine))[State.OPEN]
    # A teacher's figures are of all her journals: no curator sees them whole.
    assert running.make(curator, "control-history", {"teacher": str(first.teacher.id)}).rows == []
    with pytest.raises(NotFoundError):
        running.make(factories.viewer_of(first.teacher), "control-history", {"teacher": str(second.teacher.id)})


def test_the_days_report_tells_what_was_new_and_what_was_mended(moscow: Semester) -> None:
    # A late duty of the day: its term ended with the day before, or was mended in it.
    day = date(2026, 10, 13)
    found = digest.load(digest.DAY, day)
    start, end = moscow.at(day), moscow.at(day + timedelta(days=1))
    for clause, counts in found.clauses:
        if clause.key in LESSONS:
            own = [duty for duty in moscow.duties if duty[0] == clause.key]
            fresh = [
                1 for _key, _course, until, done in own
                if start < until + INSTANT <= end and not (done is not None and done <= end)
            ]  # fmt: skip
            mended = [1 for _key, _course, until, done in own if done and done > until and start < done <= end]
            assert (counts.fresh, counts.mended) == (len(fresh), len(mended)), clause.key
            assert counts.open == moscow.of(clause.key, at=end).get(State.OPEN, 0)
    week = digest.load(digest.WEEK, day)
    assert (week.first, week.last) == (date(2026, 10, 12), date(2026, 10, 18))
    assert week.total.fresh >= found.total.fresh
    with pytest.raises(RefusedError, match="ещё не наступил"):
        digest.load(digest.DAY, NOW.date() + timedelta(days=1))


def test_r4_2_g_the_report_quotes_the_closing_hash_of_its_day(moscow: Semester) -> None:
    log.record(None, "setting", "update", after="первая")
    db.session.commit()
    today = digest.load(digest.DAY, NOW.date())
    assert today.head == log_chain.head()
    assert digest.load(digest.DAY, NOW.date() - timedelta(days=1)).head == (0, "0" * 64)
    assert today.at == datetime.now(UTC)


def test_r4_1_lessons_of_days_of_a_failure_owe_nothing_and_the_report_says_so(moscow: Semester) -> None:
    """Declared afterwards it excuses what was late already; withdrawn, everything counts again."""
    who = manager()
    before = counted(who)
    first = min(until for key, _course, until, _done in moscow.duties if key == "homework").date()
    last = first + timedelta(days=6)
    failures.declare(who, first, last, "network", "авария у провайдера")
    found = counted(who)
    for clause, shift in (("homework", 0), ("attendance", 2)):
        excused = [
            until for key, _course, until, _done in moscow.duties
            if key == clause and first <= until.date() - timedelta(days=shift) <= last
        ]  # fmt: skip
        assert excused
        assert sum(found[clause].values()) == sum(before[clause].values()) - len(excused), clause
    notes = " ".join(make(who).table.notes)
    assert f"дней сбоя не считаются (п. 4.1): {first:%d.%m.%Y}–{last:%d.%m.%Y}, не было связи" in notes
    # Every day of the year: nothing is owed, and no query breaks on it.
    for number in range(5):
        since = date(2026, 9, 1) + timedelta(days=number * 30)
        failures.declare(who, since, since + timedelta(days=29), "server")
    assert all(not counted(who)[clause] for clause in LESSONS)
    for one in failures.declared():
        failures.withdraw(who, one.since, one.until, one.kind)
    assert counted(who) == before


def test_r4_1_what_was_written_late_into_a_lesson_of_a_failure_is_excused(moscow: Semester) -> None:
    journal, who = moscow.journals[0], manager()
    day = date(2026, 11, 10)
    lesson = factories.make_lesson(journal.course_id, day)
    log.record(factories.viewer_of(journal.teacher), "homework", "publish", course_id=journal.course_id,
               lesson_id=lesson.id, late=True)  # fmt: skip
    db.session.commit()
    scope = make(who).scope
    counted_before = late_entries.number_of(late_entries.of_scope(scope), clause="homework")
    failures.declare(who, day, day, "power")
    assert late_entries.number_of(late_entries.of_scope(scope), clause="homework") == counted_before - 1
