"""News of messages and announcements, for those who chose to be told by letter (п. 2.3, 4.4).

The site shows both in places of their own, the envelope and the board, so that nobody else is told twice.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import aliased

from ejournal import access
from ejournal.domain import notices as rules
from ejournal.extensions import db
from ejournal.models import Announcement, Member, Message, Notice, NoticeChoice, Person
from ejournal.models.base import now
from ejournal.services import announcements, mail, message_delivery, notices, settings
from ejournal.services.notices import News

BY_LETTER = (rules.NOW, rules.DIGEST)


def messages(since: datetime, until: datetime) -> int:
    """Tell of messages sent between two moments and not read yet: who wrote, never what. Current transaction."""
    rows = db.session.execute(
        select(Member.person_id, Member.student_id, Message.conversation_id, func.max(Message.id).label("newest"))
        .join(Message, Message.conversation_id == Member.conversation_id)
        .join(NoticeChoice, and_(NoticeChoice.person_id == Member.person_id, NoticeChoice.kind == "message"))
        .where(
            NoticeChoice.how.in_(BY_LETTER), Message.sent_at > since, Message.sent_at <= until, ~Member.muted,
            message_delivery.is_visible(), Message.id > Member.read_id, Message.author_id != Member.person_id,
        )
        .group_by(Member.person_id, Member.student_id, Message.conversation_id)
        .order_by(Member.person_id, Message.conversation_id)
    ).all()  # fmt: skip
    open_to = set(access.readers_of({row.student_id for row in rows if row.student_id}, settings.today()))
    authors = _authors({row.newest for row in rows})
    told = [
        News(
            row.person_id, key_of(row.conversation_id), f"новое сообщение: {authors[row.newest]}",
            mail.path_of("messages.show", conversation_id=row.conversation_id), row.student_id, str(row.newest),
        )
        for row in rows
        if row.student_id is None or (row.person_id, row.student_id) in open_to
    ]  # fmt: skip
    return notices.tell("message", told)


def read(person_id: int, conversation_id: int) -> None:
    """What is read is no news, and no letter tells of it. Current transaction."""
    own = and_(Notice.person_id == person_id, Notice.key == key_of(conversation_id), Notice.seen_at.is_(None))
    changed = update(Notice).where(own).values(seen_at=now(), mail="none")
    db.session.execute(changed.execution_options(synchronize_session=False))


def board(since: datetime, until: datetime) -> int:
    """Tell of announcements written or changed between two moments, or that begin today. Current transaction."""
    today = settings.today()
    written = func.coalesce(Announcement.updated_at, Announcement.created_at)
    fresh = select(Announcement).where(
        announcements.is_live(today),
        written <= until,
        (written > since) | (Announcement.starts == today),
    )
    told = 0
    for row in db.session.scalars(fresh.order_by(Announcement.id)).all():
        place = mail.path_of("announcements.announcement", announcement_id=row.id)
        key, value = f"announcement:{row.id}", str(row.asked_version)
        told += notices.tell(
            "announcement",
            [News(person_id, key, f"объявление: {row.title}", place, None, value) for person_id in _addressed(row)],
        )
    return told


def gone(told: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of (person, «announcement:…»): those taken down or over, and those not addressed to the person any more."""
    wanted = {(person_id, key) for person_id, key in told if key.startswith("announcement:")}
    ids = {int(key.partition(":")[2]) for _person, key in wanted}
    today = settings.today()
    live = select(Announcement).where(Announcement.id.in_(ids), announcements.is_live(today))
    standing = set()
    for row in db.session.scalars(live).all() if ids else ():
        people = access.members(row.audience_id, today).subquery()
        reading = select(people.c.person_id).where(~access.blocked(people.c.person_id)).distinct()
        standing |= {(person_id, f"announcement:{row.id}") for person_id in db.session.scalars(reading)}
    return wanted - standing


def key_of(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


def _addressed(row: Announcement) -> list[int]:
    people = access.members(row.audience_id, settings.today()).subquery()
    return list(
        db.session.scalars(
            select(NoticeChoice.person_id)
            .where(
                NoticeChoice.kind == "announcement", NoticeChoice.how.in_(BY_LETTER),
                NoticeChoice.person_id.in_(select(people.c.person_id)), NoticeChoice.person_id != row.author_id,
            )
            .order_by(NoticeChoice.person_id)
        )
    )  # fmt: skip


def _authors(message_ids: Collection[int]) -> dict[int, str]:
    author = aliased(Person)
    rows = db.session.execute(
        select(Message.id, author).join(author, author.id == Message.author_id).where(Message.id.in_(message_ids))
    )
    return {message_id: person.short_name for message_id, person in rows}
