"""Making the lessons of many groups from the timetable (п. 4.2)."""

from datetime import date
from typing import Any

from ejournal.access import OVERSEERS, Viewer
from ejournal.jobs.registry import JobResult, Progress, address_of, handler
from ejournal.services import generation, periods


@handler(
    "lessons",
    writes=True,
    cancelled="Отменено. В группах, которые уже обработаны, занятия созданы; повторное создание ничего не удвоит.",
    roles=OVERSEERS,
)
def generate(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """`payload`: year, groups (ids; empty: all), since, until (ISO dates)."""
    year = periods.chosen(payload["year"])
    since, until = date.fromisoformat(payload["since"]), date.fromisoformat(payload["until"])
    total = generation.generate(actor, year, payload["groups"], since, until, progress)
    return JobResult(f"Занятия: {total.words}.", address_of("timetable.generating", year=year.id))
