"""What it costs that a thousand people keep their pages open and ask every few seconds whether anything is new."""

import os
import threading
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import Any

from flask import Flask

from bench import load, world

PEOPLE = 1000
# As static/js/inbox.js asks: on the pages of messages, and on all others.
SOON, SELDOM = 4, 30
SECONDS, CONNECTIONS = 12, 20


def cookies(app: Flask) -> list[str]:
    return world.sessions(app, PEOPLE)


def measure(port: int, pid: int, people: Sequence[str]) -> dict[str, Any]:
    """All ask every SOON seconds; `polling_core`: the share of one core the whole server used for it."""
    requests = [with_tag(port, cookie) for cookie in people]
    pause = SOON / len(requests) * CONNECTIONS
    taken: list[float] = []
    before, started = cpu(pid), time.perf_counter()
    threads = [
        threading.Thread(target=_ask, args=(port, requests[number::CONNECTIONS], pause, started + SECONDS, taken))
        for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    core = (cpu(pid) - before) / elapsed
    return {
        "polling_people": len(requests),
        "polling_per_second": round(len(taken) / elapsed, 1),
        "polling_core": round(core, 3),
        # The rate on other pages is so much lower; cost follows the number of questions.
        "polling_core_seldom": round(core * SOON / SELDOM, 3),
        "polling_p95_ms": round(quantiles(taken, n=20)[-1] * 1000, 2),
    }


def _ask(port: int, requests: Sequence[bytes], pause: float, end: float, taken: list[float]) -> None:
    connection = load.Connection(port)
    due = time.perf_counter()
    for request in cycle(requests):
        time.sleep(max(0.0, due - time.perf_counter()))
        due += pause
        began = time.perf_counter()
        if began > end:
            break
        status, _, body = connection.send(request)
        taken.append(time.perf_counter() - began)
        if status != 304:
            raise RuntimeError(f"{status} instead of 304: {body[:200]!r}")
    connection.close()


def with_tag(port: int, cookie: str) -> bytes:
    """The question with the tag of the last answer, as a page that is up to date asks it."""
    connection = load.Connection(port)
    _, head, _ = connection.send(load.get("/messages/news", cookie))
    connection.close()
    tag = next(line for line in head.decode().splitlines() if line.lower().startswith("etag:")).partition(":")[2]
    return load.get("/messages/news", cookie, {"If-None-Match": tag.strip()})


def cpu(pid: int) -> float:
    """Processor seconds of a process and those it started, so far."""
    ticks = sum(sum(map(int, _stat(each)[11:13])) for each in family(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    found = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    parents = {each: int(_stat(each)[1]) for each in found if _stat(each)}
    family = [pid]
    for each in family:
        family += [child for child, parent in parents.items() if parent == each]
    return family


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; none of a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
