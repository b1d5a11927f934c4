"""What an index of a curriculum says: «МДК.01.02» is a course of module ПМ.01."""

import re

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


def clean_index(typed: str) -> str:
    """« ПM.01.ЭК» with a Latin M → «ПМ.01.ЭК»."""
    return re.sub(r"\s+", "", typed.translate(_LOOK_ALIKES)).strip(".")[:32]


def kind_of(index: str) -> DisciplineKind:
    return next((kind for pattern, kind in _KINDS if re.match(pattern, index)), DisciplineKind.OTHER)


def module_key(index: str) -> str:
    """The module an index belongs to: МДК.01.02, УП.01, ПП.01.01, ПМ.01.ЭК → ПМ.01."""
    found = re.match(r"(?:МДК|УП|ПП|ПМ)\.(\d+)(?=\.|$)", index)
    return "" if not found or index == f"ПМ.{found[1]}" else f"ПМ.{found[1]}"


def order(index: str) -> list[tuple[int, int | str]]:
    """The key by which indexes stand in order: ОП.2 before ОП.10."""
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.findall(r"\d+|[^\d.]+", index)]
