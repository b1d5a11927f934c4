"""The morning peak: 60 teachers save, 600 diaries are opened and 1,000 people keep their pages open, in one minute.

Requests go out at their times whatever the answers take (nobody waits for somebody else's page to load), so that a
server that falls behind shows it.
"""

import gzip
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from flask import Flask
from sqlalchemy import exists, select

from bench import load, polling, world
from ejournal.extensions import db
from ejournal.models import Cell, Course, CourseTeacher, Enrollment, Lesson, LessonState, Person, Role, RoleGrant, Work
from ejournal.models.base import now
from ejournal.services import settings

MINUTE = 60.0
TEACHERS, SAVE_EVERY = 60, 2.0  # a mark every two seconds is quick typing
DIARIES = 600
PEOPLE, ASK_EVERY = 1000, 30.0
CONNECTIONS = 32

# Marks are entered without a reason for a week (п. 4.4).
FRESH = timedelta(days=6)

Due = tuple[float, str, bytes]


def of_college(app: Flask, instance: Path) -> dict[str, Any]:
    """The peak in a college that `college.make` made, under the server and the worker that `ejournal run` starts."""
    with app.app_context():
        teachers = _teachers(app)
        students = db.session.scalars(_holders(Role.STUDENT).limit(PEOPLE)).all()
        people = [(student.id, world.cookie_of(app, world.make_session(student))) for student in students]
        # A morning is no night: its work does not begin meanwhile, at whatever hour this is run.
        settings.put("nightly.hour", (settings.local(now()).hour + 12) % 24)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with _running(instance) as (port, pid):
        saves = [_typing(port, page, cell, cookie) for page, cell, cookie in teachers]
        opened = _open_to(port, [load.get(f"/diary/{student}", cookie) for student, cookie in people])
        polls = [polling.with_tag(port, cookie) for _, cookie in people]
        return measure(port, pid, saves, opened, polls)


def _open_to(port: int, requests: list[bytes]) -> list[bytes]:
    """Who has no consent on record has no diary either (п. 4.1)."""
    connection = load.Connection(port)
    found = [request for request in requests if connection.send(request)[0] == 200]
    connection.close()
    return found[:DIARIES]


def _teachers(app: Flask) -> list[tuple[str, str, str]]:
    """Of each teacher: a journal, an empty cell of a lesson of these days in it, and the cookie."""
    today = settings.today()
    empty = ~exists().where(Cell.work_id == Work.id, Cell.student_id == Enrollment.student_id)
    rows = db.session.execute(
        select(CourseTeacher.teacher_id, Course.id, Work.id, Enrollment.student_id)
        .join(Course, Course.id == CourseTeacher.course_id)
        .join(Lesson, Lesson.course_id == Course.id)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(Enrollment, Enrollment.group_id == Course.group_id)
        .where(
            Lesson.date.between(today - FRESH, today - timedelta(days=1)), Lesson.state == LessonState.HELD,
            Lesson.teacher_id.is_(None), Course.subgroup_id.is_(None), Enrollment.until.is_(None),
            CourseTeacher.until.is_(None), Enrollment.since < today - FRESH, empty,
        )
        .order_by(Lesson.date.desc(), Enrollment.student_id.desc())
    )  # fmt: skip
    found: dict[int, tuple[str, str]] = {}
    for teacher, course, work, student in rows:
        found.setdefault(teacher, (f"/journal/{course}", f"/journal/{course}/cells/{student}/{work}"))
    people = {person.id: person for person in db.session.scalars(_holders(Role.TEACHER))}
    chosen = [teacher for teacher in sorted(found) if teacher in people][:TEACHERS]
    return [(*found[each], world.cookie_of(app, world.make_session(people[each]))) for each in chosen]


def _holders(role: Role) -> Any:
    """Those who have an account and this role alone: what they open does not depend on a choice."""
    others = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role != role)
    return (
        select(Person).join(Person.account)
        .where(exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == role), ~others)
        .order_by(Person.id)
    )  # fmt: skip


