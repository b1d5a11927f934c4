"""Academic debts: the register, one debt with its attempts, направления (п. 4.4; ст. 58 273-ФЗ)."""

from flask import Blueprint

bp = Blueprint("debts", __name__, url_prefix="/debts")

from ejournal.web.debts import debt, register  # noqa: E402, F401 - the views attach themselves
