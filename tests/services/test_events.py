"""Planned events: who plans, who sees, the session beside them, the diary's week, the telephone (R2.3.communicate)."""

from datetime import date, time, timedelta

import factories_diary
import pytest
from factories import viewer_of
from factories_board import College, make_college, plan
from flask import Flask
from ics_reader import read

from ejournal.domain.audiences import EVERYBODY, Choice
from ejournal.domain.calendar import monday_of
from ejournal.extensions import db
from ejournal.models import Event, Exam, Guardianship, LogEntry, Person, Role, RoleGrant, Subgroup, SubgroupMember
from ejournal.services import calendar_feed, diary_week, event_edit, events, notice_board, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.event_edit import Typed

DAY = timedelta(days=1)


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def own(college: College, *roles: str) -> Choice:
    return Choice(roles=roles, group_ids=(college.group_id,))


def seen(who: Person, everybody: bool = False) -> list[str]:
    today = settings.today()
    found = events.calendar(viewer_of(who), today - 40 * DAY, today + 40 * DAY, everybody)
    return [f"{one.kind}: {one.title}" for one in found]


def typed(choice: Choice = EVERYBODY, **rest: object) -> Typed:
    tomorrow = (settings.today() + DAY).isoformat()
    return Typed(**{"title": "Классный час", "kind": "class-hour", "date": tomorrow, "choice": choice, **rest})  # type: ignore[arg-type]


# ── Who plans ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["director", "curator", "teacher"])
def test_r4_3_staff_plan_for_those_they_may_address(college: College, name: str) -> None:
    who = college.journal.teacher if name == "teacher" else getattr(college, name)
    made = event_edit.create(viewer_of(who), typed(own(college, "student"), starts="13:00", ends="13:45"))
    assert (made.starts, made.ends) == (time(13), time(13, 45))
    assert seen(college.student) == ["классный час: Классный час"]


@pytest.mark.parametrize("name", ["curator", "teacher"])
def test_not_for_other_groups(college: College, name: str) -> None:
    who = college.journal.teacher if name == "teacher" else college.curator
    for choice in (EVERYBODY, Choice(group_ids=(college.other_id,))):
        with pytest.raises(FieldsError):
            event_edit.create(viewer_of(who), typed(choice))


@pytest.mark.parametrize("name", ["student", "parent"])
def test_students_and_parents_plan_nothing(college: College, name: str) -> None:
    with pytest.raises(ForbiddenError):
        event_edit.create(viewer_of(getattr(college, name)), typed(own(college)))


@pytest.mark.parametrize(
    ("rest", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"kind": "party"}, "kind"),
        ({"date": "скоро"}, "date"),
        ({"date": "2020-01-01"}, "date"),
        ({"starts": "25:00"}, "starts"),
        ({"ends": "13:00"}, "starts"),
        ({"starts": "13:00", "ends": "12:00"}, "ends"),
        ({"remind_days": 2}, "remind_days"),
        ({"place": "х" * 101}, "place"),
    ],
)
def test_what_is_wrong_is_said_by_the_field(college: College, rest: dict[str, object], wrong: str) -> None:
    with pytest.raises(FieldsError) as refused:
        event_edit.create(viewer_of(college.director), typed(**rest))  # type: ignore[arg-type]
    assert set(refused.value.fields) == {wrong}


def test_a_cancelled_event_stays_and_says_so(college: College) -> None:
    made = plan(college.curator, own(college, "student"))
    event_edit.cancel(viewer_of(college.curator), made.id, "болезнь")
    today = settings.today()
    (shown,) = events.calendar(viewer_of(college.student), today, today + 2 * DAY)
    assert (shown.is_cancelled, shown.reason) == (True, "болезнь")
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "event")).one()
    assert (entry.action, entry.reason) == ("cancel", "болезнь")
    with pytest.raises(RefusedError):
        event_edit.cancel(viewer_of(college.curator), made.id, "ещё раз")


def test_only_who_planned_it_and_administration_change_it(college: College) -> None:
    made = plan(college.curator, own(college))
    for who, error in (
        (college.student, ForbiddenError), (college.parent, ForbiddenError),
        (college.journal.teacher, ForbiddenError), (college.stranger_curator, NotFoundError),
    ):  # fmt: skip
        with pytest.raises(error):
            event_edit.cancel(viewer_of(who), made.id, "")
    event_edit.change(viewer_of(college.director), made.id, typed(own(college, "parent"), version=1))
    assert seen(college.student) == []
    assert seen(college.parent) == ["классный час: Классный час"]
    with pytest.raises(FieldsError) as refused:
        event_edit.change(viewer_of(college.director), made.id, typed(own(college), version=1))
    assert set(refused.value.fields) == {"version"}


# ── Who sees ────────────────────────────────────────────────────────────────
def test_r2_1_c_only_those_addressed_see_it(college: College) -> None:
    made = plan(college.director, own(college, "parent"))
    assert seen(college.parent) == seen(college.curator) == seen(college.director) == ["собрание: Собрание"]
    for who in (college.student, college.stranger, college.stranger_curator, college.journal.teacher):
        assert seen(who) == []
        with pytest.raises(NotFoundError):
            events.load(viewer_of(who), made.id)


