"""Which reports there are: every module of `kinds` that holds a REPORT (R2.3.control, R2.3.monitor)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from ejournal.access import STAFF
from ejournal.models import Role
from ejournal.services.errors import NotFoundError
from ejournal.services.reports import kinds
from ejournal.services.reports.table import Table

if TYPE_CHECKING:
    from ejournal.services.reports.scope import Scope

# Filters a report may offer; the period is everybody's.
GROUP, COURSE, TEACHER, DISCIPLINE = "group", "course", "teacher", "discipline"
FILTERS = (GROUP, COURSE, TEACHER, DISCIPLINE)
# Who reads what is about groups as a whole, not about journals.


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else to choose in one report: (value, words), the first by itself."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`of_groups`: the whole group is seen, so only by who leads it; else own journals, too. `needs_group`: it is
    about one group, the first where none is chosen. `ahead`: days that have not come yet count. `substitutes`: journals
    of others in which the viewer gives lessons (замена) are in it, and who answers for what is asked lesson by lesson.
    `period`: what is shown where none is asked for, else the running one."""

    key: str
    title: str
    words: str
    build: Callable[["Scope"], Table]
    order: int
    roles: frozenset[Role] = STAFF
    filters: tuple[str, ...] = FILTERS
    choices: tuple[Choice, ...] = field(default=())
    of_groups: bool = False
    needs_group: bool = False
    ahead: bool = False
    substitutes: bool = False
    period: str = ""


@cache
def all_reports() -> dict[str, Report]:
    """Every report by its key, in the order in which they are offered."""
    found = [import_module(f"{kinds.__name__}.{module.name}").REPORT for module in iter_modules(kinds.__path__)]
    return {report.key: report for report in sorted(found, key=lambda report: report.order)}


def find(key: str) -> Report:
    """Raises NotFoundError."""
    report = all_reports().get(key)
    if report is None:
        raise NotFoundError
    return report
