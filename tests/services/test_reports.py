"""Reports, their figures counted by hand and who sees them (R2.3.control, R2.3.monitor, R4.3.c)."""

from datetime import date, timedelta

import factories
import factories_diary
import factories_documents as made
import pytest
import time_machine
from factories import Journal, Viewer
from factories_individual import make_plan
from factories_load import make_subgroup
from flask import Flask

from ejournal.extensions import db
from ejournal.models import (
    Course,
    CourseHours,
    CourseTeacher,
    Curatorship,
    CurriculumHours,
    Discipline,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Period,
    PeriodMark,
    Role,
    ThematicPlan,
    TimetableEntry,
    Topic,
)
from ejournal.models.base import now
from ejournal.services import settings
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError
from ejournal.services.reports import facts, query, registry, running, scope
from ejournal.services.reports.running import Made
from ejournal.services.reports.table import texts


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def lines(made_report: Made) -> list[list[str]]:
    """The rows as people read them."""
    return [[text.replace("\u00a0", " ") for text in texts(made_report.table, row)] for row in made_report.rows]


def total(made_report: Made) -> list[str]:
    row = made_report.table.total
    assert row is not None
    return [text.replace("\u00a0", " ") for text in texts(made_report.table, row)]


def second_course(journal: Journal, title: str = "Сети") -> Journal:
    """Another discipline of the same group, given by somebody else."""
    number = db.session.scalar(db.select(db.func.count()).select_from(Discipline)) or 0
    discipline = Discipline(programme_id=journal.group.programme_id, index=f"ОП.{number + 10}", title=title, kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id, hours=36)
    db.session.add(course)
    db.session.flush()
    teacher = factories.make_person("Сетева", (Role.TEACHER,))
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id))
    db.session.commit()
    return Journal(course.id, journal.group, journal.year, journal.period, teacher, journal.students, [])


def make(viewer: Viewer, key: str, **given: object) -> Made:
    return running.make(viewer, key, {name: str(value) for name, value in given.items()})


# ── Performance ──────────────────────────────────────────────────────────────


def divide_into_trimesters(journal: Journal) -> None:
    """Two days of the year, and what is left of it."""
    last = db.session.get_one(Period, journal.period.id)
    last.number, last.starts = 3, journal.year.starts + timedelta(days=2)
    for number in (1, 2):
        day = journal.year.starts + timedelta(days=number - 1)
        db.session.add(Period(year_id=journal.year.id, number=number, title=f"{number} триместр", starts=day, ends=day))
    db.session.commit()


def test_r2_3_monitor_performance_of_a_group_counts_a_student_once_by_the_worst_mark(in_app: Flask) -> None:
    first = factories.make_journal(students=5, lessons=1)
    second = second_course(first)
    made.give(first, ["5", "4", "3", "2", "н/а"])
    made.give(second, ["5", "5", "5", "5", ""])
    # Worst: 5, 4, 3, 2, н/а: 3 of 5 pass, 2 of 5 well. Mean of numbers: (14 + 20) / 8 = 4,25.
    # СОУ of nine marks: (5·100 + 64 + 36 + 16 + 7) / 9 = 69,2.
    assert lines(make(manager(), "performance")) == [
        [first.group.title, "5", "1", "1", "1", "1", "1", "4,25", "60,0 %", "40,0 %", "69,2 %"]
    ]
    by_discipline = lines(make(manager(), "performance", by="discipline"))
    # (100 + 64 + 36 + 16 + 7) / 5 = 44,6; the mean is of four numbers: 14 / 4.
    assert by_discipline[0][1:] == ["5", "1", "1", "1", "1", "1", "3,50", "60,0 %", "40,0 %", "44,6 %"]
    assert by_discipline[1][1:] == ["4", "4", "0", "0", "0", "0", "5,00", "100,0 %", "100,0 %", "100,0 %"]
    assert [line[:2] for line in lines(make(manager(), "performance", by="teacher"))] == [
        ["Преподавателева П. И.", "5"], ["Сетева П. И.", "4"],
    ]  # fmt: skip


