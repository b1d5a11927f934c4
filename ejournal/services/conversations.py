"""Reading one conversation and its files; access.messages.takes_part decides what is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import Viewer
from ejournal.access import messages as access
from ejournal.domain import messages as rules
from ejournal.extensions import db
from ejournal.models import Conversation, Member, Message, MessageAccess, MessageBlock, MessageFile, Person
from ejournal.models.base import now
from ejournal.services import files, message_people, settings
from ejournal.services.errors import NotFoundError
from ejournal.services.files import Download
from ejournal.services.message_delivery import is_visible

AT_ONCE = 50
CLOSED = (
    "Писать здесь больше нельзя: этот человек уже не учится и не преподаёт в ваших группах, "
    "или у него нет доступа в журнал."
)
CLOSED_MANY = "Писать сюда больше нельзя: вы уже не преподаёте в этой группе и не руководите ею."
BLOCKED = "Этот человек не принимает от вас сообщений. Обратитесь к руководителю группы или администрации."


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on the page. `read_by` of `read_of`: how many readers have read it; of two people 1 or 0 of 1."""

    message: Message
    is_own: bool
    is_editable: bool
    read_by: int = 0
    read_of: int = 0
    read_at: datetime | None = None


@dataclass(slots=True)
class Opened:
    """A conversation as the viewer sees it. `closed`: why nothing can be written, empty where it can."""

    id: int
    title: str
    about: str
    other_id: int | None
    is_many: bool
    is_author: bool
    member: Member
    closed: str = ""
    blocked: bool = False
    may_block: bool = False
    messages: list[Shown] = field(default_factory=list)
    earlier: bool = False
    later: bool = False
    viewed: list[MessageAccess] = field(default_factory=list)

    @property
    def last_id(self) -> int:
        return self.messages[-1].message.id if self.messages else 0


def find(viewer: Viewer, conversation_id: int) -> tuple[Conversation, Member]:
    """Raises NotFoundError where the viewer takes no part, or no more."""
    row = db.session.execute(
        select(Conversation, Member)
        .join(Member, Member.conversation_id == Conversation.id)
        .where(Conversation.id == conversation_id, access.takes_part(viewer, settings.today()))
    ).first()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def with_person(viewer: Viewer, person_id: int) -> int | None:
    """The conversation of two people, where there is one that the viewer may read."""
    low, high = sorted((viewer.person_id, person_id))
    return db.session.scalar(
        select(Conversation.id)
        .join(Member, Member.conversation_id == Conversation.id)
        .where(
            Conversation.low_id == low,
            Conversation.high_id == high,
            access.takes_part(viewer, settings.today()),
        )
    )


def open_(viewer: Viewer, conversation_id: int, before: int | None = None) -> Opened:
    """A conversation with its newest messages, or those before a message. Raises NotFoundError."""
    conversation, member = find(viewer, conversation_id)
    opened = _head(viewer, conversation, member)
    found = list(db.session.scalars(_messages(member, before).limit(AT_ONCE + 1)))
    opened.earlier, opened.later = len(found) > AT_ONCE, before is not None
    opened.messages = _shown(viewer, opened, found[AT_ONCE - 1 :: -1] if opened.earlier else found[::-1])
    opened.viewed = list(
        db.session.scalars(
            select(MessageAccess)
            .where(MessageAccess.conversation_id == conversation_id, MessageAccess.viewed_at.is_not(None))
            .options(joinedload(MessageAccess.opener))
            .order_by(MessageAccess.id)
        )
    )
    return opened


def find_message(viewer: Viewer, conversation_id: int, message_id: int) -> Message:
    """Raises NotFoundError where it is not one of those the viewer gets."""
    message = db.session.scalar(
        select(Message)
        .join(Member, Member.conversation_id == Message.conversation_id)
        .where(
            Message.id == message_id,
            Message.conversation_id == conversation_id,
            access.takes_part(viewer, settings.today()),
            is_visible(),
        )
        .options(selectinload(Message.files).joinedload(MessageFile.file), joinedload(Message.author))
    )
    if message is None:
        raise NotFoundError
    return message


