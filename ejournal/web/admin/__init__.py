"""The pages of /admin/; a file per thing on the screen."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from ejournal.web.admin import college, exports, family, grading, imports, index, log, people, security  # noqa: E402, F401 - they attach themselves to bp
