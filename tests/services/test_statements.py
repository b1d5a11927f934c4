"""The statement of п. 4.6, counted by hand (R4.6.b)."""

from datetime import date, timedelta

import factories
import factories_diary
import factories_documents as made
import pytest
from factories_individual import make_discipline, make_plan
from flask import Flask

from ejournal.domain.grading import Missed
from ejournal.extensions import db
from ejournal.models import (
    Course,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Lesson,
    Period,
    PeriodMark,
    Role,
    Subgroup,
    SubgroupMember,
    YearMark,
)
from ejournal.services import consolidated, diary_marks, extracts, settings, statements
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.reports import running
from ejournal.services.statement_facts import Given, Held

DAY = date(2026, 10, 5)


def test_r4_6_b_lessons_marks_latenesses_and_missed_lessons_are_counted() -> None:
    titles = {1: "История", 2: "Алгебра"}
    held = [Held(n, DAY, 1, 2) for n in range(5)] + [Held(10, DAY, 2, 6)]
    given = [
        Given(0, DAY, 1, None, "5", 1, 2),
        Given(1, DAY, 1, "о", "3", 2, 2),
        Given(2, DAY, 1, "н", None, 1, 2),
        Given(3, DAY, 1, "б", None, 1, 2),
        Given(10, DAY, 2, "п", None, 1, 6),
    ]
    rows, total = statements.count(titles, held, given, {1: "4"})
    algebra, history = rows
    assert (history.title, history.lessons, history.hours, history.marks) == ("История", 5, 10, ["5", "3"])
    # (5·1 + 3·2) / 3
    assert history.mean == "3,67"
    assert (history.missed_lessons, history.missed, history.period_mark) == (2, Missed(4, 2, 2, 1), "4")
    assert (algebra.missed_lessons, algebra.missed, algebra.mean) == (1, Missed(6, 6, 0, 0), "")
    assert (total.lessons, total.hours, total.missed_lessons, total.missed) == (6, 16, 3, Missed(10, 8, 2, 1))


def test_r4_6_b_a_lesson_with_several_works_is_missed_once() -> None:
    given = [Given(1, DAY, 1, "н", None, 1, 2), Given(1, DAY, 1, "н", None, 1, 2), Given(2, DAY, 1, "о", None, 1, 2)]
    rows, _total = statements.count({1: "История"}, [Held(1, DAY, 1, 2), Held(2, DAY, 1, 2)], given, {})
    assert (rows[0].missed_lessons, rows[0].missed) == (1, Missed(2, 0, 2, 1))


def test_r4_6_b_only_lessons_held_while_in_the_group_and_subgroup_count(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=4)
    first, last = journal.lessons[0], journal.lessons[-1]
    first.state = "cancelled"
    newcomer = factories.make_person("Яковлев")
    factories.enroll(newcomer, journal.group, last.date)
    half = Subgroup(group_id=journal.group.id, title="подгруппа 1")
    db.session.add(half)
    db.session.flush()
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    own = Course(
        year_id=course.year_id, group_id=course.group_id, discipline_id=course.discipline_id, subgroup_id=half.id
    )  # fmt: skip
    db.session.add(own)
    db.session.add(SubgroupMember(subgroup_id=half.id, student_id=journal.students[0].id, since=journal.year.starts))
    db.session.commit()
    factories.make_lesson(own.id, last.date, pair=2)
    curator = factories.viewer_of(factories.make_curator(journal.group))
    lessons = {s.student.id: s.total.lessons for s in statements.of_group(curator, journal.group.id, None)}
    assert lessons == {journal.students[0].id: 4, journal.students[1].id: 3, newcomer.id: 1}


