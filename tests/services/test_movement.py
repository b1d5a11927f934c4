"""Движение контингента: orders, what journals then show, and undoing (п. 4.2)."""

from datetime import date, timedelta

import pytest
from factories import Journal, enroll, make_group, make_journal, make_person, viewer_of
from factories_diary import make_child, make_parent
from factories_individual import make_plan
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    Enrollment,
    Group,
    LogEntry,
    Person,
    Role,
    RoleGrant,
    Subgroup,
    SubgroupMember,
)
from ejournal.models.base import now
from ejournal.services import cells, diary, leaves, movement, movement_undo, roster, settings
from ejournal.services.cell_values import Entry
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.services.movement_plan import Typed, preview


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Приказова", (Role.SYSADMIN,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """Three students, three lessons: the last of them today."""
    return make_journal(students=3, lessons=3)


@pytest.fixture
def other(journal: Journal) -> Group:
    return make_group("ПК-99", journal.year)


def order(kind: str, student: Person, **more: object) -> Typed:
    today = settings.today()
    usual = {"number": "15-с", "dated": today, "effective": today, "student_ids": (student.id,)}
    return Typed(kind=kind, **{**usual, **more})  # type: ignore[arg-type]


def way(student: Person) -> list[tuple[str, date, date | None, str | None]]:
    db.session.expire_all()
    return [(e.group.title, e.since, e.until, e.left_kind) for e in movement.way_of(student.id)]


def test_r4_2_c_a_moved_student_is_in_one_group_to_the_eve_and_in_the_other_from_the_day(
    actor: Viewer, journal: Journal, other: Group
) -> None:
    student, today = journal.students[0], settings.today()
    movement.issue(actor, order("move", student, group_id=other.id))
    assert way(student) == [
        (journal.group.title, journal.year.starts, today - timedelta(days=1), "moved"),
        ("ПК-99", today, None, None),
    ]
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "enrollment")).one()
    assert entry.student_id == student.id
    assert "приказ № 15-с" in (entry.after or "")


def test_the_old_journal_keeps_who_left_with_the_order_and_takes_no_marks_of_later_days(
    actor: Viewer, journal: Journal, other: Group
) -> None:
    student = journal.students[0]
    movement.issue(actor, order("move", student, group_id=other.id))
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    row = next(row for row in roster.students_of(course) if row.id == student.id)
    assert "переведён, приказ № 15-с" in row.note
    assert row.was_there(journal.lessons[1].date)
    assert not row.was_there(journal.lessons[2].date)
    teacher = viewer_of(journal.teacher)
    with pytest.raises(RefusedError):
        cells.record_cell(teacher, journal.course_id, Entry(student.id, journal.works[2].id, "5", 0))
    db.session.rollback()
    cells.record_cell(teacher, journal.course_id, Entry(student.id, journal.works[1].id, "5", 0))


def test_marks_after_the_day_are_told_before_the_order_is_taken(actor: Viewer, journal: Journal, other: Group) -> None:
    student = journal.students[0]
    db.session.add(Cell(work_id=journal.works[2].id, student_id=student.id, mark="4"))
    db.session.commit()
    typed = order("move", student, group_id=other.id)
    with pytest.raises(FieldsError) as refusal:
        movement.issue(actor, typed)
    assert "править их будет нельзя" in refusal.value.fields["sure"]
    db.session.rollback()
    assert len(way(student)) == 1
    movement.issue(actor, order("move", student, group_id=other.id, sure=True))
    assert len(way(student)) == 2


def test_an_undone_order_leaves_everything_as_before(actor: Viewer, journal: Journal, other: Group) -> None:
    student = journal.students[0]
    half = Subgroup(group_id=journal.group.id, title="подгруппа 1")
    db.session.add(half)
    db.session.flush()
    db.session.add(SubgroupMember(subgroup_id=half.id, student_id=student.id, since=journal.year.starts))
    db.session.commit()
    before = way(student)
    made = movement.issue(actor, order("move", student, group_id=other.id))
    assert db.session.scalars(db.select(SubgroupMember.until)).one() is not None
    movement_undo.undo(actor, made.id)
    assert way(student) == before
    assert db.session.scalars(db.select(SubgroupMember.until)).one() is None
    assert movement.find(made.id).undone_at is not None
    with pytest.raises(RefusedError, match="уже отменён"):
        movement_undo.undo(actor, made.id)


def divided(journal: Journal, on: date) -> Person:
    """The first student: in subgroup 1 to the eve of the day and in 2 from it, in «английский» all the while."""
    student = journal.students[0]
    halves = [Subgroup(group_id=journal.group.id, title=title) for title in ("1", "2", "английский")]
    db.session.add_all(halves)
    db.session.flush()
    spans = ((journal.year.starts, on - timedelta(days=1)), (on, None), (journal.year.starts, journal.year.ends))
    for half, (since, until) in zip(halves, spans, strict=True):
        db.session.add(SubgroupMember(subgroup_id=half.id, student_id=student.id, since=since, until=until))
    db.session.commit()
    return student


def places() -> list[tuple[date, date | None]]:
    db.session.expire_all()
    members = db.session.scalars(db.select(SubgroupMember).order_by(SubgroupMember.id))
    return [(member.since, member.until) for member in members]


@pytest.mark.parametrize("is_old", [False, True])
def test_undoing_opens_only_the_subgroups_that_the_order_had_ended(
    actor: Viewer, journal: Journal, other: Group, is_old: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who left one subgroup for another on that very day is not in both afterwards (п. 4.2). An order of before the log
    kept what was ended opens none of a group that was divided on its day."""
    day = settings.today() - timedelta(days=3)
    student = divided(journal, day)
    before = places()
    made = movement.issue(actor, order("move", student, group_id=other.id, effective=day))
    ended = places()
    assert ended == [*before[:2], (before[2][0], day - timedelta(days=1))]
    if is_old:
        monkeypatch.setattr(movement_undo, "_noted", lambda _order, _movement: {})
    movement_undo.undo(actor, made.id)
    assert places() == (ended if is_old else before)


