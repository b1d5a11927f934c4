"""Every transaction that writes to the log ends by chaining its entries (п. 4.2): one chain, whoever writes.

The links are made just before the commit, so that the lock that keeps them in one order on PostgreSQL is the last
one a transaction takes: it is held for two statements and can take part in no deadlock.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, event, func, insert, select, text
from sqlalchemy.orm import Session

from ejournal.domain import chain
from ejournal.extensions import db
from ejournal.models import LogEntry, LogLink
from ejournal.services.errors import RefusedError

LOCK = 0x6C6F67  # «log»: PostgreSQL's advisory lock of the chain
CHUNK = 5000
WAITING = "log entries to be chained"


def remember(ids: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
    """Entries just written; they are chained when their transaction commits."""
    session = db.session()
    transaction, waiting = session.info.get(WAITING, (None, []))
    if transaction is not session.get_transaction():
        waiting = []  # those of a transaction that was rolled back
    waiting.extend(zip(ids, rows, strict=True))
    session.info[WAITING] = (session.get_transaction(), waiting)


def link_unlinked() -> None:
    """Chain the entries that were written past `remember` (a demo college, a restored one), in order of their ids."""
    for entries in _unlinked():
        _append(db.session(), entries)


def head() -> tuple[int, str]:
    """Number and hash of the last link: what a printed document or a daily report quotes."""
    last = db.session.execute(LAST).first()
    return (last.number, last.hash) if last else (0, chain.START)


def words_of_head() -> str:
    """What a printed document says of the log, so that the past can be checked against paper (п. 4.2)."""
    number, digest = head()
    return f"Журнал изменений: запись № {number}, контрольная сумма {chain.printed(digest)}"


def confirm(number: int, typed: str) -> datetime:
    """When the entry was made whose number and sum stand on paper. Raises RefusedError where they are not of this
    log. That what is stored before it is what was written, only integrity.verify tells."""
    row = db.session.execute(
        select(LogLink.hash, LogEntry.at)
        .join(LogEntry, LogEntry.id == LogLink.entry_id)
        .where(LogLink.number == number)
    ).first()
    if row is None:
        raise RefusedError(f"Записи № {number} в журнале изменений нет. Проверьте номер.")
    if not chain.is_same(row.hash, typed):
        raise RefusedError(
            f"Контрольная сумма записи № {number} не такая. Проверьте, что введены все {chain.PRINTED} знаков с "
            "документа; если они верны, журнал изменений с тех пор изменили или документ напечатан не здесь."
        )
    return row.at


def head_at(moment: datetime) -> tuple[int, str]:
    """The last link as of a moment: the closing hash of a day."""
    row = db.session.execute(
        select(LogLink.number, LogLink.hash)
        .join(LogEntry, LogEntry.id == LogLink.entry_id)
        .where(LogEntry.at <= moment)
        .order_by(LogEntry.id.desc())
        .limit(1)
    ).first()
    return (row.number, row.hash) if row else (0, chain.START)


def _link_transaction(session: Session) -> None:
    transaction, waiting = session.info.pop(WAITING, (None, []))
    if waiting and transaction is session.get_transaction():
        _append(session, waiting)


def _append(session: Session, entries: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(TAKE_LOCK)
    last = connection.execute(LAST).first()
    number, digest = (last.number, last.hash) if last else (0, chain.START)
    links = []
    for entry_id, entry in entries:
        number, digest = number + 1, chain.link(digest, entry)
        links.append({"number": number, "entry_id": entry_id, "hash": digest})
    connection.execute(INSERT, links)


def _unlinked() -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
    columns = [LogEntry.id, *(getattr(LogEntry, name) for name in chain.FIELDS)]
    query = select(*columns).where(LogEntry.id > func.coalesce(select(func.max(LogLink.entry_id)).scalar_subquery(), 0))
    while rows := db.session.execute(query.order_by(LogEntry.id).limit(CHUNK)).all():
        yield [(row.id, cast(Mapping[str, Any], row._mapping)) for row in rows]


LINKS = cast(Table, LogLink.__table__)
# Put together once: every save ends with them.
LAST = select(LINKS.c.number, LINKS.c.hash).order_by(LINKS.c.number.desc()).limit(1)
INSERT = insert(LINKS)
TAKE_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK})")

event.listen(db.session, "before_commit", _link_transaction)
