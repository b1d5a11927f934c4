"""The week of the diary: what is in it, whose it is, as of which day (R4.2.d, R4.5.b, R4.6.a)."""

from datetime import date, datetime, time, timedelta

import factories
import factories_diary
import pytest
import time_machine
from factories import Journal, make_lesson
from flask import Flask

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import (
    Bell,
    BellSchedule,
    CourseTeacher,
    DiaryVisit,
    Enrollment,
    Group,
    IndividualPlan,
    IndividualRow,
    Person,
    Subgroup,
    SubgroupMember,
    Vacation,
)
from ejournal.models.base import now
from ejournal.services import diary, diary_week, settings
from ejournal.services.errors import NotFoundError

TODAY = timedelta(0)
DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=0, lessons=0)


@pytest.fixture
def child(journal: Journal) -> Person:
    return factories_diary.make_child(journal.group)


def monday():
    return calendar.monday_of(settings.today())


def week_of(child: Person, viewer: Person | None = None, start=None) -> diary_week.Week:
    db.session.expire_all()
    found = diary_week.load(factories.viewer_of(viewer or child), child.id, start or monday())
    db.session.commit()
    return found


def day_of(child: Person, day, viewer: Person | None = None) -> diary_week.Day:
    week = week_of(child, viewer, calendar.monday_of(day))
    return next(each for each in week.days if each.date == day)


def line_of(child: Person, day) -> diary_week.LessonLine:
    (line,) = day_of(child, day).lessons
    return line


def test_r4_2_c_the_week_of_1_september_is_of_the_year_that_begins_in_it(in_app: Flask) -> None:
    """Its Monday is still of the year before, which had another first week."""
    with time_machine.travel("2026-09-02 09:00:00+03:00", tick=False):
        factories.make_year(date(2026, 3, 1))
        child = factories_diary.make_child(factories.make_journal(students=0, lessons=0).group)
        settings.put("week.anchor", "2025-09-08")
        db.session.commit()
        assert week_of(child).parity == "числитель"


def test_r4_6_a_a_lesson_says_when_where_who_and_what_about(journal, child):
    schedule = BellSchedule(title="Звонки")
    db.session.add(schedule)
    db.session.flush()
    db.session.add(Bell(schedule_id=schedule.id, pair=2, starts=time(10, 15), ends=time(11, 50)))
    make_lesson(journal.course_id, monday(), pair=2, room="217", topic="Потоки", recommendations="Повторить главу 3")
    line = line_of(child, monday())
    assert (line.pair, line.times, line.discipline, line.room) == (
        2, (time(10, 15), time(11, 50)), "Операционные системы", "217",
    )  # fmt: skip
    assert line.teachers == journal.teacher.short_name
    assert (line.topic, line.recommendations, line.change) == ("Потоки", "Повторить главу 3", None)


def test_r4_6_a_practice_of_six_hours_is_shown_to_its_last_bell(journal, child):
    schedule = BellSchedule(title="Звонки")
    db.session.add(schedule)
    db.session.flush()
    rings = ((time(8, 30), time(10, 5)), (time(10, 10), time(11, 45)), (time(12, 10), time(13, 45)))
    for pair, (starts, ends) in enumerate(rings, 1):
        db.session.add(Bell(schedule_id=schedule.id, pair=pair, starts=starts, ends=ends))
    make_lesson(journal.course_id, monday(), pair=1, hours=6)
    make_lesson(journal.course_id, monday(), pair=3, hours=4)
    # Of a pair after the last bell nobody knows when it ends.
    times = [line.times for line in day_of(child, monday()).lessons]
    assert times == [(time(8, 30), time(13, 45)), (time(12, 10), time(13, 45))]


def test_r4_6_a_marks_come_with_kind_and_attendance_in_words(journal, child):
    lesson = make_lesson(journal.course_id, monday(), works=2)
    factories_diary.put(lesson.works[0], child, "5", "о")
    factories_diary.put(lesson.works[1], child)
    (mark,) = line_of(child, monday()).marks
    assert (mark.text, mark.mark, mark.attendance_words) == ("о5", "5", "опоздание на занятие")
    assert mark.kind == "Ответ на занятии"


def test_r2_1_c_nobody_elses_marks_are_in_it(journal, child):
    other = factories_diary.make_child(journal.group, "Пётр")
    lesson = make_lesson(journal.course_id, monday())
    factories_diary.put(lesson.works[0], other, "2")
    assert line_of(child, monday()).marks == []


def test_r4_2_d_a_replacement_names_who_replaces_and_whom(journal, child):
    instead = factories.make_person("Заменова")
    make_lesson(journal.course_id, monday(), teacher_id=instead.id)
    line = line_of(child, monday())
    assert line.teachers == instead.short_name
    assert line.change == ("late", f"замена, по расписанию — {journal.teacher.short_name}")