def test_undoing_an_expulsion_gives_back_a_role_that_began_on_its_day_and_no_other(
    actor: Viewer, journal: Journal
) -> None:
    today, grants = settings.today(), db.select(RoleGrant.until).where(RoleGrant.role == Role.STUDENT)
    fresh, former = journal.students[:2]
    db.session.add(RoleGrant(person_id=fresh.id, role=Role.STUDENT, since=today))
    eve = today - timedelta(days=1)
    db.session.add(RoleGrant(person_id=former.id, role=Role.STUDENT, since=journal.year.starts, until=eve))
    db.session.commit()
    for student in (fresh, former):
        made = movement.issue(actor, order("expel", student, reason="по желанию"))
        movement_undo.undo(actor, made.id)
    assert db.session.scalars(grants.where(RoleGrant.person_id == fresh.id)).one() is None
    assert db.session.scalars(grants.where(RoleGrant.person_id == former.id)).one() == eve


def test_undoing_a_return_takes_back_the_role_it_gave(actor: Viewer, journal: Journal) -> None:
    student, today = journal.students[0], settings.today()

    def is_student() -> bool:
        held = db.select(RoleGrant).where(RoleGrant.person_id == student.id, RoleGrant.role == Role.STUDENT)
        return any(grant.until is None for grant in db.session.scalars(held))

    movement.issue(actor, order("expel", student, effective=today - timedelta(days=2), reason="по желанию"))
    assert not is_student()
    back = movement.issue(actor, order("restore", student, group_id=journal.group.id, number="16-с"))
    assert is_student()
    movement_undo.undo(actor, back.id)
    assert not is_student()


def test_an_order_on_which_a_later_one_builds_is_not_undone(actor: Viewer, journal: Journal, other: Group) -> None:
    student, today = journal.students[0], settings.today()
    first = movement.issue(actor, order("move", student, group_id=other.id))
    movement.issue(actor, order("expel", student, effective=today + timedelta(days=1), reason="по желанию"))
    with pytest.raises(RefusedError, match="отчисление, приказ № 15-с"):
        movement_undo.undo(actor, first.id)


def test_an_order_is_not_undone_over_marks_of_the_new_group(actor: Viewer, journal: Journal) -> None:
    new = make_journal(students=1, lessons=1)
    student = journal.students[0]
    made = movement.issue(actor, order("move", student, group_id=new.group.id))
    db.session.add(Cell(work_id=new.works[0].id, student_id=student.id, mark="4"))
    db.session.commit()
    with pytest.raises(RefusedError, match="уже есть отметки"):
        movement_undo.undo(actor, made.id)


def test_who_is_expelled_is_a_student_no_more_and_is_one_again_when_restored(
    actor: Viewer, journal: Journal, other: Group
) -> None:
    student, today = journal.students[0], settings.today()
    db.session.add(RoleGrant(person_id=student.id, role=Role.STUDENT, since=journal.year.starts))
    db.session.commit()
    movement.issue(actor, order("expel", student, reason="по собственному желанию"))
    grant = db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == student.id)).one()
    assert grant.until == today - timedelta(days=1)
    later = today + timedelta(days=5)
    movement.issue(actor, order("restore", student, effective=later, group_id=other.id))
    assert way(student)[-1] == ("ПК-99", later, None, None)
    grants = db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == student.id)).all()
    assert [g.until for g in grants if g.since == later] == [None]


