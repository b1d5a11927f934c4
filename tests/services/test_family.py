"""Whose parent a person is: linked and ended by the system administrator (R2.1.c, R4.2.a, R4.6.a)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import factories
import factories_diary
import pytest
from at_once import together
from flask import Flask
from sqlalchemy import select

from ejournal import access
from ejournal.access import Viewer
from ejournal.access import messages as message_access
from ejournal.extensions import db
from ejournal.models import Account, Guardianship, LogEntry, Notice, Person, Role, RoleGrant
from ejournal.services import (
    absence_papers,
    calendar_feed,
    consent_register,
    consents,
    diary,
    family,
    group_access,
    notices,
    sessions,
    settings,
    slips,
    week,
)
from ejournal.services.consents import Form
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.family import Side

REASON = "решение суда от 20.11.2026"


@pytest.fixture
def college(in_app: Flask) -> SimpleNamespace:
    """A group with a child whose mother reads about it, and the system administrator."""
    journal = factories.make_journal(students=1, lessons=1)
    child = factories_diary.make_child(journal.group)
    mother = factories_diary.make_parent(child)
    actor = factories.viewer_of(factories.make_person("Админов", (Role.SYSADMIN,)))
    return SimpleNamespace(journal=journal, group=journal.group, child=child, mother=mother, actor=actor)


def end(college: SimpleNamespace) -> None:
    family.end(college.actor, college.mother.id, Side.CHILDREN, link_of(college.mother).id, REASON)


def link_of(parent: Person) -> Guardianship:
    return db.session.scalars(select(Guardianship).where(Guardianship.parent_id == parent.id)).one()


def entries(action: str) -> list[LogEntry]:
    wanted = select(LogEntry).where(LogEntry.subject == "guardianship", LogEntry.action == action)
    return list(db.session.scalars(wanted.order_by(LogEntry.id)))


@pytest.mark.parametrize("side", Side)
def test_r4_2_a_a_parent_is_linked_from_either_page(college: SimpleNamespace, side: Side) -> None:
    father = factories.make_person("Отцов")
    page, other = (father, college.child) if side is Side.CHILDREN else (college.child, father)
    family.add(college.actor, page.id, side, other.id, "отец")
    made = link_of(father)
    assert (made.student_id, made.relation, made.since, made.until) == (
        college.child.id, "отец", settings.today(), None,
    )  # fmt: skip
    assert db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == father.id)).all() == ["parent"]
    (entry,) = entries("create")
    assert entry.student_id == college.child.id
    since = f"{settings.today():%d.%m.%Y}"
    assert entry.after == f"отец: {father.full_name}, обучающийся {college.child.full_name}, с {since}"


def test_r4_1_d_a_link_alone_opens_nothing_before_a_consent(college: SimpleNamespace) -> None:
    father = factories.make_person("Отцов", (Role.PARENT,))
    family.add(college.actor, father.id, Side.CHILDREN, college.child.id, "отец")
    assert diary.family(factories.viewer_of(father)) == []
    factories_diary.answer(college.child, father, "agreed")
    assert [child.id for child in diary.family(factories.viewer_of(father))] == [college.child.id]


def test_who_cannot_be_linked_is_told_why(college: SimpleNamespace) -> None:
    def refused(side: Side, page: Person, other: Person, relation: str = "мать") -> str:
        with pytest.raises(RefusedError) as refusal:
            family.add(college.actor, page.id, side, other.id, relation)
        db.session.rollback()
        return refusal.value.message

    stranger = factories.make_person("Чужих")
    assert "уже" in refused(Side.CHILDREN, college.mother, college.child)
    assert "самого себя" in refused(Side.GUARDIANS, college.child, college.child)
    assert "не числится" in refused(Side.CHILDREN, college.mother, stranger)
    assert "Выберите" in refused(Side.CHILDREN, stranger, college.child, "сосед")
    with pytest.raises(NotFoundError):
        family.add(college.actor, stranger.id, Side.CHILDREN, 0, "мать")
    assert len(db.session.scalars(select(Guardianship)).all()) == 1


def test_a_link_made_twice_at_once_is_made_once(app: Flask) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=0)
        actor = factories.viewer_of(factories.make_person("Админов", (Role.SYSADMIN,)))
        child, father = journal.students[0].id, factories.make_person("Отцов").id
    told = together(app, lambda _number: family.add(actor, father, Side.CHILDREN, child, "отец"))
    assert told.count("") == 1, told
    with app.app_context():
        assert len(db.session.scalars(select(Guardianship)).all()) == len(entries("create")) == 1


def test_r2_1_c_an_ended_link_stays_in_the_list_with_its_last_day_and_reason(college: SimpleNamespace) -> None:
    link = link_of(college.mother)
    link.since = settings.today() - timedelta(days=100)
    end(college)
    (shown,) = family.of(college.mother).children
    assert (shown.other.id, shown.group, shown.is_over) == (college.child.id, college.group.title, True)
    assert shown.until == settings.today() - timedelta(days=1)
    (entry,) = entries("end")
    assert (entry.reason, entry.student_id) == (REASON, college.child.id)
    assert college.mother.full_name in (entry.before or "")


@pytest.mark.parametrize("reason", ["", "  ", "да"])
def test_r4_2_e_a_link_is_not_ended_without_a_reason(college: SimpleNamespace, reason: str) -> None:
    with pytest.raises(RefusedError, match="причину"):
        family.end(college.actor, college.mother.id, Side.CHILDREN, link_of(college.mother).id, reason)
    db.session.rollback()
    assert link_of(college.mother).until is None


def test_a_link_is_ended_once_and_only_from_the_pages_of_its_two(college: SimpleNamespace) -> None:
    link = link_of(college.mother).id
    for person, side in ((college.child, Side.CHILDREN), (college.mother, Side.GUARDIANS)):
        with pytest.raises(NotFoundError):
            family.end(college.actor, person.id, side, link, REASON)
    family.end(college.actor, college.child.id, Side.GUARDIANS, link, REASON)
    with pytest.raises(RefusedError, match="уже"):
        end(college)
    assert len(entries("end")) == 1


def test_a_link_ended_by_mistake_is_made_anew_and_the_log_keeps_the_first(college: SimpleNamespace) -> None:
    link_of(college.mother).since = settings.today() - timedelta(days=100)
    end(college)
    family.add(college.actor, college.mother.id, Side.CHILDREN, college.child.id, "мать")
    made = link_of(college.mother)
    assert (made.since, made.until, made.relation) == (settings.today(), None, "мать")
    assert [child.id for child in diary.family(factories.viewer_of(college.mother))] == [college.child.id]
    (entry,) = entries("create")
    assert f"по {settings.today() - timedelta(days=1):%d.%m.%Y}" in (entry.before or "")


def test_a_link_made_and_taken_back_on_one_day_holds_on_no_day(college: SimpleNamespace) -> None:
    father = factories.make_person("Отцов")
    family.add(college.actor, father.id, Side.CHILDREN, college.child.id, "отец")
    family.end(college.actor, father.id, Side.CHILDREN, link_of(father).id, "однофамилец")
    (shown,) = family.of(father).children
    assert (shown.is_over, shown.held_a_day) == (True, False)


def open_session(person: Person) -> str:
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    return str(sessions.begin(account, "192.0.2.1", "browser").session)


def test_r2_1_c_the_end_of_a_link_ends_open_sessions_at_once(college: SimpleNamespace) -> None:
    session = open_session(college.mother)
    end(college)
    assert access.load_viewer(session, settings.today(), sessions.alive()) is None
    assert access.closed_to(factories.viewer_of(college.mother), settings.today()) is Role.PARENT
    ended = db.session.scalars(select(LogEntry).where(LogEntry.subject == "session")).one()
    assert ended.details["person_id"] == college.mother.id
    assert "п. 2.1" in (ended.reason or "")


def test_who_keeps_another_child_goes_on_and_reads_of_that_one_alone(college: SimpleNamespace) -> None:
    sister = factories_diary.make_child(college.group, "Алиса")
    db.session.add(Guardianship(parent_id=college.mother.id, student_id=sister.id))
    factories_diary.answer(sister, college.mother, "agreed")
    session = open_session(college.mother)
    first = select(Guardianship.id).where(Guardianship.student_id == college.child.id)
    family.end(college.actor, college.mother.id, Side.CHILDREN, db.session.scalars(first).one(), REASON)
    assert access.load_viewer(session, settings.today(), sessions.alive())
    assert [child.id for child in diary.family(factories.viewer_of(college.mother))] == [sister.id]


def _diary(college: SimpleNamespace) -> object:
    return diary.family(factories.viewer_of(college.mother))


def _letters_and_news(college: SimpleNamespace) -> object:
    readers = access.readers_of([college.child.id], settings.today())
    return [reader for reader, _student in readers if reader == college.mother.id]


def _notices(college: SimpleNamespace) -> object:
    return notices.recent(factories.viewer_of(college.mother))


def _messages(college: SimpleNamespace) -> object:
    teacher = factories.viewer_of(college.journal.teacher)
    may = message_access.may_write_to(teacher, settings.today())
    return db.session.scalars(select(Person.id).where(may, Person.id == college.mother.id)).all()


def _messages_to_all(college: SimpleNamespace) -> object:
    reached = message_access.in_audience("parents", college.group.id, settings.today())
    return db.session.scalars(select(Person.id).where(reached)).all()


def _announcements(college: SimpleNamespace) -> object:
    return access.students_concerned(factories.viewer_of(college.mother), settings.today())


def _timetable(college: SimpleNamespace) -> object:
    return week.groups_of(college.mother.id, settings.today())


def _calendar(college: SimpleNamespace) -> object:
    try:
        return calendar_feed.read(college.token)
    except NotFoundError:
        return ""


def _consents(college: SimpleNamespace) -> object:
    (line,) = consent_register.load(settings.today(), student_id=college.child.id)
    return line.parents


def _absences(college: SimpleNamespace) -> object:
    try:
        return absence_papers.of_family(factories.viewer_of(college.mother), college.child.id)
    except NotFoundError:
        return ""


def _slips(college: SimpleNamespace) -> object:
    _group, lines = slips.of_group(college.actor, college.group.id)
    return [line for line in lines if line.kind == "parents"]


def _group_page(college: SimpleNamespace) -> object:
    found = group_access.everybody([college.group.id])
    return [one for one in found if one.person.id == college.mother.id]


DOORS = [
    _diary, _letters_and_news, _notices, _messages, _messages_to_all, _announcements, _timetable, _calendar, _consents,
    _absences, _slips, _group_page,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
def test_r2_1_c_whatever_a_link_opens_is_closed_at_once(
    college: SimpleNamespace, door: Callable[[SimpleNamespace], object]
) -> None:
    db.session.add(
        Notice(person_id=college.mother.id, student_id=college.child.id, kind="mark", key="mark:1", text="5")
    )
    college.token = calendar_feed.create(factories.viewer_of(college.mother), college.child.id)
    db.session.commit()
    assert door(college), "open before"
    end(college)
    assert not door(college)


def test_r2_1_c_an_employee_is_family_no_more_when_the_link_has_ended(college: SimpleNamespace) -> None:
    """Administration reads every diary still, but sends no papers and asks no questions in a parent's name."""
    db.session.add(
        RoleGrant(person_id=college.mother.id, role=Role.ADMINISTRATION, since=settings.today() - timedelta(days=30))
    )
    db.session.commit()
    viewer = factories.viewer_of(college.mother)
    assert diary.load(viewer, college.child.id).is_kin
    end(college)
    assert not diary.load(viewer, college.child.id).is_kin
    assert diary.family(viewer) == []
    with pytest.raises(NotFoundError):
        absence_papers.of_family(viewer, college.child.id)


