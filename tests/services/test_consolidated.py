"""Сводная ведомость and attendance of a month, counted by hand (R2.3.monitor)."""

from datetime import timedelta

import factories
import factories_documents as made
import pytest
from factories_individual import make_plan
from flask import Flask

from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Discipline,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Period,
    Role,
    YearMark,
)
from ejournal.models.base import now
from ejournal.services import attendance_sheet, consolidated, settings
from ejournal.services.attendance_sheet import month_span
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError
from ejournal.services.reports import running


def manager() -> factories.Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def second_course(journal: factories.Journal) -> factories.Journal:
    """Another discipline of the same group."""
    discipline = Discipline(programme_id=journal.group.programme_id, index="ОП.02", title="Сети", kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id)
    db.session.add(course)
    db.session.commit()
    return factories.Journal(
        course.id, journal.group, journal.year, journal.period, journal.teacher, journal.students, []
    )


def test_r2_3_monitor_figures_of_each_discipline_and_of_the_group(in_app: Flask) -> None:
    first = factories.make_journal(students=5, lessons=1)
    second = second_course(first)
    made.give(first, ["5", "4", "3", "2", "н/а"])
    made.give(second, ["5", "5", "5", "5", ""])
    sheet = consolidated.of_group(manager(), first.group.id, None)
    one, two = sheet.columns
    # N = 5: (1 + 1 + 1) / 5, (1 + 1) / 5, (100 + 64 + 36 + 16 + 7) / 5; the mean is of numbers only: 14 / 4.
    assert (one.counted, one.performance, one.quality, one.sou, one.mean) == (
        5, "60,0\u00a0%", "40,0\u00a0%", "44,6\u00a0%", "3,50",
    )  # fmt: skip
    # Who has no mark is not in N.
    assert (two.counted, two.performance, two.mean) == (4, "100,0\u00a0%", "5,00")
    # By the worst mark of each student: 5, 4, 3, 2, н/а.
    assert (sheet.total.counted, sheet.total.performance, sheet.total.quality) == (5, "60,0\u00a0%", "40,0\u00a0%")
    assert [line.mean for line in sheet.lines] == ["5,00", "4,50", "4,00", "3,50", ""]
    lists = dict(sheet.lists)
    names = [student.short_name for student in first.students]
    assert lists == {
        "Отличники": [names[0]], "С одной «4»": [names[1]], "С одной «3»": [names[2]],
        "Неуспевающие": [names[3]], "Не аттестованы": [names[4]],
    }  # fmt: skip


