"""/admin/mail: how mail is set up, whether it works, what could not be sent."""

from flask import Blueprint

bp = Blueprint("mail", __name__, url_prefix="/admin/mail")

from ejournal.web.mail import pages  # noqa: E402, F401 - the views attach themselves
