"""Remarks on how a journal is kept (п. 4.2): made, answered, returned, accepted; automatic ones come and go."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from factories import Journal, make_journal, make_lesson, make_person, viewer_of
from flask import Flask
from sqlalchemy import event, select

from ejournal.extensions import db
from ejournal.jobs import registry
from ejournal.models import CourseTeacher, Lesson, LogEntry, PendingNotice, PeriodClosing, Person, Remark, Role
from ejournal.models.base import now
from ejournal.services import agenda, failures, remark_list, remark_night, remarks, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.remark_list import Filters

NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def journal(in_app: Flask):  # type: ignore[no-untyped-def]
    with time_machine.travel(NOON, tick=False):
        yield make_journal(students=1, lessons=0)


@pytest.fixture
def zavuch(journal: Journal) -> Person:
    return make_person("Завучева", (Role.ADMINISTRATION,))


def lesson(journal: Journal, days: int, *, topic: str = "", attended: bool = False, **rest: object) -> Lesson:
    """A lesson so many days from today."""
    made = make_lesson(journal.course_id, settings.today() + timedelta(days=days), topic=topic, **rest)
    made.attendance_at = now() if attended else None
    db.session.commit()
    return made


def make(zavuch: Person, journal: Journal, lesson_id: int | None = None, **form: str) -> Remark:
    form = {"text": "Запишите темы", "due": "2026-11-27", **form}
    return remarks.create(viewer_of(zavuch), journal.course_id, lesson_id, form)


def listed(person: Person, **filters: object) -> list[tuple[str, str]]:
    """Kind and state of the register's lines, as a person sees it."""
    lines, _pages = remark_list.load(viewer_of(person), Filters(**filters))  # type: ignore[arg-type]
    return [(line.remark.kind, line.state) for line in lines]


def actions() -> list[str]:
    entries = select(LogEntry.action).where(LogEntry.subject == "remark").order_by(LogEntry.id)
    return list(db.session.scalars(entries))


def night() -> tuple[int, int]:
    done = remark_night.keep()
    db.session.commit()
    return done


def test_r4_2_e_made_answered_returned_and_accepted(journal, zavuch):
    remark = make(zavuch, journal)
    teacher = viewer_of(journal.teacher)
    notice = db.session.scalars(select(PendingNotice).order_by(PendingNotice.id)).one()
    assert (notice.person_id, "Запишите темы" in notice.text) == (journal.teacher.id, True)
    assert remark_list.to_answer(teacher) == (1, 0)
    assert remark_list.show(teacher, remark.id).may_answer
    remarks.answer(teacher, remark.id, "Записала")
    assert (remark_list.to_answer(teacher), remark_list.to_check()) == ((0, 0), 1)
    due = {"decision": "Не все", "due": "2026-11-30"}
    assert remarks.decide(viewer_of(zavuch), remark.id, "return", due) == "open"
    db.session.refresh(remark)
    assert (remark.due.isoformat(), remark_list.to_answer(teacher)) == ("2026-11-30", (1, 0))
    remarks.answer(teacher, remark.id, "Теперь все")
    assert remarks.decide(viewer_of(zavuch), remark.id, "accept", {}) == "accepted"
    assert actions() == ["create", "mended", "return", "mended", "accept"]
    assert listed(zavuch) == []
    assert listed(zavuch, state="closed") == [("", "accepted")]


