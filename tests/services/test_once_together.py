"""What can be done once, asked for by several at the same moment: one does it and the others are told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import factories
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Account, Enrollment, Lesson, LogEntry, MovementOrder, PeriodClosing, PeriodMark, Role
from ejournal.models.base import now
from ejournal.services import accounts, closing, movement, settings
from ejournal.services.errors import ServiceError
from ejournal.services.movement_plan import Typed

AT_ONCE = 4


def together(app: Flask, do: Callable[[int], object]) -> list[str]:
    """What each is told; "" who did it."""

    def one(number: int) -> str:
        with app.app_context():
            try:
                do(number)
            except ServiceError as refused:
                db.session.rollback()
                return refused.message
            return ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


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
    told = together(app, lambda _number: movement.undo(actor, order))
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