def test_a_leave_that_ends_is_on_the_list_until_the_student_is_back(actor: Viewer, journal: Journal) -> None:
    student, today = journal.students[0], settings.today()
    until = today + timedelta(days=20)
    movement.issue(actor, order("leave", student, leave_until=until))
    assert [m.student_id for m in leaves.ending(today)] == [student.id]
    movement.issue(actor, order("restore", student, effective=until, group_id=journal.group.id))
    assert leaves.ending(today) == []


def on_leave(actor: Viewer, student: Person) -> date:
    """The student's leave ended five days ago; its first day."""
    today = settings.today()
    began = today - timedelta(days=30)
    until = today - timedelta(days=5)
    movement.issue(actor, order("leave", student, number="1", effective=began, leave_until=until, sure=True))
    return began


def test_who_does_not_come_back_from_a_leave_is_expelled_and_undoing_puts_the_leave_back(
    actor: Viewer, journal: Journal
) -> None:
    student, today = journal.students[0], settings.today()
    db.session.add(RoleGrant(person_id=student.id, role=Role.STUDENT, since=journal.year.starts))
    began = on_leave(actor, student)
    grants = db.select(RoleGrant.until).where(RoleGrant.person_id == student.id)
    before = way(student)
    made = movement.issue(actor, order("expel", student, number="2", reason="не вышел из отпуска"))
    assert "из академического отпуска" in (
        db.session.scalars(db.select(LogEntry.after).order_by(LogEntry.id.desc()).limit(1)).one() or ""
    )
    assert way(student) == [(journal.group.title, journal.year.starts, began - timedelta(days=1), "expelled")]
    assert movement.way_of(student.id)[0].order_out == "2"
    assert leaves.ending(today) == []
    assert db.session.scalars(grants).one() == today - timedelta(days=1)
    movement_undo.undo(actor, made.id)
    assert way(student) == before
    left = movement.way_of(student.id)[0]
    assert (left.order_out, left.order_out_date) == ("1", today)
    assert [each.student_id for each in leaves.ending(today)] == [student.id]
    assert db.session.scalars(grants).one() is None


def test_after_an_expulsion_from_a_leave_neither_the_student_nor_the_family_reads_the_diary(
    actor: Viewer, journal: Journal
) -> None:
    child = make_child(journal.group)
    parent = make_parent(child)
    on_leave(actor, child)
    assert diary.load(viewer_of(parent), child.id)
    made = movement.issue(actor, order("expel", child, number="2", reason="не вышел из отпуска"))
    for person in (child, parent):
        with pytest.raises(NotFoundError):
            diary.load(viewer_of(person), child.id)
    movement_undo.undo(actor, made.id)
    assert diary.load(viewer_of(parent), child.id)


def test_only_an_expulsion_ends_a_leave_and_nothing_comes_before_it(
    actor: Viewer, journal: Journal, other: Group
) -> None:
    student, today = journal.students[0], settings.today()
    on_leave(actor, student)
    for kind in ("move", "graduate"):
        assert "ни в одной группе" in preview(order(kind, student, group_id=other.id)).errors["student_ids"]
    movement.issue(actor, order("expel", student, number="2", reason="не вышел из отпуска"))
    assert "ни в одной группе" in preview(order("expel", student, reason="ещё раз")).errors["student_ids"]
    early = order("restore", student, group_id=other.id, effective=today - timedelta(days=3))
    assert "более поздний приказ" in preview(early).errors["student_ids"]
    movement.issue(actor, order("restore", student, group_id=other.id))
    assert way(student)[-1] == ("ПК-99", today, None, None)


def test_a_released_group_leaves_in_one_order(actor: Viewer, journal: Journal) -> None:
    today = settings.today()
    made = movement.graduate(actor, journal.group.id, "90", today, today)
    assert len(made.movements) == 3
    assert all(way(student)[0][3] == "graduated" for student in journal.students)


def test_new_people_are_enrolled_by_their_names(actor: Viewer, other: Group) -> None:
    typed = Typed(
        "enrol", "1", settings.today(), settings.today(), (), other.id, new_people=("Ёлкин Пётр Ильич", "Ким Вера")
    )
    movement.issue(actor, typed)
    found = db.session.scalars(db.select(Enrollment).where(Enrollment.group_id == other.id)).all()
    assert {e.student.full_name for e in found} == {"Ёлкин Пётр Ильич", "Ким Вера"}
    roles = set(db.session.scalars(db.select(RoleGrant.role).where(RoleGrant.person_id == found[0].student_id)))
    assert roles == {Role.STUDENT}


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("move", {"number": " "}, "number"),
        ("move", {"dated": None}, "dated"),
        ("move", {"effective": None}, "effective"),
        ("move", {"student_ids": ()}, "student_ids"),
        ("move", {}, "group_id"),
        ("leave", {}, "leave_until"),
        ("expel", {}, "reason"),
        ("dance", {}, "kind"),
        ("enrol", {"new_people": ("Ёлкин",)}, "new_people"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    journal: Journal, kind: str, change: dict[str, object], field: str
) -> None:
    assert field in preview(order(kind, journal.students[0], **change)).errors


