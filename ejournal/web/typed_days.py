"""Days that a form may leave out: what is left out is one thing, what cannot be read another."""

from datetime import date

from flask import request

from ejournal.domain.calendar import read_day
from ejournal.services.errors import RefusedError


def typed_day(field: str) -> date | None:
    """The day in a field of the form; None where nothing was typed. Raises RefusedError for what is no day."""
    text = request.form.get(field, "").strip()
    day = read_day(text) if text else None
    if text and day is None:
        raise RefusedError(f"Дата «{text[:20]}» не прочитана, ничего не изменено. Введите её как 24.11.2026.")
    return day
