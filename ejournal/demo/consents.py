"""Consents to personal data processing (п. 4.1): nearly everybody has answered, a few have not, fewer refused."""

from datetime import date, timedelta

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group, dice
from ejournal.domain.calendar import years_before
from ejournal.models import Consent

UNANSWERED, REFUSED = 0.05, 0.02
MAJORITY = 18

# Whoever signs in on the demo must find a diary open.
Certain = frozenset[int]


def add(
    rows: Rows, year: Year, seed: int, groups: list[Group], guardians: list[tuple[int, int]], certain: Certain
) -> None:
    """Keep rows: each parent (parent, student) about the child, an adult student about herself."""
    for parent, child in guardians:
        _answer(rows, year, seed, child, parent, parent in certain)
    for student in {member.student.id: member.student for group in groups for member in group.members}.values():
        if student.born <= years_before(year.today, MAJORITY):
            _answer(rows, year, seed, student.id, student.id, student.id in certain)


def _answer(rows: Rows, year: Year, seed: int, student: int, person: int, certain: bool) -> None:
    chance = dice(seed, "consent", student, person)
    fate = chance.random()
    if fate < UNANSWERED and not certain:
        return
    kind = "refused" if fate < UNANSWERED + REFUSED and not certain else "agreed"
    dated = min(date(year.start, 9, 1) + timedelta(days=chance.randrange(12)), year.today)
    rows.add(Consent, student_id=student, person_id=person, kind=kind, dated=dated)
