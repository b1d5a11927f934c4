"""Individual plans: who is listed in which journal on which day (п. 4.2), on both databases."""

from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from factories_individual import make_discipline, make_plan
from flask import Flask
from sqlalchemy import event, select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CurriculumHours,
    Discipline,
    Enrollment,
    Group,
    IndividualPlan,
    LogEntry,
    Role,
)
from ejournal.models.base import now
from ejournal.services import cells, columns, grid, individual, individual_rows, roll, roster, statement_facts
from ejournal.services.cells import Entry
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.services.individual import Filter, Typed
from ejournal.services.individual_rows import Typed as Row

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=3, lessons=3)


@pytest.fixture
def other(journal: Journal) -> Journal:
    """The journal of the same discipline in another group of the programme."""
    other = make_journal(students=2, lessons=3)
    group = db.session.get_one(Group, other.group.id)
    group.programme_id = journal.group.programme_id
    db.session.get_one(Course, other.course_id).discipline_id = discipline_of(journal)
    db.session.commit()
    return other


@pytest.fixture
def office(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


def discipline_of(journal: Journal) -> int:
    return db.session.get_one(Course, journal.course_id).discipline_id


def names(journal: Journal) -> list[int]:
    return [student.id for student in grid.load(viewer_of(journal.teacher), journal.course_id).students]


def on_roll(journal: Journal, lesson: int) -> list[int]:
    page = roll.load(viewer_of(journal.teacher), journal.course_id, journal.lessons[lesson].id, None)
    return [line.student_id for line in page.lines]


def put(journal: Journal, student_id: int, text: str, lesson: int = -1) -> None:
    entry = Entry(student_id, journal.works[lesson].id, text, None)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def typed(journal: Journal, **changed: object) -> Typed:
    usual = {"order_number": "12-у", "order_date": journal.year.starts, "since": journal.year.starts, "until": None}
    return Typed(**{**usual, **changed})  # type: ignore[arg-type]


def test_r4_2_an_exempt_student_is_not_in_the_own_groups_journal(journal):
    exempt = journal.students[0].id
    make_plan(exempt, journal.year.starts, discipline_id=discipline_of(journal), exempt=True)
    assert names(journal) == [student.id for student in journal.students[1:]]
    assert exempt not in on_roll(journal, 0)
    with pytest.raises(RefusedError, match="индивидуальному плану"):
        put(journal, exempt, "5")
    filled, _refused = columns.fill(viewer_of(journal.teacher), journal.course_id, journal.works[0].id, "ЗЧ")
    assert {saved.student_id for saved in filled} == {student.id for student in journal.students[1:]}


def test_an_exemption_of_one_discipline_changes_no_other_journal(journal, other):
    spare = make_discipline(journal.group.programme_id, "ОП.50", "op", {1: (36, "З")})
    make_plan(journal.students[0].id, journal.year.starts, discipline_id=spare.id, exempt=True)
    assert len(names(journal)) == 3
    assert len(names(other)) == 2


def test_an_exemption_holds_for_its_days_and_what_was_filled_in_stays_visible(journal):
    exempt, last = journal.students[0].id, journal.lessons[2].date
    put(journal, exempt, "4", lesson=0)
    put(journal, exempt, "5", lesson=2)
    make_plan(exempt, last, discipline_id=discipline_of(journal), exempt=True)
    assert (exempt in on_roll(journal, 1), exempt in on_roll(journal, 2)) == (True, True)
    row = next(r for r in grid.load(viewer_of(journal.teacher), journal.course_id).students if r.id == exempt)
    assert [(closed, text) for closed, _version, text in row.cells] == [(False, "4"), (False, ""), (True, "5")]
    assert "12-у" in row.note
    put(journal, exempt, "3", lesson=1)
    with pytest.raises(RefusedError, match="индивидуальному плану"):
        put(journal, exempt, "3", lesson=2)


def test_r4_2_a_guest_is_in_the_other_groups_journal_for_the_days_of_the_plan(journal, other):
    guest = journal.students[0].id
    first, last = other.lessons[1].date, other.lessons[1].date
    make_plan(guest, first, last, discipline_id=discipline_of(journal), course_id=other.course_id)
    row = next(r for r in grid.load(viewer_of(other.teacher), other.course_id).students if r.id == guest)
    assert [closed for closed, _version, _text in row.cells] == [True, False, True]
    assert row.is_guest
    assert journal.group.title in row.note
    assert [guest in on_roll(other, n) for n in range(3)] == [False, True, False]
    assert [guest in on_roll(journal, n) for n in range(3)] == [True, False, True]
    put(other, guest, "5", lesson=1)
    with pytest.raises(RefusedError, match="не числился"):
        put(other, guest, "5", lesson=2)
    with pytest.raises(RefusedError, match="не числился"):
        put(journal, guest, "5", lesson=1)


def test_guests_stand_among_the_others_by_surname(journal, other):
    for student in journal.students:
        make_plan(student.id, journal.year.starts, discipline_id=discipline_of(journal), course_id=other.course_id)
    listed = roster.students_of(db.session.get_one(Course, other.course_id))
    assert len(listed) == 5
    assert [row.skey for row in listed] == sorted(row.skey for row in listed)
    assert names(journal) == []


def test_a_guest_who_is_expelled_is_no_guest_any_more(journal, other):
    guest, gone = journal.students[0].id, other.lessons[1].date
    make_plan(guest, journal.year.starts, discipline_id=discipline_of(journal), course_id=other.course_id)
    db.session.scalars(select(Enrollment).where(Enrollment.student_id == guest)).one().until = gone
    db.session.commit()
    assert [guest in on_roll(other, n) for n in range(3)] == [True, True, False]
    with pytest.raises(RefusedError, match="не числился"):
        put(other, guest, "5", lesson=2)


def test_a_statement_asks_nothing_of_a_guest_who_is_expelled(journal, other):
    guest, span = journal.students[0].id, (journal.year.starts, journal.year.ends)
    make_plan(guest, journal.year.starts, discipline_id=discipline_of(journal), course_id=other.course_id)
    assert len(statement_facts.load([guest], span).held(guest)) == 3
    db.session.scalars(select(Enrollment).where(Enrollment.student_id == guest)).one().until = other.lessons[1].date
    db.session.commit()
    assert {one.date for one in statement_facts.load([guest], span).held(guest)} == {
        lesson.date for lesson in other.lessons[:2]
    }


def test_own_hours_leave_the_student_in_the_journal(journal):
    make_plan(journal.students[0].id, journal.year.starts, discipline_id=discipline_of(journal), hours=20)
    assert len(names(journal)) == 3


def test_a_plan_is_made_changed_and_ended_with_its_entries_in_the_log(journal, office):
    plan = individual.create(office, journal.students[0].id, typed(journal, note="Перевод"))
    individual.change(office, plan.id, typed(journal, order_number="14-у"))
    individual.end(office, plan.id, journal.year.ends)
    entries = db.session.scalars(select(LogEntry).where(LogEntry.subject == "individual").order_by(LogEntry.id)).all()
    assert [(entry.action, entry.student_id) for entry in entries] == [
        (action, journal.students[0].id) for action in ("create", "update", "end")
    ]
    assert "14-у" in entries[1].after
    assert db.session.get_one(IndividualPlan, plan.id).until == journal.year.ends
    with pytest.raises(RefusedError, match="и так заканчивается"):
        individual.end(office, plan.id, journal.year.ends)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"order_number": " "}, "order_number"),
        ({"order_date": None}, "order_date"),
        ({"since": None}, "since"),
        ({"until_text": "31 февраля"}, "until"),
        ({"note": "я" * 501}, "note"),
    ],
)
def test_a_plan_without_what_it_needs_is_refused(journal, office, changed, field):
    with pytest.raises(FieldsError) as refusal:
        individual.create(office, journal.students[0].id, typed(journal, **changed))
    assert set(refusal.value.fields) == {field}


