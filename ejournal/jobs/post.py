"""The post, a few times a minute: what is new is told, letters are made of it, what is due is sent."""

from collections.abc import Callable

from flask import current_app

from ejournal.extensions import db
from ejournal.jobs.folder import Lock
from ejournal.services import faults, news, notice_letters, notify, sending


def tick() -> int:
    """One round; how many letters went out. None while another process is at it. A step that fails stops no other."""
    lock = Lock("post")
    if not lock.take():
        return 0
    try:
        for step in (news.collect, notice_letters.dispatch, notify.dispatch):
            _try(step)
        return _try(sending.run)
    finally:
        lock.release()


def _try(step: Callable[[], int]) -> int:
    try:
        return step()
    except Exception as error:
        current_app.logger.error("%s failed\n%s", step.__module__, faults.describe(error))
        return 0
    finally:
        db.session.rollback()
        db.session.remove()
