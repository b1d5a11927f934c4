"""/calendar/<token>.ics: lessons, exams and homework of one student, for who holds the address."""

from flask import Response, request

from ejournal.access import public
from ejournal.services import calendar_feed
from ejournal.web.calendar import bp


@bp.get("/<token>.ics")
@public
def show(token: str) -> Response:
    """404 for whatever does not work any more; 304 where nothing has changed since the telephone last asked."""
    response = Response(calendar_feed.read(token), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    # Kept by its reader alone, and asked about each time: access may have ended.
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
