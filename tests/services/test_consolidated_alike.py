"""The consolidated sheet on the screen and on paper says the same of a student (R2.3.monitor; DOMAIN: reports)."""

from datetime import timedelta

import factories
import factories_documents as made
from factories_diary import put
from factories_individual import make_plan
from factories_load import make_subgroup
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Course, Enrollment, Period, PeriodMark, Person, Role, YearMark
from ejournal.services import consolidated, settings
from ejournal.services.reports import running
from ejournal.services.reports.table import Table, texts


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def screen(viewer: Viewer, group_id: int, **asked: str) -> Table:
    return running.make(viewer, "consolidated", {"period": "s1", "group": str(group_id), **asked}).table


def missed(viewer: Viewer, group_id: int) -> list[tuple[int, int, int]]:
    """Hours of each student on paper, which are those on the screen: всего, уваж., неуваж."""
    lines = [line.missed for line in consolidated.of_group(viewer, group_id, None).lines]
    paper = [(one.total, one.excused, one.unexcused) for one in lines]
    assert [tuple(row.cells[-3:]) for row in screen(viewer, group_id).rows if not row.is_total] == paper
    return paper


def test_r4_2_hours_missed_in_another_groups_journal_are_counted(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=1, lessons=2) for _ in range(2))
    guest, course = own.students[0], db.session.get_one(Course, there.course_id)
    made.fill(own, 0, ["н", ""])
    # The plan begins with the second lesson there: what stands in the first one's column counts nowhere.
    make_plan(guest.id, there.lessons[1].date, discipline_id=course.discipline_id, course_id=course.id)
    for work in there.works:
        put(work, guest, attendance="б")
    viewer = manager()
    assert missed(viewer, own.group.id) == [(4, 2, 2)]
    # The other group's own sheet has its own students.
    assert missed(viewer, there.group.id) == [(0, 0, 0)]


def test_hours_missed_before_one_came_are_not_the_groups(in_app: Flask) -> None:
    old, new = (factories.make_journal(students=1, lessons=2) for _ in range(2))
    student, moved_on = old.students[0], old.lessons[1].date
    made.fill(old, 0, ["н", ""])
    put(new.works[1], student, attendance="п")
    old_days = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == student.id)).one()
    old_days.until = moved_on - timedelta(days=1)
    factories.enroll(student, new.group, moved_on)
    db.session.commit()
    assert sorted(missed(manager(), new.group.id)) == [(0, 0, 0), (2, 2, 0)]


def marks(viewer: Viewer, group_id: int, of: str = consolidated.PERIOD, **asked: str) -> list[list[str]]:
    """Of each student on paper, which are those on the screen."""
    paper = [line.marks for line in consolidated.of_group(viewer, group_id, None, of).lines]
    rows = [row for row in screen(viewer, group_id, **asked).rows if not row.is_total]
    assert [list(row.cells[1:-4]) for row in rows] == paper
    return paper


def give(journal: factories.Journal, period: Period, student: Person, mark: str) -> None:
    db.session.add(PeriodMark(course_id=journal.course_id, period_id=period.id, student_id=student.id, mark=mark))
    db.session.commit()


def test_only_who_is_exempt_on_the_last_day_is_shown_as_exempt(in_app: Flask) -> None:
    journal = factories.make_journal(students=4, lessons=1)
    course = db.session.get_one(Course, journal.course_id)
    course.subgroup_id = make_subgroup(journal, "1", (0,)).id
    made.give(journal, ["4", "5", "", ""])
    today = settings.today()
    for student, until in ((journal.students[1], None), (journal.students[2], today - timedelta(days=1))):
        make_plan(student.id, today - timedelta(days=9), until, discipline_id=course.discipline_id, exempt=True)
    # The second was given a mark before; of the third the plan has ended; the last is not yet in a subgroup.
    assert marks(manager(), journal.group.id) == [["4"], ["осв."], [""], [""]]


def test_r4_2_who_studies_with_another_group_has_the_mark_given_there(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=2, lessons=1) for _ in range(2))
    # The other group's programme has a discipline of the same name, its journal a period of its own.
    period = Period(
        year_id=own.year.id, group_id=there.group.id, number=1, title="I семестр (ускоренно)", starts=own.year.starts,
        ends=settings.today(),
    )  # fmt: skip
    db.session.add(period)
    course = db.session.get_one(Course, own.course_id)
    made.give(own, ["3", "5"])
    guest = own.students[0]
    make_plan(guest.id, own.year.starts, discipline_id=course.discipline_id, course_id=there.course_id)
    viewer = manager()
    give(there, own.period, guest, "2")
    # Neither the mark from before the plan, nor one of a period that is the journal's no more.
    assert marks(viewer, own.group.id, basis="final") == [[""], ["5"]]
    assert consolidated.of_group(viewer, own.group.id, None).columns[0].counted == 1
    give(there, period, guest, "4")
    assert marks(viewer, own.group.id) == marks(viewer, own.group.id, basis="final") == [["4"], ["5"]]
    curator = factories.viewer_of(factories.make_curator(own.group))
    assert [row.cells[1] for row in screen(curator, own.group.id).rows[:2]] == ["4", "5"]
    # The other group's own sheet has its own students.
    assert marks(viewer, there.group.id) == [[""], [""]]


def test_r4_2_marks_of_the_year_given_elsewhere_stand_under_the_own_discipline(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    guest, course = own.students[0], db.session.get_one(Course, own.course_id)
    make_plan(guest.id, own.year.starts, discipline_id=course.discipline_id, course_id=there.course_id)
    db.session.add(YearMark(course_id=there.course_id, kind="year", student_id=guest.id, mark="4"))
    db.session.commit()
    sheet = consolidated.of_group(manager(), own.group.id, None, "year")
    assert ([line.marks for line in sheet.lines], len(sheet.columns)) == ([["4"]], 1)


def test_r4_2_current_marks_of_another_groups_journal_are_preliminary_on_the_screen(in_app: Flask) -> None:
    own, there = (factories.make_journal(students=1, lessons=1) for _ in range(2))
    guest, course = own.students[0], db.session.get_one(Course, own.course_id)
    make_plan(guest.id, own.year.starts, discipline_id=course.discipline_id, course_id=there.course_id)
    put(there.works[0], guest, "5")
    assert screen(manager(), own.group.id).rows[0].cells[1] == "5"


def test_figures_are_in_the_same_unit(in_app: Flask) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    made.give(journal, ["5", "4"])
    viewer = manager()
    table = screen(viewer, journal.group.id)
    shown = {str(row.cells[0]): texts(table, row)[1] for row in table.rows if row.is_total}
    column = consolidated.of_group(viewer, journal.group.id, None).columns[0]
    assert list(shown.values()) == [column.mean, column.performance, column.quality, column.sou]
    assert shown["СОУ"] == "82,0\u00a0%"
