"""What goes into cells and what comes of it: an entry, a saved cell, a refusal."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell to write. `version` is the counter the writer saw; None where nobody looked (filling a column)."""

    student_id: int
    work_id: int
    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A cell as it is stored now, and where its figures belong."""

    student_id: int
    work_id: int
    text: str
    version: int
    changed: bool
    span: tuple[date, date]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell of a mass action that can't be written, and why."""

    entry: Entry
    message: str
    repair: str | None = None
    needs_reason: bool = False
