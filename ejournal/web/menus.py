"""What each role finds in the header: the sections of every day, and the rest under «Ещё»."""

from functools import cache
from typing import Any, NamedTuple

from flask import current_app, request, url_for

from ejournal.models import Role

Entry = tuple[str, str]  # endpoint, words


class Menu(NamedTuple):
    daily: list[Entry]
    more: list[Entry]

    @property
    def entries(self) -> list[Entry]:
        return self.daily + self.more


JOURNALS, TIMETABLE = ("journal.index", "Журналы"), ("timetable.index", "Расписание")
DIARIES = ("diary.index", "Дневники")
REPORTS, DOCUMENTS, DEBTS = (
    ("reports.index", "Отчёты"),
    ("documents.index", "Документы"),
    ("debts.index", "Задолженности"),
)
ABSENCES, DISPUTES = ("absences.index", "Пропуски"), ("disputes.index", "Обращения")
CONTROL, REMARKS = ("control.index", "Контроль сроков"), ("remarks.index", "Замечания")
YEAR, GROUPS, LOG = ("year.checklist", "Учебный год"), ("groups.index", "Группы"), ("admin.log", "Изменения")
SUBSTITUTIONS, CONSENTS = ("substitutions.index", "Замены"), ("consents.index", "Согласия")
CONTINUITY = ("continuity.index", "Если нет связи")
ARCHIVE = ("archive.index", "Архив")
BULLETINS = ("bulletins.index", "Письма родителям")
NEWS = [("announcements.index", "Объявления"), ("events.index", "События"), ("resources.index", "Ресурсы")]
FAMILY = Menu([("diary.index", "Дневник"), TIMETABLE, *NEWS], [DISPUTES])

# Pages of a section that have their address elsewhere.
PART_OF = {"absences.family": "diary.index", "absences.send": "diary.index"}

MENUS: dict[Role, Menu] = {
    Role.TEACHER: Menu(
        [("home.index", "Сегодня"), JOURNALS, TIMETABLE, NEWS[0]],
        [("thematic.index", "Тематические планы"), CONTROL, REMARKS, DISPUTES, DEBTS, REPORTS, *NEWS[1:], CONTINUITY],
    ),
    Role.CURATOR: Menu(
        [("home.index", "Сегодня"), ("groups.index", "Моя группа"), JOURNALS, ABSENCES, TIMETABLE, NEWS[0]],
        [DIARIES, CONSENTS, CONTROL, DISPUTES, DEBTS, REPORTS, DOCUMENTS, BULLETINS, *NEWS[1:], CONTINUITY],
    ),
    Role.ADMINISTRATION: Menu(
        [("home.index", "Главная"), GROUPS, JOURNALS, YEAR, TIMETABLE, REPORTS, NEWS[0]],
        [
            CONTROL,
            REMARKS,
            SUBSTITUTIONS,
            DIARIES,
            ABSENCES,
            DISPUTES,
            DEBTS,
            DOCUMENTS,
            LOG,
            BULLETINS,
            *NEWS[1:],
            ARCHIVE,
            CONTINUITY,
        ],
    ),
    Role.SYSADMIN: Menu(
        [("admin.index", "Администрирование"), ("admin.people_list", "Люди"), YEAR, JOURNALS, TIMETABLE, LOG],
        [GROUPS, SUBSTITUTIONS, CONTROL, DEBTS, REPORTS, DOCUMENTS, *NEWS, ARCHIVE, CONTINUITY],
    ),
    Role.STUDENT: FAMILY,
    Role.PARENT: FAMILY,
}


def of_role(role: Role | None) -> Menu:
    """Only what this application has."""
    found = MENUS[role] if role else Menu([], [])
    return Menu(*([entry for entry in part if entry[0] in current_app.view_functions] for part in found))


def current_entry(entries: list[Entry]) -> str | None:
    """The endpoint of the section shown: of those whose address begins the page's, the longest."""
    section = PART_OF.get(request.endpoint or "")
    if section in {endpoint for endpoint, _ in entries}:
        return section
    addresses = {address(endpoint): endpoint for endpoint, _ in entries}
    above = [address for address in addresses if request.path.startswith(address) and address != "/"]
    return addresses.get(request.path) or (addresses[max(above, key=len)] if above else None)


def address(endpoint: str, **values: Any) -> str:
    """`url_for`; addresses in which nothing varies, some thirty on a page, are made once."""
    return url_for(endpoint, **values) if values else _plain_address(request.script_root, endpoint)


@cache
def _plain_address(_root: str, endpoint: str) -> str:
    return url_for(endpoint)
