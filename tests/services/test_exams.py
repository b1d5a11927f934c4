"""The session: offered from the curriculum, put with its clashes told, changed without overwriting anybody (п. 4.2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
import time_machine
from factories import Journal, make_journal, make_lesson, make_person, viewer_of
from factories_load import make_bells
from flask import Flask
from sqlalchemy import event

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    Course,
    CourseTeacher,
    CurriculumHours,
    Discipline,
    Exam,
    Group,
    GroupMode,
    Lesson,
    LogEntry,
    Period,
    Role,
    Subgroup,
    Vacation,
)
from ejournal.models.base import now
from ejournal.services import exam_clashes, exam_edit, exam_plan, exams
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, StaleError
from ejournal.services.exam_edit import Typed

DAY = date(2026, 12, 14)  # a Monday
YEAR = (date(2026, 9, 1), date(2027, 8, 31))


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel("2026-11-24 09:00:00+03:00", tick=False):
        yield


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """A journal of a first year's group; the semesters end on 26 December and 26 June."""
    made = make_journal(students=1, lessons=0)
    period = db.session.get_one(Period, made.period.id)
    period.ends = date(2026, 12, 26)
    db.session.add(
        Period(year_id=made.year.id, number=2, title="II семестр", starts=date(2027, 1, 11), ends=date(2027, 6, 26))
    )
    schedule = BellSchedule(title="Основные")
    db.session.add(schedule)
    db.session.flush()
    db.session.add(Bell(schedule_id=schedule.id, pair=1, starts=time(8, 30), ends=time(10, 5)))
    db.session.commit()
    return made


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Диспетчерова", (Role.ADMINISTRATION,)))


def place(journal: Journal) -> tuple[AcademicYear, Group]:
    return db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)


def put(actor: Viewer, journal: Journal, **more: object) -> Exam:
    usual = {"course_id": journal.course_id, "kind": "Э", "date": DAY.isoformat(), "starts": "09:00"}
    return exam_edit.put(actor, *place(journal), Typed(**{**usual, **more}))  # type: ignore[arg-type]


def refusal(actor: Viewer, journal: Journal, **more: object) -> dict[str, str]:
    with pytest.raises(FieldsError) as refused:
        put(actor, journal, **more)
    db.session.rollback()
    return refused.value.fields


def add_course(journal: Journal, title: str, index: str = "ОП.02", subgroup: str = "") -> int:
    """Another journal of the group, without a teacher."""
    part = Subgroup(group_id=journal.group.id, title=subgroup) if subgroup else None
    discipline = db.session.scalar(
        db.select(Discipline).where(Discipline.programme_id == journal.group.programme_id, Discipline.index == index)
    ) or Discipline(programme_id=journal.group.programme_id, index=index, title=title, kind="op")
    db.session.add_all([each for each in (part, discipline) if each])
    db.session.flush()
    course = Course(
        year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id,
        subgroup_id=part.id if part else None,
    )  # fmt: skip
    db.session.add(course)
    db.session.commit()
    return course.id


def plan(discipline_id: int, semester: int, control: str | None) -> None:
    db.session.add(CurriculumHours(discipline_id=discipline_id, semester=semester, hours=36, control=control))
    db.session.commit()


def discipline_of(course_id: int) -> int:
    return db.session.get_one(Course, course_id).discipline_id


def offers(journal: Journal, semester: int = 1) -> list[tuple[str, str]]:
    session = exam_plan.load(*place(journal), semester)
    return [(offer.kind, f"{offer.discipline} {offer.audience}".strip()) for offer in session.offers]


def test_r4_2_c_the_curriculum_offers_what_the_semester_has(actor: Viewer, journal: Journal) -> None:
    plan(discipline_of(journal.course_id), 1, "Э,КП")
    plan(discipline_of(journal.course_id), 2, "ДЗ")
    plan(discipline_of(add_course(journal, "Сети")), 1, None)
    assert offers(journal) == [("Э", "ОП.01 Операционные системы"), ("КП", "ОП.01 Операционные системы")]
    assert offers(journal, 2) == [("ДЗ", "ОП.01 Операционные системы")]
    put(actor, journal)
    assert [kind for kind, _discipline in offers(journal)] == ["КП"]
    assert [each.kind for each in exam_plan.load(*place(journal), 1).sittings] == ["Э"]


