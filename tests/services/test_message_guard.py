"""Against abuse: quiet talks, refusals, complaints, and reading by an order alone (R2.3.communicate)."""

from datetime import timedelta

import pytest
import time_machine
from factories import make_person, viewer_of
from factories_messages import College, letter, make_college, write
from flask import Flask
from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import LogEntry, Message, MessageComplaint, Role
from ejournal.models.base import now
from ejournal.services import conversations, message_access, message_guard, messages
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def logged(subject: str) -> list[str]:
    return list(db.session.scalars(select(LogEntry.action).where(LogEntry.subject == subject).order_by(LogEntry.id)))


# ── Quiet, refusal ──────────────────────────────────────────────────────────
def test_a_quiet_conversation_is_not_counted_and_loses_nothing(college: College) -> None:
    message = write(college.parent, college.teacher)
    teacher = viewer_of(college.teacher)
    assert teacher.unread == 1
    message_guard.mute(teacher, message.conversation_id, True)
    write(college.parent, college.teacher, "Ещё")
    assert viewer_of(college.teacher).unread == 0
    message_guard.mute(teacher, message.conversation_id, False)
    assert viewer_of(college.teacher).unread == 2


def test_an_employee_takes_no_more_messages_of_a_parent_and_takes_them_again(college: College) -> None:
    message = write(college.parent, college.teacher)
    teacher, parent = viewer_of(college.teacher), viewer_of(college.parent)
    message_guard.block(teacher, message.conversation_id, True)
    assert conversations.open_(parent, message.conversation_id).closed == conversations.BLOCKED
    with pytest.raises(NotFoundError):
        messages.send_in(parent, message.conversation_id, letter())
    # Mending what was sent would be a way to write on.
    assert not conversations.open_(parent, message.conversation_id).messages[0].is_editable
    with pytest.raises(ForbiddenError, match=r"п\. 2\.1"):
        messages.edit(parent, message.conversation_id, message.id, "И ещё вот что")
    assert db.session.get_one(Message, message.id).text == "Здравствуйте!"
    # Who refused may still write: a teacher's duty to inform does not end.
    messages.send_in(teacher, message.conversation_id, letter())
    assert write(college.parent, college.curator).id
    message_guard.block(teacher, message.conversation_id, False)
    messages.edit(parent, message.conversation_id, message.id, "Здравствуйте ещё раз!")
    assert messages.send_in(parent, message.conversation_id, letter()).id
    assert [action for action in logged("message") if "block" in action] == ["block", "unblock"]


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("teacher", "curator"), ("teacher", "director"), ("curator", "teacher"), ("student", "teacher"),
        ("parent", "curator"), ("director", "parent"), ("admin", "student"),
    ],
)  # fmt: skip
def test_employees_are_refused_by_nobody_and_administration_hears_everybody(
    college: College, who: str, whom: str
) -> None:
    message = write(getattr(college, whom), getattr(college, who))
    with pytest.raises(ForbiddenError):
        message_guard.block(viewer_of(getattr(college, who)), message.conversation_id, True)


# ── Complaints ──────────────────────────────────────────────────────────────
def complain(college: College) -> MessageComplaint:
    for number in range(16):
        db.session.add(write(college.parent, college.teacher, f"Слово {number}"))
    middle = db.session.scalars(select(Message).where(Message.text == "Слово 8")).one()
    message_guard.complain(viewer_of(college.teacher), middle.conversation_id, middle.id, "  Оскорбление  ")
    return db.session.scalars(select(MessageComplaint)).one()


def test_a_complaint_opens_the_message_and_five_around_it(college: College) -> None:
    made = complain(college)
    case = message_guard.case(viewer_of(college.director), made.id)
    assert [message.text for message in case.around] == [f"Слово {number}" for number in range(3, 14)]
    assert (case.complaint.reason, case.complaint.text) == ("Оскорбление", "Слово 8")
    with pytest.raises(NotFoundError):
        conversations.open_(viewer_of(college.director), made.message.conversation_id)


