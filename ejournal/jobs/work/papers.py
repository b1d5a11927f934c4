"""Long documents: made beside the page that asked for them, the file kept a week (п. 3.7)."""

from typing import Any

from ejournal.access import Viewer
from ejournal.documents import long
from ejournal.jobs import files
from ejournal.jobs.registry import JobResult, Progress, handler
from ejournal.services.errors import NotFoundError

PAPERS = {
    "group_statements": long.group_statements,
    "group_consent_forms": long.group_consent_forms,
    "group_book": long.group_book,
    "journal_book": long.journal_book,
    "report": long.big_report,
}
PDF = "application/pdf"


# Each of its transactions is short and commits before the pages are laid out: nobody waits for a lock meanwhile.
@handler("paper", writes=True, cancelled="Отменено: документ не выпущен.")
def make(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """`payload`: `paper` (see PAPERS) and its `params`."""
    if actor is None:
        raise NotFoundError
    printed = PAPERS[payload["paper"]](actor, payload["params"], progress)
    numbers = printed.numbers[0] if len(printed.numbers) == 1 else f"{printed.numbers[0]} — {printed.numbers[-1]}"
    return JobResult(f"Готово. Рег. № {numbers}.", file=(printed.name, PDF, files.keep_file(printed.content)))