def test_a_plan_is_for_a_student_of_that_day_and_an_open_year(journal, office):
    with pytest.raises(FieldsError) as refusal:
        individual.create(office, journal.teacher.id, typed(journal))
    assert "student_id" in refusal.value.fields
    with pytest.raises(FieldsError) as refusal:
        individual.create(office, journal.students[0].id, typed(journal, since=journal.year.starts - DAY))
    assert "since" in refusal.value.fields
    db.session.get_one(AcademicYear, journal.year.id).closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        individual.create(office, journal.students[0].id, typed(journal))


def test_a_plan_is_not_moved_to_a_day_on_which_the_student_is_in_no_group(journal, office):
    """As it is not made for one (п. 4.2)."""
    plan = individual.create(office, journal.students[0].id, typed(journal))
    with pytest.raises(FieldsError) as refusal:
        individual.change(office, plan.id, typed(journal, since=journal.year.starts - DAY))
    assert "ни в одной группе" in refusal.value.fields["since"]


@pytest.fixture
def passed_year(journal: Journal) -> AcademicYear:
    """The year before, closed; the first student studied in it."""
    began = journal.year.starts
    year = AcademicYear(title="прошлый", starts=began.replace(year=began.year - 1), ends=began - DAY, closed_at=now())
    db.session.add(year)
    own = db.session.scalars(select(Enrollment).where(Enrollment.student_id == journal.students[0].id)).one()
    own.since = year.starts
    db.session.commit()
    return year