def test_r4_2_d_a_cancelled_lesson_stays_with_its_reason(journal, child):
    make_lesson(journal.course_id, monday(), state="cancelled", reason="карантин")
    assert line_of(child, monday()).change == ("bad", "занятия нет: карантин")


def test_r4_2_d_a_moved_lesson_is_told_on_both_days(journal, child):
    make_lesson(journal.course_id, monday() + DAY, pair=3, state="moved", moved_from=monday(), topic="Потоки")
    left, came = line_of(child, monday()), line_of(child, monday() + DAY)
    assert left.change[1] == f"перенесено на {calendar.format_weekday(monday() + DAY)}, 3 пара"
    assert (left.topic, left.marks, left.state, left.pair) == ("", [], "gone", 0)
    assert came.change[1] == f"перенесено с {calendar.format_weekday(monday())}"
    assert came.topic == "Потоки"


def test_r4_2_d_what_is_due_for_a_moved_lesson_is_told_where_it_went(journal, child):
    given = make_lesson(journal.course_id, monday(), state="held")
    factories_diary.give(given, "§ 5", monday() + DAY)
    make_lesson(journal.course_id, monday() + 2 * DAY, pair=4, state="moved", moved_from=monday() + DAY)
    assert [task.text for task in line_of(child, monday() + 2 * DAY).due] == ["§ 5"]
    make_lesson(journal.course_id, monday() + DAY, pair=5)
    assert line_of(child, monday() + 2 * DAY).due == []


def test_r4_5_b_homework_is_where_it_was_given_and_where_it_is_due(journal, child):
    given = make_lesson(journal.course_id, settings.today(), state="held")
    due_on = settings.today() + DAY
    make_lesson(journal.course_id, due_on, state="planned")
    factories_diary.give(given, "§ 5", due_on)
    factories_diary.attach(given, "схема.pdf")
    factories_diary.attach(given, "лекция.pdf", "material")
    line = line_of(child, settings.today())
    (task,) = line.homework
    assert (task.text, task.due) == ("§ 5", due_on)
    assert [file.file.name for file in task.files] == ["схема.pdf"]
    assert [file.file.name for file in line.materials] == ["лекция.pdf"]
    assert [task.text for task in line_of(child, due_on).due] == ["§ 5"]


def test_r4_4_g_homework_written_ahead_is_seen_once_it_is_published(journal, child):
    lesson = make_lesson(journal.course_id, settings.today())
    homework = factories_diary.give(lesson, published_at=now() + timedelta(hours=2))
    assert line_of(child, settings.today()).homework == []
    homework.published_at = now()
    db.session.commit()
    assert [task.text for task in line_of(child, settings.today()).homework] == ["Прочитать § 5"]


def test_who_moved_sees_the_old_group_before_and_the_new_one_after(journal, child):
    other = factories.make_journal(students=0, lessons=0)
    enrolled = diary.load(factories.viewer_of(child), child.id).child.spells
    assert len(enrolled) == 1
    moved = monday() + DAY
    row = db.session.scalars(db.select(factories.Enrollment).where(factories.Enrollment.student_id == child.id)).one()
    row.until, row.left_kind = moved - DAY, "moved"
    db.session.commit()
    factories.enroll(child, other.group, moved)
    for each in (journal, other):
        make_lesson(each.course_id, monday(), pair=1)
        make_lesson(each.course_id, moved, pair=2)
    before, after = day_of(child, monday()), day_of(child, moved)
    assert [line.teachers for line in before.lessons] == [journal.teacher.short_name]
    assert [line.pair for line in before.lessons] == [1]
    assert [line.pair for line in after.lessons] == [2]
    # Once it is Tuesday the child is in the new group, and Monday's lesson names the old one.
    if settings.today() >= moved:
        assert (before.lessons[0].part, after.lessons[0].part) == (journal.group.title, "")


def test_a_subgroup_is_asked_as_of_the_lessons_day(journal, child):
    subgroups = [Subgroup(group_id=journal.group.id, title=f"подгруппа {number}") for number in (1, 2)]
    db.session.add_all(subgroups)
    db.session.flush()
    db.session.add_all(
        [
            SubgroupMember(subgroup_id=subgroups[0].id, student_id=child.id, since=journal.year.starts, until=monday()),
            SubgroupMember(subgroup_id=subgroups[1].id, student_id=child.id, since=monday() + DAY),
        ]
    )
    db.session.commit()
    for subgroup in subgroups:
        course = factories_diary.make_course(journal, "Английский язык", subgroup.id)
        make_lesson(course.id, monday())
        make_lesson(course.id, monday() + DAY)
    assert line_of(child, monday()).part == "подгруппа 1"
    assert line_of(child, monday() + DAY).part == "подгруппа 2"


