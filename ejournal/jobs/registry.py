"""The kinds of work there are: what the files of ejournal/jobs/work/ declare of themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import current_app

from ejournal.access import Viewer
from ejournal.models import Role
from ejournal.services.errors import ServiceError

# progress(done, total): cheap, may be called for every row; raises CancelledError once the person has cancelled.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class JobResult:
    """How it ended. `url`: a page of ours to look at; `file`: name, media type, path from files.keep_file()."""

    message: str
    url: str | None = None
    file: tuple[str, str, str] | None = None


class CancelledError(Exception):
    """The person cancelled; a handler lets it pass, with what it has not committed undone."""


class JobFailedError(ServiceError):
    """The work cannot be done; `message` (Russian) says what to do, `url` leads to where."""

    def __init__(self, message: str, url: str | None = None) -> None:
        super().__init__(message)
        self.url = url


Run = Callable[[Viewer | None, dict[str, Any], Progress], JobResult]


@dataclass(frozen=True, slots=True)
class Handler:
    run: Run
    writes: bool
    cancelled: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class NightTask:
    """`run` returns what to say of it, or nothing."""

    title: str
    run: Callable[[], str | None]


_handlers: dict[str, Handler] = {}
_night_tasks: dict[str, NightTask] = {}


def handler(
    kind: str, *, writes: bool = False, cancelled: str = "Отменено.", roles: frozenset[Role] = frozenset()
) -> Callable[[Run], Run]:
    """Declare who does the jobs of a kind.

    Unless it `writes`, its transactions take no write lock: a document that is drawn for a minute must not keep
    teachers from saving. Without it a handler may still write briefly at the end, in a transaction of its own.
    `cancelled`: what is true after a cancelled one («ничего не записано»). `roles`: who may have it done, asked of a
    person when it is done; without any the work asks itself.
    """

    def declare(run: Run) -> Run:
        _handlers[kind] = Handler(run, writes, cancelled, roles)
        return run

    return declare


def nightly(name: str, title: str = "") -> Callable[[Callable[[], str | None]], Callable[[], str | None]]:
    """Declare work of every night; `title` is what people read. Tasks run in the order of their names."""

    def declare(run: Callable[[], str | None]) -> Callable[[], str | None]:
        _night_tasks[name] = NightTask(title or name, run)
        return run

    return declare


def handler_of(kind: str) -> Handler:
    """Raises KeyError for a kind that nobody does."""
    _load()
    return _handlers[kind]


def night_tasks() -> dict[str, NightTask]:
    _load()
    return dict(sorted(_night_tasks.items()))


def address_of(endpoint: str, **values: Any) -> str:
    """The path of a page, for results: a job runs outside of any request."""
    return current_app.url_map.bind("").build(endpoint, values)


@cache
def _load() -> None:
    from ejournal.jobs import work

    for found in iter_modules(work.__path__):
        import_module(f"{work.__name__}.{found.name}")
