"""Column types shared by all tables."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Stored in UTC without a zone, so that SQLite and PostgreSQL compare it alike; aware in Python."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def ref(column: str, *, ondelete: str = "RESTRICT", index: bool = False) -> Any:
    """A foreign key. Nothing is deleted with its parent unless the table says so."""
    return mapped_column(ForeignKey(column, ondelete=ondelete), index=index)


Id = Annotated[int, mapped_column(Integer, primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Day = Annotated[date, mapped_column(Date)]
Code = Annotated[str, mapped_column(String(32))]
Title = Annotated[str, mapped_column(String(250))]
Long = Annotated[str, mapped_column(Text)]