def test_nobody_is_in_two_groups_at_once(journal: Journal, other: Group) -> None:
    draft = preview(order("enrol", journal.students[0], group_id=other.id))
    assert f"уже в группе {journal.group.title}" in draft.errors["student_ids"]
    draft = preview(order("move", journal.students[0], group_id=journal.group.id))
    assert "уже в группе" in draft.errors["student_ids"]


def test_who_is_in_no_group_cannot_be_moved(in_app: Flask, other: Group) -> None:
    assert "ни в одной группе" in preview(order("move", make_person(), group_id=other.id)).errors["student_ids"]


def test_an_order_before_a_later_one_is_refused(actor: Viewer, journal: Journal, other: Group) -> None:
    student, today = journal.students[0], settings.today()
    movement.issue(actor, order("move", student, group_id=other.id, effective=today + timedelta(days=3)))
    draft = preview(order("expel", student, reason="за долги"))
    assert "приказ" in draft.errors["student_ids"]


def test_a_closed_year_takes_no_orders(journal: Journal) -> None:
    year = db.session.get(AcademicYear, journal.year.id)
    assert year is not None
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError, match="закрыт"):
        preview(order("expel", journal.students[0], reason="по желанию"))


def test_an_order_of_a_closed_year_is_not_undone(actor: Viewer, journal: Journal, other: Group) -> None:
    """The lists of its journals would change as they would by entering it (п. 2.3)."""
    student = journal.students[0]
    made = movement.issue(actor, order("move", student, group_id=other.id))
    before = way(student)
    db.session.get_one(AcademicYear, journal.year.id).closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError, match="закрыт"):
        movement_undo.undo(actor, made.id)
    db.session.rollback()
    assert way(student) == before


def test_the_register_finds_by_surname_and_number(actor: Viewer, journal: Journal, other: Group) -> None:
    student = make_person("Семёнов")
    enroll(student, journal.group, journal.year.starts)
    movement.issue(actor, order("move", student, group_id=other.id))
    for text in ("семенов", "15-с"):
        assert len(movement.register(movement.Filter(text=text))[0]) == 1
    assert movement.register(movement.Filter(text="яковлев"))[0] == []
    assert movement.register(movement.Filter(kind="expel"))[0] == []


def test_marks_of_a_guest_who_leaves_the_college_are_told_too(actor: Viewer, journal: Journal, other: Group) -> None:
    """R4.2.c: a journal of another group that lists the student by an individual plan loses the student as well."""
    student, today = journal.students[0], settings.today()
    guest = make_person("Гостев")
    enroll(guest, other, journal.year.starts)
    discipline = db.session.get_one(Course, journal.course_id).discipline_id
    make_plan(guest.id, journal.year.starts, discipline_id=discipline, course_id=journal.course_id)
    db.session.add_all(Cell(work_id=journal.works[2].id, student_id=person.id, mark="4") for person in (guest, student))
    db.session.commit()
    [told] = preview(order("expel", guest, reason="по желанию")).warnings
    assert f"с {today:%d.%m.%Y} есть отметки в журналах по индивидуальному плану (1)." in told
    assert "править их будет нельзя" in told
    [own] = preview(order("expel", student, reason="по желанию")).warnings
    assert "есть отметки в журналах прежней группы (1)." in own
    later = today + timedelta(days=1)
    assert preview(order("expel", guest, reason="по желанию", effective=later)).warnings == []
    third = make_group("ПК-98", journal.year)
    assert preview(order("move", guest, group_id=third.id)).warnings == [], "who is moved stays a guest"


def test_undoing_a_return_is_refused_while_a_guests_journal_holds_marks(
    actor: Viewer, journal: Journal, other: Group
) -> None:
    guest = make_person("Гостев")
    enroll(guest, other, journal.year.starts)
    discipline = db.session.get_one(Course, journal.course_id).discipline_id
    make_plan(guest.id, journal.year.starts, discipline_id=discipline, course_id=journal.course_id)
    today = settings.today()
    movement.issue(actor, order("expel", guest, effective=today - timedelta(days=2), reason="по желанию"))
    back = movement.issue(actor, order("restore", guest, group_id=other.id))
    db.session.add(Cell(work_id=journal.works[2].id, student_id=guest.id, mark="4"))
    db.session.commit()
    with pytest.raises(RefusedError, match="по индивидуальному плану уже есть отметки"):
        movement_undo.undo(actor, back.id)
