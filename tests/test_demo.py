"""The demo college is what a visitor sees first: alive on any day, free of contradictions, the same for one seed."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from databases import ONE, empty_college
from flask import Flask
from sqlalchemy import func, select

from ejournal import create_app, demo
from ejournal.domain import notation
from ejournal.domain.calendar import is_state_holiday
from ejournal.extensions import Base, db
from ejournal.models import (
    AbsenceRequest,
    AcademicYear,
    Account,
    AttestationSheet,
    Cell,
    Course,
    CourseTeacher,
    Curatorship,
    Debt,
    DebtAttempt,
    Enrollment,
    Group,
    Guardianship,
    Homework,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonState,
    LogEntry,
    PeriodMark,
    Person,
    Role,
    RoleGrant,
    Stream,
    Subgroup,
    SubgroupMember,
    Substitution,
    ThematicPlan,
    TimetableEntry,
    Topic,
    Work,
)
from ejournal.models.base import now
from ejournal.services import (
    absence_papers,
    absence_requests,
    accounts,
    announcements,
    conversations,
    dispute_lists,
    exam_clashes,
    exams,
    grid,
    inbox,
    notice_board,
    passwords,
    remark_list,
    resources,
    settings,
)
from ejournal.services.errors import ServiceError

MOSCOW = ZoneInfo("Europe/Moscow")
TUESDAY = datetime(2026, 11, 24, 13, 0, tzinfo=MOSCOW)
LOGINS = {
    "admin": {Role.SYSADMIN},
    "director": {Role.ADMINISTRATION},
    "zavuch": {Role.ADMINISTRATION},
    "curator": {Role.CURATOR, Role.TEACHER},
    "teacher": {Role.TEACHER},
    "student": {Role.STUDENT},
    "parent": {Role.PARENT},
}


@pytest.fixture(scope="module", params=ONE)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A college of the default size on a Tuesday in November, made once: the tests of this module only read it."""
    with empty_college(request.param, tmp_path_factory.mktemp("demo"), "demo") as overrides:
        app = make_college(overrides, 200)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def college(made: Flask) -> Iterator[Flask]:
    with made.app_context(), time_machine.travel(TUESDAY, tick=False):
        yield made
        db.session.remove()


def make_college(overrides: dict[str, object], students: int, seed: int = 1) -> Flask:
    app = create_app(overrides)
    with app.app_context(), time_machine.travel(TUESDAY, tick=False):
        db.create_all()
        demo.fill(students, seed)
        db.session.remove()
    return app


def test_same_seed_and_moment_give_the_same_college(tmp_path: Path) -> None:
    first, again, other = (
        fingerprint(make_college({"instance": tmp_path / name}, 16, seed))
        for name, seed in (("a", 5), ("b", 5), ("c", 6))
    )
    assert first == again
    assert first != other


def test_filled_database_takes_new_rows(in_app: Flask) -> None:
    """Ids written by hand must not be given out again."""
    summary = demo.fill(students=16)
    person = Person.called("Новая", "Анна", "Ивановна")
    db.session.add(person)
    db.session.commit()
    assert person.id == summary.counts["person"] + 1