def test_what_cannot_be_done_is_refused_and_changes_nothing(journal, zavuch):
    other = make_journal(students=1, lessons=1)
    remark = make(zavuch, journal)
    teacher, administration = viewer_of(journal.teacher), viewer_of(zavuch)
    with pytest.raises(ForbiddenError, match=r"п\. 4\.2"):
        remarks.create(teacher, journal.course_id, None, {"text": "Сама", "due": "2026-11-27"})
    with pytest.raises(NotFoundError):
        remarks.answer(viewer_of(other.teacher), remark.id, "Чужое")
    with pytest.raises(ForbiddenError):
        remarks.answer(administration, remark.id, "За неё")
    with pytest.raises(ForbiddenError):
        remarks.decide(teacher, remark.id, "accept", {})
    with pytest.raises(FieldsError):
        remarks.answer(teacher, remark.id, " ")
    with pytest.raises(RefusedError):
        remarks.decide(administration, remark.id, "return", {"decision": "Рано", "due": "2026-11-30"})
    with pytest.raises(FieldsError):
        remarks.decide(administration, remark.id, "withdraw", {})
    with pytest.raises(NotFoundError):
        make(zavuch, journal, other.lessons[0].id)
    for wrong in ({"text": "?"}, {"due": "2026-11-23"}, {"due": "завтра"}, {"due": "2036-11-23"}):
        with pytest.raises(FieldsError):
            make(zavuch, journal, **wrong)
    db.session.rollback()
    assert [row.state for row in db.session.scalars(select(Remark))] == ["open"]
    remarks.decide(administration, remark.id, "accept", {})
    with pytest.raises(RefusedError):
        remarks.answer(teacher, remark.id, "Поздно")


def test_a_remark_on_a_replaced_lesson_asks_who_gave_it(journal, zavuch):
    instead = make_person("Заменова", (Role.TEACHER,))
    given = lesson(journal, -1, topic="Тема", teacher_id=instead.id)
    remark = make(zavuch, journal, given.id)
    assert remark_list.to_answer(viewer_of(journal.teacher)) == (0, 0)
    assert remark_list.show(viewer_of(journal.teacher), remark.id).may_answer is False
    assert [line.asked for line in remark_list.of_journal(viewer_of(instead), journal.course_id, given.id)] == [True]
    remarks.answer(viewer_of(instead), remark.id, "Исправила")
    notices = db.session.scalars(select(PendingNotice.person_id).order_by(PendingNotice.id)).all()
    assert notices == [instead.id, zavuch.id]


def test_r4_4_b_unfilled_lessons_are_remarked_on_after_their_term_and_close_by_themselves(journal, zavuch):
    bare = lesson(journal, -3, state="planned")
    half = lesson(journal, -4, topic="", attended=False)
    lesson(journal, -2, state="planned")  # its term is today
    lesson(journal, -5, topic="Тема", attended=True)
    lesson(journal, -5, state="cancelled")
    assert night() == (3, 0)
    assert sorted(listed(journal.teacher)) == [("attendance", "open"), ("bare", "open"), ("topic", "open")]
    assert night() == (0, 0)  # nothing is remarked on twice
    notices = db.session.scalars(select(PendingNotice.text).where(PendingNotice.person_id == journal.teacher.id)).all()
    assert len(notices) == 1
    assert "в срок (п. 4.4): 3" in notices[0]
    with pytest.raises(RefusedError, match="закроется само"):
        remarks.answer(viewer_of(journal.teacher), db.session.scalars(select(Remark.id)).first(), "Исправила")

    half.topic, half.attendance_at = "Тема", now()
    db.session.commit()
    # At once, before any night: nothing of it waits.
    assert listed(journal.teacher) == [("bare", "open")]
    assert sorted(listed(journal.teacher, state="closed")) == [("attendance", "mended"), ("topic", "mended")]
    assert night() == (0, 2)
    bare.state = "cancelled"
    half.attendance_at = None
    db.session.commit()
    # A new omission is a new remark.
    assert night() == (1, 1)
    assert actions() == ["create"] * 3 + ["close"] * 2 + ["close", "create"]


def test_automatic_remarks_are_those_the_start_page_counts(journal):
    for days in range(1, 9):
        lesson(journal, -days, state="planned" if days % 2 else "held", topic="Тема" if days % 3 else "")
    night()
    wanted = {
        (title, slot.lesson_id)
        for title, slots in ((one.title, one.slots) for one in agenda.load(viewer_of(journal.teacher)).overdue)
        for slot in slots
    }
    made = {(row.kind, row.lesson_id) for row in db.session.scalars(select(Remark))}
    assert {number for kind, number in made if kind == "attendance"} == {
        number for title, number in wanted if title.startswith("Посещаемость")
    }
    passed = {row.id for row in db.session.scalars(select(Lesson)) if row.date < settings.today() - timedelta(days=2)}
    assert {number for kind, number in made if kind == "bare"} == passed & {
        number for title, number in wanted if title.startswith("Занятие прошло")
    }
    assert {kind for kind, _number in made} == {"bare", "attendance", "topic"}


