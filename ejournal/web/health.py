"""/healthz: database and disk are well, or 503."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from ejournal.access import public
from ejournal.backup import copies
from ejournal.services import availability

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 while a value could be stored; where copies are made, also how old the last good one is."""
    found = availability.trouble()
    if found:
        return jsonify(status="error", problem=found.key), 503
    age = copies.status().age
    return (
        jsonify(status="ok") if age is None else jsonify(status="ok", backup_age_hours=int(age.total_seconds() // 3600))
    )
