"""Every night: how the terms were kept, for the history and for administration (R4.2.f, h)."""

from ejournal.extensions import db
from ejournal.jobs.registry import nightly
from ejournal.services.control import history, letters


@nightly("control", "Контроль сроков: показатели дня, письма администрации")
def control() -> str:
    overdue = history.take()
    db.session.commit()
    return f"просрочено {overdue}, писем {letters.queue()}"