def test_a_childs_withdrawal_says_nothing_of_a_parent_who_is_none_any_more(college: SimpleNamespace) -> None:
    """A former guardian's session is not ended for «нет согласия» of a child that is not his any more."""
    college.child.birth_date = settings.today() - timedelta(days=366 * 19)
    end(college)
    before = db.session.scalars(select(LogEntry.id).where(LogEntry.subject == "session")).all()
    leader = factories.viewer_of(factories.make_curator(college.group))
    consents.record(leader, college.child.id, "own", Form("refused", settings.today()))
    after = db.session.execute(select(LogEntry.id, LogEntry.details).where(LogEntry.subject == "session")).all()
    about = [row.details["person_id"] for row in after if row.id not in before]
    assert college.mother.id not in about


def test_people_are_found_with_what_tells_namesakes_apart(college: SimpleNamespace) -> None:
    children = family.candidates(Side.CHILDREN, "аксен")
    assert [row.person.id for row in children.listing.rows] == [college.child.id], "students alone"
    assert children.about[college.child.id] == college.group.title
    grown = family.candidates(Side.GUARDIANS, "аксенова")
    assert [row.person.id for row in grown.listing.rows] == [college.mother.id]
    assert college.child.short_name in grown.about[college.mother.id]


def test_a_person_page_has_the_sections_that_can_concern_the_person(college: SimpleNamespace) -> None:
    def sections(person: Person) -> tuple[bool, bool]:
        found = family.of(person)
        return found.children is not None, found.guardians is not None

    employee: Viewer = college.actor
    assert sections(college.mother) == (True, False)
    assert sections(college.child) == (False, True)
    assert sections(db.session.get_one(Person, employee.person_id)) == (True, False)
