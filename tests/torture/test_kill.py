"""The server is killed while people save, attach files, fill lessons and a list is imported: nothing acknowledged is
lost and nothing is there by half (R2.1.c, R2.3.store). `make torture` kills fifty times on each database."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS
from sqlalchemy.engine import make_url
from torture.college import College, Files, Lessons, Marks, Served, Writer, college_on

from ejournal.config import ROOT
from ejournal.models import Cell, Enrollment, Group, Homework, Lesson, LogEntry, StoredFile
from ejournal.services import files, leftovers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills a group of processes")

# Rows of a list: enough for an import to be killed in its middle.
IMPORTED = 60


@pytest.fixture(params=KINDS)
def college(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[College]:
    with college_on(request.param, tmp_path, "kill") as made:
        yield made


@pytest.mark.slow
def test_r2_1_c_a_server_killed_a_few_times_loses_nothing_it_acknowledged(college: College, tmp_path: Path) -> None:
    Torment(college, tmp_path, workers=1).run(kills=2)


@pytest.mark.torture
def test_r2_1_c_a_server_killed_fifty_times_loses_nothing_it_acknowledged(college: College, tmp_path: Path) -> None:
    torment = Torment(college, tmp_path)
    torment.run(kills=50)
    assert any(torment.lists.values()), "no list was ever imported to its end"
    print(f"\n{make_url(college.app.config['EJOURNAL'].database_url).get_backend_name()}: {torment.summary()}")


class Torment:
    def __init__(self, college: College, folder: Path, workers: int = 2) -> None:
        self.college, self.folder = college, folder
        self.served: Served = college.serve(workers)
        self.marks = [Marks(self.served, column) for column in range(len(college.journal.works))]
        self.files, self.lessons = Files(self.served), Lessons(self.served)
        self.lists: dict[str, bool] = {}
        self.left = 0

    def run(self, kills: int) -> None:
        for _ in range(kills):
            importing = self._import()  # by the time the server answers it is well under way
            self.served.start()
            self._work_until_killed(importing)
            self._check()
        self.served.start()
        try:
            for column in self.marks:  # what was on its way goes out again, as from the grid's queue
                while column.pending:
                    assert column.save() == 200
        finally:
            self.served.stop()
        self._check()
        with self.college.looking():
            self.left = leftovers.remove_old(self.college.app.config["EJOURNAL"], timedelta(seconds=-1))
        verified = self.college.run("verify")
        assert verified.returncode == 0, verified.stderr
        assert not list((self.college.instance / "files").glob("coming-*"))
        assert self._has_begun()

    def _work_until_killed(self, importing: "subprocess.Popen[bytes]") -> None:
        stop = threading.Event()
        acts = [*(column.save for column in self.marks), self.files.attach, self.lessons.fill]
        writers = [Writer(act, stop) for act in acts]
        for writer in writers:
            writer.start()
        wanted, deadline = self._saved() + random.randrange(3, 40), time.monotonic() + 20  # the moment is the subject
        while (self._saved() < wanted or not self._has_begun()) and time.monotonic() < deadline:
            stop.wait(0.02)
        self.served.kill()
        with suppress(ProcessLookupError):
            os.killpg(importing.pid, signal.SIGKILL)
        stop.set()
        code = importing.wait()
        assert code in (0, -signal.SIGKILL)  # a list that is refused tests nothing
        self.lists[next(reversed(self.lists))] = code == 0
        for writer in writers:
            writer.join(35)
        assert [fault for writer in writers for fault in writer.faults] == []

    def _saved(self) -> int:
        return sum(column.count for column in self.marks)

    def _has_begun(self) -> bool:
        return all([*(column.count for column in self.marks), self.files.acknowledged, self.lessons.acknowledged])

    def _import(self) -> "subprocess.Popen[bytes]":
        """A list of a group of its own, read by the command line beside the server."""
        group = f"К{len(self.lists) + 1}-25"
        path = self.folder / f"{len(self.lists)}.csv"
        letters = "абвгдежзик"
        rows = (f"{n};Убитов{letters[n % 10]} Имя{letters[n // 10]} Отчество;{group}" for n in range(IMPORTED))
        path.write_text("\n".join(("№;Ф.И.О. обучающегося;Группа", *rows)), encoding="utf-8")
        self.lists[group] = False
        command = [sys.executable, "-m", "ejournal", "import", "students", str(path), "--create-groups"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.college.environment, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def _check(self) -> None:
        with self.college.looking() as session:
            cells = session.execute(sa.select(Cell.work_id, Cell.student_id, Cell.attendance, Cell.mark)).all()
            shown = {(row.work_id, row.student_id): (row.attendance or "") + (row.mark or "") for row in cells}
            logged = set(session.scalars(sa.select(LogEntry.client).where(LogEntry.subject == "cell")))
            for column in self.marks:
                self._check_column(column, shown, logged)
            self._check_files(session)
            lesson = session.get(Lesson, self.lessons.lesson)
            homework = session.scalar(sa.select(Homework.text).where(Homework.lesson_id == lesson.id))
            if lesson.version:
                assert lesson.topic == lesson.recommendations == homework
                assert int(lesson.topic.split()[1]) >= self.lessons.acknowledged
            listed = Counter(session.scalars(sa.select(Group.title).join(Enrollment)))
            for group, is_done in self.lists.items():
                assert listed[group] in ({IMPORTED} if is_done else {0, IMPORTED}), group

    def _check_column(self, column: Marks, shown: dict[tuple[int, int], str], logged: set[str]) -> None:
        for student, (text, request_id) in column.acknowledged.items():
            allowed = {text}
            if column.pending and column.pending[0] == student:
                allowed.add(column.pending[1])
            assert shown[column.work, student] in allowed
            assert request_id in logged

    def _check_files(self, session: sa.orm.scoped_session) -> None:  # type: ignore[type-arg]
        stored = set(session.scalars(sa.select(StoredFile.sha256)))
        assert {hashlib.sha256(content).hexdigest() for content in self.files.acknowledged} <= stored
        for sha256 in stored:
            assert hashlib.sha256(files.path_of(sha256).read_bytes()).hexdigest() == sha256

    def summary(self) -> str:
        done = sum(self.lists.values())
        return (
            f"acknowledged: {self._saved()} values, {len(self.files.acknowledged)} files, {self.lessons.number} "
            f"lessons sent, {done} of {len(self.lists)} lists imported; files without a row swept: {self.left}"
        )
