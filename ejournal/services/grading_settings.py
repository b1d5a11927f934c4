"""The college's thresholds of suggested marks: read, tried, stored (п. 3.6, 4.2, 4.4)."""

from collections.abc import Mapping

from ejournal.access import Viewer
from ejournal.domain import thresholds
from ejournal.domain.grading import SuggestionRules
from ejournal.extensions import db
from ejournal.services import log, settings, suggestions
from ejournal.services.errors import FieldsError


def read(form: Mapping[str, str]) -> SuggestionRules:
    """The thresholds that were typed. Raises FieldsError."""
    rules, errors = thresholds.read(form)
    if errors:
        raise FieldsError(errors)
    return rules


def save(actor: Viewer, form: Mapping[str, str]) -> int:
    """Store what was typed, each change with its entry of the log. Returns how many. Raises FieldsError."""
    before, after = suggestions.rules(), read(form)
    names = thresholds.changed(before, after)
    if names:
        settings.put("grading", thresholds.stored(after))
        entries = [
            {
                "before": f"{thresholds.FIELDS[name].title}: {thresholds.typed(name, before)}",
                "after": thresholds.typed(name, after),
            }
            for name in names
        ]
        log.record_many(actor, "setting", "update", entries)
    db.session.commit()
    return len(names)
