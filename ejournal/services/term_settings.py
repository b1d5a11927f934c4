"""The terms of the regulation as the college has set them, and who is told of lateness (R4.2.b, f)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.domain.numbers import whole
from ejournal.domain.terms import TERMS
from ejournal.extensions import db
from ejournal.models import Person
from ejournal.services import homework, log, settings
from ejournal.services.control import letters, words
from ejournal.services.errors import FieldsError

HOMEWORK: dict[str, str] = {
    homework.PLAN: "где оно стоит в тематическом плане, и где темы из плана нет",
    homework.EVERY: "за каждое занятие, кроме практики",
    homework.GIVEN: "ни за какое: контролируется только время опубликованных",
}
MOST_DAYS = 60
LISTS = {"daily": "Ежедневное письмо", "weekly": "Еженедельное письмо"}


@dataclass(frozen=True, slots=True)
class Line:
    """A term on the page: `value` for the field, `default` in words, `softer`: asks less than the regulation."""

    key: str
    title: str
    clause: str
    unit: str
    value: str
    default: str
    softer: bool


def load() -> list[Line]:
    values = settings.get("terms")
    return [
        Line(
            key, term.title, term.clause, term.unit, _field(key, values), words.shown(key, terms.DEFAULTS),
            terms.is_softer(key, values),
        )
        for key, term in TERMS.items()
    ]  # fmt: skip


def receivers() -> list[tuple[Person, dict[str, bool]]]:
    """Who may get the letters, and which they get."""
    chosen = {"daily": letters.receivers(letters.DAY), "weekly": letters.receivers(letters.WEEK)}
    return [(person, {name: person.id in chosen[name] for name in LISTS}) for person in letters.candidates()]


def save(actor: Viewer, form: Mapping[str, str], daily: Iterable[int], weekly: Iterable[int]) -> int:
    """Store what differs, each change with its own entry of the log. Returns how many. Raises FieldsError."""
    values, errors = _read(form)
    owes = form.get("homework_for", "")
    if owes not in HOMEWORK:
        errors["homework_for"] = "Выберите, за какие занятия отвечают заданием."
    if errors:
        raise FieldsError(errors)
    changes = _terms(values)
    if owes != settings.get("control.homework"):
        changes.append((f"Домашнее задание должно быть: {HOMEWORK[settings.get('control.homework')]}", HOMEWORK[owes]))
        settings.put("control.homework", owes)
    for name, ids in (("daily", daily), ("weekly", weekly)):
        changes += _receivers(name, set(ids))
    if changes:
        log.record_many(actor, "setting", "update", [{"before": old, "after": new} for old, new in changes])
    db.session.commit()
    return len(changes)


def _read(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values by their keys, only those that differ from the defaults; what is wrong by key."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, term in TERMS.items():
        text = form.get(key, "").strip()
        try:
            values[key] = _parsed(term, text)
        except ValueError:
            errors[key] = WRONG[term.unit]
    return {key: value for key, value in values.items() if value != TERMS[key].default}, errors


WRONG = {
    "days": f"Укажите число дней от 0 до {MOST_DAYS}.",
    "working_days": f"Укажите число рабочих дней от 0 до {MOST_DAYS}.",
    "time": "Укажите время, например 19:00.",
    "month_day": "Укажите день и месяц, например 25.09.",
}


def _parsed(term: terms.Term, text: str) -> int | str:
    """As settings keep it. Raises ValueError."""
    if term.unit in ("days", "working_days"):
        if (days := whole(text, most=MOST_DAYS)) is None:
            raise ValueError(text)
        return days
    if term.unit == "month_day":
        day, _, month = text.partition(".")
        text = f"{month.strip('.').zfill(2)}-{day.zfill(2)}"
    terms.term_value(term.key, {term.key: text or "-"})
    return text[:5]


def _field(key: str, values: terms.Values) -> str:
    """The value as its field holds it: «2», «19:00», «25.09»."""
    shown = words.shown(key, values)
    return shown.split()[0]


def _terms(values: dict[str, Any]) -> list[tuple[str, str]]:
    before = settings.get("terms")
    changed = [key for key in TERMS if terms.term_value(key, before) != terms.term_value(key, values)]
    if changed:
        settings.put("terms", values)
    return [(f"{TERMS[key].title}: {words.shown(key, before)}", words.shown(key, values)) for key in changed]


def _receivers(name: str, ids: set[int]) -> list[tuple[str, str]]:
    people = {person.id: person.short_name for person in letters.candidates()}
    kind = letters.DAY if name == "daily" else letters.WEEK
    before, after = letters.receivers(kind), ids & set(people)
    if before == after:
        return []
    settings.put(letters.LISTS[kind], sorted(after))
    said = [", ".join(people[id_] for id_ in people if id_ in those) or "никому" for those in (before, after)]
    return [(f"{LISTS[name]}: {said[0]}", said[1])]
