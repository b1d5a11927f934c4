"""The process that does the jobs and the night's work; `ejournal run` keeps one (jobs/keeper.py)."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

from flask import Flask

from ejournal import create_app
from ejournal.extensions import db
from ejournal.jobs import night, post, running
from ejournal.jobs.folder import Lock
from ejournal.jobs.lean_huey import Consumer
from ejournal.jobs.queue import queue, waiting
from ejournal.services import faults

# Two at a time: an import must not wait for somebody's two hundred diaries.
THREADS = 2
# Seconds: how soon a job begins, at the latest; how exactly the night's hour is kept.
LONGEST_WAIT, CLOCK = 1.0, 30.0
# After a night's work that was killed: what took the memory then would take it in half a minute too.
AGAIN = 3600.0
# Seconds between two rounds of the post.
POST = 20.0


class Worker(Consumer):
    """Ctrl+C of a terminal reaches every process of the server; the server ends this one itself."""

    def _set_signal_handlers(self) -> None:
        super()._set_signal_handlers()
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def main(server: int, app: Flask | None = None) -> None:
    """Work until told to end (SIGTERM) or until the process `server` is gone; `app` is made here if there is none."""
    os.umask(0o077)
    # What the server does about signals is not for its copy; the consumer sets its own.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    app = app or create_app()
    with app.app_context():
        lock = Lock("worker")
        while not lock.take():  # the one before is still ending
            time.sleep(0.5)
        running.recover(waiting())
        db.session.remove()
        consumer = Worker(queue(), workers=THREADS, periodic=False, max_delay=LONGEST_WAIT)
    threading.Thread(target=_watch_clock, args=(app,), daemon=True).start()
    threading.Thread(target=_carry_post, args=(app,), daemon=True).start()
    consumer.run()
    # Threads that are still at work are not waited for: their transactions are undone, and the next start says so.
    os._exit(0)


class KilledError(Exception):
    """The night's work did not come to its end."""


def _watch_clock(app: Flask) -> None:
    while True:
        pause = CLOCK
        try:
            with app.app_context():
                night.tick(_apart)
        except KilledError as error:
            app.logger.error("%s; it begins again in an hour", error)
            pause = AGAIN
        except Exception as error:
            app.logger.error("the night's work was not begun\n%s", faults.describe(error))
        time.sleep(pause)


def _apart() -> None:
    """The night's work in a process of its own: what it takes of memory (a copy is restored and compared) is given back
    in the morning. Code 1: a task did not go well, which the administrator's page says, or it is being run by hand.
    Raises KilledError."""
    done = subprocess.run([sys.executable, "-m", "ejournal", "nightly"], stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):
        raise KilledError(f"the night's work ended with code {done.returncode}")


def _carry_post(app: Flask) -> None:
    """Beside the clock: a mail server that does not answer must not hold the night's work up."""
    while True:
        try:
            with app.app_context():
                post.tick()
        except Exception as error:
            app.logger.error("the post was not carried\n%s", faults.describe(error))
        time.sleep(POST)


def _end_with(server: int) -> None:
    """A server that was killed leaves no worker behind, not even one that was still starting: it is named."""
    if sys.platform == "win32":
        parent = multiprocessing.parent_process()
        if parent:
            parent.join()
    else:
        while os.getppid() == server:
            time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main(os.getppid())
