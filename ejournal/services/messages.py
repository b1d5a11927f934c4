"""Writing messages: to one person, to many, mending, reading, unfinished ones (R2.3.communicate, R4.4.c)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import messages as rules
from ejournal.domain.names import fold
from ejournal.extensions import db, reading
from ejournal.models import Conversation, Member, Message, MessageFile, StoredFile
from ejournal.models.base import now
from ejournal.services import conversations, files, log, message_delivery, message_people, news_talk
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError, TooManyError
from ejournal.services.files import Upload
from ejournal.services.message_people import Addressee

EMPTY = "Напишите сообщение или приложите файл."
TOO_LONG = "Слишком длинно: {} знаков, а можно {}. Сократите или приложите файлом."

NOT_MENDED = "Править это сообщение нельзя: писать этому человеку вы больше не можете (п. 2.1)."


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. `request_id` is the form's own: the same letter sent twice is stored once."""

    text: str
    request_id: str
    uploads: Sequence[Upload] = field(default=())
    # The message to many that is answered.
    answers_id: int | None = None


def send_to(actor: Viewer, person_id: int, letter: Letter) -> Message:
    """Write to one person; the conversation begins with the first message.

    Raises NotFoundError, FieldsError, RefusedError, TooManyError.
    """

    def post(stored: list[StoredFile]) -> Message:
        other = message_people.find(actor, person_id)
        conversation = _between(actor, other)
        _seat_both(actor, conversation, other)
        return _post(actor, conversation, letter, stored, [other.id])

    return _send(actor, letter, lambda: message_people.find(actor, person_id), post)


def send_in(actor: Viewer, conversation_id: int, letter: Letter) -> Message:
    """Write in a conversation that is there: to its other person, or further to many. Raises as `send_to` does."""
    with reading():
        conversation, _member = conversations.find(actor, conversation_id)
        author_id, key = conversation.author_id, conversation.audience
        other_id = conversation.other_than(actor.person_id) if author_id is None else author_id
        db.session.rollback()
    if author_id != actor.person_id:
        # Of a message to many the author alone gets the answer: the others are nobody to write to.
        assert other_id is not None
        return send_to(actor, other_id, letter)

    def post(stored: list[StoredFile]) -> Message:
        chosen = message_people.audience(actor, key)
        people = message_people.people(actor, chosen)
        found = db.session.get_one(Conversation, conversation_id)
        return _post_to_many(actor, found, people, letter, stored)

    return _send(actor, letter, lambda: message_people.audience(actor, key), post)


def send_to_many(actor: Viewer, key: str, letter: Letter) -> Message:
    """Write to an audience; each answers the author alone. Raises as `send_to` does."""

    def post(stored: list[StoredFile]) -> Message:
        chosen = message_people.audience(actor, key)
        people = message_people.people(actor, chosen)
        conversation = Conversation(
            author_id=actor.person_id, title=chosen.title, folded=fold(chosen.title), audience=chosen.key
        )
        db.session.add(conversation)
        db.session.flush()
        db.session.add(Member(conversation_id=conversation.id, person_id=actor.person_id))
        return _post_to_many(actor, conversation, people, letter, stored)

    return _send(actor, letter, lambda: message_people.audience(actor, key), post)


def edit(actor: Viewer, conversation_id: int, message_id: int, text: str) -> None:
    """The author mends a message while it is new. Raises NotFoundError, ForbiddenError, RefusedError, FieldsError."""
    conversation, _member = conversations.find(actor, conversation_id)
    message = _own(actor, conversation_id, message_id)
    other_id = conversation.other_than(actor.person_id) if conversation.author_id is None else None
    # A mended message is new text too: not for somebody who takes none.
    if other_id is not None and not message_people.may_write(actor, other_id):
        raise ForbiddenError(NOT_MENDED)
    if not rules.is_editable(message.sent_at, now()):
        minutes = rules.EDITABLE // timedelta(minutes=1)
        raise RefusedError(f"Править сообщение можно {minutes} минут. Напишите следующее: «поправка: …».")
    cleaned = _checked(text, bool(message.files))
    if cleaned == message.text:
        return
    message.text, message.folded, message.edited_at = cleaned, fold(cleaned), now()
    log.record(actor, "message", "update", details={"message_id": message.id})
    db.session.flush()
    message_delivery.bump(_readers(conversation_id))
    db.session.commit()


def save_draft(actor: Viewer, conversation_id: int, text: str) -> None:
    """Keep an unfinished answer: it is there after a lost connection and on another computer. Raises NotFoundError."""
    _conversation, member = conversations.find(actor, conversation_id)
    member.draft = text[: rules.LONGEST * 2]
    member.drafted_at = now() if member.draft.strip() else None
    db.session.commit()


def read_up_to(actor: Viewer, conversation_id: int, message_id: int) -> None:
    """The page was seen so far. Raises NotFoundError."""
    _conversation, member = conversations.find(actor, conversation_id)
    if message_delivery.read_up_to(actor, member, message_id):
        news_talk.read(actor.person_id, conversation_id)
    db.session.commit()


def _send(
    actor: Viewer, letter: Letter, check: Callable[[], object], post: Callable[[list[StoredFile]], Message]
) -> Message:
    """Check, put the files away while nobody waits for the database, then store all in one transaction."""
    with reading():
        done = _already(actor, letter)
        if done is not None:
            return done
        check()
        _check_letter(actor, letter)
        db.session.rollback()
    stored = [files.keep(actor, upload) for upload in letter.uploads]
    for left in (2, 1, 0):
        try:
            message = _already(actor, letter) or post(stored)
            db.session.commit()
            return message
        except IntegrityError:
            # Both began the conversation at once, or the same letter came twice (PostgreSQL): now it is there.
            db.session.rollback()
            if not left:
                raise
    raise AssertionError