def test_r4_2_c_a_discipline_one_is_exempt_of_is_not_counted(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan = IndividualPlan(student_id=journal.students[0].id, since=journal.year.starts)
    plan.rows = [IndividualRow(discipline_id=course.discipline_id, exempt=True)]
    db.session.add(plan)
    db.session.commit()
    curator = factories.viewer_of(factories.make_curator(journal.group))
    assert statements.of_student(curator, journal.students[0].id, None).total.lessons == 0


def test_lessons_to_come_and_after_the_period_are_left_out(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    factories.make_lesson(journal.course_id, settings.today() + timedelta(days=1))
    curator = factories.viewer_of(factories.make_curator(journal.group))
    assert statements.of_student(curator, journal.students[0].id, None).total.lessons == 1


def test_r4_6_b_of_who_was_expelled_the_last_group_answers(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    gone = factories.make_person("Бывший")
    factories.enroll(
        gone, journal.group, journal.year.starts, settings.today() - timedelta(days=1), left_kind="expelled"
    )
    curator = factories.viewer_of(factories.make_curator(journal.group))
    assert statements.of_student(curator, gone.id, None).student.id == gone.id
    assert gone.id not in {s.student.id for s in statements.of_group(curator, journal.group.id, None)}


def test_r2_1_c_another_groups_leader_gets_nothing(in_app: Flask) -> None:
    journal, other = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    stranger = factories.viewer_of(factories.make_curator(other.group))
    teacher = factories.viewer_of(journal.teacher)
    for viewer in (stranger, teacher):
        with pytest.raises(NotFoundError):
            statements.of_student(viewer, journal.students[0].id, None)
        with pytest.raises(NotFoundError):
            statements.of_group(viewer, journal.group.id, None)


def test_a_group_takes_as_many_queries_as_one(in_app: Flask) -> None:
    journal = factories.make_journal(students=8, lessons=3)
    for number in range(8):
        made.fill(journal, number, ["5", "н", "о4"])
    manager = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    asked = 0

    def count_one(*_: object) -> None:
        nonlocal asked
        asked += 1

    db.event.listen(db.engine, "before_cursor_execute", count_one)
    try:
        found = statements.of_group(manager, journal.group.id, None)
    finally:
        db.event.remove(db.engine, "before_cursor_execute", count_one)
    assert len(found) == 8
    assert asked <= 16


def test_held_lessons_are_of_the_journal_not_of_the_cells(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    lesson = db.session.get(Lesson, journal.lessons[0].id)
    assert lesson is not None
    lesson.hours = 6
    db.session.commit()
    curator = factories.viewer_of(factories.make_curator(journal.group))
    total = statements.of_student(curator, journal.students[0].id, None).total
    assert (total.lessons, total.hours, total.missed) == (2, 8, Missed())


def test_a_period_of_another_course_is_not_taken(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=1)
    foreign = Period(
        year_id=journal.year.id, course_number=4, number=1, title="Чужой", starts=journal.year.starts,
        ends=journal.year.starts,
    )  # fmt: skip
    db.session.add(foreign)
    db.session.commit()
    curator = factories.viewer_of(factories.make_curator(journal.group))
    made_for = statements.of_student(curator, journal.students[0].id, foreign.id)
    assert made_for.period.id == journal.period.id


def test_r4_6_b_both_groups_of_who_moved_count(in_app: Flask) -> None:
    old, new = (factories.make_journal(students=1, lessons=3) for _ in range(2))
    moved = factories.make_person("Переведёнов")
    factories.enroll(moved, old.group, old.year.starts, old.lessons[1].date, left_kind="moved")
    factories.enroll(moved, new.group, old.lessons[2].date)
    old.students[0] = new.students[0] = moved
    made.fill(old, 0, ["5", "н", ""])
    made.fill(new, 0, ["", "", "о"])
    curator = factories.viewer_of(factories.make_curator(new.group))
    total = statements.of_student(curator, moved.id, None).total
    # Two days in the old group, one in the new.
    assert (total.lessons, total.missed_lessons, total.missed.late_count) == (3, 1, 1)
    assert statements.group_of(curator, moved.id).id == new.group.id
    with pytest.raises(NotFoundError):
        statements.of_student(factories.viewer_of(factories.make_curator(old.group)), moved.id, None)


def give_year(journal, student, kind: str, mark: str) -> None:  # type: ignore[no-untyped-def]
    db.session.add(YearMark(course_id=journal.course_id, kind=kind, student_id=student.id, mark=mark))
    db.session.commit()


def test_marks_for_the_year_and_final_ones_stand_in_statement_sheet_and_extract(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    first, second = journal.students
    made.give(journal, ["4", "5"])
    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    with pytest.raises(RefusedError, match="за год"):
        consolidated.of_group(viewer, journal.group.id, journal.period.id, "year")
    assert not statements.of_student(viewer, first.id, journal.period.id).has_year_marks
    give_year(journal, first, "year", "4")
    give_year(journal, first, "final", "5")
    give_year(journal, second, "year", "3")
    statement = statements.of_student(viewer, first.id, journal.period.id)
    row = statement.rows[0]
    assert (row.period_mark, row.year_mark, row.final_mark) == ("4", "4", "5")
    of_year = consolidated.of_group(viewer, journal.group.id, journal.period.id, "year")
    assert [line.marks for line in of_year.lines] == [["4"], ["3"]]
    assert of_year.total.mean == "3,50"
    final = consolidated.of_group(viewer, journal.group.id, journal.period.id, "final")
    assert [line.marks for line in final.lines] == [["5"], [""]]
    found = extracts.build(first, journal.year.starts, journal.year.ends).lines[0].period_marks
    assert found == [("I семестр", "4"), ("за год", "4"), ("итоговая", "5")]
    # A semester before the last: its papers say nothing of the year.
    db.session.add(
        Period(
            year_id=journal.year.id, number=2, title="II семестр", starts=journal.year.ends + timedelta(days=1),
            ends=journal.year.ends + timedelta(days=100),
        )
    )  # fmt: skip
    db.session.commit()
    assert not statements.of_student(viewer, first.id, journal.period.id).has_year_marks
    assert extracts.build(first, journal.year.starts, journal.year.ends).lines[0].period_marks == [("I семестр", "4")]


def test_r2_1_a_an_extract_counts_a_lesson_once_by_the_gravest_code_as_the_statement_does(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2, works=2)
    student = journal.students[0]
    factories_diary.put(journal.works[0], student, attendance="н")
    factories_diary.put(journal.works[1], student, attendance="о", mark="5")
    factories_diary.put(journal.works[2], student, attendance="б", mark="4")
    journal.lessons[1].state = "cancelled"
    db.session.commit()
    total = statements.of_student(factories.viewer_of(factories.make_curator(journal.group)), student.id, None).total
    assert (total.missed_lessons, total.missed.late_count) == (1, 0)
    made_for = extracts.build(student, journal.year.starts, journal.year.ends)
    assert (made_for.absences, made_for.lines[0].absences) == ({"н": 1}, {"н": 1})
    assert [mark.mark for mark in made_for.lines[0].marks] == ["5"]


@pytest.mark.parametrize("later_first", [False, True])
def test_r4_4_d_of_two_journals_of_a_discipline_the_last_days_speaks(in_app: Flask, later_first: bool) -> None:
    """Statement, consolidated sheet and report name the mark of the subgroup in which the period ended."""
    journal = factories.make_journal(students=1, lessons=1)
    student, middle = journal.students[0], settings.today() - timedelta(days=10)
    halves = [Subgroup(group_id=journal.group.id, title=title) for title in ("1", "2")]
    db.session.add_all(halves)
    db.session.flush()
    days = [(journal.year.starts, middle - timedelta(days=1)), (middle, None)]
    discipline = make_discipline(journal.group.programme_id, "ОП.09", "op", {})
    courses = {}
    for number in (1, 0) if later_first else (0, 1):
        since, until = days[number]
        db.session.add(
            SubgroupMember(subgroup_id=halves[number].id, student_id=student.id, since=since, until=until)
        )  # fmt: skip
        course = Course(
            year_id=journal.year.id, group_id=journal.group.id, discipline_id=discipline.id, hours=72,
            subgroup_id=halves[number].id,
        )  # fmt: skip
        db.session.add(course)
        db.session.flush()
        courses[number] = course.id

    def give(number: int, mark: str) -> None:
        db.session.add(
            PeriodMark(course_id=courses[number], period_id=journal.period.id, student_id=student.id, mark=mark)
        )  # fmt: skip
        db.session.commit()

    def told() -> list[object]:
        statement = statements.of_student(viewer, student.id, None)
        sheet = consolidated.of_group(viewer, journal.group.id, None)
        asked = {"period": "s1", "basis": "final", "group": str(journal.group.id)}
        table = running.make(viewer, "consolidated", asked).table
        column = [one.title for one in table.columns].index("ОП.09")
        return [
            next((row.period_mark for row in statement.rows if row.discipline_id == discipline.id), ""),
            dict(zip([one.index for one in sheet.columns], sheet.lines[0].marks, strict=True)).get("ОП.09", ""),
            table.rows[0].cells[column],
        ]

    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    give(0, "3")
    # The mark is still owed by the journal of today.
    assert told() == ["", "", ""]
    give(1, "5")
    assert told() == ["5", "5", "5"]


def test_r4_6_b_a_mark_of_who_is_in_no_journal_any_more_stays_on_the_statement(in_app: Flask) -> None:
    journal = factories.make_journal(students=1, lessons=2)
    made.give(journal, ["4"])
    left = db.session.scalars(db.select(Enrollment)).one()
    left.until = journal.lessons[0].date
    db.session.commit()
    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    assert statements.of_student(viewer, journal.students[0].id, None).rows[0].period_mark == "4"


def guest_of(own: factories.Journal, there: factories.Journal) -> Period:
    """The first student of `own` studies its discipline in another group, whose period has dates of its own."""
    student = own.students[0]
    course, other = (db.session.get_one(Course, journal.course_id) for journal in (own, there))
    other.discipline_id = course.discipline_id
    period = Period(
        year_id=own.year.id, group_id=there.group.id, number=1, title="I семестр (ускоренно)", starts=own.year.starts,
        ends=settings.today(),
    )  # fmt: skip
    db.session.add(period)
    db.session.commit()
    make_plan(student.id, own.year.starts, discipline_id=course.discipline_id, course_id=there.course_id)
    return period


def test_r4_4_d_a_guests_mark_of_the_journals_own_period_is_on_the_own_groups_papers(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    student, period = own.students[0], guest_of(own, there)
    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    # A mark of the period that was the journal's before it got its own is no mark of the journal any more.
    stale = PeriodMark(course_id=there.course_id, period_id=own.period.id, student_id=student.id, mark="2")
    db.session.add(stale)
    db.session.commit()
    assert consolidated.of_group(viewer, own.group.id, None).lines[0].marks == [""]
    db.session.add(PeriodMark(course_id=there.course_id, period_id=period.id, student_id=student.id, mark="4"))
    db.session.commit()
    assert statements.of_student(viewer, student.id, None).rows[0].period_mark == "4"
    sheet = consolidated.of_group(viewer, own.group.id, None)
    assert (sheet.lines[0].marks, sheet.columns[0].counted) == (["4"], 1)


@pytest.mark.parametrize("whose", ["group", "course"])
def test_r4_2_a_mark_stays_where_somebody_else_has_periods_of_their_own(in_app: Flask, whose: str) -> None:
    journal, other = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    made.give(journal, ["4"])
    db.session.merge(other.group).admission_year -= 3
    values = {"group_id": other.group.id} if whose == "group" else {"course_number": 4}
    period = Period(year_id=journal.year.id, number=1, title="I семестр", starts=journal.year.starts,
                    ends=settings.today(), **values)  # fmt: skip
    db.session.add(period)
    db.session.commit()
    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    assert statements.of_student(viewer, journal.students[0].id, None).rows[0].period_mark == "4"


def test_r4_6_a_the_diary_names_the_period_of_the_journal_in_which_one_is_a_guest(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    child = factories_diary.make_child(own.group)
    own.students[0] = child
    period = guest_of(own, there)
    db.session.add(PeriodMark(course_id=there.course_id, period_id=period.id, student_id=child.id, mark="4"))
    db.session.commit()
    (subject,) = diary_marks.load(factories.viewer_of(child), child.id).subjects
    assert [(one.title, one.mark) for one in subject.period_marks] == [("I семестр (ускоренно)", "4")]


def test_r4_4_d_a_mark_given_before_a_move_stands_on_the_new_groups_papers(in_app: Flask) -> None:
    """Moved after the period's end: the old group's journal was the student's on the last day, by its own period."""
    old, new = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    day = settings.today() - timedelta(days=1)
    marked = Period(
        year_id=old.year.id, group_id=old.group.id, number=1, title="I семестр", starts=old.year.starts, ends=day
    )  # fmt: skip
    new.period.ends = day
    db.session.add(marked)
    student = old.students[0]
    for enrollment in db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == student.id)):
        enrollment.until = day
    factories.enroll(student, new.group, settings.today())
    db.session.add(PeriodMark(course_id=old.course_id, period_id=marked.id, student_id=student.id, mark="5"))
    factories.make_lesson(old.course_id, day)
    viewer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    statement = statements.of_student(viewer, student.id, new.period.id)
    assert statement.group.id == new.group.id
    assert [row.period_mark for row in statement.rows] == ["5"]