def _typing(port: int, page: str, cell: str, cookie: str) -> Iterator[bytes]:
    """Endless saves of a teacher who has opened the journal."""
    connection = load.Connection(port)
    _, head, body = connection.send(load.get(page, cookie))
    connection.close()
    renewed = re.search(rb"set-cookie: ([^;]+)", head, re.IGNORECASE)
    token = re.search(rb'name="csrf-token" content="([^"]+)"', gzip.decompress(body))
    if token is None:
        raise RuntimeError(f"{page} is not a journal")
    cookie = renewed[1].decode() if renewed else cookie
    return (load.post(address, cookie, token[1].decode(), form) for address, form in load.typed([cell]))


@contextmanager
def _running(instance: Path) -> Iterator[tuple[int, int]]:
    """`ejournal run` as a college starts it. Its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ejournal", "run", "--port", str(port)]
    environment = {**os.environ, "EJOURNAL_INSTANCE": str(instance)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def measure(port: int, pid: int, saves: Sequence[Iterator[bytes]], diaries: Sequence[bytes], polls: Sequence[bytes],
            seconds: float = MINUTE) -> dict[str, Any]:  # fmt: skip
    """95th percentile of milliseconds by kind of request and of all, the rate, the cores used and what is resident."""
    lanes = _plan(saves, diaries, polls, seconds)
    taken: dict[str, list[float]] = {"save": [], "diary": [], "poll": []}
    errors: list[str] = []
    before, started = polling.cpu(pid), time.perf_counter()
    threads = [threading.Thread(target=_send, args=(port, sorted(lane), started, taken, errors)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if errors:
        raise RuntimeError(f"{len(errors)} refused: {Counter(errors).most_common(3)}")
    every = [one for kind in taken.values() for one in kind]
    return {
        "morning_per_second": round(len(every) / elapsed, 1),
        "morning_p95_ms": _p95(every),
        **{f"morning_{kind}_p95_ms": _p95(found) for kind, found in taken.items()},
        "morning_cores": round((polling.cpu(pid) - before) / elapsed, 2),
        "resident_mb": resident(pid),
    }


def resident(pid: int) -> float:
    """Megabytes of memory a process and those it started hold; what they share is counted once."""
    total = 0
    for each in polling.family(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1000, 1)


def _plan(
    saves: Sequence[Iterator[bytes]], diaries: Sequence[bytes], polls: Sequence[bytes], seconds: float
) -> list[list[Due]]:
    """What each connection sends and when; the saves of a teacher go over one, each after the one before."""
    random = Random(1)
    lanes: list[list[Due]] = [[] for _ in range(CONNECTIONS)]
    for number, teacher in enumerate(saves):
        first = random.uniform(0, SAVE_EVERY)
        turns = range(int(seconds / SAVE_EVERY))
        lanes[number % CONNECTIONS] += [(first + SAVE_EVERY * turn, "save", next(teacher)) for turn in turns]
    for number in range(int(DIARIES * seconds / MINUTE)):
        random.choice(lanes).append((random.uniform(0, seconds), "diary", diaries[number % len(diaries)]))
    for poll in polls:
        first = random.uniform(0, ASK_EVERY)
        for turn in range(max(1, int(seconds / ASK_EVERY))):
            random.choice(lanes).append((first + ASK_EVERY * turn, "poll", poll))
    return lanes


def _send(port: int, plan: list[Due], started: float, taken: dict[str, list[float]], errors: list[str]) -> None:
    connection = load.Connection(port)
    for due, kind, request in plan:
        time.sleep(max(0.0, started + due - time.perf_counter()))
        status, _, _ = connection.send(request)
        # From when it was due: waiting behind an answer that is late is waiting too.
        taken[kind].append(time.perf_counter() - started - due)
        if status not in {200, 304}:
            errors.append(f"{kind} {status}")
    connection.close()


def _p95(found: list[float]) -> float:
    return round(quantiles(found, n=20)[-1] * 1000, 2)
