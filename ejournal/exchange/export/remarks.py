"""The register of remarks as a spreadsheet (п. 4.2)."""

from collections.abc import Sequence
from datetime import date, datetime

from ejournal.access import Viewer
from ejournal.exchange.export.sheets import Page, as_xlsx
from ejournal.extensions import db
from ejournal.models import Person
from ejournal.services import log, settings
from ejournal.services.remark_list import Line

HEADINGS = (
    "Замечание", "Дисциплина", "Группа", "Занятие", "Сделано", "Кто сделал", "Исправить до", "Состояние",
    "Ответ", "Кто ответил", "Когда ответил", "Решение", "Кто решил", "Когда решил",
)  # fmt: skip


def xlsx(actor: Viewer, lines: Sequence[Line]) -> bytes:
    """The lines as they are shown; that a list with names left the system is logged (152-ФЗ)."""
    rows = [
        (
            line.remark.text, line.remark.course.discipline.title, line.remark.course.audience, line.date,
            _day(line.remark.created_at), _name(line.remark.author) or "автоматически", line.remark.due,
            line.state_title, line.remark.answer, _name(line.remark.answerer), _day(line.remark.answered_at),
            line.remark.decision, _name(line.remark.decider), _day(line.remark.decided_at),
        )
        for line in lines
    ]  # fmt: skip
    title = f"Замечания по ведению журнала на {settings.today():%d.%m.%Y}"
    log.record(actor, "export", "export", after=f"замечания: {len(rows)}", details={"kind": "remarks"})
    db.session.commit()
    return as_xlsx(Page("Замечания", [title], HEADINGS, rows))


def _day(moment: datetime | None) -> date | None:
    return settings.local(moment).date() if moment else None


def _name(person: Person | None) -> str:
    return person.short_name if person else ""
