"""Контроль сроков: who is late with what, by clause, down to the lesson (R4.2.e, f, h)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from ejournal.domain import control
from ejournal.domain.control import CLAUSES, Counts, State
from ejournal.services import settings
from ejournal.services.control import late_entries, listing, tally, words
from ejournal.services.control.tally import Asked, Tally
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.spans import WHOLE_YEAR
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

BY = Choice(
    "by",
    "Строки",
    (
        ("clause", "сроки"),
        ("teacher", "преподаватели"),
        ("group", "группы"),
        ("journal", "журналы"),
        ("week", "недели"),
        ("item", "список занятий"),
    ),
)
CLAUSE = Choice("clause", "Срок", (("", "все сроки"), *((key, one.short) for key, one in CLAUSES.items())))
STATE = Choice("state", "В списке", tuple((state.value, title) for state, title in control.STATES.items()))
IN_TIME = "Выполнено в срок / все, чей срок прошёл или кто успел раньше"


def build(scope: Scope) -> Table:
    table = VIEWS[scope.choice("by")](scope)
    table.notes += words.notes(scope)
    return table


def _clauses(scope: Scope) -> Table:
    return clauses(scope, scope.choice("clause"))


def clauses(scope: Scope, wanted: str = "") -> Table:
    """Every clause (or the one wanted) with its figures: what the page shows first."""
    counted = tally.by_clause(tally.count(Asked(scope)))
    late = scope.once(late_entries.of_scope)
    rows = [
        _clause(key, counts, late_entries.number_of(late, clause=key))
        for key, counts in counted.items()
        if _is_offered(key, counts)
    ]
    return Table(CLAUSE_COLUMNS, [row for row in rows if wanted in ("", (row.drill or {}).get("clause"))])


def _is_offered(key: str, counts: Counts) -> bool:
    """Registers are kept for the college as a whole: where something else is asked for, they say nothing."""
    return CLAUSES[key].of_journals or bool(counts.due or counts.waiting)


def _clause(key: str, counts: Counts, late: int) -> Row:
    clause = CLAUSES[key]
    waits = _oldest(counts)
    cells: list[Value] = [
        clause.title, clause.clause, counts.open, waits, counts.late, counts.lost, counts.in_time, counts.share,
        counts.waiting, late if clause.of_journals else None,
    ]  # fmt: skip
    return Row(cells, drill={"by": "item", "clause": key})


CLAUSE_COLUMNS = [
    Column("Срок"),
    Column("Пункт"),
    Column("Просрочено", Kind.WHOLE, "Не выполнено, срок прошёл, исправить ещё можно"),
    Column("Дольше всего, дней", Kind.WHOLE, "На сколько дней просрочено самое давнее"),
    Column("С опозданием", Kind.WHOLE, "Выполнено после срока"),
    Column("Период закрыт", Kind.WHOLE, "Не выполнено, а журнал за период уже закрыт"),
    Column("В срок", Kind.WHOLE),
    Column("В срок, %", Kind.PERCENT, IN_TIME),
    Column("Срок идёт", Kind.WHOLE, "Ещё не выполнено, срок не наступил"),
    Column("Поздних записей", Kind.WHOLE, "Записей журнала изменений с отметкой «с опозданием» за период"),
]


def _oldest(counts: Counts) -> int | None:
    if counts.oldest is None:
        return None
    return max(1, (settings.today() - tally.local_day(counts.oldest - control.INSTANT)).days)


def _teachers(scope: Scope) -> Table:
    found = _grouped(
        tally.count(Asked(scope, tally.TEACHER, clause=scope.choice("clause"))), lambda one: one.teacher_id
    )
    names = words.names(found)
    late = scope.once(late_entries.of_scope)
    own = None if scope.led is None or scope.led else scope.viewer.person_id
    rows = [
        _row(scope, names[id_][1], counts, late_entries.number_of(late, actor_id=id_), {"teacher": str(id_)})
        for id_, counts in sorted(found.items(), key=lambda pair: names[pair[0]])
        if own in (None, id_)
    ]
    return _matrix(scope, "Преподаватель", rows)


def _groups(scope: Scope) -> Table:
    found = _grouped(tally.count(Asked(scope, clause=scope.choice("clause"))), lambda one: one.group_id)
    late = scope.once(late_entries.of_scope)
    rows = []
    for id_, group in scope.groups.items():
        if id_ in found:
            number = sum(row.number for row in late if scope.journals[row.course_id].group_id == id_)
            rows.append(_row(scope, group.title, found[id_], number, {"group": str(id_)}))
    return _matrix(scope, "Группа", rows)


def _journals(scope: Scope) -> Table:
    found = _grouped(tally.count(Asked(scope, clause=scope.choice("clause"))), lambda one: one.course_id)
    late = scope.once(late_entries.of_scope)
    rows = []
    for id_, journal in scope.journals.items():
        if id_ in found:
            number = late_entries.number_of(late, course_id=id_)
            name = f"{journal.discipline} — {journal.audience}"
            row = _row(scope, name, found[id_], number)
            row.link = ("journal.grid", {"course_id": id_})
            rows.append(row)
    return _matrix(scope, "Журнал", rows)


def _grouped(tallies: Iterable[Tally], key: Callable[[Tally], int | None]) -> dict[int, dict[str, Counts]]:
    found: dict[int, dict[str, Counts]] = {}
    for one in tallies:
        id_ = key(one)
        if id_ is not None:
            found.setdefault(id_, {}).setdefault(one.clause, Counts()).add(one.counts)
    return found


def _row(
    scope: Scope, name: str, counts: Mapping[str, Counts], late: int, drill: Mapping[str, str] | None = None
) -> Row:
    whole = Counts.sum(counts.values())
    cells: list[Value] = [
        name, *(counts.get(key, Counts()).open for key in _shown(scope)),
        whole.open, whole.late, whole.lost, whole.share, late,
    ]  # fmt: skip
    return Row(cells, drill={"by": "item", **drill} if drill else None)


def _shown(scope: Scope) -> list[str]:
    """Clauses of journals, or the one asked for."""
    wanted = scope.choice("clause")
    return [one.key for one in CLAUSES.values() if (one.of_journals if not wanted else one.key == wanted)]


def _matrix(scope: Scope, first: str, rows: list[Row]) -> Table:
    """What is overdue now by clause; who owes most comes first."""
    keys = _shown(scope)
    columns = [
        Column(first),
        *(Column(CLAUSES[key].short, Kind.WHOLE, f"{CLAUSES[key].title} ({CLAUSES[key].clause})") for key in keys),
        Column("Всего просрочено", Kind.WHOLE, "Не выполнено, срок прошёл, исправить ещё можно"),
        Column("С опозданием", Kind.WHOLE, "Выполнено после срока"),
        Column("Период закрыт", Kind.WHOLE, "Не выполнено, а журнал за период уже закрыт"),
        Column("В срок, %", Kind.PERCENT, IN_TIME),
        Column("Поздних записей", Kind.WHOLE, "Записей журнала изменений с отметкой «с опозданием» за период"),
    ]
    whole = len(keys) + 1
    rows.sort(key=lambda row: -_int(row.cells[whole]))
    return Table(columns, rows, empty="За этот период сроков не было: занятий в журналах нет.")


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _weeks(scope: Scope) -> Table:
    """By the week of the lesson: how the share done in time goes."""
    found: dict[date, dict[str, Counts]] = {}
    for one in tally.count(Asked(scope, tally.DAY, clause=scope.choice("clause"))):
        if one.day and CLAUSES[one.clause].of_journals:
            monday = words.monday(one.day)
            found.setdefault(monday, {}).setdefault(one.clause, Counts()).add(one.counts)
    rows = []
    keys = [key for key in _shown(scope) if CLAUSES[key].of_journals]
    for monday, counts in sorted(found.items()):
        whole = Counts.sum(counts.values())
        shares = [counts.get(key, Counts()).share for key in keys]
        rows.append(Row([monday, *shares, whole.open, whole.late, whole.lost, whole.share]))
    columns = [
        Column("Неделя с", Kind.DATE),
        *(Column(f"{CLAUSES[key].short}, %", Kind.PERCENT, IN_TIME) for key in keys),
        Column("Просрочено", Kind.WHOLE),
        Column("С опозданием", Kind.WHOLE),
        Column("Период закрыт", Kind.WHOLE),
        Column("Всего в срок, %", Kind.PERCENT, IN_TIME),
    ]
    return Table(columns, rows, chart=_chart(rows, keys))


def _chart(rows: list[Row], keys: list[str]) -> Chart | None:
    if len(rows) < 2:
        return None
    labels = [f"{row.cells[0]:%d.%m}" for row in rows]
    lines = [(CLAUSES[key].short, [row.cells[number] for row in rows]) for number, key in enumerate(keys, 1)]
    there = [(name, values) for name, values in lines if any(isinstance(value, Decimal) for value in values)]
    return Chart("Выполнено в срок, % по неделям занятий", labels, there, lines=True, unit=" %")


def _items(scope: Scope) -> Table:
    state = State(scope.choice("state"))
    lines = listing.of_scope(scope, state, scope.choice("clause"))
    people = words.names({id_ for line in lines for id_ in line.teachers})
    rows = [_item(scope, line, people) for line in lines]
    columns = [
        Column("Что"),
        Column("Дата", Kind.DATE, "Занятия, конца периода или обращения"),
        Column("Пара", Kind.WHOLE),
        Column("Группа"),
        Column("Дисциплина"),
        Column("Преподаватель"),
        Column("Срок", Kind.DATE, "Последний день в срок"),
        Column("Выполнено", Kind.MOMENT),
        Column("Опоздание, дней", Kind.WHOLE),
    ]
    if state in (State.OPEN, State.LOST, State.WAITING):
        columns.pop(7)
        for row in rows:
            row.cells = [*row.cells[:7], *row.cells[8:]]
    return Table(columns, rows, empty="Ничего: по выбранным условиям список пуст.")


def _item(scope: Scope, line: listing.Line, people: Mapping[int, tuple[str, str]]) -> Row:
    clause = CLAUSES[line.clause]
    journal = scope.journals.get(line.course_id or 0)
    group = scope.groups.get(line.group_id or 0)
    what = f"{clause.short}, {clause.clause}" + (f": {line.what}" if line.what else "")
    cells: list[Value] = [
        what, line.day, line.pair, journal.audience if journal else group.title if group else "",
        journal.discipline if journal else "", ", ".join(people[id_][1] for id_ in line.teachers), line.due, line.done,
        line.days,
    ]  # fmt: skip
    return Row(cells, link=line.link)


VIEWS: Mapping[str, Callable[[Scope], Table]] = {
    "clause": _clauses,
    "teacher": _teachers,
    "group": _groups,
    "journal": _journals,
    "week": _weeks,
    "item": _items,
}

REPORT = Report(
    key="control",
    title="Контроль сроков",
    words="Кто, с чем и по какому пункту опаздывает: посещаемость, задания, оценки, обращения (п. 4.2, 4.4).",
    build=build,
    order=5,
    choices=(BY, CLAUSE, STATE),
    substitutes=True,
    period=WHOLE_YEAR,
)
