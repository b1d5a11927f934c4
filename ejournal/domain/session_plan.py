"""Forms of control of the curriculum, and days for them in a session (п. 4.2: расписание промежуточной аттестации)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

CONTROLS = {
    "Э": "экзамен",
    "ДЗ": "дифференцированный зачёт",
    "З": "зачёт",
    "КП": "курсовой проект",
    "КР": "курсовая работа",
    "ДФК": "другая форма контроля",
}
EXAM, CREDIT = "Э", "З"
# «Другая форма контроля» follows from the marks of the term and mostly has no day of its own.
WITHOUT_DAY = frozenset({"ДФК"})
# Days between two exams of a group, both not counted: what common practice gives for preparing.
REST = 2


def forms(control: str | None) -> list[str]:
    """«Э,КП» of a plan's row → its forms of control."""
    return [form.strip() for form in (control or "").split(",") if form.strip()]


def title(kind: str) -> str:
    return CONTROLS.get(kind, kind)


def suggest(kinds: Sequence[str], days: Sequence[date], taken: Collection[date] = ()) -> list[date | None]:
    """A day for each form: credits one a day from the first day, then exams with REST days between them.

    `days` are those on which the group may come, in order; None where they do not suffice. Days `taken` are left out.
    """
    free = [day for day in days if day not in taken]
    found: list[date | None] = [None] * len(kinds)
    credits_ = [n for n, kind in enumerate(kinds) if kind != EXAM and kind not in WITHOUT_DAY]
    for number, day in zip(credits_, free, strict=False):
        found[number] = day
    last = max((day for day in found if day), default=None)
    earliest = last + timedelta(days=1) if last else date.min
    for number in (n for n, kind in enumerate(kinds) if kind == EXAM):
        later = [day for day in free if day >= earliest]
        if not later:
            break
        found[number] = later[0]
        earliest = later[0] + timedelta(days=REST + 1)
    return found
