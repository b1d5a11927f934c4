"""Journals with marks from outside: as people keep them (marks.py), or a workbook of the pack (pack.py)."""

from typing import Any

from ejournal.exchange import marks, pack
from ejournal.exchange.changes import Draft
from ejournal.exchange.store import marks as store_marks
from ejournal.exchange.store import pack as store_pack
from ejournal.exchange.tables import Sheet


def read(sheets: list[Sheet]) -> Any:
    """What of the two the file is. Raises FileError."""
    return pack.read(sheets) if pack.is_pack(sheets) else marks.read(sheets)


def store(listing: Any, draft: Draft) -> None:
    (store_pack.plan if isinstance(listing, pack.Book) else store_marks.plan)(listing, draft)
