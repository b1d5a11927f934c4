"""Setting up a year: periods, vacations, holidays, a new year, closing the old one (п. 4.1, 4.2)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import or_, select

from ejournal.access import Viewer
from ejournal.domain import calendar
from ejournal.domain.numbers import whole
from ejournal.extensions import db, in_turn
from ejournal.models import AcademicYear, Group, Period, Vacation
from ejournal.models.base import now
from ejournal.services import closed, groups, log, period_changes, periods, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

MOST_PERIODS = 12
# Ready sets for a new year: title, first and last day as (month, day, years after the start).
SCHEMES: Mapping[str, tuple[str, tuple[tuple[str, tuple[int, int, int], tuple[int, int, int]], ...]]] = {
    "semesters": (
        "два семестра",
        (("1 семестр", (9, 1, 0), (12, 31, 0)), ("2 семестр", (1, 9, 1), (6, 30, 1))),
    ),
    "trimesters": (
        "три триместра",
        (
            ("1 триместр", (9, 1, 0), (11, 30, 0)),
            ("2 триместр", (12, 1, 0), (2, 28, 1)),
            ("3 триместр", (3, 1, 1), (6, 30, 1)),
        ),
    ),
    "modules": (
        "четыре модуля",
        (
            ("1 модуль", (9, 1, 0), (10, 31, 0)),
            ("2 модуль", (11, 5, 0), (12, 31, 0)),
            ("3 модуль", (1, 9, 1), (3, 31, 1)),
            ("4 модуль", (4, 1, 1), (6, 30, 1)),
        ),
    ),
}


def create(actor: Viewer, starts_in: int, scheme: str) -> AcademicYear:
    """A new year with its periods and the holidays of the production calendar. Raises RefusedError."""
    if scheme not in SCHEMES or not calendar.STARTS[0] <= starts_in <= calendar.STARTS[1]:
        raise RefusedError("Выберите год и деление на периоды.")
    title = calendar.year_title(starts_in)
    in_turn("year")
    if db.session.scalar(select(AcademicYear.id).where(AcademicYear.title == title)):
        raise RefusedError(f"Учебный год {title} уже есть.")
    first, last = calendar.year_bounds(starts_in)
    year = AcademicYear(title=title, starts=first, ends=last)
    db.session.add(year)
    db.session.flush()
    for number, (name, begin, end) in enumerate(SCHEMES[scheme][1], 1):
        days = [date(starts_in + after, month, day) for month, day, after in (begin, end)]
        db.session.add(Period(year_id=year.id, number=number, title=name, starts=days[0], ends=days[1]))
    _add_holidays(year)
    log.record(actor, "year", "create", after=f"{title}: {SCHEMES[scheme][0]}")
    db.session.commit()
    return year


def fill_holidays(actor: Viewer, year: AcademicYear) -> int:
    """Add the holidays of the production calendar that are not there yet. Returns how many days were added."""
    periods.check_open(year)
    added = _add_holidays(year)
    if added:
        log.record(actor, "year", "update", after=f"{year.title}: праздничные дни, добавлено {added}")
    db.session.commit()
    return added


def save_period(actor: Viewer, year: AcademicYear, period_id: int | None, form: Mapping[str, str]) -> Period:
    """Add or change a period: title, number, dates, for all, a course or a group. Raises FieldsError, ClosedError."""
    periods.check_open(year)
    period = find_period(year, period_id) if period_id else Period(year_id=year.id)
    before = _words(period) if period_id else None
    errors: dict[str, str] = {}
    starts, ends = _dates(year, form, errors)
    title = " ".join(form.get("title", "").split())[:250]
    number = whole(form.get("number", ""), 1, MOST_PERIODS)
    if not title:
        errors["title"] = "Назовите период, например «1 семестр»."
    if number is None:
        errors["number"] = f"Номер периода — от 1 до {MOST_PERIODS}."
    course, group = _scope(form, errors)
    if starts and ends and number and not errors:
        other = _overlapping(year, starts, ends, course, group, period_id or 0)
        if other:
            errors["starts"] = f"Пересекается с периодом «{other.title}» ({other.starts:%d.%m}–{other.ends:%d.%m})."
        known = period if period_id else None
        errors |= dict(period_changes.complaints(year, known, number, (starts, ends), course, group))
    if errors or number is None or starts is None or ends is None:
        raise FieldsError(errors)
    period.title, period.number, period.starts, period.ends = title, number, starts, ends
    period.course_number, period.group_id = course, group
    db.session.add(period)
    log.record(actor, "period", "update" if before else "create", before=before, after=_words(period))
    db.session.commit()
    return period


def remove_period(actor: Viewer, year: AcademicYear, period_id: int) -> None:
    """Raises RefusedError for a period that holds marks or was closed in some journal."""
    periods.check_open(year)
    period = find_period(year, period_id)
    if period_changes.is_held(period):
        raise RefusedError(f"По периоду «{period.title}» уже выставлены оценки или есть документы: удалить нельзя.")
    log.record(actor, "period", "delete", before=_words(period))
    db.session.delete(period)
    db.session.commit()


def save_vacation(actor: Viewer, year: AcademicYear, form: Mapping[str, str]) -> Vacation:
    """Add a vacation (all courses or one) or a holiday. Raises FieldsError, ClosedError."""
    periods.check_open(year)
    errors: dict[str, str] = {}
    starts, ends = _dates(year, {**form, "ends": form.get("ends") or form.get("starts", "")}, errors)
    title = " ".join(form.get("title", "").split())[:250]
    if not title:
        errors["title"] = "Назовите каникулы или праздник."
    course, group = _scope(form, errors)
    if group:
        errors["scope"] = "Каникулы бывают у всех или у курса: выберите из списка."
    if errors or starts is None or ends is None:
        raise FieldsError(errors)
    kind = "holiday" if form.get("kind") == "holiday" else "vacation"
    vacation = Vacation(
        year_id=year.id, title=title, starts=starts, ends=ends, kind=kind,
        course_number=None if kind == "holiday" else course,
    )  # fmt: skip
    db.session.add(vacation)
    log.record(actor, "year", "create", after=f"{title}: {starts:%d.%m.%Y}–{ends:%d.%m.%Y}")
    db.session.commit()
    return vacation


def remove_vacation(actor: Viewer, year: AcademicYear, vacation_id: int) -> None:
    periods.check_open(year)
    vacation = db.session.scalar(select(Vacation).where(Vacation.id == vacation_id, Vacation.year_id == year.id))
    if vacation is None:
        raise NotFoundError
    log.record(actor, "year", "delete", before=f"{vacation.title}: {vacation.starts:%d.%m.%Y}–{vacation.ends:%d.%m.%Y}")
    db.session.delete(vacation)
    db.session.commit()


def vacations(year: AcademicYear) -> list[Vacation]:
    return list(db.session.scalars(select(Vacation).where(Vacation.year_id == year.id).order_by(Vacation.starts)))


def set_anchor(actor: Viewer, day: date | None) -> None:
    """The first числитель week, for the year it lies in: of any day in it; None: the week of 1 September."""
    before = settings.get("week.anchor")
    after = calendar.monday_of(day).isoformat() if day else None
    if before != after:
        settings.put("week.anchor", after)
        log.record(actor, "setting", "update", before=before, after=after or "неделя 1 сентября")
    db.session.commit()


def close(actor: Viewer, year: AcademicYear) -> None:
    """From here on the year can only be read (п. 2.3). Raises RefusedError while it still runs."""
    closed.close_alone()
    db.session.refresh(year, with_for_update=True)
    if year.closed_at:
        raise RefusedError(f"Учебный год {year.title} уже закрыт.")
    if year.ends >= settings.today():
        raise RefusedError(f"Учебный год {year.title} ещё идёт: закрыть его можно после {year.ends:%d.%m.%Y}.")
    year.closed_at = now()
    log.record(actor, "year", "close", after=year.title)
    db.session.commit()


def reopen(actor: Viewer, year: AcademicYear, reason: str) -> None:
    """Open a closed year again, with a reason that stays in the log."""
    db.session.refresh(year, with_for_update=True)
    if not year.closed_at:
        raise RefusedError(f"Учебный год {year.title} не закрыт.")
    if len(reason.strip()) < 3:
        raise RefusedError("Укажите причину: она останется в журнале изменений.")
    year.closed_at = None
    log.record(actor, "year", "open", after=year.title, reason=" ".join(reason.split())[:500])
    db.session.commit()


def idle_groups(year: AcademicYear) -> list[Group]:
    """Groups with periods of their own in a year in which they do not study (any more)."""
    own = select(Period.group_id).where(Period.year_id == year.id, Period.group_id.is_not(None))
    named = db.session.scalars(select(Group).where(Group.id.in_(own)).order_by(Group.gkey)).all()
    if not named:
        return []
    studying = {group.id for group in groups.studying(year)}
    return [group for group in named if group.id not in studying]


def find_period(year: AcademicYear, period_id: int) -> Period:
    """Raises NotFoundError."""
    period = db.session.scalar(select(Period).where(Period.id == period_id, Period.year_id == year.id))
    if period is None:
        raise NotFoundError
    return period


def _add_holidays(year: AcademicYear) -> int:
    """State holidays and days off moved by the government, as far as the library knows them."""
    known = {row.starts for row in vacations(year)}
    import holidays  # thirteen megabytes, wanted once a year

    found = holidays.country_holidays("RU", years=[year.starts.year, year.ends.year], language="ru")
    new = [
        Vacation(year_id=year.id, title=title[:250], starts=day, ends=day, kind="holiday")
        for day, title in sorted(found.items())
        if year.starts <= day <= year.ends and day not in known
    ]
    db.session.add_all(new)
    return len(new)


def _dates(year: AcademicYear, form: Mapping[str, str], errors: dict[str, str]) -> tuple[date | None, date | None]:
    starts, ends = calendar.read_day(form.get("starts", "")), calendar.read_day(form.get("ends", ""))
    errors |= {name: "Укажите дату." for name, day in (("starts", starts), ("ends", ends)) if day is None}
    if starts and ends and ends < starts:
        errors["ends"] = "Последний день раньше первого."
    elif starts and ends and not (year.starts <= starts and ends <= year.ends):
        errors["starts"] = f"Вне учебного года: с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}."
    return starts, ends


def _scope(form: Mapping[str, str], errors: dict[str, str]) -> tuple[int | None, int | None]:
    """The course or the group of «course-2» or «group-17» in the form's `scope`; both None: everybody."""
    kind, _, number = form.get("scope", "").strip().partition("-")
    if kind == "course" and (course := whole(number, 1, calendar.MOST_YEARS)):
        return course, None
    if kind == "group" and (group := whole(number)) and db.session.get(Group, group):
        return None, group
    if kind or number:
        errors["scope"] = "Такого курса или группы нет: выберите из списка."
    return None, None


def _overlapping(
    year: AcademicYear, starts: date, ends: date, course: int | None, group: int | None, besides: int
) -> Period | None:
    return db.session.scalar(
        select(Period).where(
            Period.year_id == year.id,
            Period.id != besides,
            Period.starts <= ends,
            Period.ends >= starts,
            Period.group_id.is_(None) if group is None else Period.group_id == group,
            or_(Period.course_number == course, Period.group_id.is_not(None))
            if course
            else or_(Period.course_number.is_(None), Period.group_id.is_not(None)),
        )
    )


def _words(period: Period) -> str:
    group = db.session.get(Group, period.group_id) if period.group_id else None
    whose = f", {period.course_number} курс" if period.course_number else f", группа {group.title}" if group else ""
    return f"{period.title} (№ {period.number}{whose}): {period.starts:%d.%m.%Y}–{period.ends:%d.%m.%Y}"
