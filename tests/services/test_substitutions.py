"""Замены: published, seen, filled by who replaces and by nobody else, withdrawn (п. 4.2, 4.4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from factories import Journal, make_journal, make_lesson, make_person, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    CourseTeacher,
    Discipline,
    Lesson,
    LogEntry,
    Period,
    PeriodClosing,
    Person,
    Role,
    Stream,
)
from ejournal.models.base import now
from ejournal.services import (
    agenda,
    cells,
    columns,
    conflicts,
    lesson_page,
    lesson_states,
    settings,
    substitution_day,
    undo,
)
from ejournal.services import substitutions as service
from ejournal.services.cell_values import Entry
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.substitutions import Typed


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[None]:
    """A day on which there are lessons, whenever the tests run."""
    with time_machine.travel("2026-11-24 12:00:00+03:00", tick=True):
        yield


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """Today's lesson is on the first pair, not yet held."""
    made = make_journal(students=2, lessons=2)
    made.lessons[1].state = "planned"
    db.session.commit()
    return made


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Диспетчерова", (Role.ADMINISTRATION,)))


@pytest.fixture
def substitute(in_app: Flask) -> Person:
    return make_person("Заменяева", (Role.TEACHER,))


def teacher_for(person: Person, **more: object) -> Typed:
    return Typed("teacher", teacher_id=person.id, reason="болезнь", **more)  # type: ignore[arg-type]


def stored(lesson: Lesson) -> Lesson:
    db.session.expire_all()
    found = db.session.get(Lesson, lesson.id)
    assert found is not None
    return found


def test_r4_2_c_who_replaces_fills_that_lesson_and_no_other(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    service.publish(actor, journal.lessons[1].id, teacher_for(substitute))
    viewer = viewer_of(substitute)
    student = journal.students[0].id
    cells.record_cell(viewer, journal.course_id, Entry(student, journal.works[1].id, "5", 0))
    with pytest.raises(NotFoundError):
        cells.record_cell(viewer, journal.course_id, Entry(student, journal.works[0].id, "5", 0))
    db.session.rollback()
    assert lesson_page.load(viewer, journal.course_id, journal.lessons[1].id).can_edit
    with pytest.raises(NotFoundError):
        lesson_page.load(viewer, journal.course_id, journal.lessons[0].id)


def test_r4_4_who_replaces_fills_the_columns_of_that_lesson_and_of_no_other(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    viewer, lesson = viewer_of(substitute), journal.lessons[1]
    for number in (0, 1):
        with pytest.raises(NotFoundError):
            columns.everybody_present(viewer, journal.course_id, journal.lessons[number].id)
        db.session.rollback()
    service.publish(actor, lesson.id, teacher_for(substitute))
    columns.everybody_present(viewer, journal.course_id, lesson.id)
    assert stored(lesson).attendance_at is not None
    saved, _refused = columns.fill(viewer, journal.course_id, journal.works[1].id, "5")
    assert [cell.text for cell in saved] == ["5", "5"]
    for verb in (
        lambda: columns.everybody_present(viewer, journal.course_id, journal.lessons[0].id),
        lambda: columns.fill(viewer, journal.course_id, journal.works[0].id, "5"),
    ):
        with pytest.raises(NotFoundError):
            verb()
        db.session.rollback()
    undo.undo_last(viewer, journal.course_id)
    assert db.session.scalars(db.select(Cell.mark)).all() == [None, None]


def test_who_replaces_neither_moves_nor_cancels_the_lesson(actor: Viewer, journal: Journal, substitute: Person) -> None:
    service.publish(actor, journal.lessons[1].id, teacher_for(substitute))
    form = {"reason": "не хочу", "date": "2026-12-01", "pair": "2"}
    for verb in (lesson_states.cancel, lesson_states.move):
        with pytest.raises(ForbiddenError, match="заменяете"):
            verb(viewer_of(substitute), journal.course_id, journal.lessons[1].id, form, None)
        db.session.rollback()


def test_the_journals_own_teacher_keeps_her_right(actor: Viewer, journal: Journal, substitute: Person) -> None:
    service.publish(actor, journal.lessons[1].id, teacher_for(substitute))
    entry = Entry(journal.students[0].id, journal.works[1].id, "4", 0)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def test_the_lesson_is_in_the_day_of_who_replaces_and_not_of_who_is_away(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    assert [s.lesson_id for s in agenda.load(viewer_of(journal.teacher)).today] == [journal.lessons[1].id]
    service.publish(actor, journal.lessons[1].id, teacher_for(substitute))
    assert [s.lesson_id for s in agenda.load(viewer_of(substitute)).today] == [journal.lessons[1].id]
    assert agenda.load(viewer_of(journal.teacher)).today == []


def test_a_busy_teacher_is_a_clash_that_can_be_overruled(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=1)
    typed = teacher_for(other.teacher)
    with pytest.raises(FieldsError) as refusal:
        service.publish(actor, journal.lessons[1].id, typed)
    assert "занят" in refusal.value.fields["sure"]
    db.session.rollback()
    service.publish(actor, journal.lessons[1].id, teacher_for(other.teacher, sure=True))
    assert stored(journal.lessons[1]).teacher_id == other.teacher.id


def test_free_teachers_are_offered_first(journal: Journal, substitute: Person) -> None:
    busy = make_journal(students=1, lessons=1).teacher
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    offered = substitution_day.teachers(settings.today(), 1, course)
    assert [(person.id, free) for person, free in offered] == [(substitute.id, True), (busy.id, False)]


def another_course(journal: Journal, teacher: Person) -> Course:
    discipline = Discipline(programme_id=journal.group.programme_id, index="ОП.02", title="Базы данных", kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id)
    db.session.add(course)
    db.session.flush()
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id))
    db.session.commit()
    return course


def test_another_discipline_gets_a_lesson_in_its_own_journal(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id))
    planned = stored(journal.lessons[1])
    assert (planned.state, planned.reason) == ("cancelled", "замена: Базы данных")
    instead = db.session.get(Lesson, made.instead_lesson_id)
    assert instead is not None
    assert (instead.course_id, instead.date, instead.pair) == (course.id, planned.date, planned.pair)
    entry = Entry(journal.students[0].id, instead.works[0].id, "5", 0)
    cells.record_cell(viewer_of(substitute), course.id, entry)


