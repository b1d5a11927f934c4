"""Движение контингента: the register of orders, a new order, its undoing, a student's way (п. 4.2)."""

from flask import Blueprint

bp = Blueprint("movement", __name__, url_prefix="/movement")

from ejournal.web.movement import orders  # noqa: E402, F401 - the views attach themselves