def test_a_discipline_taught_by_halves_is_offered_for_each(journal: Journal) -> None:
    for part in ("подгруппа 1", "подгруппа 2"):
        course_id = add_course(journal, "Сети", subgroup=part)
    plan(discipline_of(course_id), 1, "З")
    title = journal.group.title
    assert offers(journal) == [("З", f"ОП.02 Сети {title}, подгруппа {n}") for n in (1, 2)]
    first, second = exam_plan.load(*place(journal), 1).offers
    assert first.date == second.date


def test_what_has_no_journal_is_offered_without_a_way_to_put_it(journal: Journal) -> None:
    bare = Discipline(programme_id=journal.group.programme_id, index="ОП.09", title="Право", kind="op")
    db.session.add(bare)
    db.session.commit()
    plan(bare.id, 1, "З")
    (offer,) = exam_plan.load(*place(journal), 1).offers
    assert (offer.course_id, offer.discipline) == (None, "ОП.09 Право")


def test_everything_offered_is_put_at_once_on_school_days_to_come(actor: Viewer, journal: Journal) -> None:
    plan(discipline_of(journal.course_id), 1, "Э")
    other = add_course(journal, "Сети")
    plan(discipline_of(other), 1, "З")
    plan(discipline_of(add_course(journal, "Право", "ОП.03")), 1, "ДФК")
    assert exam_edit.put_all(actor, *place(journal), 1) == 2
    rows = db.session.scalars(db.select(Exam).order_by(Exam.date)).all()
    assert [(row.course_id, row.kind) for row in rows] == [(other, "З"), (journal.course_id, "Э")]
    assert all(date(2026, 11, 24) < row.date <= date(2026, 12, 26) and row.date.isoweekday() < 7 for row in rows)
    assert exam_edit.put_all(actor, *place(journal), 1) == 0


def test_a_winter_session_after_the_lessons_belongs_to_the_first_semester(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, date="2027-01-09")
    year, group = place(journal)
    assert len(exam_plan.load(year, group, 1).sittings) == 1
    assert exam_plan.load(year, group, 2).sittings == []
    assert exam_plan.running(year, group) == 1
    with time_machine.travel("2027-02-01"):
        assert exam_plan.running(year, group) == 2


def test_modules_and_trimesters_are_halved(journal: Journal) -> None:
    year, group = place(journal)
    db.session.execute(db.delete(Period))
    for number, (starts, ends) in enumerate(
        [(date(2026, 9, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2027, 2, 28)), (date(2027, 3, 1), YEAR[1])], 1
    ):
        db.session.add(Period(year_id=year.id, number=number, title=f"{number}", starts=starts, ends=ends))
    db.session.commit()
    assert exam_plan.load(year, group, 1).last == date(2026, 11, 30)
    assert exam_plan.load(year, group, 2).first == date(2026, 12, 1)


def test_r4_2_d_a_group_reads_exams_and_consultations_of_the_days_asked_for(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, room="217", consultation_date="2026-12-12", consultation_starts="15:00", note="Зачётки!")
    other = make_journal(students=1, lessons=0)
    ids = [journal.group.id]
    (sitting,) = exams.of_groups(ids, DAY, DAY)
    assert (sitting.title, sitting.discipline, sitting.teachers) == (
        "экзамен", "Операционные системы", "Преподавателева П. И.",
    )  # fmt: skip
    assert (sitting.starts, sitting.room, sitting.note) == (time(9), "217", "Зачётки!")
    assert [each.id for each in exams.of_groups(ids, date(2026, 12, 12), date(2026, 12, 12))] == [sitting.id]
    assert exams.of_groups(ids, date(2026, 12, 15), YEAR[1]) == []
    assert exams.of_groups([other.group.id], *YEAR) == []
    assert exams.of_groups([], *YEAR) == []


