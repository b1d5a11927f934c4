"""Which lesson an entry of the log is about, for conditions of queries."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from ejournal.models import LogEntry, Work


def lesson_of() -> ColumnElement[Any]:
    """The id of the lesson that the query's LogEntry names, itself or by its work."""
    # Tied to the query's own entry by name: inside an EXISTS it would otherwise look through all entries there are.
    of_work = select(Work.lesson_id).where(Work.id == LogEntry.work_id).correlate(LogEntry).scalar_subquery()
    return func.coalesce(LogEntry.lesson_id, of_work)