def test_what_is_mended_after_a_complaint_is_still_seen_as_it_was(college: College) -> None:
    made = complain(college)
    messages.edit(viewer_of(college.parent), made.message.conversation_id, made.message_id, "Ничего такого")
    case = message_guard.case(viewer_of(college.director), made.id)
    assert case.complaint.text == "Слово 8"


def test_a_complaint_is_made_by_a_recipient_once_with_a_reason(college: College) -> None:
    message = write(college.parent, college.teacher)
    place = message.conversation_id, message.id
    with pytest.raises(FieldsError):
        message_guard.complain(viewer_of(college.teacher), *place, " ")
    with pytest.raises(RefusedError, match="на чужое"):
        message_guard.complain(viewer_of(college.parent), *place, "Зря написал")
    with pytest.raises(NotFoundError):
        message_guard.complain(viewer_of(college.curator), *place, "Не моё дело")
    message_guard.complain(viewer_of(college.teacher), *place, "Грубо")
    with pytest.raises(RefusedError, match="уже"):
        message_guard.complain(viewer_of(college.teacher), *place, "Грубо")


def test_a_complaint_is_closed_with_its_outcome_and_not_by_whom_it_is_about(college: College) -> None:
    message = write(college.director, college.teacher)
    message_guard.complain(viewer_of(college.teacher), message.conversation_id, message.id, "Грубо")
    made = db.session.scalars(select(MessageComplaint)).one()
    with pytest.raises(ForbiddenError):
        message_guard.case(viewer_of(college.director), made.id)
    with pytest.raises(ForbiddenError):
        message_guard.close(viewer_of(college.director), made.id, "Пустяки")
    other = viewer_of(make_person("Замова", (Role.ADMINISTRATION,)))
    with pytest.raises(FieldsError):
        message_guard.close(other, made.id, "")
    assert message_guard.open_complaints() == 1
    message_guard.close(other, made.id, "Поговорили лично")
    assert message_guard.open_complaints() == 0
    found, pages = message_guard.complaints("closed")
    assert ([each.outcome for each in found], pages) == (["Поговорили лично"], 1)
    with pytest.raises(RefusedError):
        message_guard.close(other, made.id, "Ещё раз")
    assert logged("message-complaint") == ["create", "close"]


# ── By an order ─────────────────────────────────────────────────────────────
def test_an_order_opens_one_conversation_for_a_week_and_its_people_see_it(college: College) -> None:
    message = write(college.parent, college.teacher, "Личное")
    write(college.parent, college.curator, "Другое")
    director = viewer_of(college.director)
    outlines = message_access.outlines(college.parent.id)
    assert {outline.number for outline in outlines} == {1}
    assert all("Личное" not in str(outline) for outline in outlines)
    made = message_access.register(director, message.conversation_id, "Жалоба родителя от 20.11", "12-о")
    parent = viewer_of(college.parent)
    assert conversations.open_(parent, message.conversation_id).viewed == []
    version = parent.inbox
    assert [each.text for each in message_access.view(director, made.id)] == ["Личное"]
    viewed = conversations.open_(parent, message.conversation_id).viewed
    assert [(each.order_number, each.opened_by) for each in viewed] == [("12-о", college.director.id)]
    assert viewer_of(college.parent).inbox > version
    assert logged("message-access") == ["create", "view"]
    assert message_access.records()[0].is_open
    with time_machine.travel(now() + timedelta(days=8), tick=False):
        assert not message_access.find(made.id).is_open
        with pytest.raises(RefusedError, match="истёк"):
            message_access.view(director, made.id)


@pytest.mark.parametrize(
    ("ground", "number", "wrong"), [("", "12-о", "ground"), ("Жалоба родителя", " ", "order_number")]
)
def test_without_a_ground_and_an_order_nothing_is_opened(
    college: College, ground: str, number: str, wrong: str
) -> None:
    message = write(college.parent, college.teacher)
    with pytest.raises(FieldsError) as refused:
        message_access.register(viewer_of(college.director), message.conversation_id, ground, number)
    assert set(refused.value.fields) == {wrong}
    assert message_access.records() == []
