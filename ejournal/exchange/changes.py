"""What an import is going to do: counted changes in words, each with the act that carries it out."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ejournal.access import Viewer
from ejournal.exchange.headers import RowError


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Options:
    """`create_groups`: also create the groups and programmes a list names (students, curriculum, timetable).

    `admission_year`: a curriculum is that admission's own (набор); 0: the common one of the programme.
    `day`: the date of a timetable or of replacements for one day, over what the file says of it.
    """

    create_groups: bool = False
    admission_year: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """`title` says about whom or what; `lines` what of it. A step («создать группу») is not counted."""

    outcome: Outcome
    title: str
    lines: tuple[str, ...]
    act: Callable[[], None] = field(repr=False, compare=False)
    is_step: bool = False


def nothing() -> None:
    """The act of what stays as it is."""


@dataclass(slots=True)
class Draft:
    """A plan in the making. Acts run in the order in which they were added."""

    options: Options
    today: date
    actor: Viewer | None = None
    changes: list[Change] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Ties the entries of the log that this import makes.
    batch: str = field(default_factory=lambda: secrets.token_hex(8))
    # New rows that what the changes do refers to: stored together before them, not one by one (measured: 3,000
    # people one by one take 8 s, together under one).
    first: list[Any] = field(default_factory=list)
    # What is done once, after all changes.
    closing: list[Callable[[], None]] = field(default_factory=list)

    def step(self, title: str, act: Callable[[], None]) -> None:
        self.changes.append(Change(Outcome.CREATED, title, (), act, is_step=True))

    def create(self, title: str, lines: Sequence[str], act: Callable[[], None]) -> None:
        self.changes.append(Change(Outcome.CREATED, title, tuple(lines), act))

    def update(self, title: str, lines: Sequence[str], act: Callable[[], None]) -> None:
        """An update with nothing to say is no update."""
        if lines:
            self.changes.append(Change(Outcome.UPDATED, title, tuple(lines), act))
        else:
            self.keep(title)

    def keep(self, title: str) -> None:
        self.changes.append(Change(Outcome.UNCHANGED, title, (), nothing))


@dataclass(slots=True)
class ImportPlan:
    """What a file would change. With any error nothing of it may be applied."""

    kind: str
    filename: str
    content: bytes = field(repr=False)
    options: Options
    changes: list[Change]
    errors: list[RowError]
    notes: list[str]
    batch: str
    first: list[Any] = field(repr=False)
    closing: list[Callable[[], None]] = field(repr=False)
    # What was read of the file: carrying the plan out does not read it again.
    listing: Any = field(repr=False)
    # The entry of the log, once applied.
    log_id: int | None = None

    @property
    def created(self) -> int:
        return self._count(Outcome.CREATED)

    @property
    def updated(self) -> int:
        return self._count(Outcome.UPDATED)

    @property
    def unchanged(self) -> int:
        return self._count(Outcome.UNCHANGED)

    @property
    def is_applicable(self) -> bool:
        return not self.errors

    @property
    def errors_by_message(self) -> list[list[RowError]]:
        """A group that is not there is refused in each of its cells: said once, with all the places."""
        found: dict[tuple[str, str], list[RowError]] = {}
        for error in self.errors:
            found.setdefault((error.message, error.column), []).append(error)
        return list(found.values())

    def fingerprint(self) -> str:
        """Two plans with one fingerprint do the same; it tells whether the data moved since the preview."""
        digest = hashlib.sha256()
        for change in self.changes:
            digest.update(repr((change.outcome, change.title, change.lines, change.is_step)).encode())
        return digest.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The answer of `ejournal import --json`. A refused file writes nothing, so it counts nothing."""
        counts = {outcome: 0 if self.errors else self._count(outcome) for outcome in Outcome}
        return {
            **{outcome.value: count for outcome, count in counts.items()},
            "errors": [error_as_json(error) for error in self.errors],
        }

    def _count(self, outcome: Outcome) -> int:
        return sum(1 for change in self.changes if change.outcome is outcome and not change.is_step)


def error_as_json(error: RowError) -> dict[str, Any]:
    return {
        "row": error.row,
        "column": error.column,
        "field": error.field,
        "cell": error.cell,
        "message": error.message,
    }
