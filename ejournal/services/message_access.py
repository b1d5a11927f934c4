"""«Доступ к переписке»: administration reads a conversation by a registered order and in no other way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from ejournal.access import Viewer
from ejournal.domain import messages as rules
from ejournal.extensions import db
from ejournal.models import Conversation, Message, MessageAccess, MessageFile, Person
from ejournal.models.base import now
from ejournal.services import log, message_delivery
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

SHORTEST = 10
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Outline:
    """That there is a conversation, without a word of it."""

    id: int
    title: str
    number: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of the register. `until`: to when it opens the conversation."""

    access: MessageAccess
    title: str
    until: datetime

    @property
    def is_open(self) -> bool:
        return now() < self.until


def outlines(person_id: int) -> list[Outline]:
    """The conversations of a person that an order may name, the last spoken in first."""
    rows = db.session.execute(
        _titled()
        .add_columns(func.count(Message.id), func.max(Message.sent_at), func.max(Message.id))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(or_(LOW.id == person_id, HIGH.id == person_id, AUTHOR.id == person_id))
        .group_by(Conversation.id, LOW.id, HIGH.id, AUTHOR.id)
        .order_by(func.max(Message.id).desc())
        .limit(PAGE_SIZE)
    )
    return [Outline(row[0].id, _title(row), row[4], row[5]) for row in rows]


def records() -> list[Record]:
    """The register of orders, the newest first."""
    rows = db.session.execute(
        _titled()
        .add_columns(MessageAccess)
        .join(MessageAccess, MessageAccess.conversation_id == Conversation.id)
        .options(joinedload(MessageAccess.opener))
        .order_by(MessageAccess.id.desc())
        .limit(PAGE_SIZE)
    )
    return [Record(row[4], _title(row), row[4].opened_at + rules.ACCESS) for row in rows]


def register(actor: Viewer, conversation_id: int, ground: str, order_number: str) -> MessageAccess:
    """Enter an order: from here on its conversation can be read for some days. Raises NotFoundError, FieldsError."""
    conversation = db.session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFoundError
    words, number = " ".join(ground.split())[: rules.REASON], " ".join(order_number.split())[:50]
    errors = {}
    if len(words) < SHORTEST:
        errors["ground"] = "Напишите основание: чья жалоба или запрос и зачем нужно прочесть переписку."
    if not number:
        errors["order_number"] = "Укажите номер приказа: без приказа переписку никто не читает."
    if errors:
        raise FieldsError(errors)
    made = MessageAccess(
        conversation_id=conversation.id, ground=words, order_number=number, opened_by=actor.person_id
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    log.record(actor, "message-access", "create", after=f"приказ {number}", reason=words, details=_about(made))
    db.session.commit()
    return made


def find(access_id: int) -> Record:
    """Raises NotFoundError."""
    row = db.session.execute(
        _titled()
        .add_columns(MessageAccess)
        .join(MessageAccess, MessageAccess.conversation_id == Conversation.id)
        .where(MessageAccess.id == access_id)
        .options(joinedload(MessageAccess.opener))
    ).first()
    if row is None:
        raise NotFoundError
    return Record(row[4], _title(row), row[4].opened_at + rules.ACCESS)


def view(actor: Viewer, access_id: int) -> list[Message]:
    """The messages an order opens, the oldest first; the log and the conversation's people are told.

    Raises NotFoundError, RefusedError when the order's days are over.
    """
    record = find(access_id)
    if not record.is_open:
        raise RefusedError("Срок доступа по этому приказу истёк. Нужен новый приказ: зарегистрируйте его.")
    made = record.access
    made.viewed_at = now()
    log.record(actor, "message-access", "view", after=f"приказ {made.order_number}", details=_about(made))
    db.session.flush()
    message_delivery.bump(_people(made.conversation))
    db.session.commit()
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.conversation_id == made.conversation_id)
            .options(joinedload(Message.author), selectinload(Message.files).joinedload(MessageFile.file))
            .order_by(Message.id)
        )
    )


LOW, HIGH, AUTHOR = aliased(Person), aliased(Person), aliased(Person)


def _titled() -> Any:
    return (
        select(Conversation, LOW, HIGH, AUTHOR)
        .outerjoin(LOW, LOW.id == Conversation.low_id)
        .outerjoin(HIGH, HIGH.id == Conversation.high_id)
        .outerjoin(AUTHOR, AUTHOR.id == Conversation.author_id)
    )


def _title(row: Any) -> str:
    conversation, low, high, author = row[:4]
    if author is not None:
        return f"{author.short_name} — {conversation.title}"
    return f"{low.short_name} — {high.short_name}"


def _people(conversation: Conversation) -> list[int]:
    ids = (conversation.low_id, conversation.high_id, conversation.author_id)
    return [person_id for person_id in ids if person_id is not None]


def _about(made: MessageAccess) -> dict[str, int]:
    return {"access_id": made.id, "conversation_id": made.conversation_id}
