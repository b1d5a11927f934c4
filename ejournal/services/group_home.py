"""The start page of a group leader: who is missing today, who is at risk, whose access and consent wait (п. 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal.access import Viewer, in_force
from ejournal.domain.grading import MISSING
from ejournal.extensions import db
from ejournal.models import Enrollment, Group, Person
from ejournal.services import (
    diary_calendar,
    group_frame,
    group_list,
    group_standing,
    settings,
    statement_facts,
)
from ejournal.services.diary_calendar import Plans
from ejournal.services.group_list import State

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Missing:
    """Who is missing today, with hours by code: «н» 2, «б» 4."""

    student: Person
    hours: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class AtRisk:
    student: Person
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Card:
    """A group today."""

    group: Group
    state: State
    missing: list[Missing]
    at_risk: list[AtRisk]


def load(viewer: Viewer) -> list[Card]:
    """The groups the viewer leads as curator. A fixed number of queries however many they are."""
    today = settings.today()
    groups = group_list.led(viewer)
    if not groups:
        return []
    plans = diary_calendar.load(today)
    spans = {group.id: _span(plans, group, today) for group in groups}
    people = _people(groups, today)
    ids = [person.id for own in people.values() for person in own]
    facts = statement_facts.load(ids, (min(span[0] for span in spans.values()), today))
    names = {one.id: one.title for one in group_standing.disciplines(facts)}
    cards = []
    for group, state in zip(groups, group_list.states(groups, today), strict=True):
        missing, at_risk = [], []
        for person in people.get(group.id, []):
            hours = group_standing.hours_by_code(group_standing.within(facts.given.get(person.id, ()), (today, today)))
            if any(hours[code] for code in MISSING):
                missing.append(Missing(person, [(code, hours[code]) for code in MISSING if hours[code]]))
            standing = group_standing.of_student(facts, names, person.id, spans[group.id], facts.held(person.id))
            if standing.risk:
                at_risk.append(AtRisk(person, standing.risk))
        at_risk.sort(key=lambda one: -len(one.reasons))
        cards.append(Card(group, state, missing, at_risk))
    return cards  # fmt: skip


def _span(plans: Plans, group: Group, today: date) -> Span:
    """The period of today; between periods the last one begun."""
    choices = group_frame.begun(plans, group, today)
    return group_frame.enclosing(choices, today).span if choices else (today, today)


def _people(groups: Sequence[Group], today: date) -> dict[int, list[Person]]:
    """Who is in each group today, by surname. One query."""
    found: dict[int, list[Person]] = {}
    for group_id, person in db.session.execute(
        select(Enrollment.group_id, Person)
        .join(Person, Person.id == Enrollment.student_id)
        .where(Enrollment.group_id.in_([group.id for group in groups]), in_force(Enrollment, today))
        .order_by(Person.skey, Person.id)
    ):
        found.setdefault(group_id, []).append(person)
    return found
