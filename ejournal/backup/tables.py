"""A database as text and back: one line of JSON a row, the same from SQLite and from PostgreSQL.

Tables are read as the database itself describes them, not by the models: a copy made by an older program can be
loaded into a database of that age and then brought up to date.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy import types as kinds

CHUNK = 2000
VERSION_TABLE = "alembic_version"
# Its rows refuse to be changed, so they cannot be written first without their reference to each other.
ONLY_GROWS = "log_entry"


def reflect(connection: Connection) -> list[Table]:
    """The tables of a database, parents before children."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """The table's columns, then its rows in the order of their key, a line each."""
    names = sorted(column.name for column in table.columns)
    yield _line(names)
    query = select(*(table.c[name] for name in names)).order_by(*_key(connection, table))
    for row in connection.execution_options(yield_per=CHUNK).execute(query):
        yield _line([_plain(value) for value in row])


def load(connection: Connection, table: Table, given: Iterable[bytes]) -> int:
    """Write the lines into an empty table; returns how many rows."""
    source = iter(given)
    names = json.loads(next(source))
    readers = [_reader(table.c[name].type) for name in names]
    own = [] if table.name == ONLY_GROWS else _references_to_itself(table)
    count = 0
    later: list[dict[str, Any]] = []
    for chunk in _chunks(source):
        rows = []
        for line in chunk:
            values = (
                None if value is None else reader(value)
                for value, reader in zip(json.loads(line), readers, strict=True)
            )
            row = dict(zip(names, values, strict=True))
            if any(row[name] is not None for name in own):
                later.append(dict(row))
                row |= dict.fromkeys(own)
            rows.append(row)
        connection.execute(insert(table), rows)
        count += len(rows)
    for row in later:
        connection.execute(update(table).where(table.c.id == row["id"]).values({name: row[name] for name in own}))
    return count


def advance_sequences(connection: Connection, tables: Sequence[Table]) -> None:
    """PostgreSQL gives ids from sequences, which do not know of ids written by hand."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if "id" not in table.columns or not isinstance(table.c.id.type, kinds.Integer):
            continue
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
        last = connection.scalar(select(func.max(table.c.id)))
        if sequence and last:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


class Digest:
    """Counts rows and hashes lines that pass through: what two databases are compared by."""

    def __init__(self) -> None:
        self.rows = -1  # the first line names the columns
        self._hash = hashlib.sha256()

    def pass_on(self, given: Iterable[bytes]) -> Iterator[bytes]:
        for line in given:
            self.rows += 1
            self._hash.update(line)
            yield line

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def digests(connection: Connection) -> dict[str, dict[str, Any]]:
    """Rows and hash of every table."""
    found = {}
    for table in reflect(connection):
        digest = Digest()
        for _line_read in digest.pass_on(lines(connection, table)):
            pass
        found[table.name] = {"rows": digest.rows, "sha256": digest.sha256}
    return found


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date | time) else value


def _reader(kind: Any) -> Any:
    for known, reader in (
        (kinds.DateTime, datetime.fromisoformat),
        (kinds.Date, date.fromisoformat),
        (kinds.Time, time.fromisoformat),
    ):
        if isinstance(kind, known):
            return reader
    return bool if isinstance(kind, kinds.Boolean) else lambda value: value


def _key(connection: Connection, table: Table) -> list[Any]:
    """The order of the primary key, text by its bytes as SQLite has it."""
    by_bytes = connection.dialect.name == "postgresql"
    return [
        column.collate("C") if by_bytes and isinstance(column.type, String) else column for column in table.primary_key
    ]


def _references_to_itself(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _chunks(source: Iterator[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in source:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
