"""Нагрузка: journals for the plan's rows, subgroups and streams, who teaches them (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("load", __name__, url_prefix="/load")

from ejournal.web.load import rows, streams, subgroups  # noqa: E402, F401 - the views attach themselves
