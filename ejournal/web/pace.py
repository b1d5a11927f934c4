"""What is dear to make is not made by one account as fast as a script can ask: exports, documents, reports, searches.

Counted in the memory of each server process: no request waits for it, and a restart forgives. With several processes
one account gets as many times more, which is still no load to speak of.
"""

from collections import deque
from threading import Lock
from time import monotonic

from flask import Flask, current_app, request
from flask_login import current_user

from ejournal.services.errors import TooManyError

# A curator who prints a group's thirty statements one by one, twice, is not stopped.
MOST, WINDOW = 60, 60.0  # requests, seconds
EXTENSION = "ejournal.pace"

# Routes that cost many times what a page does.
DEAR = frozenset(
    {
        "admin.export",
        "admin.log",
        "admin.log_export",
        "admin.people_list",
        "admin.preview_import",
        "documents.check_file",
        "documents.consolidated_sheet",
        "documents.attendance_sheet",
        "documents.consent_forms",
        "documents.group_statements",
        "documents.journal_book",
        "help.index",
        "journal.answers_archive",
        "remarks.export",
        "reports.pdf",
        "reports.show",
        "reports.xlsx",
        "documents.student_statement",
    }
)


def init_app(app: Flask) -> None:
    app.before_request(check_pace)


def check_pace() -> None:
    """Raises TooManyError."""
    if request.endpoint not in DEAR:
        return
    whose = f"account {current_user.id}" if current_user.is_authenticated else f"address {request.remote_addr}"
    wait = pace().wait(whose, monotonic())
    if wait > 0:
        seconds = int(wait) + 1
        raise TooManyError(
            f"Слишком много выгрузок, отчётов и поисков подряд: не больше {MOST} за минуту. "
            f"Подождите {seconds} с и повторите — остальные страницы открываются как обычно.",
            seconds,
        )


class Pace:
    """The last requests of each account or address."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: dict[str, deque[float]] = {}

    def wait(self, whose: str, moment: float) -> float:
        """Count one; or the seconds to wait, and count nothing."""
        with self._lock:
            times = self._times.setdefault(whose, deque())
            while times and times[0] <= moment - WINDOW:
                times.popleft()
            if len(times) >= MOST:
                return times[0] + WINDOW - moment
            times.append(moment)
            if len(self._times) > 10_000:
                self._forget(moment)
        return 0.0

    def _forget(self, moment: float) -> None:
        self._times = {whose: times for whose, times in self._times.items() if times and times[-1] > moment - WINDOW}


def pace() -> Pace:
    found: Pace = current_app.extensions.setdefault(EXTENSION, Pace())
    return found