def test_the_last_day_of_a_plan_is_not_moved_within_a_closed_year(journal, office, passed_year):
    """The lists of its journals would change (п. 2.3)."""
    since, student = passed_year.starts, journal.students[0].id
    within = since + 30 * DAY
    endless = make_plan(student, since, discipline_id=discipline_of(journal), exempt=True)
    ended = make_plan(journal.students[1].id, since, within, discipline_id=discipline_of(journal), exempt=True)
    for plan, until in ((endless, within), (ended, journal.year.ends), (ended, within + DAY), (ended, None)):
        with pytest.raises(ClosedError):
            individual.change(office, plan.id, typed(journal, since=since, until=until))
        db.session.rollback()
    with pytest.raises(ClosedError):
        individual.end(office, endless.id, within)
    db.session.rollback()
    assert [plan.until for plan in (endless, ended)] == [None, within]


def test_a_plan_ends_with_the_closed_year_or_after_it(journal, office, passed_year):
    """Only days after it leave the plan: no list of the closed year changes."""
    since, student = passed_year.starts, journal.students[0].id
    plan = make_plan(student, since, discipline_id=discipline_of(journal), exempt=True)
    individual.change(office, plan.id, typed(journal, since=since, until=journal.year.ends))
    individual.end(office, plan.id, passed_year.ends)
    assert plan.until == passed_year.ends