def test_a_discipline_with_a_credit_shows_a_dash_and_no_naught(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    made.give(journal, ["ЗЧ", "НЗ"])
    assert lines(make(manager(), "performance"))[0][1:] == ["0", "0", "0", "0", "0", "0", "—", "—", "—", "—"]


def test_before_period_marks_the_current_ones_tell_where_it_goes(in_app: Flask) -> None:
    journal = factories.make_journal(students=3, lessons=2)
    made.fill(journal, 0, ["5", "4"])  # 4,50 → 4
    made.fill(journal, 1, ["5", "5-"])  # 5,00 → 5
    made.fill(journal, 2, ["2", "3"])  # 2,50 → 2
    found = make(manager(), "performance")
    assert lines(found)[0][1:] == ["3", "1", "1", "0", "1", "0", "3,67", "66,7 %", "66,7 %", "60,0 %"]
    assert "Предварительно" in found.table.notes[0]
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    number = journal.group.course_number(journal.year.starts.year) * 2 - 1
    db.session.add(CurriculumHours(discipline_id=course.discipline_id, semester=number, hours=72, control="З"))
    db.session.commit()
    assert lines(make(manager(), "performance"))[0][1:3] == ["0", "0"]


@pytest.mark.parametrize(("graded", "counted"), [(1, "0"), (2, "1")])
def test_the_third_trimester_ends_as_the_second_semester_of_the_curriculum(
    in_app: Flask, graded: int, counted: str
) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    made.fill(journal, 0, ["5"])
    course = db.session.get_one(Course, journal.course_id)
    first = journal.group.course_number(journal.year.starts.year) * 2 - 1
    for part in (1, 2):
        control = "Э" if part == graded else "З"
        plan = CurriculumHours(discipline_id=course.discipline_id, semester=first + part - 1, hours=36, control=control)
        db.session.add(plan)
    divide_into_trimesters(journal)
    assert lines(make(manager(), "performance", period="s3"))[0][1] == counted


def test_who_left_before_the_last_day_or_is_exempt_is_out(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    gone = factories.make_person("Ушедший")
    day = settings.today()
    factories.enroll(gone, journal.group, journal.year.starts, day - timedelta(days=1))
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan = IndividualPlan(student_id=journal.students[1].id, since=journal.year.starts)
    plan.rows = [IndividualRow(discipline_id=course.discipline_id, exempt=True)]
    db.session.add(plan)
    for student in (journal.students[0], journal.students[1], gone):
        db.session.add(PeriodMark(course_id=course.id, period_id=journal.period.id, student_id=student.id, mark="4"))
    db.session.commit()
    assert lines(make(manager(), "performance"))[0][1] == "1"


# ── Attendance ───────────────────────────────────────────────────────────────


def attended() -> Journal:
    """Two students, two lessons of two hours (the first with two works), yesterday and today."""
    journal = factories.make_journal(students=2, lessons=2, works=2)
    made.fill(journal, 0, ["н", "н", "о4", ""])
    made.fill(journal, 1, ["", "", "б", "п"])
    return journal


def test_r2_3_monitor_hours_missed_by_kind_of_a_group_and_a_student(in_app: Flask) -> None:
    journal = attended()
    # 2 students × 2 lessons × 2 hours = 8 person-hours. The first missed 2 «н», the second 2: «п» speaks for a
    # lesson with «б» and «п». 4 of 8 missed.
    figures = ["8", "4", "0", "2", "2", "1", "50,0 %"]
    assert lines(make(manager(), "attendance")) == [[journal.group.title, *figures]]
    assert lines(make(manager(), "attendance", by="student")) == [
        [journal.students[0].full_name, journal.group.title, "4", "2", "0", "0", "2", "1", "50,0 %"],
        [journal.students[1].full_name, journal.group.title, "4", "2", "0", "2", "0", "0", "50,0 %"],
    ]
    assert lines(make(manager(), "attendance", by="course"))[0][2:] == figures


def test_hours_of_days_add_up_to_the_same_whatever_the_rows(in_app: Flask) -> None:
    journal = attended()
    late = factories.make_person("Яковлев")
    factories.enroll(late, journal.group, settings.today())  # there for the second lesson only
    by_day = make(manager(), "attendance", by="day")
    assert [line[2] for line in lines(by_day)] == ["4", "6"]
    assert total(by_day)[2] == "10"
    for by in ("group", "student", "month", "course"):
        found = make(manager(), "attendance", by=by)
        numbers = [line[-7] for line in lines(found)]
        assert sum(map(int, numbers)) == 10, by


def test_a_cancelled_lesson_and_one_outside_the_dates_do_not_count(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    factories.make_lesson(journal.course_id, settings.today(), pair=3, state="cancelled")
    factories.make_lesson(journal.course_id, settings.today() - timedelta(days=3), pair=3)
    today = settings.today().isoformat()
    assert lines(make(manager(), "attendance", since=today, until=today))[0][1] == "2"


# ── Hours, marks, programme ──────────────────────────────────────────────────


def test_r2_3_control_hours_planned_given_and_forecast_by_the_timetable(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    today = settings.today()
    # The period ends in three weeks; the timetable holds a pair on every weekday of today from the next week on.
    journal.period.ends = today + timedelta(days=21)
    db.session.merge(journal.period)
    db.session.add(CourseHours(course_id=journal.course_id, number=1, hours=12))
    weekday = today.isoweekday()
    db.session.add(TimetableEntry(course_id=journal.course_id, weekday=weekday if weekday < 7 else 1, pair=1))
    factories.make_lesson(journal.course_id, today, pair=5, state="cancelled")
    db.session.commit()
    row = make(manager(), "hours", period="s1").rows[0]
    named = {column.title: value for column, value in zip(
        make(manager(), "hours", period="s1").table.columns, row.cells, strict=True
    )}  # fmt: skip
    ahead = int(str(named["Прогноз"])) - 4
    assert (named["План"], named["Дано"], named["Снято"], named["Осталось"]) == (12, 4, 2, 8)
    # Three such days, less those on which nobody studies.
    assert 0 <= ahead <= 6
    assert ahead % 2 == 0
    assert named["±"] == 4 + ahead - 12
    assert bool(row.alarm) is (4 + ahead < 12)


def test_the_forecast_is_the_same_whatever_journals_are_shown(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    other = second_course(journal)
    today = settings.today()
    journal.period.ends = today + timedelta(days=35)
    db.session.merge(journal.period)
    for weekday in range(1, 7):
        db.session.add(TimetableEntry(course_id=journal.course_id, weekday=weekday, pair=1))
    # Lessons were made for the group up to here: what is not in the journal by then was not meant to be.
    factories.make_lesson(other.course_id, today + timedelta(days=14), state="planned").generated = True
    db.session.commit()
    of_all = [line for line in lines(make(manager(), "hours", period="s1")) if "Операционные" in line[2]]
    of_one = lines(make(manager(), "hours", period="s1", teacher=journal.teacher.id))
    assert of_all == of_one


@time_machine.travel("2026-11-24T09:00Z")
def test_r2_3_control_one_lesson_far_ahead_does_not_end_the_forecast(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=0)
    db.session.add(TimetableEntry(course_id=journal.course_id, weekday=2, pair=1, week="both", hours=2))
    db.session.commit()

    def forecast() -> int:
        table = make(manager(), "hours", period="year").table
        return int(str(table.rows[0].cells[[column.title for column in table.columns].index("Прогноз")]))

    before = forecast()
    factories.make_lesson(journal.course_id, date(2027, 5, 21), pair=3, state="planned")
    assert forecast() == before + 2
    # Neither does one that was moved there: the timetable had it on its own day.
    moved = factories.make_lesson(journal.course_id, date(2027, 5, 22), pair=3, state="planned")
    moved.generated, moved.moved_from = True, date(2026, 12, 1)
    db.session.commit()
    assert forecast() == before + 2


def test_r2_3_control_a_substitute_of_a_past_lesson_stays_one_when_appointed_teacher_since(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=3)
    other = factories.make_person("Заменова", (Role.TEACHER,))
    first, _second, last = journal.lessons
    first.teacher_id = last.teacher_id = other.id
    db.session.commit()

    def substituted() -> object:
        table = make(manager(), "hours", period="s1").table
        return table.rows[0].cells[[column.title for column in table.columns].index("Замены")]

    assert substituted() == 4
    own = db.session.scalars(db.select(CourseTeacher)).one()
    own.until = last.date - timedelta(days=1)
    db.session.add(CourseTeacher(course_id=journal.course_id, teacher_id=other.id, since=last.date))
    db.session.commit()
    # The last lesson she gave as the journal's teacher; the first one still for somebody else.
    assert substituted() == 2
    own.until = first.date - timedelta(days=1)
    db.session.commit()
    assert substituted() == 2


def test_hours_of_the_curriculum_stand_in_for_a_load_without_periods(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    first = journal.group.course_number(journal.year.starts.year) * 2 - 1
    db.session.add(CurriculumHours(discipline_id=course.discipline_id, semester=first, hours=30))
    db.session.commit()
    assert lines(make(manager(), "hours", period="s1"))[0][3] == "30"
    assert lines(make(manager(), "hours", period="year"))[0][3] == "72"


def test_hours_of_the_second_semester_are_shared_by_the_second_and_the_third_trimester(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    course = db.session.get_one(Course, journal.course_id)
    first = journal.group.course_number(journal.year.starts.year) * 2 - 1
    for part, hours in enumerate((30, 41)):
        db.session.add(CurriculumHours(discipline_id=course.discipline_id, semester=first + part, hours=hours))
    divide_into_trimesters(journal)
    assert [lines(make(manager(), "hours", period=f"s{n}"))[0][3] for n in (1, 2, 3)] == ["30", "21", "20"]


def test_r2_3_control_marks_per_student_and_lesson_and_who_has_few(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=4)
    made.fill(journal, 0, ["5", "4", "3", ""])
    made.fill(journal, 1, ["4", "н", "ЗЧ", ""])
    # 4 numeric marks, 2 students, 4 lessons; the least is 3: one has fewer, nobody none.
    assert lines(make(manager(), "accumulation"))[0][3:] == ["4", "2", "4", "2,0", "1,0", "1", "0"]
    few = lines(make(manager(), "accumulation", by="student"))
    assert [(line[0], line[-1]) for line in few] == [(journal.students[1].full_name, "1")]
    settings.put("reports.least_marks", 1)
    db.session.commit()
    assert lines(make(manager(), "accumulation", by="student")) == []


def test_r2_3_monitor_topics_and_hours_given_of_planned(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=3)
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan = ThematicPlan(discipline_id=course.discipline_id, title="КТП")
    db.session.add(plan)
    db.session.flush()
    topics = [
        Topic(plan_id=plan.id, ordinal=n, section="А" if n < 3 else "Б", title=f"Тема {n}", hours=2)
        for n in range(1, 5)
    ]
    db.session.add_all(topics)
    db.session.flush()
    course.plan_id = plan.id
    ids = [lesson.id for lesson in journal.lessons]
    for lesson_id, topic in zip(ids, (topics[0], topics[0], None), strict=True):
        db.session.execute(
            db.update(factories.Lesson)
            .where(factories.Lesson.id == lesson_id)
            .values(topic_id=topic.id if topic else None)
        )
    db.session.commit()
    # One topic of four in two lessons: 4 hours of 8; the third lesson has none.
    assert lines(make(manager(), "programme"))[0][3:] == ["4", "1", "25,0 %", "8", "4", "50,0 %", "1"]
    sections = lines(make(manager(), "programme", by="section"))
    assert [line[2:5] for line in sections] == [["А", "2", "1"], ["Б", "2", "0"]]


# ── Load, usage, risk, dynamics ──────────────────────────────────────────────


def test_r2_3_monitor_load_is_that_of_one_student_not_of_all_subgroups_together(in_app: Flask) -> None:
    monday = settings.today() - timedelta(days=settings.today().weekday())
    journal = factories.make_journal(students=2, lessons=0)
    first, second = (
        make_subgroup(journal, title, (number,)) for number, title in enumerate(("подгруппа 1", "подгруппа 2"))
    )
    halves = [factories_diary.make_course(journal, f"Язык {n}", half.id) for n, half in enumerate((first, second))]
    whole = factories.make_lesson(journal.course_id, monday, pair=1)
    factories_diary.give(whole, due=monday)
    for half, pair in zip(halves, (2, 3), strict=True):
        factories_diary.give(factories.make_lesson(half.id, monday, pair=pair))
    # Each has the common pair and the own one: 4 hours and two tasks, though the group was given three pairs.
    day = lines(make(manager(), "load", by="day", period="year"))[0]
    assert day[3:] == ["4", "2", "1"]
    week = lines(make(manager(), "load", by="week", period="year"))[0]
    assert (week[9], week[10]) == ("4", "2")


@time_machine.travel("2027-07-15T09:00Z")
def test_r2_3_monitor_the_load_of_a_released_group_stays_in_its_year(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=3, last=date(2027, 6, 10))
    before = lines(make(manager(), "load", period="year"))
    assert len(before) == 1
    for spell in db.session.scalars(db.select(Enrollment)):
        spell.until, spell.left_kind = date(2027, 6, 30), "graduated"
    journal.group.released_on = date(2027, 7, 1)
    db.session.merge(journal.group)
    db.session.commit()
    assert lines(make(manager(), "load", period="year")) == before


@time_machine.travel("2026-11-25T09:00Z")
def test_r2_3_monitor_lessons_before_a_student_came_are_not_her_load(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=0)
    for day in (9, 16):
        factories.make_lesson(journal.course_id, date(2026, 11, day))
    db.session.scalars(db.select(Enrollment)).one().since = date(2026, 11, 16)
    db.session.commit()
    assert [line[2] for line in lines(make(manager(), "load", by="week", period="year"))] == ["16.11–21.11"]


@time_machine.travel("2026-11-25T09:00Z")
def test_a_lesson_put_on_a_sunday_counts_in_its_week(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=0)
    factories.make_lesson(journal.course_id, date(2026, 11, 22))
    report = make(manager(), "load", by="week", period="year")
    titles = [column.title for column in report.table.columns]
    assert titles[3:11] == ["пн", "вт", "ср", "чт", "пт", "сб", "вс", "Часов"]
    assert list(report.rows[0].cells[2:11]) == [
        "16.11–22.11", None, None, None, None, None, None, 2, 2,
    ]  # fmt: skip
    assert lines(make(manager(), "load", by="group", period="year"))[0][3] == "2"


def test_a_week_over_the_norm_is_named(in_app: Flask) -> None:
    factories.make_journal(students=1, lessons=1)
    settings.put("reports.week_hours", 1)
    db.session.commit()
    assert make(manager(), "load", by="week", period="year").rows[0].alarm == "больше 1 ч"


def test_r2_3_monitor_usage_tells_who_signed_in_and_never_what_was_read(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=0)
    student = factories.make_person("Ёлкин", (Role.STUDENT,))
    factories.enroll(student, journal.group, journal.year.starts)
    account = db.session.scalars(db.select(factories.Account).where(factories.Account.person_id == student.id)).one()
    db.session.add(factories.UserSession(id="s" * 20, account_id=account.id, started_at=now(), seen_at=now(), epoch=0))
    db.session.commit()
    people = lines(make(manager(), "usage", by="person", group=journal.group.id))
    by_name = {line[0]: line for line in people}
    assert by_name[student.full_name][4] == "1"
    assert by_name[journal.students[0].full_name][6] == "нет учётной записи"
    group = lines(make(manager(), "usage", by="group", group=journal.group.id))[0]
    assert group[1:5] == ["2", "1", "50,0 %", "0"]


def test_r2_3_monitor_risk_says_why(in_app: Flask) -> None:
    journal = factories.make_journal(students=3, lessons=4)
    made.fill(journal, 0, ["4", "5", "2", "2"])
    made.fill(journal, 1, ["н", "н", "", "5"])
    made.fill(journal, 2, ["5", "5", "4", "5"])
    found = lines(make(manager(), "risk"))
    assert [line[0] for line in found] == [student.full_name for student in journal.students[:2]]
    assert "две «2» подряд" in found[0][-1]
    assert "50 %" in found[1][-1].replace("\u00a0", " ")


def test_r2_3_monitor_dynamics_by_period_and_by_month(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    earlier = Period(
        year_id=journal.year.id, number=7, title="модуль", starts=journal.year.starts - timedelta(days=60),
        ends=journal.year.starts - timedelta(days=30),
    )  # fmt: skip
    db.session.add(earlier)
    db.session.flush()
    for student, mark in zip(journal.students, ("3", "4"), strict=True):
        db.session.add(PeriodMark(course_id=journal.course_id, period_id=earlier.id, student_id=student.id, mark=mark))
    made.give(journal, ["5", "4"])
    made.fill(journal, 0, ["5"])
    periods = lines(make(manager(), "dynamics", step="period"))
    assert periods == [[journal.group.title, "3,50", "4,50", "1,00"]]
    quality = lines(make(manager(), "dynamics", step="period", measure="quality"))
    assert quality == [[journal.group.title, "50,0 %", "100,0 %", "50,0"]]
    students = lines(make(manager(), "dynamics", step="period", group=journal.group.id))
    assert [line[1:] for line in students] == [["3,00", "5,00", "2,00"], ["4,00", "4,00", "0,00"]]
    assert lines(make(manager(), "dynamics"))[0][1] == "5,00"


# ── Consolidated, order, filters ─────────────────────────────────────────────


def test_the_consolidated_sheet_has_marks_figures_and_lists(in_app: Flask) -> None:
    first = factories.make_journal(students=3, lessons=1)
    second = second_course(first)
    made.give(first, ["5", "3", "н/а"])
    made.give(second, ["5", "4", "2"])
    found = make(manager(), "consolidated", group=first.group.id)
    rows = lines(found)
    assert [row[1:4] for row in rows[:3]] == [["5", "5", "5,00"], ["3", "4", "3,50"], ["н/а", "2", "2,00"]]
    # Of the first discipline 2 of 3 pass; of the group 2 of 3 by the worst mark.
    assert rows[4][:4] == ["Успеваемость", "66,7 %", "66,7 %", "66,7 %"]
    assert found.number == 3
    assert dict(found.table.lists)["Отличники"] == [first.students[0].short_name]


def test_names_in_the_lists_are_short_as_everywhere(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    journal.students[0].rename("Мамедов", "Анар", "Рашид оглы")
    made.give(journal, ["5"])
    found = make(manager(), "consolidated", group=journal.group.id)
    assert dict(found.table.lists)["Отличники"] == ["Мамедов А. Р."]


def test_a_guest_by_two_plans_is_in_the_journal_on_the_days_of_both(in_app: Flask) -> None:
    journal = factories.make_journal(students=0, lessons=0)
    guest = factories.make_person("Гостев")
    factories.enroll(guest, factories.make_group(year=journal.year), journal.year.starts)
    first, today = journal.year.starts, settings.today()
    course = db.session.get_one(Course, journal.course_id)
    for since, until in ((first, first + timedelta(days=9)), (today - timedelta(days=3), None)):
        make_plan(guest.id, since, until, discipline_id=course.discipline_id, course_id=course.id)
    asked = query.parse(registry.find("attendance"), {})
    people = facts.roster(scope.resolve(manager(), registry.find("attendance"), asked))
    for day, there in ((first, True), (first + timedelta(days=10), False), (today, True)):
        assert (guest.id in people.journal_on(course.id, day)) is there


def test_rows_go_by_the_column_asked_for_and_figures_stay_below(in_app: Flask) -> None:
    journal = factories.make_journal(students=3, lessons=1)
    made.give(journal, ["3", "5", ""])
    up = make(manager(), "consolidated", group=journal.group.id, sort=2)
    down = make(manager(), "consolidated", group=journal.group.id, sort=-2)
    assert [line[1] for line in lines(up)[:3]] == ["3", "5", "—"]
    assert [line[1] for line in lines(down)[:3]] == ["5", "3", "—"]
    assert lines(down)[3][0] == "Средний балл"


def test_filters_narrow_by_course_teacher_and_discipline(in_app: Flask) -> None:
    first = factories.make_journal(students=1, lessons=1)
    second = second_course(first)
    factories.make_lesson(second.course_id, settings.today(), pair=2)
    other = factories.make_journal(students=1, lessons=1)
    director = manager()
    assert len(lines(make(director, "attendance", by="course"))) == 3
    assert len(lines(make(director, "attendance", by="course", group=first.group.id))) == 2
    assert [row.course_id for row in make(director, "attendance", by="course", teacher=second.teacher.id).rows] == [
        second.course_id
    ]
    course = db.session.get(Course, other.course_id)
    assert course is not None
    # The same label in two programmes is one discipline.
    found = make(director, "attendance", by="course", discipline=course.discipline_id)
    assert {row.course_id for row in found.rows} == {first.course_id, other.course_id}
    assert make(director, "attendance", course=4).rows == []


def test_dates_the_wrong_way_round_are_refused(in_app: Flask) -> None:
    factories.make_journal(students=1, lessons=1)
    with pytest.raises(RefusedError, match="поменяйте даты"):
        make(manager(), "attendance", since=date(2026, 11, 2), until=date(2026, 11, 1))


# ── Who sees what ────────────────────────────────────────────────────────────


def test_r4_3_c_a_curator_gets_the_own_group_and_no_other(in_app: Flask) -> None:
    own, other = factories.make_journal(students=1, lessons=1), factories.make_journal(students=1, lessons=1)
    curator = factories.viewer_of(factories.make_curator(own.group))
    for key in registry.all_reports():
        with pytest.raises(NotFoundError):
            make(curator, key, group=other.group.id)
    assert [line[0] for line in lines(make(curator, "attendance"))] == [own.group.title]
    assert make(curator, "consolidated").scope.groups.keys() == {own.group.id}


def test_r4_4_a_teacher_sees_own_journals_and_no_report_of_whole_groups(in_app: Flask) -> None:
    first = factories.make_journal(students=1, lessons=1)
    second = second_course(first)
    factories.make_lesson(second.course_id, settings.today(), pair=2)
    teacher = factories.viewer_of(first.teacher)
    found = make(teacher, "attendance", by="course")
    assert [row.course_id for row in found.rows] == [first.course_id]
    assert "только ваши журналы" in found.table.notes[-1]
    for key in ("consolidated", "load", "usage"):
        with pytest.raises(ForbiddenError):
            make(teacher, key)
    with pytest.raises(NotFoundError):
        make(teacher, "attendance", teacher=second.teacher.id)


def test_a_curator_who_also_teaches_elsewhere_sees_whole_reports_of_the_own_group_only(in_app: Flask) -> None:
    own, other = factories.make_journal(students=1, lessons=1), factories.make_journal(students=1, lessons=1)
    person = factories.make_person("Двоева", (Role.CURATOR, Role.TEACHER))
    db.session.add(Curatorship(group_id=own.group.id, person_id=person.id, since=date(2020, 1, 1)))
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=person.id))
    db.session.commit()
    viewer = factories.viewer_of(person)
    assert len(lines(make(viewer, "attendance"))) == 2
    assert make(viewer, "load", period="year").scope.groups.keys() == {own.group.id}
    with pytest.raises(NotFoundError):
        make(viewer, "consolidated", group=other.group.id)


def test_every_report_stands_an_empty_college_and_says_so(in_app: Flask) -> None:
    factories.make_year()
    for report in registry.all_reports().values():
        for choice, _words in report.choices[0].options if report.choices else [("", "")]:
            given = {report.choices[0].name: choice} if report.choices else {}
            found = make(manager(), report.key, **given)
            assert report.key == "usage" or not found.rows
            assert found.table.empty


def test_days_beyond_the_year_are_left_out(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    wide = make(manager(), "hours", since="0001-01-01", until="9999-12-31")
    year = make(manager(), "hours", since=journal.year.starts.isoformat(), until=journal.year.ends.isoformat())
    assert [c.title for c in wide.table.columns] == [c.title for c in year.table.columns], "a column for each month"
    assert lines(wide) == lines(year)
