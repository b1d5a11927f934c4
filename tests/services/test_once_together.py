"""What can be done once, asked for by several at the same moment: one does it and the others are told."""

from dataclasses import replace
from datetime import timedelta

import factories
from at_once import AT_ONCE, together
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Account,
    Compromise,
    Enrollment,
    Group,
    Lesson,
    LogEntry,
    MovementOrder,
    PeriodClosing,
    PeriodMark,
    Role,
    TimetableEntry,
)
from ejournal.models.base import now
from ejournal.services import (
    accounts,
    closing,
    compromise_register,
    compromises,
    exam_edit,
    generation,
    lessons,
    movement,
    movement_undo,
    new_year,
    settings,
    substitutions,
    year_setup,
)
from ejournal.services.compromises import Told
from ejournal.services.movement_plan import Typed


def office(role: Role = Role.SYSADMIN) -> Viewer:
    return factories.viewer_of(factories.make_person("Приказова", (role,)))


def logged(subject: str, action: str) -> int:
    wanted = db.select(LogEntry).where(LogEntry.subject == subject, LogEntry.action == action)
    return len(db.session.scalars(wanted).all())


def test_r3_8_a_code_is_used_up_by_one(app: Flask) -> None:
    with app.app_context():
        person = factories.make_person(roles=(Role.TEACHER,))
        account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
        code = accounts.issue_code(account, None)
        db.session.commit()
    password = "длинный пароль {} для входа"
    told = together(app, lambda number: accounts.activate(code, None, password.format(number), password.format(number)))
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("account", "activate") == 1


def test_r4_2_c_an_order_given_twice_at_once_is_carried_out_once(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=1, lessons=0), office()
        student, today = journal.students[0].id, settings.today()
    typed = Typed("expel", "15-с", today, today, (student,), reason="по заявлению", sure=True)
    told = together(app, lambda _number: movement.issue(actor, typed))
    assert told.count("") == 1, told
    with app.app_context():
        assert len(db.session.scalars(db.select(MovementOrder)).all()) == 1


def test_r4_2_c_an_order_is_taken_back_by_one(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=1, lessons=0), office()
        student, today = journal.students[0].id, settings.today()
        order = movement.issue(
            actor, Typed("expel", "15-с", today, today, (student,), reason="по заявлению", sure=True)
        ).id
    told = together(app, lambda _number: movement_undo.undo(actor, order))
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("enrollment", "undo") == 1
        assert db.session.scalars(db.select(Enrollment.until)).all() == [None]


def test_r4_4_a_period_is_closed_by_one(app: Flask) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        for lesson in db.session.scalars(db.select(Lesson)):
            lesson.topic, lesson.attendance_at = "Потоки", lesson.attendance_at or now()
        student, period = journal.students[0].id, journal.period.id
        db.session.add(PeriodMark(course_id=journal.course_id, period_id=period, student_id=student, mark="4"))
        db.session.commit()
        teacher = factories.viewer_of(journal.teacher)
    told = together(app, lambda _number: closing.close(teacher, journal.course_id, period))
    assert told.count("") == 1, told
    with app.app_context():
        assert len(db.session.scalars(db.select(PeriodClosing)).all()) == 1
        assert logged("closing", "close") == 1


def test_r4_4_a_period_is_opened_by_one(app: Flask) -> None:
    with app.app_context():
        journal, chief = factories.make_journal(students=1, lessons=0), office(Role.ADMINISTRATION)
        closed = PeriodClosing(course_id=journal.course_id, period_id=journal.period.id, closed_by=chief.person_id)
        closed.closed_at = now() - timedelta(days=1)
        db.session.add(closed)
        db.session.commit()
    told = together(
        app, lambda _number: closing.unlock(chief, journal.course_id, journal.period.id, "2", "ошибка в ведомости")
    )
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("closing", "unlock") == 1


def test_r4_2_c_a_released_group_is_released_once(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=2, lessons=0), office(Role.ADMINISTRATION)
        group = db.session.get_one(Group, journal.group.id)
        group.admission_year = journal.year.starts.year - 3
        db.session.commit()
        since = journal.year.ends + timedelta(days=1)

    def release(_number: int) -> int:
        year = db.session.get_one(AcademicYear, journal.year.id)
        return new_year.release(actor, year, [journal.group.id], "12-в", since, since)

    told = together(app, release)
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("group", "release") == 1
        assert len(db.session.scalars(db.select(MovementOrder)).all()) == 1


