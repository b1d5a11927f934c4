"""Long work that a person starts and may leave, and the work of the night; done by a process of its own.

    job = jobs.start(current_user, "import", "Загрузка: списки.xlsx", {"name": …})
    return redirect(url_for("jobs.show", job_id=job.id))

What is done stands in `ejournal/jobs/work/`, a file per kind:

    @jobs.handler("import", writes=True)
    def run(actor, payload, progress) -> JobResult: …
"""

from ejournal.jobs.desk import cancel, find, recent
from ejournal.jobs.files import keep_file
from ejournal.jobs.queue import start
from ejournal.jobs.registry import (
    CancelledError,
    JobFailedError,
    JobResult,
    Progress,
    address_of,
    handler,
    nightly,
)

__all__ = [
    "CancelledError",
    "JobFailedError",
    "JobResult",
    "Progress",
    "address_of",
    "cancel",
    "find",
    "handler",
    "keep_file",
    "nightly",
    "recent",
    "start",
]
