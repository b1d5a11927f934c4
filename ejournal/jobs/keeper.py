"""Keeps the job worker running beside the server: starts it, starts it again when it dies, ends it."""

import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

# What the process does; it is told the number of the server's process, and may be started again at any time.
Work = Callable[[int], None]
# A fork shares the program's memory with the server; where that cannot be, Python is started anew.
WAY: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
# Seconds between two starts; twice as long after each that failed at once.
PAUSE, LONGEST_PAUSE, HEALTHY = 1.0, 60.0, 30.0
ENDING = 5.0

logger = logging.getLogger(__name__)


@contextmanager
def worker_kept(work: Work) -> Iterator[None]:
    """Inside, a process does `work`."""
    keeper = Keeper(work)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class Keeper(threading.Thread):
    def __init__(self, work: Work) -> None:
        super().__init__(name="job-worker-keeper", daemon=True)
        self.work = work
        self.ending = threading.Event()
        self.process = _launch(work)

    def run(self) -> None:
        pause = PAUSE
        while True:
            self.process.join(HEALTHY)
            if self.process.exitcode is None:
                pause = PAUSE
                continue
            if self.ending.wait(pause):
                return
            logger.warning("the job worker ended with code %s, starting another", self.process.exitcode)
            pause = min(pause * 2, LONGEST_PAUSE)
            self.process = _launch(self.work)

    def stop(self) -> None:
        self.ending.set()
        process = self.process
        process.terminate()
        process.join(ENDING)
        if process.exitcode is None:
            process.kill()
            process.join()


def _launch(work: Work) -> BaseProcess:
    process: BaseProcess = WAY.Process(target=work, args=(os.getpid(),), name="job-worker", daemon=True)
    process.start()
    return process
