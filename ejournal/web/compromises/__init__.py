"""Compromised accounts (п. 3.11): told in the profile or on the sign-in page, kept in a register."""

from flask import Blueprint

bp = Blueprint("compromises", __name__)

from ejournal.web.compromises import own, register, signed_out  # noqa: E402, F401 - the views attach themselves
