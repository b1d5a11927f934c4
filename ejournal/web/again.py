"""A request that somebody else's came before is carried out once more, from the beginning.

SQLite has one writer, so that each request finds what those before it have done. On PostgreSQL two that come at the
same moment (a button pressed twice, two of the office at one list) both find what was there before, and the second to
write is refused by the database: nothing of it is stored. Asked again it finds what the first has done and is carried
out, or says why not, as it would have been a moment later.
"""

import random
import time
from collections.abc import Callable
from functools import partial

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError, SAWarning
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from ejournal.extensions import SAFE_METHODS, commits, db
from ejournal.web.once import once

TIMES = 4  # of as many who come at once each is first once
PAUSE = 0.03  # seconds, and as much again at each further time
# PostgreSQL's «serialization_failure» and «deadlock_detected».
STATES = ("40001", "40P01")


class App(Flask):
    """Flask whose views are asked again where another request came between."""

    def dispatch_request(self) -> ResponseReturnValue:
        return asked_again(partial(once, super().dispatch_request))


def asked_again(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What the view answers; as it raises it where it has committed something already or the database says no again
    and again."""
    if request.method in SAFE_METHODS:
        return view()
    for number in range(1, TIMES):
        before = commits()
        try:
            return view()
        except Exception as error:
            if not is_collision(error) or commits() != before:
                raise
            current_app.logger.info("%s came together with another request: asked again", request.endpoint)
        db.session.rollback()
        for sent in (one for files in request.files.listvalues() for one in files):
            sent.stream.seek(0)
        time.sleep(PAUSE * number * random.random())  # noqa: S311 - no secret
    return view()


def is_collision(error: Exception) -> bool:
    """Whether another transaction came between reading and writing."""
    if isinstance(error, IntegrityError | StaleDataError | ObjectDeletedError | SAWarning):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in STATES
