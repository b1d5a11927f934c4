"""A college served by the real `ejournal run`, which is killed without warning, and those who write to it meanwhile."""

import http.client
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import factories
import sqlalchemy as sa
from databases import empty_college
from flask_migrate import upgrade
from flask_wtf.csrf import URLSafeTimedSerializer

from ejournal import create_app
from ejournal.config import ROOT
from ejournal.extensions import db, reading
from ejournal.models import Person

STUDENTS, LESSONS = 12, 4
VALUES = ["5", "4", "3", "о5", "н", "б4", "5-", "п", "2"]


class College:
    """`start` and `kill` the server's processes; the client's own application reads the database between."""

    def __init__(self, overrides: dict[str, object]) -> None:
        """`overrides`: as of databases.empty_college."""
        self.app = create_app(overrides)
        self.instance = Path(str(overrides["instance"]))
        with self.app.app_context():
            upgrade()
            self.journal = factories.make_journal(students=STUDENTS, lessons=LESSONS)
            db.session.remove()
            db.engine.dispose()
        self.cookie, self.token = self.sign_in(self.journal.teacher)
        named = {f"EJOURNAL_{name.upper()}": str(value) for name, value in overrides.items()}
        self.environment = {**os.environ, **named, "PYTHONUNBUFFERED": "1"}

    def sign_in(self, person: Person) -> tuple[str, str]:
        """The cookie of a signed-in session and the token its requests carry."""
        with self.app.app_context():
            session = factories.make_session(person)
            db.session.remove()
            db.engine.dispose()
        secret = secrets.token_hex(20)
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        cookie = serializer.dumps({"_user_id": session, "_fresh": True, "_permanent": True, "csrf_token": secret})
        token = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(secret)
        return f"ejournal={cookie}", str(token)

    def serve(self, workers: int = 2) -> "Served":
        return Served(self, workers)

    @contextmanager
    def looking(self) -> Iterator[sa.orm.scoped_session[Any]]:
        with self.app.app_context(), reading():
            try:
                yield db.session
            finally:
                db.session.remove()
                db.engine.dispose()

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of the program."""
        command = [sys.executable, "-m", "ejournal", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)


@contextmanager
def college_on(kind: str, folder: Path, purpose: str) -> Iterator[College]:
    """A college in a database of its own."""
    with empty_college(kind, folder / "college", purpose) as overrides:
        yield College(overrides)


class Served:
    """One `ejournal run` with its workers, in a process group of its own, so that one signal reaches them all."""

    def __init__(self, college: College, workers: int) -> None:
        self.college = college
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.command = [sys.executable, "-m", "ejournal", "run", "--port", str(self.port), "--workers", str(workers)]

    def start(self, log: Path | None = None) -> None:
        """`log`: where to what the server has to say."""
        with (log or Path(os.devnull)).open("ab") as said:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.college.environment, stdout=subprocess.DEVNULL,
                stderr=said if log else None, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def kill(self) -> None:
        """As a power cut would: no process gets a word in."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        return self._ask("GET", path, b"", {"Cookie": self.college.cookie, "HX-Request": "true"})

    def post(self, path: str, form: dict[str, Any], client: str = "") -> int:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(path, urlencode(form).encode(), headers, client)

    def upload(self, path: str, purpose: str, name: str, content: bytes, client: str = "") -> int:
        edge = secrets.token_hex(8)
        parts = (
            f'--{edge}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        )
        body = parts.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self._send(path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"}, client)

    def _send(self, path: str, body: bytes, headers: dict[str, str], client: str) -> int:
        own = {"Cookie": self.college.cookie, "X-CSRFToken": self.college.token, "HX-Request": "true"}
        return self._ask("POST", path, body, {**headers, **own, "X-Client": client})[0]

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read().decode(),
            )
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()


class Writer(threading.Thread):
    """Does one thing again and again until told to stop. What the server did not answer is done once more, as the
    grid's own queue does it; `faults` are answers that nobody should get."""

    def __init__(self, act: Callable[[], int], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.act, self.stop = act, stop
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                status = self.act()
            except OSError:
                self.stop.wait(0.05)  # killed just now
                continue
            if status not in (200, 503):
                self.faults.append(f"{self.act.__qualname__}: {status}")
                return


class Marks:
    """A teacher who fills her own column; `sent` are all values a cell may hold, the last acknowledged one first."""

    def __init__(self, served: Served, column: int) -> None:
        self.served, journal = served, served.college.journal
        self.work = journal.works[column].id
        self.students = [student.id for student in journal.students]
        self.versions = dict.fromkeys(self.students, 0)
        self.acknowledged: dict[int, tuple[str, str]] = {}
        self.pending: tuple[int, str, str] | None = None
        self.count = 0

    def save(self) -> int:
        if self.pending is None:
            student = random.choice(self.students)
            before = self.acknowledged.get(student, ("", ""))[0]
            text = random.choice([value for value in VALUES if value != before])
            self.pending = (student, text, secrets.token_hex(8))
        student, text, request_id = self.pending
        path = f"/journal/{self.served.college.journal.course_id}/cells/{student}/{self.work}"
        form = {"value": text, "version": self.versions[student], "reason": "проверка"}
        status = self.served.post(path, form, request_id)
        if status == 200:
            self.versions[student] += 1
            self.acknowledged[student] = (text, request_id)
            self.pending, self.count = None, self.count + 1
        return status


class Files:
    """A teacher who attaches homework; `acknowledged` are hashes of contents."""

    def __init__(self, served: Served) -> None:
        journal = served.college.journal
        self.served = served
        self.path = f"/journal/{journal.course_id}/lessons/{journal.lessons[0].id}/files"
        self.acknowledged: list[bytes] = []

    def attach(self) -> int:
        content = secrets.token_hex(random.randrange(1_000, 400_000)).encode()
        status = self.served.upload(self.path, "homework", f"{secrets.token_hex(4)}.txt", content)
        if status == 200:
            self.acknowledged.append(content)
        return status


class Lessons:
    """A teacher who fills topic, recommendations and homework of a lesson with one number each time."""

    def __init__(self, served: Served) -> None:
        journal = served.college.journal
        self.served, self.number, self.acknowledged = served, 0, 0
        self.lesson = journal.lessons[1].id
        self.path = f"/journal/{journal.course_id}/lessons/{self.lesson}"

    def fill(self) -> int:
        self.number += 1
        words = f"Тема {self.number}"
        form = {
            "topic": words,
            "recommendations": words,
            "homework": words,
            "held": "1",
            "hours": "2",
            "answer": "possible",
        }
        status = self.served.post(self.path, {**form, "answer": "possible"})
        if status == 200:
            self.acknowledged = self.number
        return status
