"""Words of the diary's templates."""

from datetime import date
from typing import Any

from ejournal.domain import calendar
from ejournal.domain.words import plural
from ejournal.web.diary import bp


@bp.app_context_processor
def words() -> dict[str, Any]:
    return {"plural": plural, "span_words": span_words, "format_week": calendar.format_week}


@bp.app_template_filter("day_short")
def day_short(day: date) -> str:
    """«ср, 25.11»."""
    return calendar.format_weekday(day)


@bp.app_template_filter("day_words")
def day_words(day: date) -> str:
    """«25 ноября»."""
    return calendar.format_day_month(day)


@bp.app_template_filter("weekday_name")
def weekday_name(day: date) -> str:
    """«Среда»."""
    return calendar.WEEKDAYS[day.weekday()].capitalize()


def span_words(first: date, last: date) -> str:
    """«23–29 ноября», «30 ноября – 6 декабря»."""
    if first.month == last.month:
        return f"{first.day}–{calendar.format_day_month(last)}"
    return f"{calendar.format_day_month(first)} – {calendar.format_day_month(last)}"