def test_a_sheet_of_the_years_marks_counts_the_years_hours(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    first = db.session.merge(journal.period)
    last = Period(year_id=journal.year.id, number=2, title="2 семестр", starts=journal.lessons[1].date, ends=first.ends)
    first.ends = journal.lessons[0].date
    db.session.add(last)
    for work in journal.works:
        values = {"work_id": work.id, "student_id": journal.students[0].id, "updated_by": journal.teacher.id}
        db.session.add(Cell(**values, attendance="н", updated_at=now()))
    db.session.add(YearMark(course_id=journal.course_id, kind="year", student_id=journal.students[0].id, mark="4"))
    db.session.commit()
    [own] = consolidated.of_group(manager(), journal.group.id, last.id).lines
    assert own.missed.total == 2
    sheet = consolidated.of_group(manager(), journal.group.id, last.id, "year")
    assert ([line.missed.unexcused for line in sheet.lines], sheet.lines[0].marks) == ([4], ["4"])


def test_who_is_exempt_is_out_of_n(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan = IndividualPlan(student_id=journal.students[1].id, since=journal.year.starts)
    plan.rows = [IndividualRow(discipline_id=course.discipline_id, exempt=True)]
    db.session.add(plan)
    db.session.commit()
    made.give(journal, ["4", ""])
    sheet = consolidated.of_group(manager(), journal.group.id, None)
    assert [line.marks for line in sheet.lines] == [["4"], ["осв."]]
    assert sheet.columns[0].counted == 1


def test_who_is_exempt_is_out_of_n_with_a_mark_given_before_as_in_the_report(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    course = db.session.get_one(Course, journal.course_id)
    made.give(journal, ["3", "5"])
    make_plan(journal.students[1].id, settings.today(), discipline_id=course.discipline_id, exempt=True)
    sheet = consolidated.of_group(manager(), journal.group.id, None)
    assert [line.marks for line in sheet.lines] == [["3"], ["осв."]]
    figures = sheet.columns[0]
    assert (figures.counted, figures.quality, figures.mean) == (1, "0,0\u00a0%", "3,00")
    table = running.make(manager(), "performance", {"period": "s1", "basis": "final"}).table
    row = dict(zip([column.title for column in table.columns], table.rows[0].cells, strict=True))
    assert (row["Качество"], row["Средний балл"]) == (0, 3)


def test_a_curator_prints_no_consolidated_sheet(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    with pytest.raises(ForbiddenError):
        consolidated.of_group(factories.viewer_of(factories.make_curator(journal.group)), journal.group.id, None)


def test_r4_4_e_hours_missed_by_day_and_student(in_app: Flask) -> None:
    today = settings.today().replace(day=1)
    journal = factories.make_journal(students=2, lessons=1, works=2, last=today)
    lesson = factories.make_lesson(journal.course_id, today, pair=2)
    journal.works += lesson.works
    # The first lesson has two works: missed once. 2 hours «н» and late to the other.
    made.fill(journal, 0, ["н", "н", "о"])
    made.fill(journal, 1, ["", "", "б4"])
    curator = factories.viewer_of(factories.make_curator(journal.group))
    sheet = attendance_sheet.of_group(curator, journal.group.id, f"{today:%Y-%m}")
    assert [line.days for line in sheet.lines] == [[["н2", "о"]], [["б2"]]]
    assert [(line.missed.total, line.missed.excused, line.missed.late_count) for line in sheet.lines] == [
        (2, 0, 1), (2, 2, 0)
    ]  # fmt: skip
    # 2 students × 2 lessons × 2 hours = 8 person-hours, 4 missed.
    assert (sheet.by_day, sheet.total.total, sheet.percent) == ([4], 4, "50,0\u00a0%")


def test_hours_of_who_moved_are_counted_in_each_groups_sheet_for_its_days(in_app: Flask) -> None:
    first = settings.today().replace(day=1)
    moved_on = first + timedelta(days=10)
    old = factories.make_journal(students=1, lessons=1, last=first)
    new = factories.make_journal(students=1, lessons=1, last=moved_on)
    made.fill(old, 0, ["н"])
    student = old.students[0]
    db.session.execute(
        db.update(Enrollment).where(Enrollment.student_id == student.id).values(until=moved_on - timedelta(days=1))
    )
    factories.enroll(student, new.group, moved_on)
    db.session.commit()
    sheets = [attendance_sheet.of_group(manager(), journal.group.id, f"{first:%Y-%m}") for journal in (old, new)]
    lines = [next(line for line in sheet.lines if line.name == student.full_name) for sheet in sheets]
    assert [(line.planned, line.missed.total) for line in lines] == [(2, 2), (2, 0)]
    assert [(sum(sheet.by_day), sheet.total.total) for sheet in sheets] == [(2, 2), (0, 0)]


def test_a_month_without_lessons_says_so_and_a_strangers_group_is_not_found(in_app: Flask) -> None:
    journal, other = factories.make_journal(students=1, lessons=1), factories.make_journal(students=1, lessons=1)
    curator = factories.viewer_of(factories.make_curator(journal.group))
    with pytest.raises(RefusedError, match="занятий нет"):
        attendance_sheet.of_group(curator, journal.group.id, "2020-02")
    with pytest.raises(NotFoundError):
        attendance_sheet.of_group(curator, other.group.id, "")


def test_a_month_ends_on_its_last_day() -> None:
    day = settings_day()
    assert [f"{end:%d.%m}" for _, end in (month_span(text, day) for text in ("2026-02", "2028-02", "2026-12"))] == [
        "28.02", "29.02", "31.12"
    ]  # fmt: skip
    assert month_span("нет", day) == month_span(f"{day:%Y-%m}", day)


def settings_day() -> factories.date:
    return factories.date(2026, 11, 25)


def test_r4_4_days_and_total_of_a_months_attendance_agree_for_a_guest_of_another_journal(in_app: Flask) -> None:
    journal, there = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    day = journal.lessons[0].date
    before = day - timedelta(days=1) if day.day > 1 else day + timedelta(days=1)
    lesson = factories.make_lesson(there.course_id, before)
    course = db.session.get_one(Course, there.course_id)
    guest = journal.students[0]
    make_plan(guest.id, min(before, journal.year.starts), discipline_id=course.discipline_id, course_id=course.id)
    for work, code in ((lesson.works[0], "н"), (journal.works[0], "б")):
        db.session.add(Cell(work_id=work.id, student_id=guest.id, attendance=code))
    db.session.commit()
    sheet = attendance_sheet.of_group(manager(), journal.group.id, f"{day:%Y-%m}")
    (line,) = sheet.lines
    assert sheet.days == sorted((before, day))
    assert dict(zip(sheet.days, line.days, strict=True)) == {before: ["н2"], day: ["б2"]}
    # Of the other group's two lessons one is on the day itself.
    assert (line.planned, line.missed.total, sum(sheet.by_day), sheet.total.total) == (6, 4, 4, 4)
    # The other group's own sheet has its own students.
    assert [one.name for one in attendance_sheet.of_group(manager(), there.group.id, f"{day:%Y-%m}").lines] == [
        there.students[0].full_name
    ]
