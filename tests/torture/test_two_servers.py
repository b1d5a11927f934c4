"""Two `ejournal run` on one PostgreSQL database and one instance folder: one college, as README says (issue «nothing
lost»)."""

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from torture.college import College, Marks, Served, Writer, college_on

from ejournal.extensions import db
from ejournal.jobs.queue import start
from ejournal.models import Account, Cell, Job, SignInFailure

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="kills a group of processes")]

CELL = re.compile(r'<td role="gridcell"[^>]* data-student="(\d+)" data-work="(\d+)"[^>]*>([^<]*)</td>')


@pytest.fixture
def college(tmp_path: Path) -> Iterator[College]:
    with college_on("postgres", tmp_path, "two") as made:
        yield made


def test_two_servers_on_one_database_are_one_college(college: College) -> None:
    one, two = college.serve(workers=1), college.serve(workers=1)
    one.start()
    two.start()
    try:
        _no_change_escapes_who_asks_the_other_server(college, one, two)
        _guesses_are_counted_together(college, one, two)
        _jobs_are_done_once(college, "before")
        one.kill()
        assert two.get(f"/journal/{college.journal.course_id}")[0] == 200
        _jobs_are_done_once(college, "after")
        assert two.post("/logout", {}) == 302
        one.start()
        assert one.get("/journal/")[0] == 401, "signed out on one is signed out on the other"
    finally:
        one.kill()
        two.kill()
    verified = college.run("verify")
    assert verified.returncode == 0, verified.stderr


def _no_change_escapes_who_asks_the_other_server(college: College, one: Served, two: Served) -> None:
    """Ids of log entries are given before commits are made: who asks by them would miss what commits later."""
    stop = threading.Event()
    columns = [Marks(served, column) for column, served in enumerate((one, two, one, two))]
    writers = [Writer(column.save, stop) for column in columns]
    for writer in writers:
        writer.start()
    seen: dict[tuple[int, int], str] = {}
    last, deadline = "0", time.monotonic() + 60
    while not all(column.count >= 15 for column in columns) and time.monotonic() < deadline:
        last = _ask_for_changes(two, college, last, seen)
    stop.set()
    for writer in writers:
        writer.join(30)
    _ask_for_changes(two, college, last, seen)
    assert [fault for writer in writers for fault in writer.faults] == []
    assert min(column.count for column in columns) >= 15
    with college.looking() as session:
        cells = session.execute(sa.select(Cell.student_id, Cell.work_id, Cell.attendance, Cell.mark))
        stored = {(row.student_id, row.work_id): (row.attendance or "") + (row.mark or "") for row in cells}
    assert seen == stored


def _ask_for_changes(served: Served, college: College, last: str, seen: dict[tuple[int, int], str]) -> str:
    status, headers, text = served.get(f"/journal/{college.journal.course_id}/changes?after={last}&client=nobody")
    assert status in (200, 204)
    seen.update({(int(student), int(work)): value for student, work, value in CELL.findall(text)})
    return headers["x-journal-last"]


def _guesses_are_counted_together(college: College, one: Served, two: Served) -> None:
    with college.looking() as session:
        username = session.scalar(sa.select(Account.username).limit(1))

    def guess(number: int) -> int:
        served = (one, two)[number % 2]
        return served.post("/login", {"username": username, "password": f"неверный {number}"})

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(guess, range(16)))
    assert answers == {401: 5, 429: 11}
    with college.looking() as session:
        assert session.scalar(sa.select(sa.func.count(SignInFailure.id))) == 5


def _jobs_are_done_once(college: College, name: str) -> None:
    """Both servers keep a worker; the one that holds the lock works, the other takes over when it is gone."""
    with college.app.app_context():
        ids = [start(None, "nightly", f"{name} {number}", {}).id for number in range(2)]
        db.session.remove()
    deadline, states = time.monotonic() + 60, Counter[str]()
    while (time.monotonic() < deadline and not states.keys() <= {"done", "failed"}) or not states:
        time.sleep(0.2)
        with college.looking() as session:
            jobs = session.execute(sa.select(Job.state, Job.message).where(Job.id.in_(ids))).all()
        states = Counter(job.state for job in jobs)
    # Two nights at once: the second is refused, or is done after the first. Neither is done twice or lost.
    assert states["done"] >= 1, jobs
    assert all(job.state == "done" or "уже выполняется" in job.message for job in jobs), jobs
