"""Rows of a curriculum as both of its file formats give them."""

from dataclasses import dataclass, field, replace

from ejournal.exchange.headers import RowError
from ejournal.models import DisciplineKind
from ejournal.services.plan_index import clean_index, kind_of, module_key

__all__ = ["Plan", "PlanRow", "clean_index", "kind_of", "module_key"]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """`hours` and `control` by semester 1…12 of the whole programme; `module` is its ПМ or ""."""

    row: int
    index: str
    title: str
    kind: DisciplineKind
    is_container: bool
    hours: dict[int, int]
    control: dict[int, list[str]]
    module: str = ""
    # All hours of a semester with self-study and exams, where the file tells them (plan program's XML).
    total: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    code: str = ""
    title: str = ""
    qualification: str = ""
    title_row: int = 1
    years: int = 0
    rows: list[PlanRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: PlanRow) -> None:
        """A second row of an index is refused: hours of which of them count nobody can tell."""
        other = next((known for known in self.rows if known.index == row.index), None)
        if other:
            self.errors.append(
                RowError(row.row, "index", "Индекс", f"индекс {row.index} уже есть в строке {other.row}")
            )
        else:
            self.rows.append(row)

    def attach_modules(self) -> None:
        """Leave a row's module only where the plan has that module."""
        modules = {row.index for row in self.rows if row.kind is DisciplineKind.PM}
        self.rows = [row if row.module in modules else replace(row, module="") for row in self.rows]
