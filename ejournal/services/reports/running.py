"""A report made: access asked, rows counted and put in the order asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ejournal.access import Viewer
from ejournal.extensions import db, reading
from ejournal.services.reports import options, query, registry, scope, table
from ejournal.services.reports.options import Filter
from ejournal.services.reports.registry import Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Row, Table


@dataclass(slots=True)
class Made:
    """A report with its rows in order; `words` says what it is about, in a line, `brief` on a phone."""

    report: Report
    scope: Scope
    table: Table
    rows: Sequence[Row]
    filters: list[Filter]

    @property
    def words(self) -> str:
        return options.words(self.scope, self.filters)

    @property
    def brief(self) -> str:
        return options.brief(self.scope, self.filters)

    @property
    def number(self) -> int:
        """How many rows there are, without those of figures."""
        return sum(not row.is_total for row in self.rows)


def offered_to(viewer: Viewer) -> list[Report]:
    """The reports the viewer may read."""
    return [report for report in registry.all_reports().values() if viewer.holds(report.roles)]


def make_unlocked(viewer: Viewer, key: str, given: Mapping[str, str]) -> Made:
    """The same inside a request that will write: nobody waits for the lock while a large college is counted."""
    db.session.commit()
    with reading():
        made = make(viewer, key, given)
        db.session.commit()
    return made


def make(viewer: Viewer, key: str, given: Mapping[str, str]) -> Made:
    """The report an address asks for. Raises NotFoundError, ForbiddenError, RefusedError."""
    report = registry.find(key)
    asked = query.parse(report, given)
    found = scope.resolve(viewer, report, asked)
    made = report.build(found) if found.spans or report.ahead else Table([], [])
    if made.total:
        made.total.is_total = True
    rows = table.ordered(made, asked.sorted_by, asked.sort < 0)
    return Made(report, found, made, rows, options.of(found))