def test_administration_sees_everybodys_when_asked(college: College) -> None:
    plan(college.curator, own(college, "parent"))
    assert seen(college.director) == []
    assert seen(college.director, everybody=True) == ["собрание: Собрание"]
    assert seen(college.stranger, everybody=True) == []


def test_r4_1_f_a_parent_without_a_consent_sees_none(college: College) -> None:
    plan(college.director)
    put_exam(college)
    assert len(seen(college.parent)) == 3
    factories_diary.answer(college.student, college.parent, "withdrawn")
    assert seen(college.parent) == []


def put_exam(college: College) -> Exam:
    day = settings.today() + 7 * DAY
    exam = Exam(
        course_id=college.journal.course_id, kind="Э", date=day, starts=time(9), room="217",
        consultation_date=day - DAY, consultation_starts=time(15),
    )  # fmt: skip
    db.session.add(exam)
    db.session.commit()
    return exam


def test_r4_2_d_the_session_stands_in_the_calendar_of_those_concerned(college: College) -> None:
    put_exam(college)
    both = ["консультация: Операционные системы", "экзамен: Операционные системы"]
    for who in (college.student, college.parent, college.curator, college.journal.teacher):
        assert seen(who) == both
    for who in (college.stranger, college.stranger_curator, college.other.teacher, college.director):
        assert seen(who) == []


def test_another_halfs_exam_is_not_the_students(college: College) -> None:
    halves = [Subgroup(group_id=college.group_id, title=f"подгруппа {n}") for n in (1, 2)]
    db.session.add_all(halves)
    db.session.flush()
    db.session.add(SubgroupMember(subgroup_id=halves[0].id, student_id=college.student.id, since=date(2020, 9, 1)))
    course = factories_diary.make_course(college.journal, "Английский язык", halves[1].id)
    db.session.add(Exam(course_id=course.id, kind="З", date=settings.today() + DAY))
    db.session.commit()
    assert seen(college.student) == []
    assert seen(college.curator) == ["зачёт: Английский язык"]


# ── Where it is shown ───────────────────────────────────────────────────────
@pytest.mark.parametrize(("ahead", "remind", "shown"), [(1, 1, True), (2, 1, False), (7, 7, True), (8, 7, False),
                                                        (0, 1, True), (0, 0, False), (-1, 7, False)])  # fmt: skip
def test_it_is_recalled_so_many_days_before(college: College, ahead: int, remind: int, shown: bool) -> None:
    plan(college.director, day=settings.today() + ahead * DAY, remind_days=remind)
    assert bool(notice_board.load(viewer_of(college.student)).near) is shown


def test_the_diarys_week_shows_the_days_events(college: College) -> None:
    today = settings.today()
    plan(college.director, own(college, "student"), "Классный час", today)
    plan(college.director, own(college, "parent"), "Собрание", today)
    plan(college.director, Choice(group_ids=(college.other_id,)), "Чужое", today)
    week = diary_week.load(viewer_of(college.student), college.student.id, monday_of(today))
    assert [(one.title, one.starts) for one in week.days[today.weekday()].events] == [("Классный час", time(18))]
    week = diary_week.load(viewer_of(college.parent), college.student.id, monday_of(today))
    assert [one.title for one in week.days[today.weekday()].events] == ["Собрание"]


def test_who_reads_a_diary_as_staff_finds_no_events_in_it(college: College) -> None:
    today = settings.today()
    plan(college.director, own(college, "curator"), day=today)
    week = diary_week.load(viewer_of(college.curator), college.student.id, monday_of(today))
    assert week.board is None
    assert not any(day.events for day in week.days)


def test_the_telephone_gets_the_childs_events_and_no_others(college: College) -> None:
    db.session.add(Guardianship(parent_id=college.parent.id, student_id=college.stranger.id))
    factories_diary.answer(college.stranger, college.parent, "agreed")
    plan(college.director, own(college, "parent"), "Собрание", description="**Важно**: придите")
    plan(college.director, Choice(group_ids=(college.other_id,)), "Другого ребёнка")
    off = plan(college.director, own(college), "Поход")
    event_edit.cancel(viewer_of(college.director), off.id, "дождь")
    token = calendar_feed.create(viewer_of(college.parent), college.student.id)
    found = {one["SUMMARY"]: one for one in read(calendar_feed.read(token))}
    assert set(found) == {"Собрание", "Отменено: Поход"}
    assert found["Собрание"]["DESCRIPTION"] == "Важно: придите"
    assert found["Отменено: Поход"]["STATUS"] == "CANCELLED"
    assert db.session.get_one(Event, off.id).cancel_reason == "дождь"


def test_what_a_parent_gets_as_an_employee_does_not_go_into_the_telephone(college: College) -> None:
    db.session.add(RoleGrant(person_id=college.parent.id, role=Role.TEACHER, since=date(2020, 1, 1)))
    db.session.commit()
    plan(college.director, Choice(roles=("teacher",)), "Педсовет")
    token = calendar_feed.create(viewer_of(college.parent), college.student.id)
    assert read(calendar_feed.read(token)) == []
    assert seen(college.parent) == ["собрание: Педсовет"]
