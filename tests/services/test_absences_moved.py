"""A document about absences and journals that list the student only later: an order, a subgroup, a plan (п. 4.3)."""

from datetime import timedelta

import factories
import pytest
from factories_absences import World, make_world
from factories_diary import make_course
from factories_individual import make_plan
from factories_load import make_subgroup
from flask import Flask
from sqlalchemy import event, select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, AcademicYear, Course, Group, PendingNotice, Role
from ejournal.services import (
    absence_requests,
    individual,
    movement,
    movement_undo,
    roll,
    settings,
    subgroups,
)
from ejournal.services.movement_plan import Typed

DAY = timedelta(days=1)


@pytest.fixture
def world(in_app: Flask) -> World:
    return make_world()


@pytest.fixture
def office(in_app: Flask) -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def live(world: World) -> AbsencePaper:
    return world.register(since=settings.today() - DAY, until=settings.today() + 7 * DAY)


def asked(paper: AbsencePaper) -> dict[int, str]:
    rows = db.session.execute(
        select(AbsenceRequest.course_id, AbsenceRequest.answer).where(AbsenceRequest.paper_id == paper.id)
    )
    return {row[0]: row[1] for row in rows}


def moved(office: Viewer, world: World, group: Group) -> int:
    today = settings.today()
    return movement.issue(office, Typed("move", "7", today, today, (world.student.id,), group.id, sure=True)).id


def test_r4_3_d_the_journals_of_a_new_group_are_asked_about_a_document_that_holds_still(
    world: World, office: Viewer
) -> None:
    paper, new = live(world), factories.make_journal(students=1, lessons=1)
    first = asked(paper)
    [request] = [one for one in paper.requests if one.course_id == world.journal.course_id]
    absence_requests.decline(world.teacher, request.id, "видел его на занятии")
    moved(office, world, new.group)
    assert asked(paper) == {**dict.fromkeys(first, "waiting"), new.course_id: "waiting",
                            world.journal.course_id: "declined"}  # fmt: skip
    teacher = factories.viewer_of(new.teacher)
    page = roll.load(teacher, new.course_id, new.lessons[0].id, None)
    assert any(line.paper.startswith("есть документ: б") for line in page.lines if line.student_id == world.student.id)
    told = select(PendingNotice.person_id).where(PendingNotice.kind == "absence-request")
    assert new.teacher.id in set(db.session.scalars(told))


def test_a_document_that_is_over_or_waits_asks_no_new_group(world: World, office: Viewer) -> None:
    today = settings.today()
    over = world.register(since=today - 2 * DAY, until=today - DAY)
    new = factories.make_journal(students=1, lessons=1)
    moved(office, world, new.group)
    assert new.course_id not in asked(over)


def test_undoing_an_order_asks_the_journals_the_student_is_in_again(world: World, office: Viewer) -> None:
    new = factories.make_journal(students=1, lessons=1)
    order, world.curator = moved(office, world, new.group), office
    paper = world.register(since=settings.today(), until=settings.today() + 7 * DAY)
    assert world.journal.course_id not in asked(paper)
    movement_undo.undo(office, order)
    assert world.journal.course_id in asked(paper)


def test_a_changed_subgroup_is_asked_too(world: World, office: Viewer) -> None:
    halves = [make_subgroup(world.journal, f"подгруппа {n}") for n in (1, 2)]
    courses = [make_course(world.journal, f"Язык {n}", half.id) for n, half in enumerate(halves)]
    year = db.session.get_one(AcademicYear, world.journal.year.id)
    group = db.session.get_one(Group, world.journal.group.id)
    subgroups.divide(office, year, group, year.starts, {world.student.id: {halves[0].id}})
    paper = live(world)
    assert {courses[0].id, courses[1].id} & set(asked(paper)) == {courses[0].id}
    subgroups.divide(office, year, group, settings.today(), {world.student.id: {halves[1].id}})
    assert courses[1].id in asked(paper)


def test_the_journal_of_an_individual_plan_is_asked_too(world: World, office: Viewer) -> None:
    other, today = factories.make_journal(students=1, lessons=1), settings.today()
    discipline = db.session.get_one(Course, world.journal.course_id).discipline_id
    paper = live(world)
    plan = make_plan(world.student.id, today + 30 * DAY, discipline_id=discipline, course_id=other.course_id)
    individual.change(office, plan.id, individual.Typed("12-у", today, today, None))
    assert other.course_id in asked(paper)


def test_a_journal_that_lists_the_student_only_in_the_midst_of_a_document_is_asked(
    world: World, office: Viewer
) -> None:
    """Two orders in one illness: at neither end of it is the student in that group."""
    today = settings.today()
    new, last = factories.make_journal(students=1, lessons=3), factories.make_group(year=world.journal.year)
    for number, day, group in ((1, today - 2 * DAY, new.group), (2, today, last)):
        typed = Typed("move", str(number), day, day, (world.student.id,), group.id, sure=True)
        movement.issue(office, typed)
    world.curator = office
    paper = world.register(since=today - 5 * DAY, until=today)
    assert set(asked(paper)) == {world.journal.course_id, new.course_id}


def test_many_documents_cost_an_order_no_more_queries_than_one(world: World, office: Viewer) -> None:
    def queries(group: Group) -> int:
        seen: list[str] = []

        def note(*told: object) -> None:
            seen.append(str(told[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            order = moved(office, world, group)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        movement_undo.undo(office, order)
        return sum(statement.startswith("SELECT") for statement in seen)

    def documents(first: int, last: int) -> None:
        for days in range(first, last):
            day = settings.today() + days * DAY
            world.register(since=day, until=day)

    # Without lessons nobody is told anything: a notice is written for each document it is about.
    groups = [factories.make_journal(students=1, lessons=0).group for _ in range(2)]
    documents(1, 2)
    one = queries(groups[0])
    documents(2, 20)
    assert queries(groups[1]) <= one
