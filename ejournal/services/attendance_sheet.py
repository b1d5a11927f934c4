"""The attendance of a group in a month, by student and day, in academic hours (п. 4.4; DOMAIN: missed hours)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ejournal.access import Viewer, leads
from ejournal.domain import grading
from ejournal.domain.calendar import month_end
from ejournal.models import Group, Person
from ejournal.services import group_admin, settings, statement_facts
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.statement_facts import Facts, Given, Held


@dataclass(slots=True)
class Line:
    """A student: what of each day was missed («н4», «б6»; «о» for come late), hours of the month."""

    name: str
    note: str
    days: list[list[str]]
    missed: grading.Missed
    planned: int


@dataclass(slots=True)
class Sheet:
    """`by_day`: hours all students missed on each day; `percent`: Посещаемость by planned person-hours."""

    group: Group
    month: date
    days: list[date]
    lines: list[Line]
    by_day: list[int]
    total: grading.Missed
    percent: str


def of_group(viewer: Viewer, group_id: int, month: str) -> Sheet:
    """The sheet of a month («2026-11»; what is none: this one). Raises NotFoundError."""
    today = settings.today()
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, today):
        raise NotFoundError
    first, last = month_span(month, today)
    people = statement_facts.members(group_id, (first, last))
    facts = statement_facts.load([person.id for person, _note in people], (first, last))
    # Who came from another group or went to one: the days there are in the sheet of that group.
    spans = {person.id: facts.in_group.get((person.id, group_id), ()) for person, _note in people}
    held = {id_: [one for one in facts.held(id_) if statement_facts.holds(own, one.date)] for id_, own in spans.items()}
    days = _days(group_id, facts, held.values())
    if not days:
        raise RefusedError(f"В {first:%m.%Y} у группы {group.title} проведённых занятий нет.")
    lines = []
    for person, note in people:
        cells = [cell for cell in facts.given.get(person.id, ()) if statement_facts.holds(spans[person.id], cell.date)]
        lines.append(_line(person, note, days, cells, sum(one.hours for one in held[person.id])))
    return _sheet(group, first, days, lines)


def _days(group_id: int, facts: Facts, held: Iterable[Sequence[Held]]) -> list[date]:
    """The days of the group's lessons, and those on which one of it had lessons elsewhere: an individual plan's hours
    are in the total, so their days are there too (п. 4.2)."""
    days = {lesson.date for lesson in facts.lessons if lesson.group_id == group_id}
    return sorted(days.union(lesson.date for lessons in held for lesson in lessons))


def month_span(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of «2026-11»; of today's month where the text is none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return first, month_end(first)


def day_codes(cells: Sequence[Given]) -> dict[date, dict[str, int]]:
    """Hours by code of each day; a lesson with several works is missed once. «о» counts lessons, not hours."""
    lessons: dict[tuple[date, int, int], list[str | None]] = {}
    for cell in cells:
        if cell.missed:
            lessons.setdefault((cell.date, cell.lesson_id, cell.hours), []).append(cell.missed)
    days: dict[date, dict[str, int]] = {}
    for (day, _lesson, hours), codes in lessons.items():
        worst = grading.lesson_attendance(codes)
        if worst:
            of_day = days.setdefault(day, {})
            of_day[worst] = of_day.get(worst, 0) + (1 if worst == "о" else hours)
    return days


def _line(person: Person, note: str, days: Sequence[date], cells: Sequence[Given], planned: int) -> Line:
    found = day_codes(cells)
    excused = sum(of_day.get(code, 0) for of_day in found.values() for code in grading.EXCUSED)
    unexcused = sum(of_day.get("н", 0) for of_day in found.values())
    late = sum(of_day.get("о", 0) for of_day in found.values())
    missed = grading.Missed(excused + unexcused, excused, unexcused, late)
    return Line(person.full_name, note, [_words(found.get(day, {})) for day in days], missed, planned)


def _words(codes: Mapping[str, int]) -> list[str]:
    return [code if code == "о" else f"{code}{codes[code]}" for code in grading.SEVERITY if code in codes]


def _sheet(group: Group, month: date, days: list[date], lines: list[Line]) -> Sheet:
    by_day = [sum(_hours(line.days[number]) for line in lines) for number in range(len(days))]
    total = grading.Missed(
        *(sum(getattr(line.missed, part) for line in lines) for part in ("total", "excused", "unexcused", "late_count"))
    )
    percent = grading.attendance_percent(sum(line.planned for line in lines), total.total)
    return Sheet(group, month, days, lines, by_day, total, grading.format_percent(percent))


def _hours(words: Sequence[str]) -> int:
    return sum(int(word[1:]) for word in words if word[1:])
