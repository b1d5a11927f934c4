"""Declared failures of the system (п. 4.1): kept in the settings, each declaration and withdrawal in the log."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from ejournal.access import OVERSEERS, Viewer
from ejournal.domain import failures
from ejournal.domain.failures import Failure
from ejournal.extensions import db
from ejournal.models import Lesson
from ejournal.services import log, settings
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError

KEY = "continuity.failures"


def declared() -> list[Failure]:
    """All of them, the newest first."""
    rows = [
        Failure(date.fromisoformat(row["since"]), date.fromisoformat(row["until"]), row["kind"], row.get("words", ""))
        for row in settings.get(KEY)
    ]
    return sorted(rows, key=lambda one: (one.since, one.until), reverse=True)


def days() -> list[date]:
    """All days of failures. No query."""
    return sorted({day for one in declared() for day in one.days()})


def excused(days_of_failure: Any = None) -> ColumnElement[bool]:
    """`failures.excuses` of the query's Lesson: control, the start page and automatic remarks ask it. No query."""
    return Lesson.date.in_(days() if days_of_failure is None else days_of_failure)


def declare(actor: Viewer, since: date | None, until: date | None, kind: str, words: str = "") -> None:
    """Raises ForbiddenError, RefusedError."""
    _check(actor)
    problem = failures.problem(since, until, kind, settings.today())
    if problem or since is None or until is None:
        raise RefusedError(problem)
    made = Failure(since, until, kind, words.strip()[:200])
    if any((one.since, one.until, one.kind) == (since, until, kind) for one in declared()):
        raise RefusedError("Этот сбой уже объявлен.")
    _put([*declared(), made])
    log.record(actor, "setting", "create", after=f"сбой {words_of(made)}")
    db.session.commit()


def withdraw(actor: Viewer, since: date, until: date, kind: str) -> None:
    """Raises ForbiddenError, NotFoundError. What was entered meanwhile stays as it is in the log."""
    _check(actor)
    rows = declared()
    gone = next((one for one in rows if (one.since, one.until, one.kind) == (since, until, kind)), None)
    if gone is None:
        raise NotFoundError("Этот сбой уже отозван.")
    _put([one for one in rows if one is not gone])
    log.record(actor, "setting", "withdraw", before=f"сбой {words_of(gone)}")
    db.session.commit()


def words_of(failure: Failure) -> str:
    """«25.11.2026–26.11.2026, не было связи: авария у провайдера»."""
    days = f"{failure.since:%d.%m.%Y}"
    if failure.until != failure.since:
        days += f"–{failure.until:%d.%m.%Y}"
    return f"{days}, {failures.KINDS[failure.kind]}{': ' + failure.words if failure.words else ''}"


def _check(actor: Viewer) -> None:
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Дни сбоя объявляет администрация (п. 4.1).")


def _put(rows: list[Failure]) -> None:
    settings.put(
        KEY,
        [
            {"since": one.since.isoformat(), "until": one.until.isoformat(), "kind": one.kind, "words": one.words}
            for one in rows
        ],
    )
