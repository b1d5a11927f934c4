"""All marks of a student by discipline: means with the sum they came from, what is needed for more, period marks
(п. 3.6, 4.4, 4.6). A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ejournal.access import Viewer
from ejournal.domain import grading, outlook
from ejournal.domain.grading import SuggestionRules
from ejournal.domain.numbers import whole
from ejournal.domain.outlook import Explained
from ejournal.models import Debt
from ejournal.services import (
    debt_list,
    diary,
    diary_calendar,
    diary_chart,
    diary_entries,
    mark_slots,
    settings,
    spans,
    suggestions,
)
from ejournal.services.diary import Child, Diary
from ejournal.services.diary_chart import Chart
from ejournal.services.diary_entries import Entry
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.mark_slots import Given
from ejournal.services.spans import Choice

WHAT_IF_MARKS = ("5", "4", "3", "2")
MOST_WEIGHT, MOST_TIMES = 10, 20


@dataclass(frozen=True, slots=True)
class Goal:
    """What is needed for a mark: how many «5» of weight 1; None: more than anybody gets."""

    mark: str
    threshold: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A mark of a period, of the year or the final one; `slot` as mark_slots knows it."""

    slot: str
    title: str
    mark: str


@dataclass(slots=True)
class Subject:
    """A discipline over the period."""

    course_id: int
    title: str
    entries: list[Entry]
    mean: Explained
    weighted: Explained
    goals: list[Goal]
    outside: list[str]
    has_sign: bool
    chart: Chart | None
    period_marks: list[Whole]


@dataclass(frozen=True, slots=True)
class Marks:
    diary: Diary
    choices: list[Choice]
    chosen: Choice
    subjects: list[Subject]
    # What is not passed yet, of every year (п. 4.4).
    debts: list[Debt]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """«Что если»: the weighted mean after some further marks."""

    subject: Subject
    mark: str
    weight: int
    times: int
    before: str
    after: str
    rounds_to: str


def load(viewer: Viewer, student_id: int, shown: str = "") -> Marks:
    """Marks of a period («p12») or a year («y3»); the running period by itself. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    choices = choices_of(opened.child, today)
    chosen = spans.choose(choices, shown, today)
    found = diary_entries.load([opened.child], chosen.span)
    of_period = mark_slots.marks_of_student(student_id, {entry.course_id for entry in found})
    by_course: dict[int, list[Entry]] = {}
    for entry in found:
        by_course.setdefault(entry.course_id, []).append(entry)
    rules = suggestions.rules()
    subjects = [_subject(own, chosen.span, of_period, rules) for own in by_course.values()]
    subjects.sort(key=lambda subject: subject.title.casefold())
    return Marks(opened, choices, chosen, subjects, debt_list.of_student(student_id))


def what_if(viewer: Viewer, student_id: int, course_id: int, shown: str, form: dict[str, str]) -> WhatIf:
    """Reckon `mark` of `weight` `times` more into a discipline's mean. Raises NotFoundError, RefusedError."""
    subject = next((s for s in load(viewer, student_id, shown).subjects if s.course_id == course_id), None)
    if subject is None:
        raise NotFoundError
    mark = form.get("mark", "5")
    weight, times = _number(form.get("weight", "1"), MOST_WEIGHT), _number(form.get("times", "1"), MOST_TIMES)
    if mark not in WHAT_IF_MARKS or not weight or not times:
        raise RefusedError(f"Выберите оценку от 2 до 5, вес от 1 до {MOST_WEIGHT} и количество от 1 до {MOST_TIMES}.")
    after = outlook.what_if(_weighed(subject.entries), mark, weight, times)
    return WhatIf(
        subject, mark, weight, times, grading.format_mean(subject.weighted.value), grading.format_mean(after),
        outlook.mark_for(after, suggestions.rules()),
    )  # fmt: skip


def choices_of(child: Child, today: date) -> list[Choice]:
    """The periods and years of a student that can be looked at, the newest year first."""
    first = min((spell.since for spell in child.spells), default=today)
    plans = diary_calendar.load(min(first, today), today).years
    choices = []
    for plan in reversed(plans):
        own = plan.of_group(child.group_on(min(max(plan.year.starts, first), today)) or child.group)
        tail = f" {plan.year.title}" if len(plans) > 1 else ""
        choices += [Choice(f"p{p.id}", p.title + tail, (p.starts, p.ends), p) for p in own]
        choices.append(Choice(f"y{plan.year.id}", f"Весь год {plan.year.title}", (plan.year.starts, plan.year.ends)))
    return choices or [Choice("year", "Всё время", (first, today))]


def _subject(
    own: Sequence[Entry],
    span: tuple[date, date],
    of_period: Sequence[Given],
    rules: SuggestionRules,
) -> Subject:
    marked = [entry for entry in own if entry.mark and entry.cell_id]
    weighed = _weighed(marked)
    course_id = own[0].course_id
    return Subject(
        course_id=course_id,
        title=own[0].discipline,
        entries=marked,
        mean=outlook.explain_mean(weighed),
        weighted=outlook.explain_weighted(weighed),
        goals=[_goal(*goal) for goal in outlook.goals(weighed, rules)],
        outside=outlook.outside(entry.mark for entry in marked),
        has_sign=any(entry.mark in grading.PLUS_MINUS for entry in marked),
        chart=diary_chart.draw(marked, span),
        period_marks=[Whole(row.slot, row.title, row.mark) for row in of_period if row.course_id == course_id],
    )


def _goal(mark: str, threshold: Decimal, count: int | None) -> Goal:
    return Goal(mark, grading.format_mean(threshold), count)


def _weighed(entries: Sequence[Entry]) -> list[tuple[str | None, int]]:
    return [(entry.mark, entry.weight) for entry in entries]


def _number(text: str, most: int) -> int:
    return whole(text, 1, most) or 0
