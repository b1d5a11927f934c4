"""The command line as a system administrator uses it: open a college, serve it, be told what is wrong."""

import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from databases import KINDS, ONE, empty_college
from flask import Flask

from ejournal import cli, create_app, extensions, server
from ejournal.config import ROOT
from ejournal.extensions import db, reading
from ejournal.jobs import night
from ejournal.models import AcademicYear, Account, Bell, LogEntry, Period, Person, RoleGrant, WorkKind
from ejournal.models.base import now
from ejournal.server import Listening
from ejournal.services import log_chain, settings

Command = Callable[..., Result]
# Whom the server lets in, how it is reached and what is refused is no question of the database.
ON_ONE = pytest.mark.parametrize("instance", ONE, indirect=True)
ON_SQLITE = pytest.mark.parametrize("instance", ["sqlite"], indirect=True)


@pytest.fixture(params=KINDS)
def instance(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation that does not exist yet."""
    folder = tmp_path / "instance"
    before = os.umask(0o022)
    with empty_college(request.param, folder, "cli") as overrides:
        for name, value in overrides.items():
            monkeypatch.setenv(f"EJOURNAL_{name.upper()}", str(value))
        yield folder
    os.umask(before)


@pytest.fixture
def ejournal(instance: Path) -> Command:
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)


def test_r4_2_a_new_college_has_all_an_administrator_needs_to_begin(ejournal: Command, instance: Path) -> None:
    done = ejournal("init", "--name", "Колледж связи", "--timezone", "Asia/Vladivostok", "--admin", "Ким Анна Львовна")
    assert done.exit_code == 0, done.output
    assert "Колледж связи" in done.output
    with _opened(instance):
        assert settings.get("college.name") == "Колледж связи"
        assert settings.timezone().key == "Asia/Vladivostok"
        year = db.session.scalars(db.select(AcademicYear)).one()
        assert year.starts <= settings.today() <= year.ends
        assert _count(Period) == 2
        assert _count(Bell) >= 6
        kinds = {(kind.short, kind.weight) for kind in db.session.scalars(db.select(WorkKind))}
        assert {("Отв", 1), ("КР", 3), ("ЗР", 3), ("ДР", 1)} <= kinds
        assert len(kinds) == 9
        person = db.session.scalars(db.select(Person)).one()
        assert person.full_name == "Ким Анна Львовна"
        assert [grant.role for grant in db.session.scalars(db.select(RoleGrant))] == ["sysadmin"]


def test_r3_8_the_first_administrator_sets_a_password_by_a_link_that_works_once(
    ejournal: Command, instance: Path
) -> None:
    output = ejournal("init", "--address", "https://journal.example.ru/").output
    link = re.search(r"https://journal\.example\.ru(/activate/\S+)", output)
    assert link
    with _opened(instance) as app:
        stored = db.session.scalars(db.select(Account)).one()
        assert stored.password_hash is None
        assert link[1].rsplit("/", 1)[1] not in (stored.activation_hash or "")
        app.config["WTF_CSRF_ENABLED"] = False
        form = {"password": "длинный пароль 1", "repeated": "длинный пароль 1"}
        administrator = app.test_client()
        assert administrator.post(link[1], data=form).status_code == 302
        # Nothing else before the second step is set up.
        assert administrator.get("/admin/").location == "/profile/second-step"
        assert app.test_client().post(link[1], data=form).status_code == 404


def test_r4_2_opening_a_college_is_in_the_log(ejournal: Command, instance: Path) -> None:
    ejournal("init", "--name", "Колледж связи")
    with _opened(instance):
        entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting")).one()
        assert entry.after == "Колледж связи"


@ON_SQLITE
def test_a_college_is_never_made_over_another(ejournal: Command, instance: Path) -> None:
    ejournal("init", "--name", "Первый")
    again = ejournal("init", "--name", "Второй")
    assert again.exit_code == 1
    assert "ничего не изменено" in again.stderr
    with _opened(instance):
        assert settings.get("college.name") == "Первый"
        assert _count(Account) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--timezone", "Asia/Nowhere", "Часового пояса «Asia/Nowhere» нет"),
        ("--timezone", "../etc/passwd", "Часового пояса"),
        ("--login", "а б", "Логин"),
        ("--name", " ", "Укажите название"),
        ("--admin", " ", "фамилию администратора"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(
    ejournal: Command, instance: Path, option: str, value: str, says: str
) -> None:
    refused = ejournal("init", option, value)
    assert refused.exit_code == 1
    assert says in refused.stderr
    with _opened(instance):
        assert (_count(Person), _count(AcademicYear), _count(WorkKind)) == (0, 0, 0)


@ON_SQLITE
def test_a_demo_college_is_made_and_its_logins_are_told(ejournal: Command, instance: Path) -> None:
    done = ejournal("demo", "--students", "16")
    assert done.exit_code == 0, done.output
    for login in ("admin", "director", "zavuch", "curator", "teacher", "student", "parent"):
        assert re.search(rf"^ +{login} ", done.output, re.MULTILINE), login
    with _opened(instance) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        visitor = app.test_client()
        visitor.post("/login", data={"username": "teacher", "password": "demo"})
        assert visitor.get("/journal/").status_code == 200


@ON_SQLITE
def test_a_demo_college_is_never_made_over_a_real_one(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    refused = ejournal("demo", "--students", "16")
    assert refused.exit_code == 1
    assert "EJOURNAL_INSTANCE" in refused.stderr
    left_alone = ejournal("demo", "--if-empty")
    assert (left_alone.exit_code, left_alone.output) == (0, "")
    with _opened(instance):
        assert _count(Person) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
@ON_SQLITE
def test_r4_1_c_other_users_of_the_server_read_neither_database_nor_key(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    there = [instance / name for name in ("ejournal.db", "secret_key") if (instance / name).exists()]
    assert instance / "secret_key" in there
    assert [file for file in there if file.stat().st_mode & 0o077] == []


@ON_SQLITE
def test_a_slip_in_the_settings_file_is_told_in_a_sentence(ejournal: Command, instance: Path) -> None:
    instance.mkdir()
    (instance / "ejournal.toml").write_text("smtp_url = почта", encoding="utf-8")
    failed = ejournal("init")
    assert failed.exit_code == 1
    assert "Настройки не прочитаны" in failed.stderr


@ON_SQLITE
def test_a_list_is_not_read_into_a_database_that_is_not_there(ejournal: Command) -> None:
    failed = ejournal("import", "bells", str(ROOT / "tests" / "data" / "college-a" / "bells.xlsx"))
    assert failed.exit_code == 1
    assert "ejournal init" in failed.stderr


@ON_SQLITE
def test_a_command_that_finds_the_database_busy_says_what_to_do(
    ejournal: Command, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ejournal("init")
    monkeypatch.setattr(extensions, "PATIENCE", 100)
    with closing(sqlite3.connect(instance / "ejournal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = ejournal("rescue", "admin", "--reason", "потерян телефон", "--code")
    assert busy.exit_code == 1
    assert "занята другой работой, ничего не изменено" in busy.stderr


@ON_SQLITE
def test_an_empty_college_is_not_served(ejournal: Command) -> None:
    refused = ejournal("run")
    assert refused.exit_code == 1
    assert "ejournal init" in refused.stderr


@ON_SQLITE
def test_a_busy_port_is_told_instead_of_shared(ejournal: Command) -> None:
    ejournal("init")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        refused = ejournal("run", "--port", str(busy.getsockname()[1]))
    assert refused.exit_code == 1
    assert "--port" in refused.stderr


@ON_SQLITE
def test_demo_accounts_are_not_served_to_others(ejournal: Command, instance: Path) -> None:
    _with_demo_account(ejournal, instance)
    for host in ("0.0.0.0", "192.168.1.10", "::", "journal.example.ru"):
        refused = ejournal("run", "--host", host)
        assert refused.exit_code == 1, host
        assert "--demo" in refused.stderr


@ON_SQLITE
def test_demo_accounts_are_served_here_or_when_it_is_a_show(ejournal: Command, instance: Path) -> None:
    _with_demo_account(ejournal, instance)
    with _opened(instance):
        assert "teacher" in cli.prepare(Listening("127.0.0.1", _free_port(), 1), is_show=False)
        assert "teacher" in cli.prepare(Listening("0.0.0.0", _free_port(), 1), is_show=True)


@ON_SQLITE
def test_a_server_for_the_whole_network_without_tls_says_that_nobody_could_sign_in(
    ejournal: Command, instance: Path
) -> None:
    ejournal("init")
    cases: tuple[tuple[str, dict[str, Any], bool], ...] = (
        ("127.0.0.1", {}, False),
        ("0.0.0.0", {}, True),
        ("0.0.0.0", {"trusted_proxies": ["127.0.0.1"]}, False),
        ("0.0.0.0", {"insecure_http": True}, False),
    )
    for host, chosen, told in cases:
        app = create_app({"instance": instance, **chosen})
        with app.app_context():
            is_told = "без HTTPS" in cli.prepare(Listening(host, _free_port(), 1), is_show=False)
            assert is_told is told, (host, chosen)
            db.session.remove()
            db.engine.dispose()


@ON_SQLITE
def test_blocked_demo_accounts_no_longer_matter(ejournal: Command, instance: Path) -> None:
    _with_demo_account(ejournal, instance)
    with _opened(instance):
        account = db.session.scalars(db.select(Account)).one()
        account.blocked_at = account.created_at
        db.session.commit()
        assert "teacher" not in cli.prepare(Listening("0.0.0.0", _free_port(), 1), is_show=False)


@ON_SQLITE
def test_a_server_whose_clock_stands_behind_the_log_is_not_started(ejournal: Command, instance: Path) -> None:
    """A flat battery: what teachers enter would be dated years ago (R2.1.c)."""
    ejournal("init")
    with _opened(instance):
        at = now() + timedelta(days=400)
        db.session.add(LogEntry(at=at, subject="setting", action="update", before="было", after="стало"))
        db.session.commit()
    refused = ejournal("run", "--port", str(_free_port()))
    assert refused.exit_code == 1
    assert f"{at:%m.%Y}" in refused.stderr
    assert "--clock-is-right" in refused.stderr
    port = str(_free_port())
    with _running("--port", port, "--clock-is-right"):
        pass


@pytest.mark.parametrize(("cores", "workers"), [(None, 1), (1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
def test_a_server_leaves_half_of_the_cores_to_jobs_and_database(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, workers: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert server.usual_workers() == workers


def test_certificate_without_its_key_is_refused(ejournal: Command, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.write_text("")
    refused = ejournal("run", "--tls-cert", str(certificate))
    assert refused.exit_code == 2
    assert "--tls-key" in refused.stderr


@pytest.mark.slow
@ON_SQLITE
def test_the_server_starts_answers_and_stops(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    port = _free_port()
    with _running("--port", str(port)) as server:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/login")
        response = connection.getresponse()
        assert response.status == 200
        assert "Войти" in response.read().decode()
        assert f"http://127.0.0.1:{port}" in (server.stdout.readline() if server.stdout else "")
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="looks at processes as Linux lists them")
@ON_SQLITE
def test_a_server_that_is_told_to_stop_while_it_starts_stops(ejournal: Command, instance: Path) -> None:
    """It waited for ever for the process that answers, which had not yet learned to listen to it."""
    ejournal("init")
    with _running("--port", str(_free_port()), young=True) as server:
        pass
    assert server.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="looks at processes as Linux lists them")
@ON_ONE
def test_r2_2_the_job_worker_runs_beside_the_server_rises_again_and_ends_with_it(
    ejournal: Command, instance: Path
) -> None:
    ejournal("init")
    with _running("--port", str(_free_port())) as server:
        first = _worker_of(server.pid)
        os.kill(first, signal.SIGKILL)
        second = _worker_of(server.pid, other_than=first)
    assert not _is_alive(second)
    with _running("--port", str(_free_port())) as server:
        orphan = _worker_of(server.pid)
        children = _children(server.pid)
        server.kill()
        deadline = time.monotonic() + 15
        while _is_alive(orphan) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not _is_alive(orphan)
        for child in children:
            if _is_alive(child):
                os.kill(child, signal.SIGKILL)


@pytest.mark.slow
@ON_ONE
def test_the_server_does_the_work_of_a_night_that_was_missed(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    long_ago = datetime.now(UTC) - timedelta(days=2)
    with _opened(instance):
        settings.put(night.LAST, {"started": long_ago.isoformat(), "finished": long_ago.isoformat(), "tasks": []})
        db.session.commit()
        with _running("--port", str(_free_port())):
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and _last_night().started == long_ago:
                time.sleep(0.3)
        done = _last_night()
    assert done.started > long_ago
    assert done.tasks
    assert not done.failed


def _last_night() -> night.Night:
    with reading():  # the server is not kept from writing
        found = night.last()
        db.session.rollback()
    assert found
    return found


def test_the_work_of_the_night_is_done_on_demand(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    done = ejournal("nightly")
    assert done.exit_code == 0, done.output
    assert "Завершённые сеансы" in done.output


@ON_SQLITE
def test_the_night_that_did_not_go_well_names_what_failed(
    ejournal: Command, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ejournal("init")
    (instance / "uploads").mkdir(exist_ok=True)
    (instance / "uploads" / "pending").write_text("в папке лежит файл там, где должна быть папка")
    done = ejournal("nightly")
    assert done.exit_code == 1
    assert "clear-uploads" in done.stderr
    assert "Завершённые сеансы" in done.output


@ON_SQLITE
@pytest.mark.slow
def test_the_server_speaks_https_and_keeps_the_session_cookie_to_it(
    ejournal: Command, instance: Path, tmp_path: Path
) -> None:
    ejournal("init")
    certificate, key = _certificate(tmp_path)
    port = _free_port()
    with _running("--port", str(port), "--tls-cert", str(certificate), "--tls-key", str(key)):
        context = ssl.create_default_context(cafile=str(certificate))
        connection = HTTPSConnection("localhost", port, timeout=10, context=context)
        connection.request("GET", "/login")
        response = connection.getresponse()
        assert response.status == 200
        assert "Secure" in (response.headers["Set-Cookie"] or "")
        assert response.headers["Strict-Transport-Security"]


class _opened:  # noqa: N801 - reads as a verb where it is used
    """The installation as the command left it, in an application context."""

    def __init__(self, instance: Path) -> None:
        self.app = create_app({"instance": instance})
        self.context = self.app.app_context()

    def __enter__(self) -> Flask:
        self.context.push()
        return self.app

    def __exit__(self, *_: object) -> None:
        db.session.remove()
        db.engine.dispose()
        self.context.pop()


class _running:  # noqa: N801
    """`ejournal run` as a process, once it answers; `young`: once its processes are there, which know nothing yet."""

    def __init__(self, *arguments: str, young: bool = False) -> None:
        self.port = int(arguments[arguments.index("--port") + 1])
        self.command = [sys.executable, "-m", "ejournal", "run", "--workers", "1", *arguments]
        self.young = young

    def __enter__(self) -> "subprocess.Popen[str]":
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if len(_children(self.process.pid)) == 2 if self.young else _listens(self.port):
                return self.process
            time.sleep(0.001 if self.young else 0.1)
        raise RuntimeError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            for pid in (*_children(self.process.pid), self.process.pid):
                os.kill(pid, signal.SIGKILL)
            raise
        finally:
            if self.process.stdout:
                self.process.stdout.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _worker_of(server: int, other_than: int = 0) -> int:
    """The process id of the job worker that a server keeps, once there is one."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        for child in _children(server):
            if child != other_than and _is_worker(child):
                return child
        time.sleep(0.2)
    raise RuntimeError("no worker")


def _is_worker(pid: int) -> bool:
    """Whether a process holds the lock of which there is one for all workers."""
    try:
        return any(os.readlink(link).endswith("worker.lock") for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it ended meanwhile
        return False


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()] + [
        int(pid)
        for task in Path(f"/proc/{parent}/task").iterdir()
        if task.name != str(parent)
        for pid in (task / "children").read_text().split()
    ]


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not asked how is not alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _with_demo_account(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    with _opened(instance):
        db.session.scalars(db.select(Account)).one().is_demo = True
        db.session.commit()


def _count(model: type[object]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_r4_2_g_verify_says_that_all_is_whole_and_what_is_not(ejournal: Command, instance: Path) -> None:
    ejournal("init")
    whole = ejournal("verify")
    assert (whole.exit_code, "Всё сходится." in whole.output) == (0, True), whole.output
    with _opened(instance):
        number, digest = log_chain.head()
    paper = ejournal("verify", "--entry", str(number), "--sum", digest[:16])
    assert paper.exit_code == 0, paper.output
    other = ejournal("verify", "--entry", str(number), "--sum", "0" * 16)
    assert (other.exit_code, "не такая" in other.output) == (1, True), other.output
    assert ejournal("verify", "--entry", str(number)).exit_code == 2
    with _opened(instance):
        refusal = {"sqlite": "log_entry_no_update", "postgresql": "log_entry_only_grows ON log_entry"}
        db.session.execute(db.text(f"DROP TRIGGER {refusal[db.engine.dialect.name]}"))
        db.session.execute(db.text("UPDATE log_entry SET action = 'forged'"))
        db.session.commit()
    broken = ejournal("verify", "--json")
    assert broken.exit_code == 1
    assert "изменена" in broken.output


def test_r2_3_store_a_copy_made_by_the_command_is_restored_by_the_command(ejournal: Command, instance: Path) -> None:
    ejournal("init", "--name", "Колледж связи")
    copy = instance.parent / "college.backup"
    made = ejournal("backup", str(copy))
    assert (made.exit_code, copy.exists()) == (0, True), made.output
    with _opened(instance):
        settings.put("college.name", "Испорчено")
        db.session.commit()
    back = ejournal("restore", str(copy))
    assert back.exit_code == 0, back.output
    assert "Прежнее состояние" in back.output
    with _opened(instance):
        assert settings.get("college.name") == "Колледж связи"


@ON_SQLITE  # of PostgreSQL no file can be damaged
def test_a_copy_replaces_a_damaged_database_and_the_damaged_one_is_kept(ejournal: Command, instance: Path) -> None:
    ejournal("init", "--name", "Колледж связи")
    copy = instance.parent / "college.backup"
    ejournal("backup", str(copy))
    for left in instance.glob("ejournal.db-*"):
        left.unlink()
    (instance / "ejournal.db").write_bytes(b"not a database " * 9000)
    back = ejournal("restore", str(copy))
    assert back.exit_code == 0, back.output
    assert next(instance.glob("replaced-*/ejournal.db")).read_bytes().startswith(b"not a database")
    with _opened(instance):
        assert settings.get("college.name") == "Колледж связи"


@ON_SQLITE
def test_restoring_what_is_no_copy_says_so_and_touches_nothing(ejournal: Command, instance: Path) -> None:
    ejournal("init", "--name", "Колледж связи")
    wrong = instance.parent / "photo.jpg"
    wrong.write_bytes(b"\xff\xd8 not a copy")
    answer = ejournal("restore", str(wrong))
    assert answer.exit_code == 1
    assert "Не восстановлено" in answer.output
    with _opened(instance):
        assert settings.get("college.name") == "Колледж связи"