def test_rows_say_how_a_discipline_is_studied(journal, other, office):
    make_discipline(journal.group.programme_id, "ОП.60", "op", {1: (36, "З")})
    give_hours(discipline_of(journal))
    plan = individual.create(office, journal.students[0].id, typed(journal))
    course = individual_rows.journals(plan, db.session.get_one(Discipline, discipline_of(journal)))
    assert [found.id for found in course] == [other.course_id]
    row = individual_rows.save(
        office, plan.id, None, Row(discipline_of(journal), "course", other.course_id, "30", "ДЗ", "2027-01-15")
    )
    assert journal.students[0].id in names(other)
    assert individual_rows.words(row) == f"{row.discipline.label}: в журнале {course[0].title}, 30 ч, ДЗ, до 15.01.2027"
    individual_rows.save(office, plan.id, row.id, Row(discipline_of(journal), "exempt"))
    assert journal.students[0].id not in names(other)
    individual_rows.remove(office, row.id)
    assert journal.students[0].id in names(journal)
    actions = db.session.scalars(
        select(LogEntry.action).where(LogEntry.subject == "individual").order_by(LogEntry.id)
    ).all()
    assert list(actions) == ["create", "create", "update", "delete"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"discipline_id": 0}, "discipline_id"),
        ({"way": "иначе"}, "way"),
        ({"way": "course"}, "course_id"),
        ({"way": "own"}, "hours"),
        ({"way": "own", "hours": "много"}, "hours"),
        ({"way": "own", "control": "Ы"}, "control"),
        ({"way": "own", "due": "вчера"}, "due"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_at_its_field(journal, office, row, field):
    give_hours(discipline_of(journal))
    plan = individual.create(office, journal.students[0].id, typed(journal))
    with pytest.raises(FieldsError) as refusal:
        individual_rows.save(
            office, plan.id, None, Row(**{"discipline_id": discipline_of(journal), "way": "exempt", **row})
        )
    assert field in refusal.value.fields


def test_the_own_groups_journal_is_no_other_journal_and_a_discipline_stands_once(journal, office):
    give_hours(discipline_of(journal))
    plan = individual.create(office, journal.students[0].id, typed(journal))
    with pytest.raises(FieldsError):
        individual_rows.save(office, plan.id, None, Row(discipline_of(journal), "course", journal.course_id))
    individual_rows.save(office, plan.id, None, Row(discipline_of(journal), "exempt"))
    with pytest.raises(FieldsError):
        individual_rows.save(office, plan.id, None, Row(discipline_of(journal), "exempt"))
    second = individual.create(office, journal.students[0].id, typed(journal))
    with pytest.raises(RefusedError, match="Сначала завершите"):
        individual_rows.save(office, second.id, None, Row(discipline_of(journal), "exempt"))


def test_marks_of_a_guest_are_never_left_outside_the_list(journal, other, office):
    give_hours(discipline_of(journal))
    plan = make_plan(
        journal.students[0].id, journal.year.starts, discipline_id=discipline_of(journal), course_id=other.course_id
    )
    row_id = plan.rows[0].id
    put(other, journal.students[0].id, "5", lesson=1)
    for act in (
        lambda: individual.end(office, plan.id, other.lessons[0].date),
        lambda: individual_rows.remove(office, row_id),
        lambda: individual_rows.save(office, plan.id, row_id, Row(discipline_of(journal), "exempt")),
        lambda: individual.change(office, plan.id, typed(journal, since=other.lessons[2].date)),
    ):
        with pytest.raises(RefusedError, match="уже есть записи"):
            act()
        db.session.rollback()
    individual.end(office, plan.id, other.lessons[1].date)
    assert journal.students[0].id in names(other)


def test_the_list_finds_by_surname_group_and_state(journal, office):
    make_plan(journal.students[0].id, journal.year.starts, discipline_id=discipline_of(journal), exempt=True)
    make_plan(
        journal.students[1].id, journal.year.starts, journal.year.starts, discipline_id=discipline_of(journal), hours=1
    )

    def found(**wanted: object) -> list[int]:
        plans, more = individual.listing(Filter(**wanted))  # type: ignore[arg-type]
        assert not more
        return [plan.student_id for plan in plans]

    first, second = journal.students[0], journal.students[1]
    assert set(found()) == {first.id, second.id}
    assert found(state="now") == [first.id]
    assert found(state="over") == [second.id]
    assert found(state="ahead") == []
    assert found(text=second.surname.upper(), group_id=journal.group.id) == [second.id]
    assert found(group_id=0, text="нет такого") == []
    assert set(individual.groups_of(individual.listing(Filter())[0]).values()) == {journal.group.title}


def test_what_is_not_there_is_not_found(journal, office):
    with pytest.raises(NotFoundError):
        individual.find(999)
    with pytest.raises(NotFoundError):
        individual_rows.find(999)
    one = make_plan(journal.students[0].id, journal.year.starts, discipline_id=discipline_of(journal), hours=1)
    two = make_plan(journal.students[1].id, journal.year.starts, discipline_id=discipline_of(journal), hours=1)
    with pytest.raises(NotFoundError):
        individual_rows.save(office, one.id, two.rows[0].id, Row(discipline_of(journal), "exempt"))


def test_lists_cost_one_query_more_however_many_plans(journal):
    """Of the whole roster: one for members, one for plans; never one for each student."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
        seen.append(statement)

    for student in journal.students:
        make_plan(student.id, journal.year.starts, discipline_id=discipline_of(journal), exempt=True)
    course = db.session.get_one(Course, journal.course_id)
    assert course.year.starts <= course.year.ends  # loaded before counting
    event.listen(db.engine, "before_cursor_execute", note)
    roster.students_of(course)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 2


def give_hours(discipline_id: int) -> None:
    db.session.add(CurriculumHours(discipline_id=discipline_id, semester=1, hours=36))
    db.session.commit()
