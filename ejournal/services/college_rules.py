"""What a college decides for itself about rooms and reports, where the regulation leaves it open (п. 4.2)."""

from collections.abc import Mapping

from ejournal.access import Viewer
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.services import log, settings
from ejournal.services.errors import FieldsError

# Field of the form → the setting, and what people call it.
FIELDS = {
    "shared_rooms": ("timetable.shared_rooms", "Помещения для нескольких групп сразу"),
    "week_hours": ("reports.week_hours", "Академических часов в неделю, не больше"),
    "least_marks": ("reports.least_marks", "Мало оценок: меньше, чем"),
}
MOST = {"week_hours": 54, "least_marks": 30}
LONGEST = 250


def load() -> dict[str, str]:
    """As typed, by field."""
    return {field: _typed(settings.get(key)) for field, (key, _title) in FIELDS.items()}


def save(actor: Viewer, form: Mapping[str, str]) -> int:
    """Store what differs, each change with its own entry of the log. Returns how many. Raises FieldsError."""
    rooms = " ".join(form.get("shared_rooms", "").split())
    numbers = {field: whole(form.get(field, ""), 1, most) for field, most in MOST.items()}
    errors = {field: f"Целое число от 1 до {MOST[field]}." for field, number in numbers.items() if number is None}
    if len(rooms) > LONGEST:
        errors["shared_rooms"] = f"Не длиннее {LONGEST} знаков."
    if errors:
        raise FieldsError(errors)
    wanted = {"shared_rooms": [room.strip() for room in rooms.split(",") if room.strip()], **numbers}
    changed = [field for field, (key, _title) in FIELDS.items() if wanted[field] != settings.get(key)]
    entries = []
    for field in changed:
        key, title = FIELDS[field]
        before, after = _typed(settings.get(key)), _typed(wanted[field])
        entries.append({"before": f"{title}: {before or 'нет'}", "after": after or "нет"})
        settings.put(key, wanted[field])
    if entries:
        log.record_many(actor, "setting", "update", entries)
    db.session.commit()
    return len(changed)


def _typed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
