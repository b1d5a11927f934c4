"""huey without the driver of PostgreSQL, which it loads wherever that is installed: nine megabytes that a college on
SQLite has no use for. SQLAlchemy loads it where the database is one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Inside, importing the module says that there is none."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


with _without("psycopg"):
    from huey import SqliteHuey
    from huey.consumer import Consumer

__all__ = ["Consumer", "SqliteHuey"]
