"""Settings of the college: stored in the database, each with a default."""

from datetime import date, datetime
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from ejournal.extensions import db
from ejournal.models import Setting
from ejournal.models.base import now

DEFAULTS: dict[str, Any] = {
    "college.name": "Колледж",
    "college.short_name": "Колледж",
    "college.city": "",
    # The head of printed documents and the operator's details in a consent (п. 3.7, 152-ФЗ).
    "college.founder": "",
    "college.address": "",
    "college.phone": "",
    "college.director": "",
    "college.inn": "",
    "college.ogrn": "",
    "timezone": "Europe/Moscow",
    "is_demo": False,
    # The Monday of the first «числитель» week; None: the week of 1 September.
    "week.anchor": None,
    # Days on which the system was down (services/failures.py): what is entered after them is not late.
    "continuity.failures": [],
    # Rooms in which several groups may be at once: спортзал, актовый зал.
    "timetable.shared_rooms": ["спортзал"],
    # A session ends after so many hours without a request, and after so many days in any case: of employees, of system
    # administrators, of students and parents.
    "session.idle_hours": 12,
    "session.days": 30,
    "session.admin_idle_hours": 2,
    "session.admin_days": 1,
    "session.family_idle_hours": 12,
    "session.family_days": 30,
    # Overrides of the regulation's terms by key of domain.terms.TERMS.
    "terms": {},
    # Control of terms: which lessons owe homework (services/homework.py); who gets the daily and the weekly
    # letter, by person (None: everybody of administration).
    "control.homework": "plan",
    "control.daily": None,
    "control.weekly": None,
    # The hour of the college's day at which the night's work begins, and how it went last (see jobs/night.py).
    "nightly.hour": 3,
    "nightly.last": None,
    # The college's own thresholds of marks by the names of grading.SuggestionRules (services/suggestions.py).
    "grading": {},
    # Mail: who it comes from, the journal's address in the links, whether a letter says what is new or only where.
    "mail.sender": "",
    "mail.site": "",
    "mail.content": False,
    # The last time the mail server could not be used: failures in a row, at, next, error (services/mail.py).
    "mail.trouble": None,
    # Minutes for which a mark or an absence must have stood before it is told, and the hour of the daily letter.
    "notices.hold_minutes": 30,
    "notices.absence_minutes": 2,
    "notices.digest_hour": 18,
    # Up to which moments changes were told, by kind (services/news.py).
    "notices.cursor": None,
    # When each entry of CHANGELOG.md came here, by its key (services/updates.py).
    "updates.known": {},
    # Reports: fewer marks of a student in a period are «мало»; academic hours of lessons in a week (ФГОС СПО).
    "reports.least_marks": 3,
    "reports.week_hours": 36,
}

# Workers see a change made by another within this many seconds; one save must not pay a query for settings.
CACHE_SECONDS = 5.0


def get(key: str) -> Any:
    """The setting, or its default. Raises KeyError for a key that is not in DEFAULTS."""
    default = DEFAULTS[key]
    return _stored().get(key, default)


def put(key: str, value: Any) -> None:
    """Store a setting; the caller commits."""
    if key not in DEFAULTS:
        raise KeyError(key)
    setting = db.session.get(Setting, key)
    if setting is None:
        db.session.add(Setting(key=key, value=value))
    else:
        setting.value = value
    db.session.flush()
    forget()


def timezone() -> ZoneInfo:
    return ZoneInfo(get("timezone"))


def today() -> date:
    """The date in the college's time zone: the terms of the regulation are counted in it."""
    return now().astimezone(timezone()).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(timezone())


def forget() -> None:
    current_app.extensions.pop("ejournal.settings", None)


def _stored() -> dict[str, Any]:
    cached = current_app.extensions.get("ejournal.settings")
    if cached and monotonic() - cached[0] < CACHE_SECONDS:
        return cached[1]
    stored: dict[str, Any] = {row.key: row.value for row in db.session.execute(db.select(Setting.key, Setting.value))}
    current_app.extensions["ejournal.settings"] = (monotonic(), stored)
    return stored
