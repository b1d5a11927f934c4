"""Rows gathered in memory and written in bulk: a college of 2000 students has half a million of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Integer, Table, func, insert, select, text

from ejournal.extensions import Base, db

CHUNK = 5000  # rows a statement: few enough not to hold a second copy of everything in memory


class Rows:
    """Gives out ids, keeps rows until `flush`, and writes them parents first. The caller commits."""

    def __init__(self, created: datetime) -> None:
        self.counts: dict[str, int] = {}
        self._created = created
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._blank: dict[str, dict[str, Any]] = {}

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row; returns the id it will have. What is not given has the model's default."""
        table = _table(model)
        number = self.counts.get(table.name, 0) + 1
        self.counts[table.name] = number
        row = {**self._defaults(table), **values}
        if "id" in table.columns:
            row["id"] = number
        self._waiting.setdefault(table.name, []).append(row)
        return number

    def flush(self) -> None:
        """Write what is waiting."""
        for table in Base.metadata.sorted_tables:
            self._write(table, self._waiting.pop(table.name, []))

    def stream(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows as they are made, without keeping them."""
        table = _table(model)
        blank = self._defaults(table)
        number = self.counts.get(table.name, 0)
        for chunk in _chunks(rows):
            full = [{**blank, **row, "id": number + place} for place, row in enumerate(chunk, 1)]
            number += len(chunk)
            self._write(table, full)
        self.counts[table.name] = number

    def _write(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), CHUNK):
            db.session.execute(insert(table), rows[start : start + CHUNK])

    def _defaults(self, table: Table) -> dict[str, Any]:
        blank = self._blank.get(table.name)
        if blank is None:
            blank = {
                column.name: self._default(column)
                for column in table.columns
                # JSON without a value would become the JSON word null, not an empty field.
                if column.name != "id" and not isinstance(column.type, JSON)
            }
            self._blank[table.name] = blank
        return blank

    def _default(self, column: Any) -> Any:
        if column.default is None:
            return None
        # The only computed default of the models is the present moment.
        return self._created if column.default.is_callable else column.default.arg


def is_empty() -> bool:
    """Whether the database holds nothing yet; wrong passwords tried on it do not count."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "sign_in_failure"]
    return not any(db.session.execute(select(table).limit(1)).first() for table in tables)


def advance_sequences() -> None:
    """PostgreSQL gives ids from sequences, which do not know of ids written by hand."""
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and isinstance(table.c.id.type, Integer):
            last = db.session.scalar(select(func.max(table.c.id)))
            if last:
                advance = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
                db.session.execute(advance, {"name": table.name, "last": last})


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