def test_another_discipline_takes_as_many_hours_as_the_lesson_had(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    journal.lessons[1].hours = 4
    db.session.commit()
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id, sure=True))
    assert db.session.get_one(Lesson, made.instead_lesson_id).hours == 4


@pytest.mark.parametrize("typed", [Typed("cancelled"), Typed("moved", to_pair=5, sure=True), Typed("discipline")])
def test_attendance_that_was_entered_is_there_again_after_withdrawing(
    actor: Viewer, journal: Journal, substitute: Person, typed: Typed
) -> None:
    entered = settings.local(now())
    journal.lessons[1].attendance_at = entered
    db.session.commit()
    if typed.kind == "discipline":
        typed = replace(typed, instead_course_id=another_course(journal, substitute).id)
    made = service.publish(actor, journal.lessons[1].id, typed)
    assert stored(journal.lessons[1]).attendance_at is None
    service.withdraw(actor, made.id)
    assert stored(journal.lessons[1]).attendance_at == entered


def test_another_groups_journal_cannot_stand_in(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    with pytest.raises(FieldsError) as refusal:
        service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=other.course_id))
    assert "этой же группы" in refusal.value.fields["instead_course_id"]


def test_a_moved_lesson_stands_on_its_new_pair_and_back_after_withdrawing(actor: Viewer, journal: Journal) -> None:
    lesson = journal.lessons[1]
    day = lesson.date
    target = day + timedelta(days=1 if day.isoweekday() < 6 else 2)
    made = service.publish(actor, lesson.id, Typed("moved", to_date=target, to_pair=5, sure=True))
    moved = stored(lesson)
    assert (moved.date, moved.pair, moved.state, moved.moved_from) == (target, 5, "moved", day)
    service.withdraw(actor, made.id)
    back = stored(lesson)
    assert (back.date, back.pair, back.state, back.moved_from) == (day, 1, "planned", None)
    assert substitution_day.of_day(day) == []


@pytest.mark.parametrize("typed", [Typed("cancelled"), Typed("moved", to_pair=5)])
def test_a_lesson_with_marks_stays_where_it_is(actor: Viewer, journal: Journal, typed: Typed) -> None:
    db.session.add(Cell(work_id=journal.works[1].id, student_id=journal.students[0].id, mark="5"))
    db.session.commit()
    with pytest.raises(RefusedError, match="есть отметки"):
        service.publish(actor, journal.lessons[1].id, typed)


def test_a_replacement_that_is_being_filled_in_is_not_withdrawn(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    made = service.publish(actor, journal.lessons[1].id, teacher_for(substitute))
    db.session.add(Cell(work_id=journal.works[1].id, student_id=journal.students[0].id, mark="5"))
    db.session.commit()
    with pytest.raises(RefusedError, match="уже заполняют"):
        service.withdraw(actor, made.id)


def test_a_lesson_that_is_taken_off_has_neither_teacher_nor_room(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    typed = Typed("cancelled", teacher_id=substitute.id, room="301", reason="педсовет")
    made = service.publish(actor, journal.lessons[0].id, typed)
    assert (made.teacher_id, made.room, made.reason) == (None, "", "педсовет")


def test_a_withdrawn_discipline_leaves_no_lesson_behind(actor: Viewer, journal: Journal, substitute: Person) -> None:
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id))
    service.withdraw(actor, made.id)
    assert db.session.scalars(db.select(Lesson).where(Lesson.course_id == course.id)).all() == []
    assert stored(journal.lessons[1]).state == "planned"
    with pytest.raises(RefusedError, match="уже отозвана"):
        service.withdraw(actor, made.id)


