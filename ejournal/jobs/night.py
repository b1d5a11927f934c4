"""The work of the night: every registered task in turn, by the server's clockwork or by `ejournal nightly`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from ejournal.access import Viewer
from ejournal.domain.numbers import whole
from ejournal.extensions import db, reading
from ejournal.jobs.folder import Lock
from ejournal.jobs.registry import NightTask, night_tasks
from ejournal.models import Setting
from ejournal.models.base import now
from ejournal.services import availability, clock, faults, log, settings
from ejournal.services.errors import FieldsError, RefusedError, ServiceError

HOUR, LAST = "nightly.hour", "nightly.last"
BUSY = "Ночная работа уже выполняется. Дождитесь её конца."
FAULT = "ошибка программы, она записана в журнал сервера"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """One task as it went."""

    name: str
    title: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class Night:
    """The last run; `started` alone where none has been yet: the moment from which nights are counted."""

    started: datetime
    finished: datetime | None = None
    tasks: tuple[Done, ...] = ()

    @property
    def failed(self) -> list[Done]:
        return [task for task in self.tasks if not task.ok]


def run(progress: Progress = lambda done, total: None) -> Night:
    """All tasks in turn; one that fails stops none of the others. RefusedError while another run goes on."""
    lock = Lock("nightly")
    if not lock.take():
        raise RefusedError(BUSY)
    try:
        started, tasks = now(), night_tasks()
        done = []
        for number, (name, task) in enumerate(tasks.items()):
            progress(number, len(tasks))
            done.append(_run(name, task))
        night = Night(started, now(), tuple(done))
        _store(night)
        return night
    finally:
        lock.release()


def last() -> Night | None:
    """The last run as it was stored, by whatever process."""
    row = db.session.get(Setting, LAST, populate_existing=True)
    if row is None:
        return None
    stored: dict[str, Any] = row.value
    finished = datetime.fromisoformat(stored["finished"]) if stored["finished"] else None
    return Night(datetime.fromisoformat(stored["started"]), finished, tuple(Done(**task) for task in stored["tasks"]))


def tick(work: Callable[[], object] = run) -> bool:
    """Do the night's `work` when the hour has come since the last run; also late, where the server is switched off at
    night."""
    with reading():
        previous, hour = last(), settings.get(HOUR)
        here = settings.local(now())
        db.session.rollback()
    if previous is None:
        # A new college: its first night is the next one, not this morning.
        _store(Night(now()))
        return False
    # By a clock that was ahead for a night the next one would be years away.
    if previous.started < now() + clock.SLACK and not is_due(here, hour, settings.local(previous.started)):
        return False
    work()
    return True


def is_due(here: datetime, hour: int, previous: datetime) -> bool:
    """Whether the daily hour has struck between two moments of the college's time."""
    struck = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > here:
        struck -= timedelta(days=1)
    return previous < struck


def set_hour(viewer: Viewer, text: str) -> None:
    """The hour (0…23, college time) at which the night's work begins."""
    hour = whole(text, most=23)
    if hour is None:
        raise FieldsError({"hour": "Укажите час от 0 до 23."})
    before = settings.get(HOUR)
    settings.put(HOUR, hour)
    log.record(viewer, "setting", "update", before=f"ночная работа в {before} ч", after=f"ночная работа в {hour} ч")
    db.session.commit()


def _run(name: str, task: NightTask) -> Done:
    try:
        message = task.run() or ""
        db.session.commit()
        return Done(name, task.title, True, message)
    except ServiceError as error:
        return Done(name, task.title, False, error.message)
    except Exception as error:
        current_app.logger.error("nightly task %s failed\n%s", name, faults.describe(error))
        cause = availability.cause_of(error)
        return Done(name, task.title, False, cause.words if cause else FAULT)
    finally:
        db.session.rollback()


def _store(night: Night) -> None:
    settings.put(
        LAST,
        {
            "started": night.started.isoformat(),
            "finished": night.finished.isoformat() if night.finished else None,
            "tasks": [asdict(task) for task in night.tasks],
        },
    )
    db.session.commit()
