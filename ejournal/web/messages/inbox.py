"""The list of conversations, and the cheap question whether anything is new."""

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import inbox, message_guard
from ejournal.web.messages import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    complaints = message_guard.open_complaints() if Role.ADMINISTRATION in current_user.roles else 0
    return render_template("messages/index.html", complaints=complaints, **_lines())


@bp.get("/lines")
@permits(*Role)
def lines() -> str:
    """The same list for a page that was told of news."""
    return render_template("messages/_lines.html", **_lines())


@bp.get("/news")
@permits(*Role)
def news() -> ResponseReturnValue:
    """304 while nothing changed: who is signed in and what changed are one query, and no other is made."""
    response: Response = jsonify(unread=current_user.unread)
    response.set_etag(f"{current_user.id}-{current_user.inbox}")
    return response.make_conditional(request)


def _lines() -> dict[str, object]:
    text = request.args.get("q", "").strip()[:100]
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found, more = inbox.inbox(current_user, text, page)
    return {"lines": found, "more": more, "q": text, "page": page}
