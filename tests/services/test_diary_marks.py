"""Marks by discipline, one mark in full, attendance by months (R2.1.d, R3.6, R4.4.e, R4.6.a)."""

from datetime import timedelta

import factories
import factories_diary
import pytest
from factories import Journal, make_kind, make_lesson
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Lesson, Period, PeriodMark, Person, Work
from ejournal.services import cells, diary_attendance, diary_mark, diary_marks, settings, statements
from ejournal.services.errors import NotFoundError, RefusedError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=0, lessons=0)


@pytest.fixture
def child(journal: Journal) -> Person:
    return factories_diary.make_child(journal.group)


def mark(journal: Journal, child: Person, text: str, days_ago: int = 0, weight: int = 1, code: str | None = None):
    lesson = make_lesson(journal.course_id, settings.today() - days_ago * DAY, pair=days_ago % 6 + 1)
    lesson.works[0].weight = weight
    return factories_diary.put(lesson.works[0], child, text or None, code)


def marks_of(child: Person, shown: str = "") -> diary_marks.Marks:
    found = diary_marks.load(factories.viewer_of(child), child.id, shown)
    db.session.commit()
    return found


def test_r3_6_means_come_with_the_sum_they_came_from(journal, child):
    for days_ago, (text, weight) in enumerate([("5-", 2), ("4", 1), ("ЗЧ", 3)]):
        mark(journal, child, text, days_ago, weight)
    (subject,) = marks_of(child).subjects
    assert subject.weighted.text == "(5·2 + 4·1) / 3 = 4,67"
    assert subject.mean.text == "(5 + 4) / 2 = 4,50"
    assert (subject.outside, subject.has_sign) == (["ЗЧ"], True)
    assert [entry.text for entry in subject.entries] == ["ЗЧ", "4", "5-"]  # in the order of lessons


def test_what_is_needed_for_more_is_told_until_it_is_reached(journal, child):
    mark(journal, child, "3")
    (subject,) = marks_of(child).subjects
    assert [(goal.mark, goal.threshold, goal.count) for goal in subject.goals] == [("4", "3,60", 1), ("5", "4,60", 4)]
    for days_ago in range(1, 6):
        mark(journal, child, "5", days_ago)
    assert marks_of(child).subjects[0].goals == []


def test_what_if_reckons_and_stores_nothing(journal, child):
    mark(journal, child, "4")
    viewer = factories.viewer_of(child)
    form = {"mark": "5", "weight": "3", "times": "2"}
    reckoned = diary_marks.what_if(viewer, child.id, journal.course_id, "", form)
    assert (reckoned.before, reckoned.after, reckoned.rounds_to) == ("4,00", "4,86", "5")
    assert len(marks_of(child).subjects[0].entries) == 1


@pytest.mark.parametrize(
    "form", [{"mark": "6"}, {"weight": "0"}, {"weight": "11"}, {"times": "-1"}, {"times": "x"}, {"weight": "²"}]
)
def test_what_if_refuses_nonsense_in_words(journal, child, form):
    mark(journal, child, "4")
    with pytest.raises(RefusedError, match="Выберите оценку"):
        diary_marks.what_if(factories.viewer_of(child), child.id, journal.course_id, "", form)


def test_periods_are_chosen_and_their_marks_stand_beside(journal, child):
    today = settings.today()
    journal.period.ends = today
    second = Period(year_id=journal.year.id, number=2, title="II семестр", starts=today + DAY, ends=journal.year.ends)
    db.session.add_all([db.session.merge(journal.period), second])
    db.session.add(PeriodMark(course_id=journal.course_id, period_id=journal.period.id, student_id=child.id, mark="4"))
    db.session.commit()
    mark(journal, child, "5")
    found = marks_of(child)
    assert found.chosen.value == f"p{journal.period.id}"
    assert [choice.title for choice in found.choices][:2] == ["I семестр", "II семестр"]
    [given] = found.subjects[0].period_marks
    assert (given.slot, given.title, given.mark) == (str(journal.period.id), "I семестр", "4")
    assert marks_of(child, f"p{second.id}").subjects == []
    assert marks_of(child, f"y{journal.year.id}").subjects[0].weighted.value == 5


def test_the_chart_says_in_words_what_it_draws(journal, child):
    mark(journal, child, "3", 2)
    assert marks_of(child).subjects[0].chart is None  # one dot is no picture
    mark(journal, child, "5", 1)
    mark(journal, child, "ЗЧ")
    chart = marks_of(child).subjects[0].chart
    assert [dot.mark for dot in chart.dots] == ["3", "5"]
    assert chart.dots[0].y > chart.dots[1].y  # the better the higher
    assert chart.dots[0].x <= chart.dots[1].x
    assert chart.summary == "оценок 2, средневзвешенный был 3,00, стал 4,00"


