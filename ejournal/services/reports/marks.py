"""Which marks a report of performance speaks of: those given for the period, or where current ones lead to (п. 4.4)."""

from dataclasses import dataclass

from ejournal.domain import reports, session_plan
from ejournal.domain.calendar import semester_of
from ejournal.models import Group
from ejournal.services import periods, plan_hours, suggestions
from ejournal.services.reports import facts
from ejournal.services.reports.registry import Choice
from ejournal.services.reports.scope import Scope

BASIS = Choice(
    "basis",
    "Оценки",
    (("auto", "итоговые, где выставлены"), ("final", "итоговые"), ("current", "текущие, предварительно")),
)
PRELIMINARY = (
    "Предварительно, по текущим оценкам: средневзвешенный балл обучающегося по дисциплине, округлённый до оценки. "
    "Итоговые оценки ставит преподаватель (п. 4.4)."
)
MIXED = f"Итоговые оценки там, где они выставлены; у остальных — {PRELIMINARY[0].lower()}{PRELIMINARY[1:]}"
FINAL = "По итоговым оценкам за период; «н/а» учитывается, ЗЧ и НЗ — вне пятибалльной шкалы."


@dataclass(slots=True)
class Found:
    """Marks by (student, journal) and what they are, in words."""

    marks: dict[tuple[int, int], str]
    note: str


def of(scope: Scope, people: facts.Roster) -> Found:
    """The marks of who is in a journal on the period's last day (today, while it runs); four queries at most.

    «Итоговые, где выставлены»: a mark that was given speaks for itself, for the others the current ones do.
    """
    basis = scope.choice("basis")
    given = {} if basis == "current" else _of_members(scope, people, facts.period_marks(scope))
    if basis == "final":
        return Found(given, FINAL)
    credits_ = credit_only(scope)
    current = {}
    rules = suggestions.rules()
    for one in facts.mark_sums(scope):
        journal = scope.journals[one.course_id]
        is_credit = (journal.group_id, journal.discipline_id) in credits_
        mark = reports.preliminary(one.mean, is_credit, rules)
        if mark:
            current[one.student_id, one.course_id] = mark
    rest = _of_members(scope, people, current)
    if given and not rest.keys() - given.keys():
        return Found(given, FINAL)
    return Found(rest | given, MIXED if given else PRELIMINARY)


def _of_members(scope: Scope, people: facts.Roster, given: dict[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Who left before the last day is out, and so is who is exempt."""
    kept = {}
    for journal in scope.journals.values():
        for student in people.journal_on(journal.id, scope.last_day(journal.group_id)):
            mark = given.get((student, journal.id))
            if mark:
                kept[student, journal.id] = mark
    return kept


def credit_only(scope: Scope) -> set[tuple[int, int]]:
    """(group, discipline) that end with a credit in the chosen period, as the curriculum says; one query."""
    groups: list[Group] = list(scope.groups.values())
    found = set()
    for group_id, rows in plan_hours.for_groups(groups, scope.year).items():
        semester = _semester(scope, group_id)
        for row in rows:
            controls = {1: [row.control_1], 2: [row.control_2]}.get(semester, [row.control_1, row.control_2])
            named = [control for control in controls if control]
            if named and all(control == session_plan.CREDIT for control in named):
                found.add((group_id, row.discipline_id))
    return found


def _semester(scope: Scope, group_id: int) -> int:
    """Of which of the year's semesters the chosen period of a group is; 0 where no period is chosen."""
    chosen = scope.periods.get(group_id)
    if chosen is None:
        return 0
    of_group = periods.narrowest(scope.year_periods, scope.groups[group_id], scope.year)
    return semester_of(of_group.index(chosen) + 1, len(of_group))
