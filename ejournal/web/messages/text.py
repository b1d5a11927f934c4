"""A message's text on the page: everything escaped, addresses of pages made links; times as in a talk."""

from datetime import date, datetime

from markupsafe import Markup, escape

from ejournal.domain import calendar
from ejournal.domain.messages import parts
from ejournal.services import settings
from ejournal.web.messages import bp

LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')


@bp.app_template_filter("message_text")
def message_text(text: str) -> Markup:
    """Nothing of the text is HTML but the links made here; lines are kept by CSS."""
    return Markup("").join(LINK.format(piece) if is_link else escape(piece) for piece, is_link in parts(text))


@bp.app_template_filter("clock")
def clock(moment: datetime) -> str:
    """«10:42» of the college's day."""
    return f"{settings.local(moment):%H:%M}"


@bp.app_template_filter("talk_day")
def talk_day(moment: datetime) -> str:
    """«сегодня», «вчера», «24 ноября», with the year where it is another one."""
    return day_words(settings.local(moment).date(), settings.today())


@bp.app_template_filter("talk_time")
def talk_time(moment: datetime) -> str:
    """Today the time, else the day: for a list."""
    local = settings.local(moment)
    return f"{local:%H:%M}" if local.date() == settings.today() else day_words(local.date(), settings.today())


def day_words(day: date, today: date) -> str:
    days = (today - day).days
    if days in (0, 1):
        return ("сегодня", "вчера")[days]
    words = calendar.format_day_month(day)
    return words if day.year == today.year else f"{words} {day.year}"
