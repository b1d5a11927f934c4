"""The same asked for by several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from ejournal.extensions import db
from ejournal.services.errors import ServiceError

AT_ONCE = 4


def together(app: Flask, do: Callable[[int], object]) -> list[str]:
    """What each, called with her number, is told; "" who did it."""

    def one(number: int) -> str:
        with app.app_context():
            try:
                do(number)
            except ServiceError as refused:
                db.session.rollback()
                return refused.message
            db.session.commit()
            return ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))
