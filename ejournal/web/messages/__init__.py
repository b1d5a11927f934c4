"""Messages between people (R2.3.communicate): the inbox, a conversation, writing, complaints, access by an order."""

from flask import Blueprint

bp = Blueprint("messages", __name__, url_prefix="/messages")

from ejournal.web.messages import (  # noqa: E402, F401 - the views attach themselves
    complaints,
    conversation,
    inbox,
    orders,
    text,
    writing,
)
