"""The archive of a closed year, made from its page: minutes for a large college, cancelled at any group (п. 2.3)."""

from typing import Any

from ejournal.access import OVERSEERS, Viewer
from ejournal.archives import shelf
from ejournal.extensions import db
from ejournal.jobs.registry import JobResult, Progress, address_of, handler
from ejournal.services import log, periods


# Reads for minutes without a lock; the entry of the log is one short transaction at the end.
@handler("archive", writes=True, cancelled="Отменено: архив не сделан, прежний остался.", roles=OVERSEERS)
def make(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """`payload`: year."""
    year = periods.chosen(payload["year"])
    year_id, title = year.id, year.title
    db.session.rollback()
    made = shelf.make(year_id, title, progress)
    log.record(actor, "export", "export", after=f"Архив {title}: журналов {made.journals}, файлов {made.files}")
    db.session.commit()
    return JobResult(f"Архив {title}: журналов {made.journals}, файлов {made.files}.", address_of("archive.index"))
