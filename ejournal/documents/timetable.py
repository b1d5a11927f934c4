"""The timetable of a group for a week, with what is otherwise than planned."""

from datetime import date

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import calendar
from ejournal.services import generation, group_admin, groups, week
from ejournal.services.errors import ForbiddenError

KIND = "timetable"


def of_group(actor: Viewer, group_id: int, day: date) -> list[Document]:
    """The week of a day. Raises NotFoundError, ForbiddenError."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Расписание печатает администрация.")
    group = group_admin.find(group_id)
    monday = calendar.monday_of(day)
    year = week.year_of(monday)
    parity = calendar.week_parity(monday, generation.anchor(year)).russian if year else ""
    days = week.load(monday, group_ids=[group_id])
    subtitle = f"группа {groups.title_on(group, days[-1].date)}, неделя с {monday:%d.%m.%Y} по {days[-1].date:%d.%m.%Y}"
    return [
        Document(
            title="Расписание учебных занятий",
            subtitle=f"{subtitle}, {parity}" if parity else subtitle,
            sheets=[Sheet("timetable.html", {"days": days})],
        )
    ]
