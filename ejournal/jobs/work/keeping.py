"""What the night keeps: a copy, tried by restoring it, and a look whether everything stored is whole (R2.3.store)."""

from ejournal.backup import copies
from ejournal.backup.archive import ArchiveError
from ejournal.jobs.registry import JobFailedError, nightly
from ejournal.services import integrity

MOST_TOLD = 5


@nightly("backup", "Резервная копия и её пробное восстановление")
def backup() -> str:
    try:
        made = copies.nightly()
    except (ArchiveError, OSError) as error:
        raise JobFailedError(f"Копия не сделана или не проверена: {error}") from error
    return f"строк: {made.rows}, восстановлена и сверена"


@nightly("verify", "Целостность базы, журнала изменений, отметок и файлов")
def verify() -> str:
    report = integrity.verify()
    if not report.is_whole:
        raise JobFailedError("Не сходится: " + "; ".join(report.problems[:MOST_TOLD]))
    return f"записей {report.entries}, ячеек {report.cells}, контрольная сумма {report.head[:12]}…"
