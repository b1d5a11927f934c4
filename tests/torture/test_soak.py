"""A long day in ten minutes: teachers save, pages are read and asked for news, copies are made and the night's work is
done beside it. Nothing grows that should not, nothing is lost, the server has nothing to complain about (R2.1.c)."""

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS
from torture.college import College, Files, Lessons, Marks, Served, Writer, college_on

from ejournal.models import Cell

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

MINUTES = float(os.environ.get("EJOURNAL_SOAK_MINUTES", "10"))
PAGES = ("/", "/journal/", "/messages/", "/resources/", "/profile", "/healthz")
MEGABYTE = 1_000_000


@pytest.fixture(params=KINDS)
def college(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[College]:
    with college_on(request.param, tmp_path, "soak") as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("college", ["sqlite"], indirect=True)  # the long day has every database
def test_r2_1_c_a_few_seconds_of_everything_at_once_leave_the_server_well(college: College, tmp_path: Path) -> None:
    soak = Soak(college, tmp_path)
    soak.run(seconds=8)
    soak.check(growth=100 * MEGABYTE)  # what is still being loaded


@pytest.mark.torture
def test_r2_1_c_a_long_day_leaves_the_server_as_it_was(college: College, tmp_path: Path) -> None:
    soak = Soak(college, tmp_path)
    soak.run(seconds=MINUTES * 60)
    print(f"\n{soak.summary()}")
    soak.check(growth=20 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server's processes hold together at a moment: bytes (shared ones counted once), counts, bytes."""

    memory: int
    files: int
    threads: int
    wal: int


class Soak:
    def __init__(self, college: College, folder: Path) -> None:
        self.college = college
        self.log = folder / "server.log"
        self.served: Served = self.college.serve()
        self.marks = [Marks(self.served, column) for column in range(len(self.college.journal.works))]
        self.files, self.lessons = Files(self.served), Lessons(self.served)
        self.read, self.copies, self.nights = 0, 0, 0
        self.samples: list[Sample] = []
        self.refused: list[str] = []
        # What commands that failed had to say.
        self.said: list[str] = []

    def run(self, seconds: float) -> None:
        stop = threading.Event()
        self.served.start(self.log)
        slowly = [_paced(self.files.attach, 2, stop), _paced(self.lessons.fill, 0.5, stop)]
        readers = [self._reader(page) for page in (*PAGES, f"/journal/{self.college.journal.course_id}")]
        keeping = [_paced(self._copy, 5, stop), _paced(self._night, 60, stop)]
        acts = [*(column.save for column in self.marks), *slowly, *readers, *keeping]
        writers = [Writer(act, stop) for act in acts]
        for writer in writers:
            writer.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            stop.wait(min(5, seconds / 8))
            self.samples.append(_sample(self.served.process.pid, self.college.instance))
        stop.set()
        for writer in writers:
            writer.join(60)
        self.refused = [fault for writer in writers for fault in writer.faults]
        self.served.stop()

    def _reader(self, page: str) -> Callable[[], int]:
        def read() -> int:
            self.read += 1
            return self.served.get(page)[0]

        return read

    def _copy(self) -> int:
        done = self._run("backup", str(self.college.instance.parent / "copy.backup"))
        self.copies += done
        return 200

    def _night(self) -> int:
        self.nights += self._run("nightly")
        return 200

    def _run(self, *command: str) -> bool:
        done = self.college.run(*command)
        if done.returncode:
            self.said.append(f"{command[0]}: {done.stdout}{done.stderr}"[-2000:])
        return not done.returncode

    def check(self, growth: int) -> None:
        assert (self.refused, self.said) == ([], [])
        assert self.copies
        assert self.nights
        said = self.log.read_text(errors="replace")
        assert not any(word in said for word in ("ERROR", "WARNING", "Traceback", "unhandled")), said[-2000:]
        # The first half warms up.
        early, late = self._half(slice(len(self.samples) // 2, -len(self.samples) // 4)), self._half(slice(-3, None))
        assert late.memory - early.memory < growth, (early, late)
        assert late.files - early.files <= 20, (early, late)
        assert late.threads - early.threads <= 4, (early, late)
        # What is written while a copy is made; 10 minutes of 40 values a second came to 76 MB.
        assert max(sample.wal for sample in self.samples) < 256 * MEGABYTE
        with self.college.looking() as session:
            rows = session.execute(sa.select(Cell.work_id, Cell.student_id, Cell.attendance, Cell.mark))
            shown = {(row.work_id, row.student_id): (row.attendance or "") + (row.mark or "") for row in rows}
        for column in self.marks:
            for student, (text, _request) in column.acknowledged.items():
                allowed = {text, column.pending[1] if column.pending and column.pending[0] == student else text}
                assert shown[column.work, student] in allowed
        verified = self.college.run("verify")
        assert verified.returncode == 0, verified.stderr

    def _half(self, part: slice) -> Sample:
        chosen = self.samples[part] or self.samples
        middle = (statistics.median(values) for values in zip(*map(_values, chosen), strict=True))
        return Sample(*map(int, middle))

    def summary(self) -> str:
        first, last = self.samples[0], self.samples[-1]
        return (
            f"values {sum(column.count for column in self.marks)}, files {len(self.files.acknowledged)}, lessons "
            f"{self.lessons.acknowledged}, pages {self.read}, copies {self.copies}, nights {self.nights}; memory, MB: "
            + " ".join(str(sample.memory // MEGABYTE) for sample in self.samples[:: max(1, len(self.samples) // 10)])
            + f"; files open {first.files}–{last.files}, threads {first.threads}–{last.threads}, "
            f"WAL at most {max(sample.wal for sample in self.samples) / MEGABYTE:.1f} MB"
        )


def _paced(act: Callable[[], int], pause: float, stop: threading.Event) -> Callable[[], int]:
    def do() -> int:
        status = act()
        stop.wait(pause)
        return status

    return do


def _values(sample: Sample) -> tuple[int, int, int, int]:
    return sample.memory, sample.files, sample.threads, sample.wal


def _sample(pid: int, instance: Path) -> Sample:
    memory = files = threads = 0
    for each in _family(pid):
        folder = Path(f"/proc/{each}")
        try:
            rollup = (folder / "smaps_rollup").read_text().splitlines()
            memory += next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
            files += len(list((folder / "fd").iterdir()))
            threads += len(list((folder / "task").iterdir()))
        except (OSError, StopIteration):  # it ended meanwhile
            continue
    wal = instance / "ejournal.db-wal"
    return Sample(memory, files, threads, wal.stat().st_size if wal.exists() else 0)


def _family(pid: int) -> list[int]:
    """The process and all it started."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found
