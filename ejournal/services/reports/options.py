"""The filters of a report as its form offers them, and as its title says them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ejournal.services import periods
from ejournal.services.reports import spans
from ejournal.services.reports.registry import COURSE, DISCIPLINE, GROUP, TEACHER
from ejournal.services.reports.scope import Scope


@dataclass(frozen=True, slots=True)
class Filter:
    """A list to choose from; `empty`: the words for not choosing, None where something always is."""

    name: str
    title: str
    options: list[tuple[str, str]]
    value: str
    empty: str | None = None


def of(scope: Scope) -> list[Filter]:
    """The lists of a report: only those with something to choose between."""
    query = scope.query
    days = bool(query.since or query.until)
    years = [(str(year.id), year.title) for year in periods.years()]
    found = [Filter("year", "Учебный год", years, str(scope.year.id))] if len(years) > 1 else []
    found.append(
        Filter("period", "Период", spans.choices(scope), spans.chosen_period(scope), "по датам" if days else None)
    )
    for name, title, options, empty in _lists(scope):
        value = str(getattr(query, name) or "")
        if name == GROUP and scope.report.needs_group:
            found.append(Filter(name, title, options, value or str(next(iter(scope.groups), "")), None))
        elif len(options) > 1 or value:
            found.append(Filter(name, title, options, value, empty))
    for choice in scope.report.choices:
        found.append(Filter(choice.name, choice.title, list(choice.options), query.choice(choice.name)))
    return found


def _lists(scope: Scope) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    lists: dict[str, tuple[str, Callable[[Scope], list[tuple[str, str]]]]] = {
        GROUP: ("Группа", _groups),
        COURSE: ("Курс", _courses),
        TEACHER: ("Преподаватель", _teachers),
        DISCIPLINE: ("Дисциплина", _disciplines),
    }
    return [(name, lists[name][0], lists[name][1](scope), "все") for name in scope.report.filters]


def _groups(scope: Scope) -> list[tuple[str, str]]:
    return [(str(id_), one.title) for id_, one in scope.offered_groups.items()]


def _courses(scope: Scope) -> list[tuple[str, str]]:
    numbers = {one.number for one in scope.offered_groups.values()}
    return [(str(number), f"{number} курс") for number in sorted(numbers)]


def _teachers(scope: Scope) -> list[tuple[str, str]]:
    people = {who.id: who for rows in scope.teachers.values() for who, _since, _until in rows}
    return [(str(who.id), who.short_name) for who in sorted(people.values(), key=lambda who: (who.skey, who.id))]


def _disciplines(scope: Scope) -> list[tuple[str, str]]:
    """Each label once, however many programmes have it."""
    names: dict[str, int] = {}
    for journal in scope.offered_journals.values():
        names.setdefault(journal.discipline, journal.discipline_id)
    return [(str(id_), name) for name, id_ in sorted(names.items())]


def words(scope: Scope, filters: Sequence[Filter]) -> str:
    """What the report is about, in a line: «1 семестр, 01.09.2026 – 27.11.2026; группа ИС-21; по дисциплинам»."""
    return "; ".join([f"{scope.year.title} учебный год", spans.words(scope), *_chosen(filters)])


def brief(scope: Scope, filters: Sequence[Filter]) -> str:
    """The same for a phone: «1 семестр; группа: ИС-21»."""
    period = next((dict(one.options).get(one.value) for one in filters if one.name == "period"), None)
    return "; ".join([period or spans.words(scope), *_chosen(filters)])


def _chosen(filters: Sequence[Filter]) -> list[str]:
    lists = [one for one in filters if one.name not in ("year", "period")]
    found = [(one.title.lower(), dict(one.options).get(one.value)) for one in lists]
    return [f"{title}: {chosen}" for title, chosen in found if chosen]
