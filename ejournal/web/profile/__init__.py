"""/profile: one's own name, roles, login, sessions; other parts of the product hang panels of their own there."""

from flask import Blueprint

bp = Blueprint("profile", __name__, url_prefix="/profile")

from ejournal.web.profile import page, second_step, sessions  # noqa: E402, F401 - the views attach themselves
