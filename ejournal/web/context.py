"""What every template may use: the viewer's menu, dates in Russian, icons."""

from datetime import date, datetime
from functools import cache
from typing import Any

from flask import Flask, current_app, request, session, url_for
from flask_login import current_user
from markupsafe import Markup

from ejournal.access import Viewer
from ejournal.config import ROOT
from ejournal.domain import calendar
from ejournal.models import Role
from ejournal.services import settings
from ejournal.web import view_mode

ICONS = ROOT / "static" / "vendor" / "bootstrap-icons"


def init_app(app: Flask) -> None:
    app.context_processor(common)
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["here"] = here
    # For links to parts that a page can do without.
    app.jinja_env.globals["has_view"] = lambda endpoint: endpoint in app.view_functions
    app.jinja_env.filters["day"] = lambda value: value.strftime("%d.%m.%Y") if value else ""
    app.jinja_env.filters["day_month"] = lambda value: value.strftime("%d.%m") if value else ""
    app.jinja_env.filters["moment"] = format_moment
    app.jinja_env.filters["weekday"] = lambda value: (
        f"{calendar.WEEKDAYS[value.weekday()]}, {calendar.format_day_month(value)}"
    )
    # «ауд. 217», but «Лаб. 217» and «спортзал» as they are.
    app.jinja_env.filters["room"] = lambda value: f"ауд. {value}" if value[:1].isdigit() else value
    app.jinja_env.filters["file_size"] = format_size


def common() -> dict[str, Any]:
    entries = menu(current_user) if current_user.is_authenticated else []
    return {
        "college": settings.get("college.name"),
        "college_short": settings.get("college.short_name"),
        "is_demo": settings.get("is_demo"),
        "menu": entries,
        "menu_current": current_entry(entries),
        "year_sections": [entry for entry in YEAR_SECTIONS if entry[0] in current_app.view_functions],
        "active_role": active_role(current_user) if current_user.is_authenticated else None,
        "Role": Role,
        "today": settings.today(),
        "view_mode": view_mode.of(request),
        "VIEW_COLOURS": view_mode.COLOURS,
        "VIEW_SIZES": view_mode.SIZES,
    }


def active_role(viewer: Viewer) -> Role | None:
    """The role chosen in the header; it shapes menu and start page, never what is allowed."""
    chosen = session.get("role")
    if chosen in viewer.roles:
        return Role(chosen)
    return next((role for role in ORDER if role in viewer.roles), None)


ORDER = (Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN, Role.STUDENT, Role.PARENT)

JOURNALS, TIMETABLE = ("journal.index", "Журналы"), ("timetable.index", "Расписание")
DIARY = ("diary.index", "Дневник")
ANNOUNCEMENTS, EVENTS, RESOURCES = (
    ("announcements.index", "Объявления"),
    ("events.index", "События"),
    ("resources.index", "Ресурсы"),
)
SUBSTITUTIONS, YEAR, LOG, DOCUMENTS = (
    ("substitutions.index", "Замены"),
    ("year.checklist", "Учебный год"),
    ("admin.log", "Изменения"),
    ("documents.index", "Документы"),
)

MENUS: dict[Role, list[tuple[str, str]]] = {
    Role.TEACHER: [
        ("home.index", "Сегодня"),
        JOURNALS,
        TIMETABLE,
        ("thematic.index", "Тематические планы"),
        ANNOUNCEMENTS,
    ],
    Role.CURATOR: [
        ("home.index", "Сегодня"),
        ("journal.index", "Журналы группы"),
        ("diary.index", "Дневники"),
        TIMETABLE,
        ("consents.index", "Согласия"),
        ("slips.index", "Коды доступа"),
        DOCUMENTS,
        ANNOUNCEMENTS,
    ],
    Role.ADMINISTRATION: [
        ("home.index", "Главная"),
        JOURNALS,
        YEAR,
        TIMETABLE,
        SUBSTITUTIONS,
        DOCUMENTS,
        ANNOUNCEMENTS,
        LOG,
    ],
    Role.SYSADMIN: [
        ("admin.index", "Администрирование"),
        ("admin.people_list", "Люди"),
        YEAR,
        TIMETABLE,
        SUBSTITUTIONS,
        JOURNALS,
        DOCUMENTS,
        LOG,
    ],
    Role.STUDENT: [DIARY, TIMETABLE, ANNOUNCEMENTS, EVENTS, RESOURCES],
    Role.PARENT: [DIARY, TIMETABLE, ANNOUNCEMENTS, EVENTS, RESOURCES],
}

# The parts of a year's set-up, in the order in which a college does them (п. 4.1, 4.2).
YEAR_SECTIONS = (
    ("year.checklist", "Готовность"),
    ("year.periods", "Периоды и каникулы"),
    ("year.groups", "Группы"),
    ("movement.index", "Контингент"),
    ("plans.index", "Учебные планы"),
    ("individual.index", "Индивидуальные планы"),
    ("load.index", "Нагрузка"),
    ("thematic.index", "Тематические планы"),
    ("bells.index", "Звонки и режим"),
    ("timetable.index", "Расписание"),
    ("substitutions.index", "Замены"),
    ("exams.index", "Сессия"),
    ("consents.index", "Согласия"),
    ("slips.index", "Коды доступа"),
)


def menu(viewer: Viewer) -> list[tuple[str, str]]:
    role = active_role(viewer)
    return [entry for entry in MENUS[role] if entry[0] in current_app.view_functions] if role else []


def current_entry(entries: list[tuple[str, str]]) -> str | None:
    """The endpoint of the section shown: of those whose address begins the page's, the longest."""
    addresses = {url_for(endpoint): endpoint for endpoint, _ in entries}
    above = [address for address in addresses if request.path.startswith(address) and address != "/"]
    return addresses.get(request.path) or (addresses[max(above, key=len)] if above else None)


def here() -> str:
    """The address of the page shown, to come back to; of a page that was posted, its own start."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


@cache
def icon(name: str) -> Markup:
    """An icon of static/vendor/bootstrap-icons drawn into the page: takes the text's colour, hidden from readers."""
    svg = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - our own vendored file


def format_moment(value: datetime | date | None) -> str:
    """A moment in the college's time zone: «24.11.2026 14:05»."""
    if value is None:
        return ""
    return (
        settings.local(value).strftime("%d.%m.%Y %H:%M") if isinstance(value, datetime) else value.strftime("%d.%m.%Y")
    )


def format_size(size: int) -> str:
    """Bytes as people read them: «850 КБ», «1,4 МБ»."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} КБ"
    return f"{size / 1024 / 1024:.1f} МБ".replace(".", ",")
