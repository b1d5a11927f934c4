"""Keeps the job worker running beside the server: starts it, starts it again when it dies, ends it."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = (sys.executable, "-m", "ejournal.worker")
# Seconds between two starts; twice as long after each that failed at once.
PAUSE, LONGEST_PAUSE, HEALTHY = 1.0, 60.0, 30.0
ENDING = 5.0

logger = logging.getLogger(__name__)


@contextmanager
def worker_kept() -> Iterator[None]:
    """Inside, a worker runs; it takes its settings from the environment, as the server does."""
    keeper = Keeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class Keeper(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="job-worker-keeper", daemon=True)
        self.ending = threading.Event()
        self.process = _launch()

    def run(self) -> None:
        pause = PAUSE
        while True:
            try:
                self.process.wait(HEALTHY)
            except subprocess.TimeoutExpired:
                pause = PAUSE
                continue
            if self.ending.wait(pause):
                return
            logger.warning("the job worker ended with code %s, starting another", self.process.returncode)
            pause = min(pause * 2, LONGEST_PAUSE)
            self.process = _launch()

    def stop(self) -> None:
        self.ending.set()
        process = self.process
        process.terminate()
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _launch() -> "subprocess.Popen[bytes]":
    # Our own program without arguments from outside. On Windows the worker notices by the pipe that we are gone.
    pipe = subprocess.PIPE if sys.platform == "win32" else subprocess.DEVNULL
    return subprocess.Popen([*COMMAND, str(os.getpid())], stdin=pipe)  # noqa: S603