def test_r4_2_c_an_individual_plan_excuses_and_sends_elsewhere(journal, child):
    elsewhere = factories.make_journal(students=0, lessons=0)
    make_lesson(journal.course_id, monday())
    make_lesson(elsewhere.course_id, monday(), pair=4)
    course = db.session.get_one(factories.Course, journal.course_id)
    plan = IndividualPlan(student_id=child.id, since=monday())
    plan.rows = [IndividualRow(discipline_id=course.discipline_id, course_id=elsewhere.course_id)]
    db.session.add(plan)
    db.session.commit()
    assert line_of(child, monday()).pair == 4
    plan.rows = [IndividualRow(discipline_id=course.discipline_id, exempt=True)]
    db.session.commit()
    assert day_of(child, monday()).lessons == []


def test_a_guest_who_left_the_college_sees_no_lessons_there_any_more(journal, child):
    elsewhere = factories.make_journal(students=0, lessons=0)
    for number in range(2):
        make_lesson(elsewhere.course_id, monday() + number * DAY, pair=4)
    discipline_id = db.session.get_one(factories.Course, journal.course_id).discipline_id
    plan = IndividualPlan(student_id=child.id, since=monday())
    plan.rows = [IndividualRow(discipline_id=discipline_id, course_id=elsewhere.course_id)]
    db.session.add(plan)
    left = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == child.id)).one()
    left.until, left.left_kind = monday(), "leave"
    db.session.commit()
    assert line_of(child, monday()).pair == 4
    assert day_of(child, monday() + DAY).lessons == []


def test_days_without_lessons_say_why(journal, child):
    monday_ = monday()
    number = db.session.get_one(Group, journal.group.id).course_number(journal.year.starts.year)
    db.session.add(
        Vacation(year_id=journal.year.id, title="Осенние", course_number=number, starts=monday_, ends=monday_)
    )
    db.session.add(
        Vacation(year_id=journal.year.id, title="Карантин", course_number=number + 1, starts=monday_ + DAY,
                 ends=monday_ + DAY)
    )  # fmt: skip
    db.session.commit()
    assert day_of(child, monday_).free == "каникулы «Осенние»"
    assert day_of(child, monday_ + DAY).free in ("занятий нет", "праздничный день")
    assert day_of(child, monday_ + 6 * DAY).free in ("воскресенье", "праздничный день")


def test_the_summary_tells_this_week_whatever_week_is_open(journal, child):
    lesson = make_lesson(journal.course_id, monday(), works=2)
    factories_diary.put(lesson.works[0], child, "5")
    factories_diary.put(lesson.works[1], child, "4")
    missed = make_lesson(journal.course_id, monday(), pair=2)
    factories_diary.put(missed.works[0], child, attendance="б")
    for start in (monday(), monday() - 7 * DAY, monday() + 70 * DAY):
        summary = week_of(child, start=start).summary
        assert [entry.mark for entry in summary.marks] == ["5", "4"]
        assert (summary.missed.total, summary.missed.excused) == (2, 2)


def test_homework_for_tomorrow_is_counted_with_what_is_done(journal, child):
    lesson = make_lesson(journal.course_id, settings.today())
    factories_diary.give(lesson, due=settings.today() + DAY)
    later = make_lesson(journal.course_id, settings.today(), pair=2)
    factories_diary.give(later, due=settings.today() + 3 * DAY)
    summary = week_of(child).summary
    assert (summary.due_words, len(summary.due), summary.done) == ("на завтра", 1, 0)


def test_nothing_is_new_on_the_first_visit(journal, child):
    lesson = make_lesson(journal.course_id, monday())
    factories_diary.put(lesson.works[0], child, "5")
    summary = week_of(child).summary
    assert summary.is_first_visit
    assert summary.news == []