@pytest.mark.parametrize("kind", ["cancelled", "discipline"])
def test_what_was_taken_off_by_a_replacement_comes_back_with_it_alone(
    actor: Viewer, journal: Journal, substitute: Person, kind: str
) -> None:
    course = another_course(journal, substitute)
    teacher, lesson = viewer_of(journal.teacher), journal.lessons[1]
    made = service.publish(actor, lesson.id, Typed(kind, instead_course_id=course.id))
    with pytest.raises(RefusedError, match=r"отзыв замены.*п\. 4\.2"):
        lesson_states.restore(teacher, journal.course_id, lesson.id, None)
    db.session.rollback()
    service.withdraw(actor, made.id)
    lesson_states.cancel(teacher, journal.course_id, lesson.id, {"reason": "карантин"}, None)
    assert lesson_states.restore(teacher, journal.course_id, lesson.id, None).state == "planned"


def close(journal: Journal, course_id: int, since: int = 0) -> None:
    """Closes the journal's period from so many days after today on; the one before it stays open."""
    period = db.session.merge(journal.period)
    if since:
        ends, period.ends = period.ends, settings.today() + timedelta(days=since - 1)
        period = Period(
            year_id=period.year_id, number=2, title="II", starts=period.ends + timedelta(days=1), ends=ends
        )  # fmt: skip
        db.session.add(period)
        db.session.flush()
    db.session.add(PeriodClosing(course_id=course_id, period_id=period.id))
    db.session.commit()


@pytest.mark.parametrize("kind", ["teacher", "room", "cancelled", "moved", "discipline"])
def test_r4_4_a_nothing_is_replaced_in_a_closed_period(
    actor: Viewer, journal: Journal, substitute: Person, kind: str
) -> None:
    course = another_course(journal, substitute)
    close(journal, journal.course_id)
    typed = Typed(kind, substitute.id, course.id, to_pair=5, room="300", sure=True)
    with pytest.raises(ClosedError, match=r"п\. 4\.4"):
        service.publish(actor, journal.lessons[1].id, typed)
    db.session.rollback()
    assert stored(journal.lessons[1]).state == "planned"


def test_r4_4_a_no_replacement_is_withdrawn_in_a_closed_period(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id))
    close(journal, course.id)
    with pytest.raises(ClosedError, match=r"п\. 4\.4"):
        service.withdraw(actor, made.id)
    db.session.rollback()
    close(journal, journal.course_id, since=1)
    db.session.execute(db.delete(PeriodClosing).where(PeriodClosing.course_id == course.id))
    db.session.commit()
    assert service.withdraw(actor, made.id).withdrawn_at, "the day's own period is open"


def test_r4_4_a_no_lesson_is_moved_into_a_closed_period_or_out_of_the_year(actor: Viewer, journal: Journal) -> None:
    close(journal, journal.course_id, since=7)
    for target, says in ((settings.today() + timedelta(days=7), "Период закрыт"), (date(2027, 9, 10), "вне учебного")):
        typed = Typed("moved", to_date=target, to_pair=2, sure=True)
        with pytest.raises(FieldsError) as refusal:
            service.publish(actor, journal.lessons[1].id, typed)
        assert says in refusal.value.fields["to_date"]
        db.session.rollback()
    target = settings.today() + timedelta(days=6)
    service.publish(actor, journal.lessons[1].id, Typed("moved", to_date=target, to_pair=2, sure=True))


def test_r4_4_a_no_discipline_comes_into_a_closed_journal(actor: Viewer, journal: Journal, substitute: Person) -> None:
    course = another_course(journal, substitute)
    close(journal, course.id)
    with pytest.raises(FieldsError) as refusal:
        service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id, sure=True))
    assert "Период закрыт" in refusal.value.fields["instead_course_id"]


