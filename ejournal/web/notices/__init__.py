"""/notices: what is new to me; in the profile, how I want to be told and my own e-mail address."""

from flask import Blueprint

bp = Blueprint("notices", __name__)

from ejournal.web.notices import address, pages  # noqa: E402, F401 - the views attach themselves