def readers(viewer: Viewer, conversation_id: int, message_id: int) -> tuple[Message, list[Person], list[Person]]:
    """Who has read a message to many and who has not, for its author. Raises NotFoundError."""
    message = find_message(viewer, conversation_id, message_id)
    if message.author_id != viewer.person_id:
        raise NotFoundError
    rows = db.session.execute(
        select(Person, Member.read_id)
        .join(Member, Member.person_id == Person.id)
        .where(Member.conversation_id == conversation_id, Person.id != viewer.person_id, _got(message.id))
        .order_by(Person.skey, Person.id)
    ).all()
    read = [person for person, read_id in rows if read_id >= message_id]
    return message, read, [person for person, read_id in rows if read_id < message_id]


def download(viewer: Viewer, conversation_id: int, attachment_id: int) -> Download:
    """A file of a message that the viewer gets. Raises NotFoundError."""
    found = db.session.scalar(
        select(MessageFile)
        .join(Message, Message.id == MessageFile.message_id)
        .join(Member, Member.conversation_id == Message.conversation_id)
        .where(
            MessageFile.id == attachment_id,
            Message.conversation_id == conversation_id,
            access.takes_part(viewer, settings.today()),
            is_visible(),
        )
        .options(joinedload(MessageFile.file))
    )
    if found is None:
        raise NotFoundError
    return files.open_stored(found.file)


def _head(viewer: Viewer, conversation: Conversation, member: Member) -> Opened:
    is_many, is_author = conversation.author_id is not None, conversation.author_id == viewer.person_id
    other_id = conversation.author_id if is_many else conversation.other_than(viewer.person_id)
    if is_author:
        closed = "" if message_people.may_address(viewer, conversation.audience) else CLOSED_MANY
        return Opened(conversation.id, conversation.title, "", None, True, True, member, closed)
    today = settings.today()
    other, reachable, blocks, may_block, blocked = db.session.execute(
        select(
            Person, access.may_write_to(viewer, today), access.is_blocked_by(viewer), access.may_block(viewer, today),
            exists().where(MessageBlock.person_id == viewer.person_id, MessageBlock.blocked_id == Person.id),
        ).where(Person.id == other_id)
    ).one()  # fmt: skip
    about = message_people.describe(viewer, [other])[0].about
    closed = "" if reachable else BLOCKED if blocks else CLOSED
    title = f"{other.full_name} — {conversation.title}" if is_many else other.full_name
    return Opened(
        conversation.id, title, about, other.id, is_many, False, member, closed, bool(blocked), bool(may_block)
    )  # fmt: skip


def _messages(member: Member, before: int | None) -> Select[Message]:
    query = select(Message).where(Message.conversation_id == member.conversation_id, Message.id >= member.first_id)
    if member.last_id is not None:
        query = query.where(Message.id <= member.last_id)
    if before is not None:
        query = query.where(Message.id < before)
    loading = (
        joinedload(Message.author),
        joinedload(Message.answers),
        selectinload(Message.files).joinedload(MessageFile.file),
    )
    return query.options(*loading).order_by(Message.id.desc())


def _shown(viewer: Viewer, opened: Opened, messages: Sequence[Message]) -> list[Shown]:
    """With how far the others have read, where the viewer has written anything. One query."""
    places: Sequence[Any] = ()
    if any(message.author_id == viewer.person_id for message in messages):
        places = db.session.execute(
            select(Member.first_id, Member.last_id, Member.read_id, Member.read_at).where(
                Member.conversation_id == opened.id, Member.person_id != viewer.person_id
            )
        ).all()
    shown = []
    for message in messages:
        if message.author_id != viewer.person_id:
            shown.append(Shown(message, False, False))
            continue
        got = [
            row for row in places if row.first_id <= message.id and (row.last_id is None or message.id <= row.last_id)
        ]
        read = [row for row in got if row.read_id >= message.id]
        when = read[0].read_at if read and not opened.is_many else None
        mended = (opened.is_many or not opened.closed) and rules.is_editable(message.sent_at, now())
        shown.append(Shown(message, True, mended, len(read), len(got), when))
    return shown


def _got(message_id: int) -> ColumnElement[bool]:
    return and_(Member.first_id <= message_id, or_(Member.last_id.is_(None), Member.last_id >= message_id))
