"""Streams: journals of several groups joined into one lesson, and taken out again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import periods, settings, streams
from ejournal.services.errors import ClosedError, NotFoundError, RefusedError
from ejournal.web.load import bp


@bp.get("/streams", endpoint="streams")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def listing() -> str:
    return _page()


@bp.post("/streams")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def join_stream() -> ResponseReturnValue:
    """A new stream, or more journals for one there is."""
    year = periods.chosen(request.form.get("year", type=int))
    chosen, stream_id = request.form.getlist("course", type=int), request.form.get("stream", type=int)
    try:
        made = streams.join(current_user, year, chosen, request.form.get("title", ""), stream_id)
    except NotFoundError:
        raise
    except RefusedError as error:
        db.session.rollback()
        return _page(error.message), error.status
    flash(f"Поток «{made.title}» сохранён. Место в расписании теперь общее: обновите занятия в журналах.")
    return redirect(url_for("load.streams", year=year.id))


@bp.post("/streams/<int:stream_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def rename_stream(stream_id: int) -> ResponseReturnValue:
    title = request.form.get("title", "")
    return _done(lambda: f"Поток называется «{streams.rename(current_user, stream_id, title).title}».")


@bp.post("/journals/<int:course_id>/stream/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def leave_stream(course_id: int) -> ResponseReturnValue:
    return _done(lambda: f"{streams.leave(current_user, course_id).title}: выведен из потока.")


def _done(act: Callable[[], str]) -> ResponseReturnValue:
    try:
        flash(act())
    except NotFoundError:
        raise
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("load.streams", year=request.form.get("year", type=int)))


def _page(refusal: str = "") -> str:
    year = periods.chosen(request.values.get("year", type=int))
    discipline = request.values.get("discipline", "")
    listed = streams.listing(year, min(max(settings.today(), year.starts), year.ends))
    return render_template(
        "load/streams.html",
        year=year,
        listed=listed,
        disciplines=streams.disciplines(year),
        discipline=discipline,
        offered=streams.offered(year, discipline) if discipline else [],
        chosen=request.form.getlist("course", type=int),
        typed=request.form,
        refusal=refusal,
    )