@pytest.mark.sqlite
def test_database_that_is_not_empty_is_left_alone(in_app: Flask) -> None:
    db.session.add(Person.called("Первый", "Пётр", "Петрович"))
    db.session.commit()
    with pytest.raises(ServiceError, match="не пуста"):
        demo.fill(students=40)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert db.session.scalar(select(func.count()).select_from(Group)) == 0


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 9, 1, 7, 30, tzinfo=MOSCOW),  # before the first lesson of the year
        datetime(2026, 11, 4, 12, 0, tzinfo=MOSCOW),  # a holiday
        datetime(2027, 1, 4, 12, 0, tzinfo=MOSCOW),  # the winter vacation
        datetime(2027, 8, 31, 23, 30, tzinfo=MOSCOW),  # the last hour of the year, both semesters over
    ],
    ids=lambda moment: f"{moment:%d.%m}",
)
def test_college_is_alive_on_any_day(in_app: Flask, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        demo.fill(students=40)
        teacher = viewer("teacher")
        courses = taught_by(teacher.person_id)
        assert len(courses) >= 4
        shown = grid.load(teacher, courses[0].id)
    held = select(func.count()).select_from(Lesson).where(Lesson.state == LessonState.HELD)
    expected = moment.date() > date(2026, 9, 1)
    assert bool(db.session.scalar(held)) is expected
    assert shown.columns
    assert bool(db.session.scalar(select(func.count()).select_from(Cell))) is expected
    assert db.session.scalar(held.where(Lesson.date > moment.date())) == 0
    for column in (Cell.updated_at, LogEntry.at, Homework.published_at, Lesson.attendance_at, PeriodMark.updated_at):
        newest = db.session.scalar(select(func.max(column)))
        assert newest is None or newest <= moment
    assert passwords.matches(account("student").password_hash, demo.PASSWORD)


@pytest.mark.sqlite
def test_teacher_has_lessons_on_the_next_school_day(in_app: Flask) -> None:
    """On a Sunday the page of the day shows what comes on Monday."""
    with time_machine.travel(datetime(2026, 11, 22, 12, 0, tzinfo=MOSCOW), tick=False):
        demo.fill(students=40)
    assert len(lessons_of("teacher", date(2026, 11, 23))) >= 2


@pytest.mark.sqlite
def test_finished_semester_has_its_marks(in_app: Flask) -> None:
    with time_machine.travel(datetime(2027, 2, 1, 12, 0, tzinfo=MOSCOW), tick=False):
        demo.fill(students=80)
    marks = Counter(db.session.scalars(select(PeriodMark.mark)))
    assert set(marks) <= set(notation.PERIOD_MARKS)
    assert marks["4"] > marks["2"]
    assert min(marks["3"], marks["4"], marks["5"]) > 0.1 * marks.total()


def test_running_semester_has_no_period_marks_but_those_given_early(college: Flask) -> None:
    given = db.session.execute(select(PeriodMark.student_id, PeriodMark.mark)).all()
    owing = db.session.scalars(select(Debt.student_id)).all()
    assert sorted(student for student, _mark in given) == sorted(owing)
    assert {mark for _student, mark in given} == {"н/а"}
    assert len(owing) == 2
    assert db.session.scalars(select(DebtAttempt.result)).all() == ["2"]
    assert db.session.scalar(select(func.count()).select_from(AttestationSheet)) == 1


def test_r1_7_every_login_of_the_interface_signs_in(college: Flask) -> None:
    for username, roles in LOGINS.items():
        found = account(username)
        assert found.is_demo
        assert passwords.matches(found.password_hash, "demo")
        assert viewer(username).roles == roles
    assert not db.session.scalars(select(Account).where(~Account.is_demo)).all()
    assert settings.get("is_demo") is True


@pytest.mark.sqlite
def test_summary_names_the_logins_and_counts_what_was_made(in_app: Flask) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        summary = demo.fill(students=43)
    assert {login.username for login in summary.logins} == set(LOGINS)
    students = db.session.scalar(select(func.count()).where(RoleGrant.role == Role.STUDENT))
    assert students == 43
    for table in Base.metadata.sorted_tables:
        count = db.session.scalar(select(func.count()).select_from(table))
        assert count == summary.counts.get(table.name, 0), table.name


def test_default_college_has_eight_groups_of_all_courses(college: Flask) -> None:
    groups = db.session.scalars(select(Group)).all()
    assert len(groups) == 8
    assert Counter(group.course_number(2026) for group in groups) == {1: 2, 2: 2, 3: 2, 4: 2}
    assert len({group.programme_id for group in groups}) == 3
    sizes = Counter(row for row in db.session.scalars(select(Enrollment.group_id)))
    assert all(24 <= size <= 27 for size in sizes.values())


def test_teacher_has_some_journals_a_subgroup_and_lessons_today(college: Flask) -> None:
    courses = taught_by(account("teacher").person_id)
    assert 4 <= len(courses) <= 6
    assert any(course.subgroup_id for course in courses)
    today = lessons_of("teacher", TUESDAY.date())
    assert len(today) >= 2
    assert {lesson.state for lesson in today} >= {LessonState.HELD, LessonState.PLANNED}


def test_r4_4_something_of_the_teacher_is_late_but_little(college: Flask) -> None:
    courses = [course.id for course in taught_by(account("teacher").person_id)]
    unfilled = db.session.scalars(
        select(Lesson).where(
            Lesson.course_id.in_(courses),
            Lesson.date < TUESDAY.date() - timedelta(days=2),
            Lesson.attendance_at.is_(None),
            Lesson.state != LessonState.CANCELLED,
        )
    ).all()
    assert len(unfilled) == 1
    late = db.session.scalar(select(func.count()).where(LogEntry.subject == "homework", LogEntry.late))
    published = db.session.scalar(select(func.count()).select_from(Homework))
    assert 0 < late < 0.15 * published


def test_curator_leads_the_group_of_the_demo_student(college: Flask) -> None:
    led = db.session.scalars(
        select(Curatorship.group_id).where(Curatorship.person_id == account("curator").person_id)
    ).all()
    student = db.session.scalars(
        select(Enrollment.group_id).where(Enrollment.student_id == account("student").person_id)
    ).all()
    assert led == student
    curators = select(func.count(Curatorship.group_id.distinct()))
    assert db.session.scalar(curators) == 8


def test_r4_6_a_parent_has_two_children_in_different_groups(college: Flask) -> None:
    parent = account("parent").person_id
    children = db.session.scalars(select(Guardianship.student_id).where(Guardianship.parent_id == parent)).all()
    groups = db.session.scalars(select(Enrollment.group_id).where(Enrollment.student_id.in_(children))).all()
    assert account("student").person_id in children
    assert len(set(children)) == len(set(groups)) == 2


def test_r4_3_d_and_r4_5_c_every_login_finds_what_waits_for_an_answer(college: Flask) -> None:
    teacher, curator, student = viewer("teacher"), viewer("curator"), viewer("student")
    assert absence_requests.count(teacher) == 1
    assert len(absence_requests.answered(curator)) + len(absence_papers.of_leader(curator)[0]) >= 2
    assert absence_papers.to_confirm(curator) == 1
    [accepted] = db.session.scalars(select(AbsenceRequest).where(AbsenceRequest.answer == "accepted"))
    assert accepted.answered_by
    assert [dispute.state for dispute in dispute_lists.load(student)[0]] == ["open", "upheld"]
    assert dispute_lists.counts(teacher, own=True).open == 1
    assert [paper.state for paper in absence_papers.of_family(viewer("parent"), student.person_id)[1]] == ["sent"]


def test_r4_2_e_a_visitor_sees_the_life_of_a_remark(college: Flask) -> None:
    teacher, zavuch = viewer("teacher"), viewer("zavuch")
    assert remark_list.to_answer(teacher) == (1, 0)
    assert remark_list.to_check() == 1
    closed, _pages = remark_list.load(zavuch, remark_list.Filters(state="closed", source="manual"))
    assert [line.state for line in closed] == ["accepted"]
    actions = select(LogEntry.action, func.count()).where(LogEntry.subject == "remark").group_by(LogEntry.action)
    assert dict(db.session.execute(actions).all()) == {"create": 4, "mended": 2, "accept": 1}


def test_r4_2_b_the_next_school_day_has_replacements(college: Flask) -> None:
    found = db.session.scalars(select(Substitution).order_by(Substitution.id)).all()
    assert [one.kind for one in found] == ["teacher", "cancelled"]
    assert {one.date for one in found} == {date(2026, 11, 25)}
    assert not any(one.lesson_id is None for one in found)


def test_nobody_and_no_room_is_in_two_places_at_once(college: Flask) -> None:
    rows = db.session.execute(
        select(
            Lesson.date,
            Lesson.pair,
            Lesson.hours,
            Lesson.room,
            Course.group_id,
            Course.subgroup_id,
            teacher_id(),
            Course.stream_id,
        )
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.state != LessonState.CANCELLED)
    ).all()
    halves = defaultdict(list)
    for subgroup_id, group_id in db.session.execute(select(Subgroup.id, Subgroup.group_id)):
        halves[group_id].append(subgroup_id)
    taken: Counter[tuple[Any, ...]] = Counter()
    streams = set()
    for day, pair, hours, room, group_id, subgroup_id, teacher, stream in rows:
        for each in range(pair, pair + hours // 2):
            who = [("half", half) for half in ([subgroup_id] if subgroup_id else halves[group_id])]
            taken.update((day, each, *place) for place in who)
            # The lesson of a stream is one: it takes its teacher and room once.
            if not stream or (day, each, stream) not in streams:
                taken.update((day, each, *place) for place in [("teacher", teacher), ("room", room)])
            streams.add((day, each, stream))
    assert len(rows) > 2000
    assert [place for place, times in taken.items() if times > 1] == []


def test_r4_2_c_every_group_has_a_session_ahead_in_which_nothing_clashes(college: Flask) -> None:
    year = db.session.scalars(select(AcademicYear)).one()
    for group in db.session.scalars(select(Group)):
        sittings = exams.of_groups([group.id], settings.today(), year.ends)
        assert len(sittings) >= 3, group.title
        assert set(map(tuple, exam_clashes.of(group, year, sittings).values())) == {()}, group.title


def test_timetable_gives_every_group_its_36_hours_a_week(college: Flask) -> None:
    rows = db.session.execute(
        select(TimetableEntry, Course.group_id, Course.subgroup_id).join(Course, Course.id == TimetableEntry.course_id)
    ).all()
    taken: dict[int, set[tuple[int, int, str]]] = defaultdict(set)
    for entry, group_id, _subgroup in rows:
        for week in ("odd", "even") if entry.week == "both" else (entry.week,):
            taken[group_id] |= {(entry.weekday, entry.pair + n, week) for n in range(entry.hours // 2)}
    assert {len(places) for places in taken.values()} == {36}  # pairs in two weeks
    for places in taken.values():
        for weekday in range(1, 7):
            pairs = sorted({pair for day, pair, _week in places if day == weekday})
            assert pairs == list(range(1, len(pairs) + 1))  # no gaps
            assert len(pairs) <= 4


def test_lessons_are_held_on_school_days_only(college: Flask) -> None:
    days = set(db.session.scalars(select(Lesson.date)))
    assert date(2026, 11, 24) in days
    assert not [day for day in days if day.weekday() == 6 or is_state_holiday(day)]
    assert min(days) == date(2026, 9, 1)
    assert max(days) <= date(2026, 12, 26)
    assert db.session.scalar(select(func.count()).where(Lesson.moved_from == date(2026, 11, 4)))


def test_no_cell_outside_enrolment(college: Flask) -> None:
    """п. 4.4 and DOMAIN: a student is in a journal only for the days he was in the group and subgroup, or a guest."""
    guests = set(
        db.session.execute(
            select(IndividualPlan.student_id, IndividualRow.course_id)
            .join(IndividualRow)
            .where(IndividualRow.course_id.is_not(None))
        )
    )
    assert guests
    in_group, in_half = defaultdict(list), defaultdict(list)
    for row in db.session.scalars(select(Enrollment)):
        in_group[row.student_id, row.group_id].append((row.since, row.until or date.max))
    for row in db.session.scalars(select(SubgroupMember)):
        in_half[row.student_id, row.subgroup_id].append((row.since, row.until or date.max))
    rows = db.session.execute(
        select(Cell.student_id, Lesson.date, Lesson.state, Course.group_id, Course.subgroup_id, Course.id)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
    ).all()
    assert len(rows) > 10_000
    for student, day, state, group, half, course in rows:
        assert state == LessonState.HELD
        if (student, course) in guests:
            continue
        assert any(since <= day <= until for since, until in in_group[student, group])
        assert half is None or any(since <= day <= until for since, until in in_half[student, half])


def test_r3_6_every_cell_is_notation_and_its_log_leads_to_it(college: Flask) -> None:
    logged = defaultdict(list)
    for entry in db.session.scalars(select(LogEntry).where(LogEntry.subject == "cell").order_by(LogEntry.id)):
        logged[entry.work_id, entry.student_id].append(entry)
    corrected = 0
    for cell in db.session.scalars(select(Cell)):
        text = (cell.attendance or "") + (cell.mark or "")
        assert notation.parse(text).text == text != ""
        entries = logged.pop((cell.work_id, cell.student_id))
        assert [entry.before for entry in entries] == ["", *(entry.after for entry in entries[:-1])]
        assert (entries[-1].after, len(entries), entries[-1].at) == (text, cell.version, cell.updated_at)
        assert all(entry.actor_id == cell.updated_by for entry in entries)
        # A value that is changed after its term has the reason that the journal would have asked for.
        assert all(entry.reason for entry in entries[1:] if entry.late)
        corrected += any(notation.parse(e.before or "").mark and e.reason for e in entries)
    assert not logged
    assert corrected > 50


def test_log_is_in_the_order_of_time(college: Flask) -> None:
    moments = db.session.scalars(select(LogEntry.at).order_by(LogEntry.id)).all()
    assert moments == sorted(moments)


def test_marks_are_spread_as_in_a_college(college: Flask) -> None:
    marks = Counter(str(mark)[0] for mark in db.session.scalars(select(Cell.mark).where(Cell.mark.is_not(None))))
    points = {mark: marks[mark] / sum(marks[m] for m in "12345") for mark in "12345"}
    assert 0.15 < points["5"] < 0.4
    assert 0.3 < points["4"] < 0.5
    assert 0.15 < points["3"] < 0.4
    assert 0.01 < points["2"] < 0.1
    assert points["1"] < 0.01
    by_student = defaultdict(list)
    for student, mark in db.session.execute(select(Cell.student_id, Cell.mark).where(Cell.mark.in_(list("12345")))):
        by_student[student].append(int(mark))
    means = [statistics.mean(found) for found in by_student.values() if len(found) > 20]
    assert min(means) < 3.2  # the weak and the able differ, and not by chance of one mark
    assert max(means) > 4.6


def test_absence_comes_in_runs_of_days(college: Flask) -> None:
    codes = Counter(db.session.scalars(select(Cell.attendance).where(Cell.attendance.is_not(None))))
    assert min(codes[code] for code in "нпбо") > 200
    ill = defaultdict(set)
    rows = select(Cell.student_id, Lesson.date).where(Cell.attendance == "б")
    for student, day in db.session.execute(rows.join(Work, Work.id == Cell.work_id).join(Lesson)):
        ill[student].add(day)
    neighbours = [day for days in ill.values() for day in days if days & {day - timedelta(1), day + timedelta(1)}]
    assert len(neighbours) > 0.7 * sum(len(days) for days in ill.values())


def test_topics_follow_the_plan_and_are_told_apart(college: Flask) -> None:
    rows = db.session.execute(
        select(Lesson.course_id, Topic.ordinal, Topic.title, Lesson.topic, Topic.hours, Lesson.hours)
        .join(Topic, Topic.id == Lesson.topic_id)
        .order_by(Lesson.course_id, Lesson.date, Lesson.pair)
    ).all()
    by_course = defaultdict(list)
    for course, ordinal, title, topic, planned, hours in rows:
        assert (title, planned) == (topic, hours)
        by_course[course].append(ordinal)
    assert len(by_course) == 103
    assert all(ordinals == sorted(set(ordinals)) for ordinals in by_course.values())
    titles = func.count() - func.count(Topic.title.distinct())
    repeated = db.session.execute(
        select(ThematicPlan.title, titles).join(Topic).group_by(ThematicPlan.id, ThematicPlan.title).having(titles > 0)
    ).all()
    assert repeated == []


def test_some_lessons_have_several_works_and_some_works_a_longer_term(college: Flask) -> None:
    works = Counter(db.session.scalars(select(Work.lesson_id)))
    assert sum(count > 1 for count in works.values()) > 100
    assert db.session.scalar(select(func.count()).where(Work.mark_due.is_not(None))) > 20


def test_contingent_has_moved_expelled_and_late_students_with_orders(college: Flask) -> None:
    left = db.session.scalars(select(Enrollment).where(Enrollment.until.is_not(None))).all()
    assert {row.left_kind for row in left} == {"moved", "expelled"}
    assert all(row.order_out and row.order_out_date for row in left)
    came = db.session.scalars(select(Enrollment).where(Enrollment.since > date(2026, 9, 1))).all()
    moved = {row.student_id for row in left if row.left_kind == "moved"}
    assert {row.student_id for row in came} > moved
    assert all(row.order_in and row.order_in_date <= row.since for row in came)


def test_names_are_of_all_the_kinds_that_lists_have(college: Flask) -> None:
    students = db.session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id).where(RoleGrant.role == Role.STUDENT)
    ).all()
    assert any("ё" in person.full_name for person in students)
    assert any(not person.patronymic for person in students)
    assert any("-" in person.surname for person in students)
    assert max(Counter(person.full_name for person in students).values()) == 2  # namesakes
    for person in students:
        if person.patronymic.endswith(("вич", "вна")):
            assert person.patronymic.endswith("вна") == person.name.endswith(("а", "я")) or person.name in MEN_IN_A


MEN_IN_A = {"Илья", "Никита"}


@pytest.mark.parametrize("login", ["teacher", "curator", "student", "parent"])
def test_something_waits_for_every_visitor(college: Flask, login: str) -> None:
    board = notice_board.load(viewer(login))
    assert board.unread or board.near
    assert announcements.listing(viewer(login))[0]
    assert resources.catalogue(viewer(login)).lines


def test_administration_finds_a_suggestion_and_a_dead_link(college: Flask) -> None:
    assert resources.waiting(viewer("zavuch"))
    assert resources.dead(viewer("admin"))


def account(username: str) -> Account:
    return db.session.scalars(select(Account).where(Account.username == username)).one()


def viewer(username: str) -> Any:
    return accounts.viewer_of(account(username))


def taught_by(person_id: int) -> list[Course]:
    return list(
        db.session.scalars(
            select(Course).join(CourseTeacher).where(CourseTeacher.teacher_id == person_id).order_by(Course.id)
        )
    )


def lessons_of(username: str, day: date) -> list[Lesson]:
    courses = [course.id for course in taught_by(account(username).person_id)]
    return list(db.session.scalars(select(Lesson).where(Lesson.course_id.in_(courses), Lesson.date == day)))


def teacher_id() -> Any:
    return (
        select(CourseTeacher.teacher_id).where(CourseTeacher.course_id == Course.id).correlate(Course).scalar_subquery()
    )


def fingerprint(app: Flask) -> str:
    """One number for everything stored, but for the password's hash, which is salted."""
    digest = sha256()
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "password_hash"]
            for row in db.session.execute(select(*columns).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode())
        db.session.remove()
        db.engine.dispose()
    return digest.hexdigest()


def test_r4_2_c_a_lesson_for_two_groups_stands_at_one_time_in_both_weeks(college: Flask) -> None:
    stream = db.session.scalars(select(Stream)).one()
    courses = db.session.scalars(select(Course).where(Course.stream_id == stream.id)).all()
    assert len({course.group_id for course in courses}) == 2
    places = [
        {
            (row.weekday, row.pair, row.week)
            for row in db.session.scalars(select(TimetableEntry).where(TimetableEntry.course_id == course.id))
        }
        for course in courses
    ]
    assert places[0] == places[1] != set()


@pytest.mark.parametrize("username", LOGINS)
def test_r2_3_communicate_every_login_finds_messages_and_counts_them_right(college: Flask, username: str) -> None:
    seen = viewer(username)
    found, _more = inbox.inbox(seen)
    assert found
    assert sum(line.unread for line in found) == seen.unread
    for line in found:
        opened = conversations.open_(seen, line.id)
        assert not opened.closed
        assert all(shown.message.sent_at <= now() for shown in opened.messages)
