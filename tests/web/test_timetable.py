"""The week as everybody sees it, and its timetable as administration changes it (R4.2.c, R4.2.d)."""

from datetime import date, timedelta

import time_machine
from conftest import SignIn
from factories import enroll, make_journal, make_lesson, make_person
from flask import Flask

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    CourseTeacher,
    Guardianship,
    Lesson,
    PeriodClosing,
    Person,
    Role,
    Substitution,
    TimetableEntry,
)
from ejournal.services import settings


def test_r4_2_d_a_student_sees_the_own_groups_week_with_what_is_otherwise(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=0, lessons=1)
        student = make_person("Ёлкин", (Role.STUDENT,))
        enroll(student, journal.group, journal.year.starts)
        lesson = db.session.get(Lesson, journal.lessons[0].id)
        assert lesson is not None
        lesson.date = calendar.monday_of(lesson.date)
        lesson.state, lesson.reason = "cancelled", "болезнь"
        db.session.commit()
    page = sign_in(student).get("/timetable/").text
    assert "Операционные системы" in page
    assert "снято: болезнь" in page


def test_a_student_sees_no_other_group(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        own, other = make_journal(students=0, lessons=0), make_journal(students=0, lessons=0)
        student = make_person("Ёлкин", (Role.STUDENT,))
        enroll(student, own.group, own.year.starts)
    client = sign_in(student)
    assert client.get(f"/timetable/?group={own.group.id}").status_code == 200
    assert client.get(f"/timetable/?group={other.group.id}").status_code == 404
    page = client.get(f"/timetable/?teacher={other.teacher.id}&room=217").text
    assert own.group.title in page


def test_a_parent_sees_the_groups_of_the_children(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journals = [make_journal(students=1, lessons=0) for _ in range(3)]
        parent = make_person("Ёлкина", (Role.PARENT,))
        for journal in journals[:2]:
            db.session.add(Guardianship(parent_id=parent.id, student_id=journal.students[0].id))
        db.session.commit()
    client = sign_in(parent)
    statuses = [client.get(f"/timetable/?group={journal.group.id}").status_code for journal in journals]
    assert statuses == [200, 200, 404]


def test_the_first_week_of_a_year_that_begins_in_august_is_of_the_new_year(app: Flask, sign_in: SignIn) -> None:
    """Its groups, who teaches them, and its days: 1 September 2026 is a Tuesday."""
    with time_machine.travel("2026-09-01 09:00:00+03:00", tick=True):
        with app.app_context():
            db.session.add(AcademicYear(title="2025/2026", starts=date(2025, 9, 1), ends=date(2026, 8, 31)))
            db.session.commit()
            journal = make_journal(students=0, lessons=1, last=date(2026, 9, 1))
            journal.group.admission_year = 2026
            teaching = db.session.scalars(db.select(CourseTeacher)).one()
            teaching.since = date(2026, 9, 1)
            db.session.commit()
            administration = make_person("Директорова", (Role.ADMINISTRATION,))
            title, group_id = journal.group.title, journal.group.id
        page = sign_in(administration).get(f"/timetable/?group={group_id}").text
    assert title in page
    assert "преподаватель не назначен" not in page
    assert page.count("вне учебного года") == 1
    assert '<input type="hidden" name="week" value="2026-W36">' in page, "another group is shown of the same week"


def test_a_teacher_sees_her_own_week_with_lessons_she_gives_for_another(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        substitute = make_person("Заменяева", (Role.TEACHER,))
        lesson = db.session.get(Lesson, journal.lessons[0].id)
        assert lesson is not None
        lesson.teacher_id, lesson.date = substitute.id, calendar.monday_of(lesson.date)
        db.session.commit()
    page = sign_in(substitute).get("/timetable/").text
    assert "замена, по расписанию — Преподавателева" in page


@time_machine.travel("2026-11-25T09:00Z")
def test_a_lesson_put_on_a_sunday_is_in_its_week_and_no_other_sunday_is(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=0)
        make_lesson(journal.course_id, date(2026, 11, 29))
    client = sign_in(journal.teacher)
    for week, days in (("2026-W48", 7), ("2026-W47", 6)):
        page = client.get(f"/timetable/?week={week}").text
        assert page.count('class="week-day') == days
        assert ("Воскресенье" in page) is (days == 7)


def administrator(app: Flask) -> Person:
    with app.app_context():
        return make_person("Завучева", (Role.ADMINISTRATION,))


def test_an_entry_is_put_through_the_form_and_a_clash_keeps_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=0)
        group_id, course_id = journal.group.id, journal.course_id
    client = sign_in(administrator(app))
    form = {"course_id": course_id, "weekday": 2, "pair": 3, "week": "both", "room": "217"}
    assert client.post(f"/timetable/groups/{group_id}/entries", data=form).status_code == 302
    refused = client.post(f"/timetable/groups/{group_id}/entries", data={**form, "room": "301"})
    assert refused.status_code == 422
    assert "У группы здесь уже стоит" in refused.text
    assert 'value="301"' in refused.text
    fragment = client.get(f"/timetable/groups/{group_id}/clashes", query_string=form).text
    assert "Всё равно поставить" in fragment
    assert "217" in client.get(f"/timetable/edit?group={group_id}").text


def test_lessons_are_shown_before_they_are_made(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=0)
        db.session.add(TimetableEntry(course_id=journal.course_id, weekday=1, pair=1))
        db.session.commit()
        since = journal.year.starts
    client = sign_in(administrator(app))
    days = {"since": since.isoformat(), "until": (since + timedelta(days=27)).isoformat()}
    page = client.get("/timetable/generation", query_string={**days, "shown": 1}).text
    assert "создано 4" in page or "создано 3" in page
    assert count(app) == 0
    assert client.post("/timetable/generation", data=days).status_code == 302
    assert count(app) in (3, 4)


def count(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(db.select(Lesson)).all())


def test_a_replacement_is_published_through_the_form_and_seen_at_once(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=0, lessons=1)
        substitute = make_person("Заменяева", (Role.TEACHER,))
        student = make_person("Ёлкин", (Role.STUDENT,))
        enroll(student, journal.group, journal.year.starts)
        lesson_id, today = journal.lessons[0].id, settings.today()
        db.session.execute(db.update(Lesson).values(state="planned"))
        db.session.commit()
    client = sign_in(administrator(app))
    form = {"kind": "teacher", "teacher_id": substitute.id, "room": "301", "reason": "болезнь", "sure": "1"}
    assert client.post(f"/substitutions/lessons/{lesson_id}", data=form).status_code == 302
    for viewer in (substitute, journal.teacher):
        assert "Заменяева П. И., ауд. 301" in sign_in(viewer).get(f"/substitutions/?date={today}").text
    if today.isoweekday() != 7:
        assert "замена, по расписанию" in sign_in(student).get("/timetable/").text
    with app.app_context():
        made = db.session.scalars(db.select(Substitution)).one()
    assert client.post(f"/substitutions/{made.id}/withdrawal", data={"date": str(today)}).status_code == 302
    assert "Замен нет" in client.get(f"/substitutions/?date={today}").text


def test_a_day_asked_for_without_whose_says_what_to_choose(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(administrator(app))
    asked = client.get("/substitutions/?date=2026-11-28&teacher=&group=").text
    assert "Выберите, кто отсутствует, или группу" in asked
    assert "Выберите, кто отсутствует" not in client.get("/substitutions/").text


def test_whose_timetable_is_a_click_on_a_group(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        group = make_journal(students=0).group
    page = sign_in(administrator(app)).get("/timetable/?week=2026-W48").text
    assert f'href="/timetable/?week=2026-W48&amp;group={group.id}"' in page


def test_r4_4_a_a_replacement_in_a_closed_period_is_refused_on_its_page(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
        db.session.commit()
    answer = sign_in(administrator(app)).post(
        f"/substitutions/lessons/{journal.lessons[0].id}", data={"kind": "cancelled", "reason": "командировка"}
    )
    assert answer.status_code == 423
    assert "Период закрыт" in answer.text
    assert "командировка" in answer.text


def test_a_replacement_that_is_not_complete_keeps_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
    answer = sign_in(administrator(app)).post(
        f"/substitutions/lessons/{journal.lessons[0].id}", data={"kind": "teacher", "reason": "командировка"}
    )
    assert answer.status_code == 422
    assert "Выберите, кто заменяет" in answer.text
    assert "командировка" in answer.text
