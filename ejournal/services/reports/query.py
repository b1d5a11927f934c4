"""What is asked of a report, as its address keeps it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ejournal.domain.calendar import read_day
from ejournal.domain.numbers import whole
from ejournal.services.reports.registry import Report

MONTH = re.compile(r"\d{4}-\d{2}")
NUMBERS = ("year", "group", "course", "teacher", "discipline")


@dataclass(frozen=True, slots=True)
class Query:
    """`period`: «s1» the first of the year's periods, «2026-11» a month, «year», "" the running one; `since` and
    `until` win over it. `sort`: a column from 1, negative for the other way round, 0 for the report's own order."""

    year: int | None = None
    period: str = ""
    since: date | None = None
    until: date | None = None
    group: int | None = None
    course: int | None = None
    teacher: int | None = None
    discipline: int | None = None
    sort: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def sorted_by(self) -> int | None:
        """The column, from 0."""
        return abs(self.sort) - 1 if self.sort else None

    def choice(self, name: str) -> str:
        return self.choices[name]

    def arguments(self, **changes: str) -> dict[str, str]:
        """The address's arguments with some of them changed; "" takes one away."""
        kept = {name: str(getattr(self, name) or "") for name in (*NUMBERS, "period", "sort")}
        kept |= {name: day.isoformat() if (day := getattr(self, name)) else "" for name in ("since", "until")}
        return {name: value for name, value in (kept | dict(self.choices) | changes).items() if value}


def parse(report: Report, given: Mapping[str, str]) -> Query:
    """Read an address; what is no number, day or choice of the report is left out."""
    choices = {}
    for choice in report.choices:
        offered = [value for value, _words in choice.options]
        asked = given.get(choice.name, "")
        choices[choice.name] = asked if asked in offered else offered[0]
    numbers = {name: whole(given.get(name, ""), 1) for name in NUMBERS}
    sort = given.get("sort", "")
    return Query(
        **numbers,
        period=given.get("period", "")[:10],
        since=read_day(given.get("since", "")),
        until=read_day(given.get("until", "")),
        sort=int(sort) if re.fullmatch(r"-?[1-9]\d?", sort) else 0,
        choices=choices,
    )