def test_r2_1_d_a_mark_says_who_gave_it_when_and_what_it_was_before(journal, child):
    lesson = make_lesson(journal.course_id, settings.today(), topic="Потоки")
    teacher = factories.viewer_of(journal.teacher)
    for version, text in enumerate(("2", "о4")):
        cells.record_cell(teacher, journal.course_id, cells.Entry(child.id, lesson.works[0].id, text, version))
    cell = db.session.scalars(db.select(factories_diary.Cell)).one()
    detail = diary_mark.load(factories.viewer_of(child), child.id, cell.id)
    assert (detail.text, detail.who, detail.attendance_words) == (
        "о4", journal.teacher.full_name, "опоздание на занятие",
    )  # fmt: skip
    assert [(change.before, change.after, change.who) for change in detail.changes] == [
        ("2", "о4", journal.teacher.full_name),
        ("", "2", journal.teacher.full_name),
    ]
    assert detail.lesson.topic == "Потоки"


def test_r2_1_c_a_cell_of_somebody_else_is_not_found_in_ones_own_diary(journal, child):
    other = factories_diary.make_child(journal.group, "Пётр")
    cell = mark(journal, other, "5")
    with pytest.raises(NotFoundError):
        diary_mark.load(factories.viewer_of(child), child.id, cell.id)
    with pytest.raises(NotFoundError):
        diary_mark.load(factories.viewer_of(child), other.id, cell.id)


def attendance_of(child: Person) -> diary_attendance.Attendance:
    found = diary_attendance.load(factories.viewer_of(child), child.id)
    db.session.commit()
    return found


def test_r4_4_e_hours_are_summed_by_reason_and_latenesses_counted(journal, child):
    for days_ago, code in enumerate("ннпбо", 1):
        mark(journal, child, "", days_ago, code=code)
    mark(journal, child, "5", 6)
    found = attendance_of(child)
    assert [(code, lessons, hours) for code, _words, lessons, hours in found.by_reason] == [
        ("н", 2, 4), ("п", 1, 2), ("б", 1, 2), ("о", 1, 2),
    ]  # fmt: skip
    assert (found.missed.total, found.missed.unexcused, found.missed.late_count) == (8, 4, 1)
    assert (found.held, found.share) == (12, "33,3\u00a0%")
    assert len(found.absences) == 5


def test_a_lesson_with_two_works_is_missed_once(journal, child):
    lesson = make_lesson(journal.course_id, settings.today() - DAY, works=2)
    for work in lesson.works:
        factories_diary.put(work, child, attendance="б")
    found = attendance_of(child)
    assert (found.missed.total, len(found.absences)) == (2, 1)


def test_the_calendar_codes_days_by_letters_and_says_them_in_words(journal, child):
    yesterday = settings.today() - DAY
    for pair, code in enumerate(("о", "н"), 1):
        lesson = make_lesson(journal.course_id, yesterday, pair=pair)
        factories_diary.put(lesson.works[0], child, attendance=code)
    make_lesson(journal.course_id, settings.today() - 2 * DAY)
    days = {cell.date: cell for month in attendance_of(child).months for week in month.weeks for cell in week if cell}
    assert (days[yesterday].kind, days[yesterday].codes) == ("missed", "но")
    assert "опоздание на занятие; Операционные системы: отсутствие" in days[yesterday].words
    assert days[settings.today() - 2 * DAY].kind == "lessons"
    assert all(len(week) == 7 for month in attendance_of(child).months for week in month.weeks)


def test_a_lesson_to_come_is_not_held_yet(journal, child):
    make_lesson(journal.course_id, settings.today(), state="planned")
    db.session.commit()
    assert attendance_of(child).held == 0
    lesson = db.session.scalars(db.select(Lesson)).one()
    kind = make_kind()
    work = Work(lesson_id=lesson.id, kind_id=kind.id, ordinal=5)
    db.session.add(work)
    lesson.state = "held"
    db.session.commit()
    factories_diary.put(work, child, attendance="н")
    assert (attendance_of(child).held, attendance_of(child).missed.total) == (2, 2)


def test_r4_6_b_a_lesson_nobody_filled_in_is_held_neither_in_the_diary_nor_in_the_statement(journal, child):
    yesterday = settings.today() - DAY
    make_lesson(journal.course_id, yesterday - DAY, state="planned")
    mark(journal, child, "", code="н")
    assert (attendance_of(child).held, attendance_of(child).share) == (2, "0,0\u00a0%")
    days = {cell.date: cell for month in attendance_of(child).months for week in month.weeks for cell in week if cell}
    assert days[yesterday - DAY].kind == "ahead"
    curator = factories.viewer_of(factories.make_curator(journal.group))
    assert statements.of_student(curator, child.id, None).total.hours == 2
