"""What the night clears away, and the night itself started by hand."""

from typing import Any

from flask import current_app

from ejournal.access import Viewer
from ejournal.exchange import pending
from ejournal.jobs import files, night
from ejournal.jobs.registry import JobFailedError, JobResult, Progress, handler, nightly
from ejournal.models import Role
from ejournal.services import leftovers, letters, notices, old_sessions, remark_night, repeats


@nightly("clear-jobs", "Результаты заданий старше недели")
def clear_jobs() -> str:
    return f"удалено: {files.remove_old()}"


@nightly("clear-sessions", "Завершённые сеансы")
def clear_sessions() -> str:
    return f"удалено: {old_sessions.remove_old()}"


@nightly("clear-uploads", "Незавершённые загрузки списков")
def clear_uploads() -> str:
    return f"удалено файлов: {pending.sweep()}"


@nightly("clear-leftovers", "Остатки прерванной работы: файлы, которые никому не принадлежат")
def clear_leftovers() -> str:
    return f"удалено: {leftovers.remove_old(current_app.config['EJOURNAL'])}"


@nightly("clear-letters", "Старые письма и уведомления")
def clear_letters() -> str:
    return f"писем: {letters.remove_old()}, уведомлений: {notices.remove_old()}"


@nightly("remarks", "Замечания о незаполненных занятиях")
def keep_remarks() -> str:
    made, closed = remark_night.keep()
    return f"сделано: {made}, закрыто: {closed}"


@nightly("clear-requests", "Номера выполненных запросов")
def clear_requests() -> str:
    return f"удалено: {repeats.remove_old()}"


@handler("nightly", writes=True, cancelled="Отменено: выполнена часть задач.", roles=frozenset({Role.SYSADMIN}))
def run_now(_actor: Viewer | None, _payload: dict[str, Any], progress: Progress) -> JobResult:
    done = night.run(progress)
    if done.failed:
        raise JobFailedError("Не получилось: " + "; ".join(f"{task.title} — {task.message}" for task in done.failed))
    return JobResult(f"Выполнено задач: {len(done.tasks)}.")
