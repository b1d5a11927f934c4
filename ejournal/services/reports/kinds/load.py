"""Нагрузка обучающихся: hours of lessons and homework per day and week (R2.3.monitor)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from ejournal.access import LEADERS
from ejournal.domain import calendar, reports
from ejournal.services import settings
from ejournal.services.individual_lists import Span, overlap
from ejournal.services.reports import facts, lessons
from ejournal.services.reports.registry import COURSE, GROUP, Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

BY = Choice("by", "Строки", (("group", "группы"), ("week", "недели"), ("day", "дни")))
# A journal with the days on which it lists a student.
Listed = tuple[int, tuple[Span, ...]]
WEEK = 6  # days on which there are lessons; on Sunday only those a teacher has put there


@dataclass(slots=True, order=True)
class Day:
    """Hours of lessons, homework given on a day and due on it."""

    hours: int = 0
    given: int = 0
    due: int = 0


@dataclass(slots=True)
class Group:
    """`combinations`: the days of each combination of journals that somebody studies in: with subgroups several."""

    title: str
    id: int
    combinations: list[dict[date, Day]] = field(default_factory=list)

    @property
    def days(self) -> dict[date, Day]:
        """Each day as the busiest combination has it."""
        found: dict[date, Day] = {}
        for days in self.combinations:
            for day, load in days.items():
                found[day] = max(found.get(day, Day()), load)
        return found

    def weeks(self) -> dict[date, list[Day]]:
        """Monday to Sunday of each week that has lessons, of whoever has most of them that week."""
        found: dict[date, list[Day]] = {}
        for days in self.combinations:
            for monday in {calendar.monday_of(day) for day, load in days.items() if load.hours}:
                week = [days.get(monday + timedelta(days=number), Day()) for number in range(7)]
                found[monday] = max(found.get(monday, week), week, key=_hours_of)
        return dict(sorted(found.items()))


def _hours_of(week: list[Day]) -> tuple[int, int]:
    return sum(day.hours for day in week), sum(day.given for day in week)


def build(scope: Scope) -> Table:
    people = facts.roster(scope)
    taught = lessons.by_course(scope)
    groups = [_group(scope, group_id, people, taught) for group_id in scope.groups]
    return VIEWS[scope.choice("by")]([group for group in groups if group.weeks()])


def _group(scope: Scope, group_id: int, people: facts.Roster, taught: dict[int, list[lessons.Taught]]) -> Group:
    """With subgroups no student sits in all of a group's journals; and each only on the days that list her: who was
    released or moved since bore the load all the same."""
    own: dict[int, list[Listed]] = defaultdict(list)
    journals = [one.id for one in scope.journals.values() if one.group_id == group_id and group_id in scope.spans]
    for course_id in journals:
        for student, spans in people.of_course.get(course_id, {}).items():
            if days := overlap(scope.spans[group_id], spans):
                own[student].append((course_id, tuple(days)))
    loads = [_days(_attended(listed, taught)) for listed in {tuple(listed) for listed in own.values()}]
    return Group(scope.groups[group_id].title, group_id, [days for days in loads if days])


def _attended(listed: Iterable[Listed], taught: dict[int, list[lessons.Taught]]) -> Iterator[lessons.Taught]:
    for course_id, spans in listed:
        for one in taught.get(course_id, ()):
            if any(first <= one.date <= last for first, last in spans):
                yield one


def _days(taught: Iterable[lessons.Taught]) -> dict[date, Day]:
    days: dict[date, Day] = defaultdict(Day)
    for one in taught:
        days[one.date].hours += one.hours
        if one.has_homework:
            days[one.date].given += 1
            if one.due:
                days[one.due].due += 1
    return days


def _limit() -> int:
    return int(settings.get("reports.week_hours"))


def _by_group(groups: list[Group]) -> Table:
    rows = []
    for group in groups:
        weeks = group.weeks()
        hours = [sum(day.hours for day in week) for week in weeks.values()]
        days = group.days.values()
        busy = [day for day in days if day.hours]
        homework = [sum(day.given for day in week) for week in weeks.values()]
        over = sum(number > _limit() for number in hours)
        cells: list[Value] = [
            group.title, len(weeks), reports.ratio(sum(hours), len(hours)), max(hours), max(day.hours for day in busy),
            reports.ratio(sum(homework), len(homework)), reports.ratio(sum(homework), len(busy)),
            max(day.given for day in busy), max(day.due for day in days), over,
        ]  # fmt: skip
        alarm = f"больше {_limit()} ч в неделю" if over else ""
        rows.append(Row(cells, drill={"group": str(group.id), "by": "week"}, alarm=alarm))
    columns = [
        Column("Группа"),
        Column("Недель", Kind.WHOLE, "С занятиями"),
        Column("Часов в неделю", Kind.NUMBER, "В среднем, академических"),
        Column("Часов в неделю, наибольшее", Kind.WHOLE, "Часов в самой загруженной неделе"),
        Column("Часов в день, наибольшее", Kind.WHOLE, "Часов в самом загруженном дне"),
        Column("Заданий в неделю", Kind.NUMBER, "Домашних заданий в среднем"),
        Column("Заданий в день", Kind.NUMBER, "В среднем за день с занятиями"),
        Column("Заданий в день, наибольшее", Kind.WHOLE, "Заданий, выданных за один день"),
        Column("К одному дню, наибольшее", Kind.WHOLE, "Наибольшее число заданий с одним сроком"),
        Column("Недель сверх нормы", Kind.WHOLE, f"Больше {_limit()} часов занятий"),
    ]
    chart = _bars(
        "Часов занятий в неделю, в среднем", [str(row.cells[0]) for row in rows], [row.cells[2] for row in rows]
    )
    return Table(columns, rows, notes=_notes(), chart=chart)


def _bars(title: str, labels: list[str], values: list[Value]) -> Chart | None:
    return Chart(title, labels, [("часов", values)], highest=None, unit=" ч") if len(labels) > 1 else None


def _by_week(groups: list[Group]) -> Table:
    rows = []
    shown = 7 if any(week[-1].hours for group in groups for week in group.weeks().values()) else WEEK
    for group in groups:
        for monday, week in group.weeks().items():
            hours = [day.hours for day in week[:shown]]
            over = f"больше {_limit()} ч" if sum(hours) > _limit() else ""
            words = f"{calendar.format_short(monday)}–{calendar.format_short(monday + timedelta(days=shown - 1))}"
            cells: list[Value] = [
                group.title, monday, words, *(number or None for number in hours), sum(hours),
                sum(day.given for day in week), max(day.given for day in week), sum(day.due for day in week),
            ]  # fmt: skip
            last = monday + timedelta(days=6)
            drill = {"group": str(group.id), "by": "day", "since": monday.isoformat(), "until": last.isoformat()}
            rows.append(Row(cells, drill=drill, alarm=over))
    columns = [
        Column("Группа"),
        Column("С", Kind.DATE, "Понедельник недели"),
        Column("Неделя"),
        *(Column(title, Kind.WHOLE, "Академических часов") for title in calendar.WEEKDAYS_SHORT[:shown]),
        Column("Часов", Kind.WHOLE, "За неделю"),
        Column("Заданий", Kind.WHOLE, "Выдано за неделю"),
        Column("Заданий за день", Kind.WHOLE, "Наибольшее число заданий, выданных за день"),
        Column("Срок сдачи", Kind.WHOLE, "Заданий, срок которых на этой неделе"),
    ]
    chart = None
    if len(groups) == 1 and len(rows) > 1:
        labels = [str(row.cells[2])[:5] for row in rows]
        hours_, homework = [row.cells[3 + shown] for row in rows], [row.cells[4 + shown] for row in rows]
        series = [("часов занятий", hours_), ("заданий", homework)]
        chart = Chart("Нагрузка по неделям", labels, series, lines=True, highest=None)
    return Table(columns, rows, notes=_notes(), chart=chart)


def _by_day(groups: list[Group]) -> Table:
    rows = []
    for group in groups:
        for day, load in sorted(group.days.items()):
            weekday = calendar.WEEKDAYS_SHORT[day.weekday()]
            rows.append(Row([group.title, day, weekday, load.hours, load.given, load.due]))
    columns = [
        Column("Группа"),
        Column("День", Kind.DATE),
        Column(""),
        Column("Часов занятий", Kind.WHOLE),
        Column("Заданий выдано", Kind.WHOLE),
        Column("Заданий к этому дню", Kind.WHOLE, "Со сроком в этот день"),
    ]
    return Table(columns, rows, notes=_notes())


def _notes() -> list[str]:
    return [
        f"Часы академические, без отменённых занятий; норма — {_limit()} в неделю. "
        "Где есть подгруппы, показана нагрузка самой загруженной; индивидуальные задания не считаются (п. 2.3)."
    ]


VIEWS = {"group": _by_group, "week": _by_week, "day": _by_day}

REPORT = Report(
    key="load",
    title="Нагрузка обучающихся",
    words="Часы занятий и домашние задания за день и неделю, недели сверх нормы (п. 2.3).",
    build=build,
    order=70,
    roles=LEADERS,
    filters=(GROUP, COURSE),
    choices=(BY,),
    of_groups=True,
)