def _already(actor: Viewer, letter: Letter) -> Message | None:
    return db.session.scalar(
        select(Message).where(Message.author_id == actor.person_id, Message.request_id == letter.request_id)
    )


def _check_letter(actor: Viewer, letter: Letter) -> None:
    if not 8 <= len(letter.request_id) <= 40:
        raise RefusedError("Обновите страницу и отправьте ещё раз: набранное на ней останется.")
    if len(letter.uploads) > rules.MOST_FILES:
        raise FieldsError({"files": f"К сообщению можно приложить не больше {rules.MOST_FILES} файлов."})
    _checked(letter.text, bool(letter.uploads))
    moment, minute = now(), timedelta(minutes=1)
    lately = select(func.count(Message.id)).where(
        Message.author_id == actor.person_id, Message.sent_at.between(moment - minute, moment + minute)
    )
    if (db.session.scalar(lately) or 0) >= rules.MOST_IN_A_MINUTE:
        raise TooManyError("Слишком много сообщений подряд. Подождите минуту и отправьте ещё раз.", 60)


def _checked(text: str, has_files: bool) -> str:
    cleaned = rules.clean(text)
    if not cleaned and not has_files:
        raise FieldsError({"text": EMPTY})
    if len(cleaned) > rules.LONGEST:
        raise FieldsError({"text": TOO_LONG.format(len(cleaned), rules.LONGEST)})
    return cleaned


def _between(actor: Viewer, other: Addressee) -> Conversation:
    low, high = sorted((actor.person_id, other.id))
    found = db.session.scalar(select(Conversation).where(Conversation.low_id == low, Conversation.high_id == high))
    if found is None:
        found = Conversation(low_id=low, high_id=high)
        db.session.add(found)
        db.session.flush()
    return found


def _seat_both(actor: Viewer, conversation: Conversation, other: Addressee) -> None:
    """Both have their places, which rest on today's link: a child who left is followed by the one who is here."""
    seated = {
        member.person_id: member
        for member in db.session.scalars(select(Member).where(Member.conversation_id == conversation.id))
    }
    links = {actor.person_id: message_people.own_link(actor, other.id), other.id: other.link_id}
    for person_id, link in links.items():
        member = seated.get(person_id) or Member(conversation_id=conversation.id, person_id=person_id)
        member.student_id = link
        db.session.add(member)
    db.session.flush()


def _post(
    actor: Viewer, conversation: Conversation, letter: Letter, stored: list[StoredFile], readers: Sequence[int]
) -> Message:
    text = rules.clean(letter.text)
    message = Message(
        conversation_id=conversation.id, author_id=actor.person_id, request_id=letter.request_id, text=text,
        folded=fold(text), answers_id=_answered(actor, letter),
        files=[MessageFile(file=file) for file in stored],
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    message_delivery.lock({*readers, actor.person_id})
    own = db.session.scalars(
        select(Member).where(Member.conversation_id == conversation.id, Member.person_id == actor.person_id)
    ).one()
    # Whoever answers has read what came before.
    message_delivery.read_up_to(actor, own, message.id)
    own.draft, own.drafted_at = "", None
    muted = db.session.scalars(
        select(Member.person_id).where(Member.conversation_id == conversation.id, Member.muted)
    ).all()
    message_delivery.bump({*readers, actor.person_id}, set(readers) - set(muted))
    log.record(
        actor, "message", "send", after=message_people.counted(len(readers)),
        details={"message_id": message.id, "recipients": len(readers)},
    )  # fmt: skip
    return message


def _post_to_many(
    actor: Viewer, conversation: Conversation, people: list[Addressee], letter: Letter, stored: list[StoredFile]
) -> Message:
    """Those who left the audience since get nothing more; those who came get what is sent from now on."""
    newest = db.session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation.id)) or 0
    seated = {
        member.person_id: member
        for member in db.session.scalars(
            select(Member).where(Member.conversation_id == conversation.id, Member.person_id != actor.person_id)
        )
    }
    wanted = {person.id: person.link_id for person in people}
    for person_id, member in seated.items():
        if person_id in wanted:
            member.last_id, member.student_id = None, wanted[person_id]
        elif member.last_id is None:
            member.last_id = newest
    blank = {"read_id": 0, "muted": False, "draft": "", "conversation_id": conversation.id, "first_id": newest + 1}
    new = [{**blank, "person_id": key, "student_id": link} for key, link in wanted.items() if key not in seated]
    if new:
        db.session.execute(insert(Member), new)
    return _post(actor, conversation, letter, stored, list(wanted))


def _answered(actor: Viewer, letter: Letter) -> int | None:
    """The message to many that is answered, if it was the actor's to read."""
    if letter.answers_id is None:
        return None
    message = db.session.get(Message, letter.answers_id)
    if message is None:
        return None
    try:
        conversations.find(actor, message.conversation_id)
    except NotFoundError:
        return None
    return message.id


def _own(actor: Viewer, conversation_id: int, message_id: int) -> Message:
    message = conversations.find_message(actor, conversation_id, message_id)
    if message.author_id != actor.person_id:
        raise ForbiddenError("Править сообщение может только тот, кто его написал.")
    return message


def _readers(conversation_id: int) -> list[int]:
    return list(db.session.scalars(select(Member.person_id).where(Member.conversation_id == conversation_id)))
