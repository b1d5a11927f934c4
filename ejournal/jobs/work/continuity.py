"""The pack for a day without the system: every night, and when somebody asks for it (п. 4.1)."""

from typing import Any

from ejournal.access import OVERSEERS, Viewer
from ejournal.jobs.registry import JobResult, Progress, address_of, handler, nightly
from ejournal.packs import making
from ejournal.services import groups, periods


@nightly("continuity", "Печатный запас журналов на случай сбоя (п. 4.1)")
def every_night() -> str:
    year = periods.current()
    if year is None or not groups.studying(year):
        return "групп ещё нет"
    return f"групп: {len(making.make().groups)}"


@handler("continuity", cancelled="Отменено: остался прежний запас.", roles=OVERSEERS)
def now(_actor: Viewer | None, _payload: dict[str, Any], progress: Progress) -> JobResult:
    pack = making.make(progress)
    return JobResult(f"Готово, групп: {len(pack.groups)}.", address_of("continuity.index"))