def test_a_teacher_reads_what_she_examines_and_not_what_another_took_over(actor: Viewer, journal: Journal) -> None:
    row = put(actor, journal)
    other = make_person("Заменяева", (Role.TEACHER,))
    assert [each.id for each in exams.of_teacher(journal.teacher.id, *YEAR)] == [row.id]
    assert exams.of_teacher(other.id, *YEAR) == []
    exam_edit.change(actor, *place(journal), row.id, 1, replace(exam_edit.typed_of(row), teacher_id=other.id))
    assert exams.of_teacher(journal.teacher.id, *YEAR) == []
    (sitting,) = exams.of_teacher(other.id, *YEAR)
    assert sitting.teachers == "Заменяева П. И."


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"course_id": None}, "course_id"),
        ({"course_id": 999}, "course_id"),
        ({"kind": "X"}, "kind"),
        ({"date": ""}, "date"),
        ({"date": "завтра"}, "date"),
        ({"date": "2028-01-01"}, "date"),
        ({"starts": "девять"}, "starts"),
        ({"ends": "08:00"}, "ends"),
        ({"starts": "", "ends": "10:00"}, "ends"),
        ({"consultation_date": "2026-12-15"}, "consultation_date"),
        ({"consultation_starts": "15:00"}, "consultation_date"),
        ({"teacher_id": 999}, "teacher_id"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    actor: Viewer, journal: Journal, wrong: dict[str, object], field: str
) -> None:
    assert list(refusal(actor, journal, **wrong)) == [field]
    assert db.session.scalars(db.select(Exam)).all() == []


def test_another_groups_journal_is_not_taken(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    assert "журнал этой группы" in refusal(actor, journal, course_id=other.course_id)["course_id"]
    row = put(actor, other)
    with pytest.raises(NotFoundError):
        exam_edit.find(place(journal)[1], row.id)
    with pytest.raises(NotFoundError):
        exam_edit.remove(actor, *place(journal), row.id, 1)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-12-13", "воскресенье"),
        ("2027-01-02", "праздничный день"),
        ("2026-12-28", "каникулы «Зимние»"),
    ],
)
def test_a_day_off_is_told_and_can_be_overruled(actor: Viewer, journal: Journal, day: str, said: str) -> None:
    starts, ends = date(2026, 12, 27), date(2026, 12, 31)
    db.session.add(Vacation(year_id=journal.year.id, title="Зимние", starts=starts, ends=ends))
    db.session.commit()
    assert said in refusal(actor, journal, date=day)["sure"]
    assert put(actor, journal, date=day, sure=True).id


def test_a_teacher_and_a_room_are_in_one_place_at_a_time(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, room="217", ends="12:00")
    other = make_journal(students=1, lessons=0)
    assert "Аудитория каб. 217 занята" in refusal(actor, other, room="каб. 217", starts="11:00")["sure"]
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=journal.teacher.id))
    db.session.commit()
    assert "Преподаватель занят" in refusal(actor, other, starts="11:59")["sure"]
    put(actor, other, room="217", starts="12:00")


def test_a_consultation_takes_its_hour_too(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, consultation_date="2026-12-12", consultation_starts="15:00", consultation_room="217")
    other = make_journal(students=1, lessons=0)
    said = refusal(actor, other, date="2026-12-12", starts="15:30", room="217")["sure"]
    assert "Аудитория 217 занята: 12.12: консультация, Операционные системы" in said
    put(actor, other, date="2026-12-12", starts="16:00", room="217")


def test_a_lesson_of_the_group_is_in_the_way_but_not_the_courses_own(actor: Viewer, journal: Journal) -> None:
    make_lesson(journal.course_id, DAY, works=0, state="planned")
    row = put(actor, journal)
    db.session.delete(row)
    db.session.commit()
    lesson = make_lesson(add_course(journal, "Сети"), DAY, works=0, state="planned")
    assert "У группы в это время: 14.12: 1 пара, Сети" in refusal(actor, journal)["sure"]
    put(actor, journal, starts="10:05")
    db.session.execute(db.delete(Exam))
    db.session.get_one(Lesson, lesson.id).state = "cancelled"
    db.session.commit()
    put(actor, journal)


