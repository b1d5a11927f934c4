"""The college's own details: the head of documents and the operator in a consent (п. 3.7; 152-ФЗ, ст. 9)."""

from collections.abc import Mapping

from ejournal.access import Viewer
from ejournal.domain import requisites
from ejournal.extensions import db
from ejournal.services import log, settings
from ejournal.services.errors import FieldsError

# Field of the form → what people call it; the setting is «college.» and the field.
FIELDS = {
    "name": "Полное название",
    "short_name": "Короткое название",
    "founder": "Учредитель",
    "city": "Город",
    "address": "Адрес",
    "phone": "Телефон",
    "director": "Директор (фамилия, имя, отчество)",
    "inn": "ИНН",
    "ogrn": "ОГРН",
}
LONGEST = 250


def load() -> dict[str, str]:
    return {field: settings.get(f"college.{field}") for field in FIELDS}


def save(actor: Viewer, form: Mapping[str, str]) -> int:
    """Store what differs, each change with its own entry of the log. Returns how many. Raises FieldsError."""
    clean = {field: " ".join(form.get(field, "").split()) for field in FIELDS}
    if errors := _wrong(clean):
        raise FieldsError(errors)
    before = load()
    changed = [field for field in FIELDS if clean[field] != before[field]]
    for field in changed:
        settings.put(f"college.{field}", clean[field])
    if changed:
        log.record_many(
            actor, "setting", "update",
            [{"before": f"{FIELDS[f]}: {before[f] or 'пусто'}", "after": clean[f] or "пусто"} for f in changed],
        )  # fmt: skip
    db.session.commit()
    return len(changed)


def _wrong(clean: Mapping[str, str]) -> dict[str, str]:
    errors = {field: f"Не длиннее {LONGEST} знаков." for field, text in clean.items() if len(text) > LONGEST}
    for field in ("name", "short_name"):
        if not clean[field]:
            errors[field] = "Название нужно: оно стоит в шапке каждой страницы и каждого документа."
    if clean["inn"] and not requisites.is_inn(clean["inn"]):
        errors["inn"] = "ИНН организации — 10 цифр; контрольная цифра не сходится, проверьте."
    if clean["ogrn"] and not requisites.is_ogrn(clean["ogrn"]):
        errors["ogrn"] = "ОГРН — 13 цифр; контрольная цифра не сходится, проверьте."
    return errors
