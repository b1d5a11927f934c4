"""Consents of parents and of adult students, some refused, withdrawn or not given yet; extracts given to bodies."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group, Student, dice
from ejournal.domain import consents as rules
from ejournal.models import Consent, Disclosure, SubjectRequest

# Shares of what people answered; the rest has not answered.
ANSWERS = (("agreed", 0.86), ("refused", 0.04), ("withdrawn", 0.02))
WITHOUT_PARENTS = 0.7  # of minors whose parents are on no list a relative brought the paper all the same

BODIES = (
    ("ОМВД России по Светлоярскому району", "инспектор ПДН Орлова Т. В.",
     "запрос по материалам проверки, ч. 4 ст. 13 ФЗ «О полиции»", "14/2-381"),
    ("Комиссия по делам несовершеннолетних и защите их прав", "секретарь комиссии Белова Н. А.",
     "ст. 17 ФЗ № 120-ФЗ «Об основах системы профилактики»", "КДН-57"),
    ("Военный комиссариат г. Светлоярска", "", "п. 9 ст. 4 ФЗ № 53-ФЗ «О воинской обязанности»", "2/1140"),
)  # fmt: skip
NOON = time(12)
GIVEN = "выписка об успеваемости и посещаемости"

# Whoever signs in on the demo must find a diary open.
Certain = frozenset[int]


def add(
    rows: Rows, year: Year, seed: int, groups: list[Group], guardians: list[tuple[int, int]], certain: Certain,
    recorder: int,
) -> None:  # fmt: skip
    """Keep rows of answers: each parent (parent, student) about the child, an adult student about herself."""
    parents: dict[int, list[int]] = {}
    for parent, child in guardians:
        parents.setdefault(child, []).append(parent)
    students = {member.student.id: member.student for group in groups for member in group.members}
    for student in students.values():
        _answers_about(
            rows, year, dice(seed, "consents", student.id), student, parents.get(student.id, []), certain, recorder
        )
    _disclosures(rows, year, list(students.values()), recorder)


def _answers_about(
    rows: Rows, year: Year, chance: Random, student: Student, parents: list[int], certain: Certain, recorder: int
) -> None:
    first = date(year.start, 9, 1)
    for parent in parents:
        for kind, dated in _answers(year, chance, first, parent in certain):
            _keep(rows, year, student.id, parent, kind, dated, recorder)
    if rules.is_adult(student.born, year.today):
        since = max(first, rules.majority_day(student.born))
        for kind, dated in _answers(year, chance, since, bool(certain & {student.id, *parents})):
            _keep(rows, year, student.id, student.id, kind, dated, recorder)
    elif not parents and chance.random() < WITHOUT_PARENTS:
        rows.add(
            Consent, student_id=student.id, person_id=student.id, kind="agreed", dated=_later(year, chance, first),
            by_guardian=True, signer="бабушка, опекун", recorded_by=recorder,
        )  # fmt: skip


def _answers(year: Year, chance: Random, since: date, certain: bool) -> Iterable[tuple[str, date]]:
    """What somebody answered in turn."""
    dated, point = _later(year, chance, since), chance.random()
    for kind, share in ANSWERS:
        if certain or point < share:
            if kind == "withdrawn":
                yield "agreed", dated
                dated = min(dated + timedelta(days=chance.randint(5, 30)), year.today)
            yield kind, dated
            return
        point -= share


def _later(year: Year, chance: Random, since: date) -> date:
    return min(since + timedelta(days=chance.randint(0, 14)), year.today)


def _keep(rows: Rows, year: Year, student: int, person: int, kind: str, dated: date, recorder: int) -> None:
    entered = min(datetime.combine(dated, NOON, year.zone), year.now)
    rows.add(
        Consent, student_id=student, person_id=person, kind=kind, dated=dated, recorded_by=recorder,
        recorded_at=entered,
    )  # fmt: skip


def _disclosures(rows: Rows, year: Year, students: list[Student], recorder: int) -> None:
    first = date(year.start, 9, 1)
    for number, (body, official, ground, document) in enumerate(BODIES):
        given = max(first, year.today - timedelta(days=6 + 15 * number))
        rows.add(
            Disclosure,
            person_id=students[number % len(students)].id,
            body=body,
            official=official,
            ground=ground,
            document_number=document,
            document_date=max(first, given - timedelta(days=3)),
            given=GIVEN,
            given_on=given,
            since=first,
            until=given,
            recorded_by=recorder,
        )
    asked = max(first, year.today - timedelta(days=4))
    rows.add(
        SubjectRequest, person_id=students[-1].id, asked_on=asked, due=asked + timedelta(days=14),
        applicant="мать, по паспорту", recorded_by=recorder,
    )  # fmt: skip