def test_of_two_replacements_of_a_lesson_the_later_one_is_withdrawn_first(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    lesson, viewer = journal.lessons[1], viewer_of(substitute)
    first = service.publish(actor, lesson.id, teacher_for(substitute))
    second = service.publish(actor, lesson.id, Typed("room", room="300", sure=True))
    with pytest.raises(RefusedError, match=r"ещё одна \(24\.11, 1 пара: ауд\. 300\)\. Сначала отзовите её"):
        service.withdraw(actor, first.id)
    db.session.rollback()
    assert (stored(lesson).teacher_id, stored(lesson).room) == (substitute.id, "300")
    service.withdraw(actor, second.id)
    service.withdraw(actor, first.id)
    assert (stored(lesson).teacher_id, stored(lesson).room) == (None, "")
    with pytest.raises(NotFoundError):
        cells.record_cell(viewer, journal.course_id, Entry(journal.students[0].id, journal.works[1].id, "5", None))


@pytest.mark.parametrize("kind", ["teacher", "room"])
def test_a_withdrawn_teacher_or_room_leaves_the_lesson_on_the_day_it_was_moved_to_since(
    actor: Viewer, journal: Journal, substitute: Person, kind: str
) -> None:
    lesson = journal.lessons[1]
    made = service.publish(actor, lesson.id, Typed(kind, substitute.id, room="300", sure=True))
    form = {"reason": "карантин", "date": "2026-12-01", "pair": "2", "sure": "1"}
    lesson_states.move(viewer_of(journal.teacher), journal.course_id, lesson.id, form, None)
    service.withdraw(actor, made.id)
    moved = stored(lesson)
    assert (moved.date, moved.pair, moved.state, moved.reason) == (date(2026, 12, 1), 2, "moved", "карантин")
    assert (moved.teacher_id, moved.room) == (None, "")


def test_a_replacement_of_what_came_instead_is_withdrawn_first(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id))
    room = service.publish(actor, made.instead_lesson_id or 0, Typed("room", room="300", sure=True))
    with pytest.raises(RefusedError, match="Сначала отзовите"):
        service.withdraw(actor, made.id)
    db.session.rollback()
    assert substitution_day.of_day(settings.today()) == [made, room]


def test_what_came_instead_stays_cancelled_where_it_has_a_history(
    actor: Viewer, journal: Journal, substitute: Person
) -> None:
    course = another_course(journal, substitute)
    made = service.publish(actor, journal.lessons[1].id, Typed("discipline", instead_course_id=course.id))
    room = service.publish(actor, made.instead_lesson_id or 0, Typed("room", room="300", sure=True))
    service.withdraw(actor, room.id)
    service.withdraw(actor, made.id)
    assert stored(journal.lessons[1]).state == "planned"
    (instead,) = db.session.scalars(db.select(Lesson).where(Lesson.course_id == course.id))
    assert (instead.state, instead.reason) == ("cancelled", "замена отозвана")


def test_the_day_and_the_log_say_what_is_otherwise(actor: Viewer, journal: Journal, substitute: Person) -> None:
    service.publish(actor, journal.lessons[1].id, teacher_for(substitute, room="301"))
    (made,) = substitution_day.of_day(settings.today())
    assert service.words(made) == "Заменяева П. И., ауд. 301"
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "substitution")).one()
    assert (entry.action, entry.reason, entry.course_id) == ("publish", "болезнь", journal.course_id)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed("teacher"), "teacher_id"),
        (Typed("room"), "room"),
        (Typed("moved"), "to_pair"),
        (Typed("discipline"), "instead_course_id"),
        (Typed("dance"), "kind"),
    ],
)
def test_what_is_missing_is_said_at_its_field(actor: Viewer, journal: Journal, typed: Typed, field: str) -> None:
    with pytest.raises(FieldsError) as refusal:
        service.publish(actor, journal.lessons[1].id, typed)
    assert field in refusal.value.fields


@pytest.mark.parametrize(("one", "other", "same"), [("каб. 217", "217", True), ("217а", "217", False), ("", "", False)])
def test_rooms_are_compared_as_people_write_them(in_app: Flask, one: str, other: str, same: bool) -> None:
    assert conflicts.same_room(one, other) is same


def test_the_gym_is_never_taken(in_app: Flask) -> None:
    assert not conflicts.same_room("спортзал", "Спортзал")


def test_two_groups_in_one_room_clash_and_a_stream_does_not(journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    make_lesson(other.course_id, settings.today(), room="217")
    course = db.session.get(Course, journal.course_id)
    there = db.session.get(Course, other.course_id)
    assert course is not None
    assert there is not None
    kinds = [c.kind for c in conflicts.on_day(settings.today(), 1, course, room="каб. 217", teacher_ids=())]
    assert kinds.count("room") == 1
    stream = Stream(year_id=journal.year.id, title="поток")
    db.session.add(stream)
    db.session.flush()
    course.stream_id = there.stream_id = stream.id
    db.session.commit()
    found = conflicts.on_day(settings.today(), 1, course, room="217", teacher_ids=())
    assert "room" not in [clash.kind for clash in found]
