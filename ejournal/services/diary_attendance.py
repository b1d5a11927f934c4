"""Attendance of a student: a calendar by months, hours missed by reason, latenesses (п. 4.4, 4.6)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.access import Viewer
from ejournal.domain import calendar, grading
from ejournal.domain.grading import SEVERITY, Missed
from ejournal.domain.notation import ATTENDANCE
from ejournal.services import diary, diary_calendar, diary_entries, diary_marks, settings, spans
from ejournal.services.diary import Diary
from ejournal.services.diary_entries import Entry
from ejournal.services.spans import Choice


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of a month. `codes`: what was missed, gravest first; `kind`: free, lessons (held), ahead (none held yet),
    or missed."""

    date: datetime.date
    kind: str
    codes: str
    words: str


@dataclass(frozen=True, slots=True)
class Month:
    title: str
    weeks: list[list[DayCell | None]]


@dataclass(frozen=True, slots=True)
class Absence:
    entry: Entry
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """`by_reason`: (code, meaning, lessons, hours); a lateness is counted, not measured in hours."""

    diary: Diary
    choices: list[Choice]
    chosen: Choice
    months: list[Month]
    missed: Missed
    held: int
    share: str
    by_reason: list[tuple[str, str, int, int]]
    absences: list[Absence]


def load(viewer: Viewer, student_id: int, shown: str = "") -> Attendance:
    """Attendance over a period or year; the running period by itself. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    choices = diary_marks.choices_of(opened.child, today)
    chosen = spans.choose(choices, shown, today)
    found = diary_entries.load([opened.child], chosen.span)
    missed = [Absence(entry, code, ATTENDANCE[code]) for entry, code in diary_entries.codes(found).values()]
    missed.sort(key=lambda absence: (absence.entry.date, absence.entry.pair), reverse=True)
    total = grading.missed_hours((absence.entry.hours, absence.code) for absence in missed)
    held = diary_entries.hours_held(found)
    plans = diary_calendar.load(*chosen.span)
    return Attendance(
        diary=opened,
        choices=choices,
        chosen=chosen,
        months=_months(chosen.span, found, missed, plans, opened, today),
        missed=total,
        held=held,
        share=grading.format_percent(grading.attendance_percent(held, total.total)),
        by_reason=[_reason(code, missed) for code in SEVERITY],
        absences=missed,
    )


def _reason(code: str, missed: Sequence[Absence]) -> tuple[str, str, int, int]:
    own = [absence for absence in missed if absence.code == code]
    return code, ATTENDANCE[code], len(own), sum(absence.entry.hours for absence in own)


def _months(
    span: tuple[date, date],
    found: Sequence[Entry],
    missed: Sequence[Absence],
    plans: diary_calendar.Plans,
    opened: Diary,
    today: date,
) -> list[Month]:
    """The months of the span that have begun, the newest first."""
    lessons = {entry.date for entry in found}
    held = {entry.date for entry in found if entry.held}
    by_day: dict[date, list[Absence]] = {}
    for absence in missed:
        by_day.setdefault(absence.entry.date, []).append(absence)
    last = min(span[1], max(today, span[0]))
    months: dict[tuple[int, int], list[DayCell]] = {}
    day = span[0].replace(day=1)
    while (day.year, day.month) <= (last.year, last.month):
        free = plans.why_free(day, opened.child.group_on(day)) if day not in lessons else ""
        cell = _cell(day, by_day.get(day, []), day in lessons, day in held, free)
        months.setdefault((day.year, day.month), []).append(cell)
        day += timedelta(days=1)
    return [Month(calendar.format_month(days[0].date), _weeks(days)) for days in reversed(months.values())]


def _cell(day: date, missed: Sequence[Absence], has_lessons: bool, held: bool, free: str) -> DayCell:
    if missed:
        order = [code for code in SEVERITY if any(absence.code == code for absence in missed)]
        words = "; ".join(
            f"{absence.entry.discipline}: {absence.words}"
            for absence in sorted(missed, key=lambda absence: absence.entry.pair)
        )
        return DayCell(day, "missed", "".join(order), words)
    if has_lessons:
        return DayCell(day, "lessons", "", "пропусков нет") if held else DayCell(day, "ahead", "", "")
    return DayCell(day, "free", "", free if free != "воскресенье" else "")


def _weeks(days: Sequence[DayCell]) -> list[list[DayCell | None]]:
    cells: list[DayCell | None] = [*[None] * days[0].date.weekday(), *days]
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]
