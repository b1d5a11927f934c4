"""/healthz: database and disk are well, or 503."""

import shutil

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ejournal.access import public
from ejournal.backup import copies
from ejournal.extensions import db

bp = Blueprint("health", __name__)

FREE_BYTES = 100 * 1024 * 1024


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 while the database answers and the disk has room; where copies are made, also how old the last one is."""
    problem = _problem()
    if problem:
        return jsonify(status="error", problem=problem), 503
    age = copies.status().age
    return (
        jsonify(status="ok") if age is None else jsonify(status="ok", backup_age_hours=int(age.total_seconds() // 3600))
    )


def _problem() -> str | None:
    try:
        db.session.execute(text("SELECT 1 FROM person LIMIT 1")).first()
    except SQLAlchemyError:
        return "database"
    if shutil.disk_usage(current_app.config["EJOURNAL"].instance).free < FREE_BYTES:
        return "disk"
    return None
