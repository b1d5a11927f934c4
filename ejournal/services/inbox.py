"""The list of a person's conversations, and searching in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer
from ejournal.access import messages as access
from ejournal.domain import messages as rules
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Conversation, Member, Message, MessageFile, Person
from ejournal.services import message_delivery, settings

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in the list: its last message, or the one that was searched for."""

    id: int
    title: str
    is_many: bool
    text: str
    is_own: bool
    has_files: bool
    sent_at: datetime
    unread: int
    muted: bool
    drafted: bool
    message_id: int


def inbox(viewer: Viewer, text: str = "", page: int = 1) -> tuple[list[Line], bool]:
    """The viewer's conversations, the last spoken in first, and whether there are more. One query."""
    query = _lines(viewer, fold(text)).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
    lines = [_line(viewer, row) for row in db.session.execute(query)]
    if not text and page == 1 and len(lines) <= PAGE_SIZE:
        counted = sum(line.unread for line in lines if not line.muted)
        if counted != viewer.unread:
            message_delivery.correct(viewer, counted)
    return lines[:PAGE_SIZE], len(lines) > PAGE_SIZE


def _lines(viewer: Viewer, folded: str) -> Select[Any]:
    """A row for each conversation with one message: the last, or the last that holds the words searched for."""
    other, each = aliased(Person), aliased(Message)
    own = viewer.person_id
    gets = and_(
        each.conversation_id == Member.conversation_id,
        each.id >= Member.first_id,
        or_(Member.last_id.is_(None), each.id <= Member.last_id),
    )
    newest: Any = select(func.max(each.id)).where(gets).correlate(Member).scalar_subquery()
    unread = (
        select(func.count(each.id))
        .where(gets, each.id > Member.read_id, each.author_id != own)
        .correlate(Member)
        .scalar_subquery()
    )
    files_of = exists().where(MessageFile.message_id == Message.id)
    query = (
        select(Member, Conversation, other, Message, unread.label("unread"), files_of.label("has_files"))
        .join(Conversation, Conversation.id == Member.conversation_id)
        .outerjoin(other, other.id == _other_id(own))
        .order_by(Message.id.desc())
    )
    if folded:
        holds = each.folded.contains(folded, autoescape=True)
        matching = select(func.max(each.id)).where(gets, holds).correlate(Member).scalar_subquery()
        named = or_(other.skey.contains(folded, autoescape=True), Conversation.folded.contains(folded, autoescape=True))
        newest = func.coalesce(matching, case((named, newest)))
    return query.join(Message, Message.id == newest).where(access.takes_part(viewer, settings.today()))


def _other_id(own: int) -> ColumnElement[Any]:
    """The second person of two, or the author of a message to many."""
    return case(
        (Conversation.low_id == own, Conversation.high_id),
        (Conversation.high_id == own, Conversation.low_id),
        else_=Conversation.author_id,
    )


def _line(viewer: Viewer, row: Any) -> Line:
    member, conversation, other, message = row[0], row[1], row[2], row[3]
    is_many = conversation.author_id is not None
    title = conversation.title if is_many and conversation.author_id == viewer.person_id else other.short_name
    if is_many and conversation.author_id != viewer.person_id:
        title = f"{title} — {conversation.title}"
    return Line(
        conversation.id, title, is_many, rules.first_line(message.text), message.author_id == viewer.person_id,
        row.has_files, message.sent_at, row.unread, member.muted, bool(member.draft.strip()), message.id,
    )  # fmt: skip
