"""The register of debts as a spreadsheet for the office (п. 4.4)."""

from collections.abc import Sequence

from ejournal.access import Viewer
from ejournal.exchange.export.sheets import Page, as_xlsx
from ejournal.extensions import db
from ejournal.services import log, settings
from ejournal.services.debt_list import Line

HEADINGS = (
    "Обучающийся", "Группа", "Дисциплина", "Преподаватель", "Период", "Оценка", "Возникла", "Срок", "Форма",
    "Попытки", "Пересдать по", "Состояние",
)  # fmt: skip


def xlsx(actor: Viewer, lines: Sequence[Line]) -> bytes:
    """The lines as they are shown; that a list with names left the system is logged (152-ФЗ)."""
    rows = [
        (
            line.student, line.audience, line.discipline, line.teachers, line.slot, line.mark_told,
            line.debt.opened_on, line.debt.due, line.debt.form, line.attempts_told, line.last_day, line.state_title,
        )
        for line in lines
    ]  # fmt: skip
    title = f"Академические задолженности на {settings.today():%d.%m.%Y}"
    log.record(actor, "export", "export", after=f"задолженности: {len(rows)}", details={"kind": "debts"})
    db.session.commit()
    return as_xlsx(Page("Задолженности", [title], HEADINGS, rows))
