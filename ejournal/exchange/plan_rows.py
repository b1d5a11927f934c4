"""Rows of a curriculum as both of its file formats give them."""

import re
from dataclasses import dataclass, field, replace

from ejournal.exchange.headers import RowError
from ejournal.models import DisciplineKind

_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_KINDS = (
    (r"(?:ООД|ОУД|ОУП|УПВ|БД|ПД|ПОО|СОО|ДУД|БУП|ПУП|ОД)\b", DisciplineKind.OUD),
    (r"ОГСЭ\b", DisciplineKind.OGSE),
    (r"ЕН\b", DisciplineKind.EN),
    (r"СГЦ?\b", DisciplineKind.SG),
    (r"ОПЦ?\b", DisciplineKind.OP),
    (r"ПМ\.?\d*$", DisciplineKind.PM),
    (r"МДК\b", DisciplineKind.MDK),
    (r"УП\b", DisciplineKind.UP),
    (r"(?:ПП|ПДП)\b", DisciplineKind.PP),
    (r"(?:ГИА|ГИ|ИА)\b", DisciplineKind.GIA),
)


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


def clean_index(typed: str) -> str:
    """« ПM.01.ЭК» with a Latin M → «ПМ.01.ЭК»."""
    return re.sub(r"\s+", "", typed.translate(_LOOK_ALIKES)).strip(".")[:32]


def kind_of(index: str) -> DisciplineKind:
    return next((kind for pattern, kind in _KINDS if re.match(pattern, index)), DisciplineKind.OTHER)


def module_key(index: str) -> str:
    """The module an index belongs to: МДК.01.02, УП.01, ПП.01.01, ПМ.01.ЭК → ПМ.01."""
    found = re.match(r"(?:МДК|УП|ПП|ПМ)\.(\d+)(?=\.|$)", index)
    return "" if not found or index == f"ПМ.{found[1]}" else f"ПМ.{found[1]}"
