"""When and how people are told what is new: kinds, the usual choices, the hold, the hours in which letters go."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

# What news can be about, in the words people see.
KINDS = {
    "absence": "пропуски и опоздания",
    "mark": "оценки",
    "homework": "домашние задания",
    "answer": "ответы на задания",
    "substitution": "замены на сегодня и завтра",
    "message": "сообщения",
    "announcement": "объявления",
}
# Told on the site alone: a letter of their own goes to whom they concern.
SITE_ONLY = {
    "dispute": "обращения об оценках",
    "paper": "документы о пропусках",
}
TITLES = KINDS | SITE_ONLY
NOW, DIGEST, SITE = "now", "digest", "site"
CHOICES = {NOW: "письмом сразу", DIGEST: "письмом раз в день", SITE: "только на сайте"}

# Parents and students want to know at once who is missing, and marks in the evening; nobody else asked for letters.
USUAL = {"absence": NOW, "mark": DIGEST}

# No telephone rings at night: letters about what is new wait for the morning.
QUIET_FROM, QUIET_UNTIL = time(22), time(7)

# Minutes after the first, second … refusal «try later»; after the last a letter is given up: about two days.
RETRIES = (1, 5, 15, 60, 180, 360, 720, 1440)
# Seconds after the first, second … time that the mail server could not be reached at all.
SERVER_RETRIES = (30, 60, 120, 300, 600, 1800)


def usual(kind: str, about_student: bool) -> str:
    """The choice of who made none: parents and students about a student; employees get no letters."""
    return USUAL.get(kind, SITE) if about_student else SITE


def horizon(before: datetime, now: datetime, hold: timedelta) -> datetime:
    """Changes up to this moment may be told: they have stood for the hold. Never goes back."""
    return max(before, now - hold)


def outside_quiet(here: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it is in; of the college's time."""
    if here.time() >= QUIET_FROM:
        here += timedelta(days=1)
    elif here.time() >= QUIET_UNTIL:
        return here
    return here.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)


def retry_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None: give up."""
    return timedelta(minutes=RETRIES[tries - 1]) if tries <= len(RETRIES) else None


def server_retry_after(failures: int) -> timedelta:
    return timedelta(seconds=SERVER_RETRIES[min(failures, len(SERVER_RETRIES)) - 1])


def change_words(before: str, after: str) -> str:
    """A mark in words: the first one, a corrected one, one taken away."""
    if not after:
        return f"оценка {before} снята"
    return f"исправлено: было {before}, стало {after}" if before else after


def grouped(lines: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """(whose, text) lines under each name, names in the order of their first line."""
    found: dict[str, list[str]] = {}
    for whose, text in lines:
        found.setdefault(whose, []).append(text)
    return list(found.items())