def test_a_lesson_is_in_the_way_when_the_groups_own_bells_ring(actor: Viewer, journal: Journal) -> None:
    second_shift = make_bells("Вторая смена", 14, special=True)
    db.session.add(GroupMode(group_id=journal.group.id, year_id=journal.year.id, schedule_id=second_shift.id))
    make_lesson(add_course(journal, "Сети"), DAY, works=0, state="planned")
    assert "У группы в это время: 14.12: 1 пара, Сети" in refusal(actor, journal, starts="14:30")["sure"]
    put(actor, journal, starts="09:00", ends="12:00")


def test_a_teacher_who_gives_another_lesson_instead_is_busy(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    make_lesson(other.course_id, DAY, works=0, state="planned", teacher_id=journal.teacher.id)
    assert "Преподаватель занят: 14.12: 1 пара" in refusal(actor, journal)["sure"]


def test_halves_of_a_group_may_be_examined_at_once(actor: Viewer, journal: Journal) -> None:
    first, second = (add_course(journal, "Сети", subgroup=f"подгруппа {n}") for n in (1, 2))
    put(actor, journal, course_id=first, kind="З")
    put(actor, journal, course_id=second, kind="З")
    assert "У группы в это время" in refusal(actor, journal, kind="З")["sure"]


@pytest.mark.parametrize(
    ("day", "kind", "said"),
    [
        ("2026-12-14", "Э", "В этот же день у группы ещё экзамен"),
        ("2026-12-15", "Э", "Экзамены два дня подряд: 14.12"),
        ("2026-12-12", "Э", ""),
        ("2026-12-15", "ДЗ", ""),
    ],
)
def test_exams_on_days_running_are_warned_of(actor: Viewer, journal: Journal, day: str, kind: str, said: str) -> None:
    put(actor, journal)
    more = {"course_id": add_course(journal, "Сети"), "date": day, "kind": kind, "starts": "15:00"}
    if said:
        assert said in refusal(actor, journal, **more)["sure"]
    else:
        assert put(actor, journal, **more).id


def test_nobody_overwrites_what_somebody_else_changed(actor: Viewer, journal: Journal) -> None:
    row = put(actor, journal)
    typed = exam_edit.typed_of(row)
    exam_edit.change(actor, *place(journal), row.id, 1, replace(typed, room="301"))
    with pytest.raises(StaleError) as stale:
        exam_edit.change(actor, *place(journal), row.id, 1, replace(typed, room="217"))
    assert stale.value.current.version == 2
    assert "ауд. 301" in stale.value.message
    with pytest.raises(StaleError):
        exam_edit.remove(actor, *place(journal), row.id, 1)
    exam_edit.remove(actor, *place(journal), row.id, 2)
    with pytest.raises(NotFoundError):
        exam_edit.change(actor, *place(journal), row.id, 2, typed)
    logged = db.session.execute(
        db.select(LogEntry.action, LogEntry.before, LogEntry.after)
        .where(LogEntry.subject == "exam")
        .order_by(LogEntry.id)
    ).all()
    assert [entry.action for entry in logged] == ["create", "update", "delete"]
    assert logged[1].after == "экзамен 14.12.2026 в 09:00, ауд. 301"


def test_a_closed_years_session_stays(actor: Viewer, journal: Journal) -> None:
    row = put(actor, journal)
    place(journal)[0].closed_at = now()
    db.session.commit()
    for verb in (
        lambda: put(actor, journal),
        lambda: exam_edit.remove(actor, *place(journal), row.id, 1),
        lambda: exam_edit.put_all(actor, *place(journal), 1),
    ):
        with pytest.raises(ClosedError):
            verb()


def test_the_number_of_queries_does_not_grow_with_exams(actor: Viewer, journal: Journal) -> None:
    def queries() -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        db.session.expire_all()
        year, group = place(journal)
        event.listen(db.engine, "before_cursor_execute", note)
        session = exam_plan.load(year, group, 1)
        exam_clashes.of(group, year, session.sittings)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    put(actor, journal, room="217")
    make_lesson(journal.course_id, DAY, works=0)
    few = queries()
    for number in range(3, 9):
        course_id = add_course(journal, f"Предмет {number}", f"ОП.0{number}")
        put(actor, journal, course_id=course_id, kind="З", starts=f"1{number}:00", room=f"30{number}", sure=True)
        make_lesson(course_id, DAY, works=0)
    assert queries() == few <= 17
