"""The consolidated sheet on the screen and on paper says the same of a student (R2.3.monitor; DOMAIN: reports)."""

from datetime import timedelta

import factories
import factories_documents as made
from factories_diary import put
from factories_individual import make_plan
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Course, Enrollment, Role
from ejournal.services import consolidated
from ejournal.services.reports import running
from ejournal.services.reports.table import Table


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