def test_what_appeared_since_the_last_visit_is_new_until_it_ends(journal, child):
    parent = factories_diary.make_parent(child)
    viewer = factories.viewer_of(parent)
    diary.visited(viewer, child.id)
    visit = db.session.scalars(db.select(DiaryVisit)).one()
    visit.seen_at = now() - timedelta(days=1)
    db.session.commit()
    lesson = make_lesson(journal.course_id, monday())
    factories_diary.put(lesson.works[0], child, "5")
    factories_diary.give(lesson, due=settings.today())
    for _ in range(2):  # and stays new while the page is open
        week = week_of(child, parent)
        assert [(item.text.split(",")[0], item.mark) for item in week.summary.news] == [
            ("Операционные системы", "5"),
            ("задание: Операционные системы", ""),
        ]
        assert next(day for day in week.days if day.date == monday()).lessons[0].marks[0].is_new
        diary.visited(viewer, child.id)
    visit = db.session.scalars(db.select(DiaryVisit)).one()
    visit.seen_at = now() - timedelta(hours=1)
    visit.before_at = None
    db.session.commit()
    cell = db.session.scalars(db.select(factories_diary.Cell)).one()
    cell.updated_at = now() - timedelta(hours=5)
    db.session.scalars(db.select(factories_diary.Homework)).one().published_at = now() - timedelta(hours=5)
    db.session.commit()
    assert week_of(child, parent).summary.news == []
    # Another reader's visits are their own.
    assert week_of(child).summary.is_first_visit


def test_r2_3_monitor_the_summary_hints_at_two_bad_marks(journal, child):
    lesson = make_lesson(journal.course_id, settings.today(), works=2)
    for work in lesson.works:
        factories_diary.put(work, child, "2")
    (hint,) = week_of(child).summary.hints
    assert hint.title == "Операционные системы"


def test_r4_6_a_several_children_are_told_at_a_glance(journal, child):
    sister = factories_diary.make_child(factories.make_group(year=journal.year), "Полина")
    parent = factories_diary.make_parent(child, sister)
    make_lesson(journal.course_id, settings.today())
    found = diary_week.at_a_glance(factories.viewer_of(parent))
    assert {one.name: len(day.lessons) for one, _summary, day in found} == {"Артём": 1, "Полина": 0}


def test_the_family_is_one_tap_away_and_nobody_else(journal, child):
    sister = factories_diary.make_child(journal.group, "Полина")
    stranger = factories_diary.make_child(journal.group, "Чужой")
    parent = factories_diary.make_parent(child, sister)
    opened = week_of(child, parent).diary
    assert {one.name for one in opened.children} == {"Артём", "Полина"}
    assert opened.is_kin
    assert not opened.is_own
    with pytest.raises(NotFoundError):
        week_of(stranger, parent)
    curator = factories.make_curator(journal.group)
    opened = week_of(stranger, curator).diary
    assert [one.name for one in opened.children] == ["Чужой"]
    assert not opened.is_kin


def test_a_lesson_of_yesterday_without_a_cell_was_attended(journal, child):
    make_lesson(journal.course_id, monday(), attendance_at=datetime.now(settings.timezone()))
    assert line_of(child, monday()).is_checked


def test_r4_2_d_an_exam_and_its_consultation_stand_on_their_days(journal, child):
    factories_diary.make_exam(
        journal.course_id, monday() + 2 * DAY, starts=time(9), ends=time(12), room="301", note="Взять зачётку",
        consultation_date=monday() + DAY, consultation_starts=time(15, 30), consultation_room="217",
    )  # fmt: skip
    (exam,) = day_of(child, monday() + 2 * DAY).exams
    assert (exam.title, exam.discipline, exam.starts, exam.ends) == (
        "экзамен",
        "Операционные системы",
        time(9),
        time(12),
    )
    assert (exam.room, exam.note, exam.teachers) == ("301", "Взять зачётку", journal.teacher.short_name)
    (before,) = day_of(child, monday() + DAY).exams
    assert (before.title, before.starts, before.room, before.note) == ("консультация", time(15, 30), "217", "")
    assert day_of(child, monday() + 2 * DAY).free == ""
    assert day_of(child, monday()).exams == []


def test_r4_2_d_who_examines_is_the_one_named_else_the_last_teachers(journal, child):
    other = factories.make_person("Экзаменаторов")
    factories_diary.make_exam(journal.course_id, monday(), teacher_id=other.id)
    (teaching,) = db.session.scalars(db.select(CourseTeacher).where(CourseTeacher.course_id == journal.course_id))
    teaching.until = monday() - DAY
    db.session.commit()
    factories_diary.make_exam(journal.course_id, monday() + DAY, "ДЗ")
    week = week_of(child)
    assert week.days[0].exams[0].teachers == other.short_name
    assert week.days[1].exams[0].teachers == journal.teacher.short_name


def test_r2_1_c_another_groups_and_the_other_halfs_exams_are_not_in_it(journal, child):
    elsewhere = factories.make_journal(students=0, lessons=0)
    half = Subgroup(group_id=journal.group.id, title="подгруппа 2")
    db.session.add(half)
    db.session.commit()
    for course_id in (elsewhere.course_id, factories_diary.make_course(journal, "Английский язык", half.id).id):
        factories_diary.make_exam(course_id, monday())
    assert week_of(child).days[0].exams == []