def test_r4_1_a_year_is_made_once(app: Flask) -> None:
    with app.app_context():
        starts, actor = factories.make_year()[0].starts.year + 1, office()
    told = together(app, lambda _number: year_setup.create(actor, starts, "semesters"))
    assert told.count("") == 1, told
    with app.app_context():
        assert len(db.session.scalars(db.select(AcademicYear)).all()) == 2


def test_r2_3_a_year_is_closed_and_opened_again_by_one(app: Flask) -> None:
    with app.app_context():
        year, actor = factories.make_year(settings.today() - timedelta(days=800))[0].id, office()
    told = together(app, lambda _number: year_setup.close(actor, db.session.get_one(AcademicYear, year)))
    assert told.count("") == 1, told
    told = together(app, lambda _number: year_setup.reopen(actor, db.session.get_one(AcademicYear, year), "ошибка"))
    assert told.count("") == 1, told
    with app.app_context():
        assert (logged("year", "close"), logged("year", "open")) == (1, 1)


def test_r4_2_c_a_lesson_is_added_once(app: Flask) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=0)
        teacher, form = factories.viewer_of(journal.teacher), {"date": settings.today().isoformat(), "pair": "5"}
        factories.make_kind()
        db.session.commit()
    told = together(app, lambda _number: lessons.add(teacher, journal.course_id, {**form, "sure": "1"}))
    assert told.count("") == 1, told
    with app.app_context():
        assert len(db.session.scalars(db.select(Lesson)).all()) == 1


def test_r4_2_c_lessons_of_a_timetable_are_made_once(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=1, lessons=0), office()
        factories.make_kind()
        today = settings.today()
        db.session.add(TimetableEntry(course_id=journal.course_id, weekday=today.isoweekday() % 7 or 1, pair=2))
        db.session.commit()

    def generate(_number: int) -> generation.Total:
        year = db.session.get_one(AcademicYear, journal.year.id)
        return generation.generate(actor, year, [journal.group.id], today, today + timedelta(days=13))

    assert together(app, generate) == [""] * AT_ONCE, "the others find nothing to do"
    with app.app_context():
        days = db.session.scalars(db.select(Lesson.date)).all()
        assert 1 <= len(set(days)) == len(days) <= 2


def test_r4_2_c_a_replacement_is_taken_back_by_one(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=1, lessons=1), office(Role.ADMINISTRATION)
        lesson = db.session.merge(journal.lessons[0])
        lesson.state, lesson.attendance_at = "planned", None
        db.session.commit()
        substitute = factories.make_person("Заменяева", (Role.TEACHER,))
        typed = substitutions.Typed("teacher", teacher_id=substitute.id, reason="болезнь", sure=True)
        made = substitutions.publish(actor, lesson.id, typed).id
    told = together(app, lambda _number: substitutions.withdraw(actor, made))
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("substitution", "withdraw") == 1


def test_r3_11_a_report_is_closed_by_one(app: Flask) -> None:
    with app.app_context():
        teller, actor = factories.viewer_of(factories.make_person(roles=(Role.TEACHER,))), office()
        compromises.report_without_password(teller, Told(settings.today()))
        report = db.session.scalars(db.select(Compromise)).one().id
    told = together(app, lambda number: compromise_register.close(actor, report, f"Выдан новый код {number}"))
    assert told.count("") == 1, told
    with app.app_context():
        assert logged("compromise", "close") == 1


def test_an_exam_is_changed_by_who_saw_it_as_it_is(app: Flask) -> None:
    with app.app_context():
        journal, actor = factories.make_journal(students=1, lessons=0), office(Role.ADMINISTRATION)
        day = journal.period.ends.isoformat()
        typed = exam_edit.Typed(course_id=journal.course_id, kind="Э", date=day, starts="09:00", sure=True)
        exam = exam_edit.put(actor, *placed(journal), typed).id

    def move(number: int) -> object:
        return exam_edit.change(actor, *placed(journal), exam, 1, replace(typed, room=f"30{number}"))

    told = together(app, move)
    assert told.count("") == 1, told


def placed(journal: factories.Journal) -> tuple[AcademicYear, Group]:
    return db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)
