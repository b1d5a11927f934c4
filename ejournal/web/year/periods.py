"""Years, their periods, vacations and holidays (п. 4.2)."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.domain import calendar
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import groups, periods, settings, year_setup
from ejournal.services.errors import FieldsError, NotFoundError, ServiceError
from ejournal.web.year import bp


@bp.get("/periods", endpoint="periods")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def show() -> str:
    return _page(request.args.get("year", type=int))


@bp.post("/years")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_year() -> ResponseReturnValue:
    starts_in = request.form.get("starts_in", 0, type=int)
    return _do(
        lambda: year_setup.create(current_user, starts_in, request.form.get("scheme", "")),
        "Учебный год создан: проверьте даты периодов, внесите каникулы.",
        "new",
    )


@bp.post("/years/<int:year_id>/periods")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def save_period(year_id: int) -> ResponseReturnValue:
    year = periods.chosen(year_id)
    period_id = request.form.get("period_id", type=int)
    return _do(
        lambda: year_setup.save_period(current_user, year, period_id, request.form),
        "Период сохранён.",
        f"period-{period_id or 'new'}",
        year,
    )


@bp.post("/years/<int:year_id>/periods/<int:period_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_period(year_id: int, period_id: int) -> ResponseReturnValue:
    year = periods.chosen(year_id)
    return _do(lambda: year_setup.remove_period(current_user, year, period_id), "Период удалён.", "", year)


@bp.post("/years/<int:year_id>/vacations")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def save_vacation(year_id: int) -> ResponseReturnValue:
    year = periods.chosen(year_id)
    return _do(lambda: year_setup.save_vacation(current_user, year, request.form), "Сохранено.", "vacation", year)


@bp.post("/years/<int:year_id>/vacations/<int:vacation_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_vacation(year_id: int, vacation_id: int) -> ResponseReturnValue:
    year = periods.chosen(year_id)
    return _do(lambda: year_setup.remove_vacation(current_user, year, vacation_id), "Удалено.", "", year)


@bp.post("/years/<int:year_id>/holidays")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def fill_holidays(year_id: int) -> ResponseReturnValue:
    year = periods.chosen(year_id)
    return _do(
        lambda: year_setup.fill_holidays(current_user, year),
        "Праздники по производственному календарю внесены.",
        "",
        year,
    )


@bp.post("/anchor")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def set_anchor() -> ResponseReturnValue:
    """The first числитель: any day of that week; empty, the week of 1 September."""
    text = request.form.get("anchor", "").strip()
    day = read_day(text)
    if text and day is None:
        flash("Не сохранено: укажите день первой недели числителя или оставьте поле пустым.", "error")
        return redirect(url_for("year.periods"))
    return _do(lambda: year_setup.set_anchor(current_user, day), "Первая неделя числителя сохранена.", "")


@bp.post("/years/<int:year_id>/closing")
@permits(Role.SYSADMIN)
@proven
def close_year(year_id: int) -> ResponseReturnValue:
    """Close the year, or with a reason open it again."""
    year = periods.chosen(year_id)
    if year.closed_at:
        reason = request.form.get("reason", "")
        return _do(lambda: year_setup.reopen(current_user, year, reason), "Учебный год снова открыт.", "", year)
    return _do(lambda: year_setup.close(current_user, year), "Учебный год закрыт: его можно только читать.", "", year)


def _do(action: Callable[[], Any], done: str, section: str, year: AcademicYear | None = None) -> ResponseReturnValue:
    """Do it and show the year; refused, the page with what was typed in that section."""
    shown = year.id if year else None
    try:
        made = action()
    except FieldsError as error:
        db.session.rollback()
        return _page(shown, section, error.fields), error.status
    except NotFoundError:
        raise
    except ServiceError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash(done)
        shown = made.id if isinstance(made, AcademicYear) else shown
    return redirect(url_for("year.periods", year=shown))


def _page(year_id: int | None, section: str = "", errors: dict[str, str] | None = None) -> str:
    every = periods.years()
    year = periods.chosen(year_id) if every else None
    studying = groups.studying(year) if year else []
    idle = year_setup.idle_groups(year) if year else []
    start = calendar.academic_year(settings.today())
    of_courses = [("", "все"), *((f"course-{n}", f"{n} курс") for n in range(1, calendar.MOST_YEARS + 1))]
    return render_template(
        "year/periods.html",
        year=year,
        years=every,
        periods=periods.of_year(year) if year else [],
        vacations=year_setup.vacations(year) if year else [],
        titles={group.id: group.title for group in [*studying, *idle]},
        courses=of_courses,
        scopes=[*of_courses, *_of_groups(studying), *_of_groups(idle, " (в этом году не учится)")],
        schemes=[(key, words) for key, (words, _spans) in year_setup.SCHEMES.items()],
        starts=[
            (n, calendar.year_title(n)) for n in range(start, start + 2) if n not in {y.starts.year for y in every}
        ],
        anchor=settings.get("week.anchor") or "",
        section=section,
        errors=errors or {},
        typed=request.form if section else {},
    )


def _of_groups(listed: Iterable[Group], note: str = "") -> list[tuple[str, str]]:
    return [(f"group-{group.id}", f"{group.title}{note}") for group in listed]
