"""The register of consents (R4.1.c,d,f): who answers, what is kept, whose access ends at once."""

import io
from datetime import date, timedelta

import factories
import pytest
from factories_consents import answer, born, make_parent, make_student
from flask import Flask
from sqlalchemy import select

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain.consents import State
from ejournal.extensions import db
from ejournal.models import Account, Consent, Group, Guardianship, LogEntry, Person, Role
from ejournal.services import consent_lists, consents, sessions, settings
from ejournal.services.consents import Entry, Form
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.files import Upload

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def group(in_app: Flask) -> Group:
    return factories.make_group(year=factories.make_year()[0])


@pytest.fixture
def curator(group: Group) -> Viewer:
    return factories.viewer_of(factories.make_curator(group))


def form(kind: str = "agreed", dated: date | None = None, **more: str) -> Form:
    return Form(kind, dated or settings.today(), **more)


def state(viewer: Viewer, student: Person) -> State:
    return consents.of_student(viewer, student.id)[0].state


def stored() -> list[tuple[int, int, str, bool]]:
    rows = db.session.scalars(select(Consent).order_by(Consent.id))
    return [(row.student_id, row.person_id, row.kind, row.by_guardian) for row in rows]


def test_r4_1_d_a_pile_of_papers_is_entered_in_one_action(curator: Viewer, group: Group) -> None:
    minor, adult, orphan = make_student(group), make_student(group, born(19)), make_student(group)
    mother = make_parent(minor)
    done = consents.record_group(
        curator, group.id, [Entry(minor.id), Entry(adult.id), Entry(orphan.id)], form(number="7")
    )
    assert done == 3
    assert set(stored()) == {
        (minor.id, mother.id, "agreed", False),
        (adult.id, adult.id, "agreed", False),
        (orphan.id, orphan.id, "agreed", True),
    }
    assert [state(curator, student) for student in (minor, adult, orphan)] == [State.AGREED] * 3
    entries = db.session.scalars(select(LogEntry).where(LogEntry.subject == "consent").order_by(LogEntry.id)).all()
    assert {entry.student_id for entry in entries} == {minor.id, adult.id, orphan.id}
    assert all(entry.actor_id == curator.person_id for entry in entries)


