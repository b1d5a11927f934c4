"""What is missed counts for the days a student was listed in the journal, wherever it is counted (DOMAIN: movement)."""

from datetime import timedelta

import factories
import factories_diary
import factories_individual
import pytest
from factories import Journal
from factories_diary import put
from flask import Flask

from ejournal.access import Viewer
from ejournal.domain.grading import Missed
from ejournal.extensions import db
from ejournal.models import Course, Person, Role, Subgroup, SubgroupMember
from ejournal.services import (
    attendance_sheet,
    cells,
    diary_attendance,
    extracts,
    grid,
    group_home,
    group_student,
    movement,
    period_marks,
    settings,
    statements,
)
from ejournal.services.cells import Entry
from ejournal.services.movement_plan import Typed as Order
from ejournal.services.reports import running

# Of four lessons of two hours, all of them missed, two are before the day an order takes the student off.
KEPT = Missed(4, 0, 4, 0)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=1, lessons=4)


@pytest.fixture
def child(journal: Journal) -> Person:
    """Missed every lesson, and was marked on each."""
    child = factories_diary.make_child(journal.group)
    for work in journal.works:
        put(work, child, "5", "н")
    return child


@pytest.fixture
def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Ежова", (Role.ADMINISTRATION,)))


@pytest.fixture(params=["move", "expel", "plan", "subgroup"])
def backdated(request: pytest.FixtureRequest, journal: Journal, child: Person, manager: Viewer) -> str:
    """An order of today that takes the student off the journal from the day of its third lesson on."""
    today = settings.today()
    day = journal.lessons[2].date
    course = db.session.get_one(Course, journal.course_id)
    if request.param == "move":
        other = factories.make_group(year=journal.year)
        movement.issue(manager, Order("move", "7", today, day, (child.id,), other.id, sure=True))
    elif request.param == "expel":
        movement.issue(manager, Order("expel", "7", today, day, (child.id,), reason="по желанию", sure=True))
    elif request.param == "plan":
        factories_individual.make_plan(child.id, day, discipline_id=course.discipline_id, exempt=True)
    else:
        half = Subgroup(group_id=journal.group.id, title="1")
        db.session.add(half)
        db.session.flush()
        course.subgroup_id = half.id
        since, until = journal.year.starts, day - timedelta(days=1)
        db.session.add(SubgroupMember(subgroup_id=half.id, student_id=child.id, since=since, until=until))
        db.session.commit()
    db.session.expire_all()
    return str(request.param)


def test_statement_sheet_and_extract(backdated: str, journal: Journal, child: Person, manager: Viewer) -> None:
    row = statements.of_student(manager, child.id, None).rows[0]
    assert (row.lessons, row.hours, row.missed_lessons, row.missed) == (2, 4, 2, KEPT)
    # Marks stay: what was earned is not taken away by an order.
    assert row.marks == ["5"] * 4
    lines = [
        line
        for month in {f"{lesson.date:%Y-%m}" for lesson in journal.lessons}
        for line in attendance_sheet.of_group(manager, journal.group.id, month).lines
        if line.name == child.full_name
    ]
    assert (sum(line.missed.total for line in lines), sum(line.planned for line in lines)) == (4, 4)
    assert extracts.build(child, journal.year.starts, journal.year.ends).absences == {"н": 2}


def test_grid_save_and_suggestion(backdated: str, journal: Journal, child: Person) -> None:
    teacher = factories.viewer_of(journal.teacher)
    shown = next(one for one in grid.load(teacher, journal.course_id).students if one.id == child.id)
    assert (shown.figures.missed, shown.figures.marks) == (KEPT, 4)
    _saved, (rows, _means) = cells.record_and_show(
        teacher, journal.course_id, Entry(child.id, journal.works[0].id, "н4", 1)
    )
    assert rows[child.id].missed == KEPT
    suggested = period_marks.column(teacher, journal.course_id, str(journal.period.id)).suggested[child.id]
    assert "посещаемость 0 %" in suggested.reason.replace("\u00a0", " ")


def test_diary_and_leaders_pages(backdated: str, journal: Journal, child: Person, manager: Viewer) -> None:
    if backdated != "expel":
        parent = factories.viewer_of(factories_diary.make_parent(child))
        shown = diary_attendance.load(parent, child.id)
        assert (shown.missed, shown.held) == (KEPT, 4)
    total = group_student.load(manager, journal.group.id, child.id).study.total
    assert (total.missed, total.planned, total.percent) == (4, 4, "0,0\u00a0%")
    curator = factories.viewer_of(factories.make_curator(journal.group))
    card = group_home.load(curator)[0]
    assert (card.missing, card.state.missing) == ([], 0)


@pytest.mark.parametrize("by", ["group", "student", "month", "day", "course"])
def test_report_of_attendance(backdated: str, child: Person, manager: Viewer, by: str) -> None:
    table = running.make(manager, "attendance", {"by": by, "period": "s1"}).table
    titles = [column.title for column in table.columns]
    rows = [dict(zip(titles, row.cells, strict=True)) for row in table.rows]
    assert sum(row["Пропущено"] for row in rows) == 4
    assert all(row["Пропущено"] <= row["Часов"] for row in rows)


def test_report_of_risk_and_sheet_of_marks(backdated: str, journal: Journal, child: Person, manager: Viewer) -> None:
    for key, title in (("consolidated", "Пропущено"), ("risk", "Пропущено часов")):
        table = running.make(manager, key, {"period": "s1", "group": str(journal.group.id)}).table
        hours = [column.title for column in table.columns].index(title)
        assert {row.cells[hours] for row in table.rows if row.cells[0] == child.full_name} <= {4}
