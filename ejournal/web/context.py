"""What every template may use: the viewer's menu, dates in Russian, icons."""

from collections.abc import Callable, Iterable, MutableMapping
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import Flask, current_app, request, session, templating, url_for
from flask_login import current_user
from markupsafe import Markup, escape

from ejournal.access import Viewer
from ejournal.config import ROOT
from ejournal.domain import calendar, names, web_addresses
from ejournal.domain.words import sentence
from ejournal.models import Role
from ejournal.services import settings
from ejournal.services.control import words
from ejournal.web import menus, offline, theme, view_mode
from ejournal.web.navigation import safe_path

ICONS = ROOT / "static" / "vendor" / "bootstrap-icons"


def init_app(app: Flask) -> None:
    app.context_processor(common)
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["here"] = here
    app.jinja_env.globals["url_for"] = menus.address
    # Asked by the pages that show them: the answer to a save is a cell and no page.
    app.jinja_env.globals["site_menu"] = site_menu
    app.jinja_env.globals["current_section"] = menus.current_entry
    app.jinja_env.globals["year_parts"] = year_parts
    app.jinja_env.globals["numbered"] = numbered
    # A term of the regulation as the college has set it: «2 дня», «19:00».
    app.jinja_env.globals["term_words"] = lambda key: words.shown(key, settings.get("terms"))
    app.jinja_env.globals["storage_key"] = offline.storage_key
    app.jinja_env.globals["storage_secret"] = offline.storage_secret
    # For links to parts that a page can do without.
    app.jinja_env.globals["has_view"] = lambda endpoint: endpoint in app.view_functions
    app.jinja_env.filters["day"] = lambda value: value.strftime("%d.%m.%Y") if value else ""
    app.jinja_env.filters["day_month"] = lambda value: value.strftime("%d.%m") if value else ""
    # Not Jinja's «capitalize», which makes the rest of the words small: «Каникулы «осенние»».
    app.jinja_env.filters["sentence"] = sentence
    app.jinja_env.filters["moment"] = format_moment
    app.jinja_env.filters["weekday"] = lambda value: (
        f"{calendar.WEEKDAYS[value.weekday()]}, {calendar.format_day_month(value)}"
    )
    # «ауд. 217», but «Лаб. 217» and «спортзал» as they are.
    app.jinja_env.filters["room"] = lambda value: f"ауд. {value}" if value[:1].isdecimal() else value
    # In narrow columns: «Семёнов П. А.» is not broken between the initials.
    app.jinja_env.filters["initials"] = names.with_initials_together
    app.jinja_env.filters["file_size"] = format_size
    app.jinja_env.filters["choices"] = choices
    # Stored addresses were checked when they were typed; what got into the database otherwise leads nowhere.
    app.jinja_env.filters["outside"] = lambda value: web_addresses.clean(value or "") or "#"
    app.jinja_env.filters["inside"] = lambda value: safe_path(value, "#")


class Environment(templating.Environment):
    """Jinja as Flask has it. A template without names of its own uses the common ones as they are: in Jinja's map of
    maps each import of macros compares thirty names in Python, 0.06 ms."""

    def make_globals(self, own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(own) if own else self.globals


def common() -> dict[str, Any]:
    return {
        "college": settings.get("college.name"),
        "college_short": settings.get("college.short_name"),
        "is_demo": settings.get("is_demo"),
        "active_role": active_role(current_user) if current_user.is_authenticated else None,
        "Role": Role,
        "today": settings.today(),
        "view_mode": view_mode.of(request),
        "VIEW_COLOURS": view_mode.COLOURS,
        "VIEW_SIZES": view_mode.SIZES,
        "theme": theme.of(request),
        "THEMES": theme.THEMES,
        "most_bytes": (current_app.config["EJOURNAL"].max_upload, current_app.config["EJOURNAL"].max_sending),
    }


def site_menu() -> menus.Menu:
    return menus.of_role(active_role(current_user) if current_user.is_authenticated else None)


def active_role(viewer: Viewer) -> Role | None:
    """The role chosen in the header; it shapes menu and start page, never what is allowed."""
    chosen = session.get("role")
    if chosen in viewer.roles:
        return Role(chosen)
    return next((role for role in ORDER if role in viewer.roles), None)


ORDER = (Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN, Role.STUDENT, Role.PARENT)

# The parts of a year's set-up, in the order in which a college does them (п. 4.1, 4.2).
YEAR_PARTS = (
    (
        "Год и группы",
        (
            ("year.checklist", "Готовность"),
            ("year.periods", "Периоды и каникулы"),
            ("year.groups", "Группы"),
            ("movement.index", "Контингент"),
        ),
    ),
    (
        "Планы и нагрузка",
        (
            ("plans.index", "Учебные планы"),
            ("individual.index", "Индивидуальные планы"),
            ("load.index", "Нагрузка"),
            ("thematic.index", "Тематические планы"),
        ),
    ),
    (
        "Занятия",
        (
            ("bells.index", "Звонки и режим"),
            ("timetable.index", "Расписание"),
            ("substitutions.index", "Замены"),
            ("exams.index", "Сессия"),
        ),
    ),
    (
        "Итоги",
        (
            ("sheets.index", "Ведомости"),
            ("closing.index", "Закрытие периодов"),
            ("debts.index", "Задолженности"),
        ),
    ),
    (
        "Согласия и доступ",
        (
            ("consents.index", "Согласия"),
            ("slips.index", "Коды доступа"),
        ),
    ),
)


def year_parts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Only what this application has."""
    there = current_app.view_functions
    return [(title, [one for one in entries if one[0] in there]) for title, entries in YEAR_PARTS]


def here() -> str:
    """The address of the page shown, to come back to; of a page that was posted, its own start."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def numbered(endpoint: str, *names: str, **values: Any) -> Callable[..., str]:
    """For hundreds of links that differ in numbers alone: the address of each costs a thirtieth of a url_for.

    {% set lesson = numbered("journal.lesson", "course_id", "lesson_id") %} … {{ lesson(5, 7) }}
    """
    marks: dict[str, Any] = {name: FIRST_MARK + number for number, name in enumerate(names)}
    pattern = url_for(endpoint, **marks, **values)
    for number, mark in enumerate(marks.values()):
        pattern = pattern.replace(str(mark), f"{{{number}:d}}")
    return pattern.format


def choices(options: Iterable[tuple[object, object]], chosen: object) -> Markup:
    """The options of a list: a large college has 800 groups, of which each cost a template 20 calls."""
    wanted = str(chosen)
    return Markup(  # noqa: S704 - what is not ours in it is escaped
        "".join(
            f'<option value="{key if isinstance(key, int) else escape(key)}"'
            f"{' selected' if str(key) == wanted else ''}>{escape(title)}</option>"
            for key, title in options
        )
    )


# Numbers that no address has of itself.
FIRST_MARK = 9_000_000_000_000


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