def test_a_line_may_have_another_signer_and_another_answer(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    make_parent(student)
    father = make_parent(student, relation="отец")
    consents.record_group(curator, group.id, [Entry(student.id, str(father.id), "refused")], form())
    assert stored() == [(student.id, father.id, "refused", False)]


def test_the_next_paper_expected_is_of_the_parent_who_has_not_answered(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    mother, father = make_parent(student), make_parent(student, relation="отец")
    for parent in (mother, father):
        assert consents.of_group(curator, group.id)[1][0].usual_signer == str(parent.id)
        consents.record_group(curator, group.id, [Entry(student.id)], form())


@pytest.mark.parametrize(("age", "signer"), [(16, "own"), (19, "guardian"), (16, "999999"), (16, "")])
def test_r4_1_d_a_paper_signed_by_the_wrong_person_is_refused(
    curator: Viewer, group: Group, age: int, signer: str
) -> None:
    student = make_student(group, born(age, days=1))
    with pytest.raises(FieldsError) as refusal:
        consents.record(curator, student.id, signer, form())
    assert "signer" in refusal.value.fields
    assert stored() == []


def test_what_is_wrong_with_one_line_keeps_the_whole_pile_out(curator: Viewer, group: Group) -> None:
    good, bad = make_student(group, born(19)), make_student(group)
    with pytest.raises(FieldsError) as refusal:
        consents.record_group(curator, group.id, [Entry(good.id), Entry(bad.id, "own")], form())
    assert list(refusal.value.fields) == [f"signer-{bad.id}"]
    assert stored() == []


def test_a_paper_of_the_time_before_18_is_the_parents(curator: Viewer, group: Group) -> None:
    student = make_student(group, born(18, days=10))
    with pytest.raises(FieldsError):
        consents.record(curator, student.id, "own", form(dated=settings.today() - timedelta(days=11)))
    consents.record(curator, student.id, "own", form(dated=settings.today() - timedelta(days=10)))
    assert state(curator, student) is State.AGREED


def test_r4_1_f_at_18_the_parents_answer_covers_no_longer(curator: Viewer, group: Group) -> None:
    student = make_student(group, born(18))
    answer(student, make_parent(student), dated=settings.today() - timedelta(days=1))
    assert state(curator, student) is State.ANEW
    listed = consent_lists.unanswered(curator, group.id, "students", 1)
    assert [(line.name, line.days) for line in listed.lines] == [(student.full_name, 0)]


@pytest.mark.parametrize(
    ("kind", "dated", "fields"),
    [
        ("", 0, {"kind", "signer"}),
        ("agreed", 1, {"dated"}),
        ("withdrawn", 0, {"signer"}),
    ],
)
def test_a_paper_that_cannot_be_is_refused_at_its_field(
    curator: Viewer, group: Group, kind: str, dated: int, fields: set[str]
) -> None:
    student = make_student(group, born(19))
    with pytest.raises(FieldsError) as refusal:
        consents.record(curator, student.id, "own", form(kind, settings.today() + timedelta(days=dated)))
    assert set(refusal.value.fields) == fields


def test_an_earlier_paper_does_not_replace_a_later_answer(curator: Viewer, group: Group) -> None:
    student = make_student(group, born(19))
    answer(student, student, "refused")
    with pytest.raises(FieldsError, match="исправьте"):
        consents.record(curator, student.id, "own", form(dated=settings.today() - timedelta(days=1)))
    assert state(curator, student) is State.REFUSED


def test_r4_1_f_everything_given_stays_in_the_register(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    mother = make_parent(student)
    for kind in ("refused", "agreed", "withdrawn"):
        consents.record(curator, student.id, str(mother.id), form(kind, note="лично"))
    _line, history = consents.of_student(curator, student.id)
    assert [row.kind for row in history] == ["withdrawn", "agreed", "refused"]
    assert history[0].recorder is not None
    assert history[0].recorder.id == curator.person_id


def epoch(person: Person) -> int:
    return db.session.scalar(select(Account.session_epoch).where(Account.person_id == person.id)) or 0


def test_r4_1_f_a_withdrawal_ends_open_sessions_at_once(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    mother = make_parent(student)
    answer(student, mother)
    account = db.session.scalars(select(Account).where(Account.person_id == mother.id)).one()
    session = sessions.begin(account, "192.0.2.1", "browser").session
    consents.record(curator, student.id, str(mother.id), form("withdrawn"))
    assert access.load_viewer(session, settings.today(), sessions.alive()) is None
    assert access.closed_to(factories.viewer_of(mother), settings.today()) is Role.PARENT
    ended = db.session.scalars(select(LogEntry).where(LogEntry.subject == "session")).one()
    assert ended.details["person_id"] == mother.id


@pytest.mark.parametrize("left", ["another child", "another role"])
def test_who_keeps_another_child_or_role_goes_on_and_reads_no_more_of_this_one(
    curator: Viewer, group: Group, left: str
) -> None:
    student, sister = make_student(group), make_student(group)
    roles = (Role.PARENT, Role.TEACHER) if left == "another role" else (Role.PARENT,)
    mother = make_parent(student, roles)
    answer(student, mother)
    if left == "another child":
        db.session.add(Guardianship(parent_id=mother.id, student_id=sister.id))
        answer(sister, mother)
    consents.record(curator, student.id, str(mother.id), form("withdrawn"))
    assert epoch(mother) == 0
    seen = db.session.scalars(access.children_of(factories.viewer_of(mother), settings.today()))
    assert [child.id for child in seen] == ([sister.id] if left == "another child" else [])


def test_r4_1_f_a_students_own_withdrawal_closes_the_students_and_the_parents_access(
    curator: Viewer, group: Group
) -> None:
    student = make_student(group, born(19), roles=(Role.STUDENT,))
    mother = make_parent(student)
    answer(student, mother)
    answer(student, student)
    consents.record(curator, student.id, "own", form("withdrawn"))
    assert (epoch(student), epoch(mother)) == (1, 1)
    today = settings.today()
    assert access.closed_to(factories.viewer_of(student), today) is Role.STUDENT
    assert db.session.scalars(access.diaries_of(factories.viewer_of(student), today)).all() == []
    consents.record(curator, student.id, "own", form("agreed"))
    assert access.closed_to(factories.viewer_of(student), today) is None


def test_a_minor_reads_on_whatever_a_representative_outside_the_system_refused(curator: Viewer, group: Group) -> None:
    student = make_student(group, roles=(Role.STUDENT,))
    consents.record(curator, student.id, "guardian", form("refused", signer_name="Петрова Анна"))
    assert access.closed_to(factories.viewer_of(student), settings.today()) is None
    assert consents.of_student(curator, student.id)[1][0].signer == "Петрова Анна"


def test_r4_1_d_a_scan_is_kept_and_only_for_who_keeps_the_register(curator: Viewer, group: Group) -> None:
    student = make_student(group, born(19))
    consents.record(curator, student.id, "own", form(), Upload("согласие.pdf", io.BytesIO(PDF)))
    consent_id = db.session.scalars(select(Consent.id)).one()
    found = consents.scan_of(curator, consent_id)
    assert (found.name, found.path.read_bytes()) == ("согласие.pdf", PDF)
    other = factories.viewer_of(factories.make_curator(factories.make_group()))
    with pytest.raises(NotFoundError):
        consents.scan_of(other, consent_id)


def test_a_scan_that_is_a_program_is_refused_and_nothing_entered(curator: Viewer, group: Group) -> None:
    student = make_student(group, born(19))
    with pytest.raises(RefusedError, match=r"согласие\.exe"):
        consents.record(curator, student.id, "own", form(), Upload("согласие.exe", io.BytesIO(b"MZ\x90\x00" * 9)))
    assert stored() == []


@pytest.mark.parametrize("who", ["other curator", "teacher", "parent", "student"])
def test_r2_1_c_nobody_else_reads_or_enters(curator: Viewer, group: Group, who: str) -> None:
    student = make_student(group, born(19), roles=(Role.STUDENT,))
    viewer = factories.viewer_of(
        {
            "other curator": lambda: factories.make_curator(factories.make_group()),
            "teacher": lambda: factories.make_person(roles=(Role.TEACHER,)),
            "parent": lambda: make_parent(student),
            "student": lambda: student,
        }[who]()
    )
    for act in (
        lambda: consents.of_group(viewer, group.id),
        lambda: consents.of_student(viewer, student.id),
        lambda: consents.record(viewer, student.id, "own", form()),
        lambda: consents.record_group(viewer, group.id, [Entry(student.id)], form()),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_r4_1_f_the_list_of_who_has_not_answered(curator: Viewer, group: Group) -> None:
    silent, soon = make_student(group), make_student(group, born(18, days=-30))
    mother = make_parent(silent)
    answer(soon, make_parent(soon))
    make_student()  # of a group that is not hers
    found = consent_lists.unanswered(curator, None, "", 1)
    assert (found.students, found.parents) == (1, 1)
    assert {line.name for line in found.lines} == {silent.full_name, mother.full_name}
    days = (settings.today() - factories.make_year()[0].starts).days
    assert {line.days for line in found.lines} == {days}
    assert [line.id for line in found.soon] == [soon.id]


def test_the_college_is_counted_by_group_and_a_curator_sees_the_own(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    answer(student, make_parent(student))
    make_parent(student, relation="отец")
    make_student()
    make_student()
    counted = consent_lists.summaries(settings.today())[group.id]
    assert (counted.students, counted.answered, counted.parents, counted.parents_agreed) == (1, 1, 2, 1)
    overseer = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
    lines, total = consent_lists.of_viewer(overseer)
    assert len(lines) == total.students == 3
    assert [line[0].id for line in consent_lists.of_viewer(curator)[0]] == [group.id]
