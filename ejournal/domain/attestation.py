"""Marks at the end of a period, a year and a discipline: what is suggested, and which open a debt (п. 4.4)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from ejournal.domain import grading
from ejournal.domain.grading import DEFAULT_RULES, Suggestion, SuggestionRules
from ejournal.domain.notation import NOT_ATTESTED
from ejournal.domain.session_plan import CREDIT

PASSED, FAILED, ABSENT = "ЗЧ", "НЗ", "неявка"
# What a sheet of an exam, and of a credit, may hold.
EXAM_RESULTS = ("5", "4", "3", "2", ABSENT)
CREDIT_RESULTS = (PASSED, FAILED, ABSENT)
# Marks of a period, a year and final ones that are an academic debt (ст. 58 273-ФЗ; п. 4.4).
DEBTS = (NOT_ATTESTED, FAILED, "2", "1")


def opens_debt(mark: str | None) -> bool:
    return mark in DEBTS


def results(control: str) -> tuple[str, ...]:
    """What may stand in a sheet of this form of control."""
    return CREDIT_RESULTS if control == CREDIT else EXAM_RESULTS


def as_credit(suggestion: Suggestion) -> Suggestion:
    """The suggestion for a discipline that ends with a credit: ЗЧ from a 3 on."""
    if not suggestion.mark.isdecimal():
        return suggestion
    return replace(suggestion, mark=PASSED if suggestion.mark >= "3" else FAILED)


def of_sheet(result: str, number: str) -> Suggestion:
    """What an exam's sheet says of the period's mark; who did not come has none."""
    return Suggestion(NOT_ATTESTED if result == ABSENT else result, f"ведомость № {number}: {result}")


def suggest_year(marks: Sequence[str | None], rules: SuggestionRules = DEFAULT_RULES) -> Suggestion | None:
    """The year's mark of the marks of its periods; None while one of them is missing, or ЗЧ and numbers are mixed
    with a НЗ that is to be passed first."""
    if not marks or not all(marks):
        return None
    if NOT_ATTESTED in marks:
        return Suggestion(NOT_ATTESTED, "за один из периодов «н/а»")
    numbers = [mark for mark in marks if mark and mark.isdecimal()]
    if not numbers:
        return Suggestion(FAILED if FAILED in marks else PASSED, "по зачётам за периоды")
    if FAILED in marks:
        return None
    once = replace(rules, min_marks=1)
    suggested = grading.suggest_period_mark(grading.mean(numbers), len(numbers), None, once)
    return replace(suggested, reason=f"оценки за периоды {', '.join(mark or '' for mark in marks)}")


def suggest_final(year: str | None, exam: str | None) -> Suggestion | None:
    """The final mark of the year's and the exam's; what lies between two marks goes to the exam's side."""
    if exam is None:
        return Suggestion(year, f"оценка за год {year}") if year else None
    if exam in (ABSENT, NOT_ATTESTED, FAILED, "2"):
        return Suggestion(NOT_ATTESTED if exam == ABSENT else exam, f"экзамен или зачёт: {exam}")
    if exam == PASSED or year is None or not year.isdecimal():
        return Suggestion(exam, f"экзамен или зачёт: {exam}")
    half = ROUND_HALF_UP if exam > year else ROUND_HALF_DOWN
    mark = ((Decimal(year) + Decimal(exam)) / 2).quantize(Decimal(1), half)
    return Suggestion(str(mark), f"за год {year}, экзамен {exam}")
