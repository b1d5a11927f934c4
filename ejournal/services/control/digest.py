"""What administration is told of a day or a week: how terms stood at its end, what was new in it (R4.2.f, h)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ejournal.domain.calendar import day_bounds_utc, monday_of
from ejournal.domain.control import CLAUSES, Clause, Counts
from ejournal.models.base import now
from ejournal.services import log_chain, settings
from ejournal.services.control import history, tally, words
from ejournal.services.control.tally import Asked
from ejournal.services.errors import RefusedError

DAY, WEEK = "day", "week"


@dataclass(frozen=True, slots=True)
class Debtor:
    """A teacher with what is overdue by clause; `fresh`: how much of it since the day or week began."""

    name: str
    open: dict[str, int]
    fresh: int

    @property
    def total(self) -> int:
        return sum(self.open.values())


@dataclass(frozen=True, slots=True)
class Digest:
    """`at`: the end of the last day, or now while it runs; `head`: number and hash of the last log entry then."""

    kind: str
    first: date
    last: date
    at: datetime
    clauses: list[tuple[Clause, Counts]]
    debtors: list[Debtor]
    head: tuple[int, str]

    @property
    def total(self) -> Counts:
        return Counts.sum(counts for _clause, counts in self.clauses)

    @property
    def is_quiet(self) -> bool:
        """Nothing overdue, nothing new, nothing mended."""
        whole = self.total
        return not (whole.open or whole.fresh or whole.mended)

    @property
    def words(self) -> str:
        """«за 26.11.2026», «за неделю 16.11.2026 – 22.11.2026»."""
        if self.kind == DAY:
            return f"за {self.last:%d.%m.%Y}"
        return f"за неделю {self.first:%d.%m.%Y} – {self.last:%d.%m.%Y}"


def load(kind: str, day: date) -> Digest:
    """Of a day, or of the week it is in up to today. Raises RefusedError for a day to come or between years."""
    first = monday_of(day) if kind == WEEK else day
    last = min(first + timedelta(days=6), settings.today()) if kind == WEEK else day
    found = history.college_scope()
    if found is None:
        raise RefusedError("Сейчас нет учебного года: отчёт о сроках не о чем составлять.")
    if first > settings.today():
        raise RefusedError("Этот день ещё не наступил: выберите прошедший или сегодняшний.")
    zone = settings.timezone()
    since, at = day_bounds_utc(first, zone)[0], min(day_bounds_utc(last, zone)[1], now())
    asked = Asked(found, at=at, since=since)
    counted = tally.by_clause(tally.count(asked))
    asked.by = tally.TEACHER
    return Digest(
        kind if kind == WEEK else DAY, first, last, at, [(CLAUSES[key], counts) for key, counts in counted.items()],
        _debtors(asked), log_chain.head_at(at),
    )  # fmt: skip


def _debtors(asked: Asked) -> list[Debtor]:
    """Who owes most comes first."""
    found: dict[int, dict[str, int]] = {}
    fresh: dict[int, int] = {}
    for one in tally.count(asked):
        if one.teacher_id and one.counts.open:
            of_teacher = found.setdefault(one.teacher_id, {})
            of_teacher[one.clause] = of_teacher.get(one.clause, 0) + one.counts.open
            fresh[one.teacher_id] = fresh.get(one.teacher_id, 0) + one.counts.fresh
    names = words.names(found)
    debtors = [(names[id_], Debtor(names[id_][1], of_teacher, fresh[id_])) for id_, of_teacher in found.items()]
    return [one for _name, one in sorted(debtors, key=lambda pair: (-pair[1].total, pair[0]))]