def test_no_automatic_remark_where_nothing_can_be_mended_and_none_again_after_withdrawal(journal, zavuch):
    late = lesson(journal, -3, state="planned")
    night()
    automatic = db.session.scalars(select(Remark)).one()
    remarks.decide(viewer_of(zavuch), automatic.id, "withdraw", {"decision": "Группа была на практике"})
    assert night() == (0, 0)
    lesson(journal, -4, state="planned")
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    assert night() == (0, 0)
    assert late.topic == ""


def test_an_empty_lesson_still_follows_the_timetable_and_its_automatic_remark_closes(journal, zavuch):
    gone = lesson(journal, -3, state="planned", works=0)
    night()
    db.session.delete(db.session.get(Lesson, gone.id))
    db.session.commit()
    assert night() == (0, 1)
    lines, _pages = remark_list.load(viewer_of(zavuch), Filters(state=""))
    assert [(line.state, line.date) for line in lines] == [("mended", settings.today() - timedelta(days=3))]


def test_the_register_is_filtered_and_each_sees_only_theirs(journal, zavuch):
    other = make_journal(students=1, lessons=0)
    make(zavuch, journal, due="2026-11-24")
    make(zavuch, other)
    lesson(journal, -3, state="planned")
    night()
    assert len(listed(zavuch)) == 3
    assert listed(zavuch, source="automatic") == [("bare", "open")]
    assert listed(zavuch, group_id=other.group.id) == [("", "open")]
    assert len(listed(zavuch, teacher_id=journal.teacher.id)) == 2
    assert len(listed(other.teacher)) == 1
    assert {title for _id, title in remark_list.groups(viewer_of(other.teacher))} == {other.group.title}
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        # The automatic one's term passed before it was made.
        assert sorted(listed(zavuch, state="overdue")) == [("", "open"), ("bare", "open")]
    former = db.session.scalars(select(CourseTeacher).where(CourseTeacher.course_id == journal.course_id)).one()
    former.until = settings.today() - timedelta(days=1)
    db.session.commit()
    assert remark_list.to_answer(viewer_of(journal.teacher)) == (0, 0)


def test_the_register_costs_the_same_number_of_queries_however_long(journal, zavuch):
    def queries() -> int:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            statements.append(statement)

        viewer = viewer_of(zavuch)
        db.session.expunge_all()
        event.listen(db.engine, "before_cursor_execute", note)
        lines, _pages = remark_list.load(viewer, Filters())
        assert all(line.remark.course.audience for line in lines)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    make(zavuch, journal)
    few = queries()
    for _ in range(5):
        make(zavuch, journal, lesson(journal, -1, topic="Тема").id)
    assert queries() == few


def test_the_night_keeps_remarks(in_app: Flask):
    assert registry.night_tasks()["remarks"].run() == "сделано: 0, закрыто: 0"


def test_r4_1_a_lesson_of_a_day_of_a_failure_is_neither_late_nor_remarked_on(journal, zavuch):
    first, second = lesson(journal, -5, state="planned"), lesson(journal, -4, topic="Тема", attended=False)
    assert night() == (2, 0)
    failures.declare(viewer_of(zavuch), second.date, second.date, "server")
    assert [slot.lesson_id for group in agenda.load(viewer_of(journal.teacher)).overdue for slot in group.slots] == [
        first.id
    ]
    assert remark_list.to_answer(viewer_of(journal.teacher))[0] == 1
    assert night() == (0, 1)  # the remark is closed by itself
    failures.withdraw(viewer_of(zavuch), second.date, second.date, "server")
    assert night() == (1, 0)
    assert listed(journal.teacher) == [("attendance", "open"), ("bare", "open")]
