"""Against abuse: quiet conversations, messages not taken from somebody, complaints (R2.3.communicate)."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, joinedload

from ejournal.access import Viewer
from ejournal.access import messages as access
from ejournal.domain import messages as rules
from ejournal.domain import numbers
from ejournal.extensions import db
from ejournal.models import Message, MessageBlock, MessageComplaint, Person
from ejournal.models.base import now
from ejournal.services import conversations, log, message_delivery, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

PAGE_SIZE = 50
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint with what administration may read because of it: that message and a few around it."""

    complaint: MessageComplaint
    around: list[Message]


def mute(actor: Viewer, conversation_id: int, muted: bool) -> None:
    """A quiet conversation is not counted among the unread. Raises NotFoundError."""
    _conversation, member = conversations.find(actor, conversation_id)
    member.muted = muted
    db.session.flush()
    message_delivery.recount(actor)
    db.session.commit()


def block(actor: Viewer, conversation_id: int, blocked: bool) -> None:
    """Take no messages from a student or parent, or take them again. Raises NotFoundError, ForbiddenError."""
    conversation, _member = conversations.find(actor, conversation_id)
    other_id = conversation.other_than(actor.person_id)
    if conversation.author_id is not None or other_id is None:
        raise NotFoundError
    if not db.session.scalar(select(exists().where(Person.id == other_id, access.may_block(actor, settings.today())))):
        raise ForbiddenError(
            "Сообщения сотрудников колледжа принимают все, а администрация и поддержка принимают сообщения от всех. "
            "Звук и счётчик можно отключить: «Не считать непрочитанным»."
        )
    found = db.session.scalar(
        select(MessageBlock).where(MessageBlock.person_id == actor.person_id, MessageBlock.blocked_id == other_id)
    )
    if bool(found) == blocked:
        return
    if found:
        db.session.delete(found)
    else:
        db.session.add(MessageBlock(person_id=actor.person_id, blocked_id=other_id))
    log.record(actor, "message", "block" if blocked else "unblock", details={"person_id": other_id})
    db.session.flush()
    message_delivery.bump([other_id])
    db.session.commit()


def complain(actor: Viewer, conversation_id: int, message_id: int, reason: str) -> None:
    """A recipient tells administration of a message. Raises NotFoundError, RefusedError, FieldsError."""
    message = conversations.find_message(actor, conversation_id, message_id)
    if message.author_id == actor.person_id:
        raise RefusedError("Пожаловаться можно на чужое сообщение. Своё ещё можно изменить, пока не прошло 15 минут.")
    words = _words(reason, "reason", "Напишите, чем плохо это сообщение: жалобу прочтёт администрация.")
    told = db.session.scalar(
        select(MessageComplaint.id).where(
            MessageComplaint.message_id == message.id, MessageComplaint.complainer_id == actor.person_id
        )
    )
    if told is not None:
        raise RefusedError("Вы уже пожаловались на это сообщение: администрация рассмотрит жалобу.")
    made = MessageComplaint(message_id=message.id, complainer_id=actor.person_id, reason=words, text=message.text)
    db.session.add(made)
    db.session.flush()
    log.record(actor, "message-complaint", "create", details={"complaint_id": made.id, "message_id": message.id})
    db.session.commit()


def complaints(state: str = "", page: int = 1) -> tuple[list[MessageComplaint], int]:
    """The register, open ones first, and how many pages there are. `state`: "open", "closed" or "" for all."""
    where = []
    if state in ("open", "closed"):
        still = MessageComplaint.closed_at.is_(None)
        where = [still if state == "open" else ~still]
    total = db.session.scalar(select(func.count(MessageComplaint.id)).where(*where)) or 0
    rows = db.session.scalars(
        select(MessageComplaint)
        .where(*where)
        .options(
            joinedload(MessageComplaint.complainer),
            joinedload(MessageComplaint.closer),
            joinedload(MessageComplaint.message).joinedload(Message.author),
        )
        .order_by(MessageComplaint.closed_at.is_not(None), MessageComplaint.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return list(rows), numbers.pages(total, PAGE_SIZE)


def open_complaints() -> int:
    return db.session.scalar(select(func.count(MessageComplaint.id)).where(MessageComplaint.closed_at.is_(None))) or 0


def case(viewer: Viewer, complaint_id: int) -> Case:
    """A complaint with the message and those around it. Raises NotFoundError, ForbiddenError."""
    complaint = _find(viewer, complaint_id)
    about, each = complaint.message, aliased(Message)
    near = select(each.id).where(each.conversation_id == about.conversation_id)
    before = near.where(each.id < about.id).order_by(each.id.desc()).limit(rules.AROUND)
    after = near.where(each.id > about.id).order_by(each.id).limit(rules.AROUND)
    ids = [*db.session.scalars(before), about.id, *db.session.scalars(after)]
    around = db.session.scalars(
        select(Message).where(Message.id.in_(ids)).options(joinedload(Message.author)).order_by(Message.id)
    )
    return Case(complaint, list(around))


def note_view(viewer: Viewer, complaint_id: int) -> None:
    """Administration has read what a complaint opens: that is in the log."""
    log.record(viewer, "message-complaint", "view", details={"complaint_id": complaint_id})
    db.session.commit()


def close(actor: Viewer, complaint_id: int, outcome: str) -> None:
    """What was done stays in the register. Raises NotFoundError, ForbiddenError, RefusedError, FieldsError."""
    complaint = _find(actor, complaint_id)
    db.session.refresh(complaint, with_for_update=True)
    if complaint.closed_at:
        raise RefusedError("Эта жалоба уже рассмотрена. Обновите страницу.")
    words = _words(outcome, "outcome", "Напишите, что сделано: это остаётся в реестре.")
    complaint.closed_at, complaint.closed_by, complaint.outcome = now(), actor.person_id, words
    log.record(actor, "message-complaint", "close", after=words, details={"complaint_id": complaint.id})
    db.session.commit()


def _find(viewer: Viewer, complaint_id: int) -> MessageComplaint:
    complaint = db.session.get(MessageComplaint, complaint_id)
    if complaint is None:
        raise NotFoundError
    if complaint.message.author_id == viewer.person_id:
        raise ForbiddenError("Эта жалоба — на ваше сообщение: её рассматривает другой сотрудник администрации.")
    return complaint


def _words(text: str, name: str, missing: str) -> str:
    words = " ".join(text.split())[: rules.REASON]
    if len(words) < SHORTEST:
        raise FieldsError({name: missing})
    return words
