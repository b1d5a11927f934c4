"""Writing a long list that was looked at and confirmed (п. 4.2)."""

from typing import Any

from ejournal.access import Viewer
from ejournal.exchange import importer, pending
from ejournal.exchange.importer import ChangedMeanwhileError
from ejournal.jobs.registry import JobFailedError, JobResult, Progress, address_of, handler
from ejournal.models import Role
from ejournal.services.errors import NotFoundError


@handler("import", writes=True, cancelled="Загрузка отменена: ничего не записано.", roles=frozenset({Role.SYSADMIN}))
def apply(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """`payload`: name of the kept file, fingerprint of the plan that was confirmed."""
    if actor is None:
        raise NotFoundError
    file = pending.find(actor, payload["name"])
    try:
        done = importer.apply_file(
            file.kind, file.content, file.filename, file.options, payload["fingerprint"], actor, progress
        )
    except ChangedMeanwhileError as error:
        raise JobFailedError(error.message, address_of("admin.pending_import", name=file.id)) from error
    pending.drop(file)
    return JobResult(
        f"Создано: {done.created}, изменено: {done.updated}, без изменений: {done.unchanged}.",
        address_of("admin.finished_import", entry_id=done.log_id),
    )
