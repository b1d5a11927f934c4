"""Long work done apart from its page: it ends well, badly, or by the person's wish, and says so (R2.2)."""

import logging
import os
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from factories import make_person, viewer_of
from factories_jobs import made, make_job
from flask import Flask

from ejournal import jobs
from ejournal.access import Viewer
from ejournal.extensions import db, reading
from ejournal.jobs import board, files, night, running
from ejournal.jobs.queue import queue, waiting
from ejournal.jobs.work import housekeeping
from ejournal.models import Account, Job, Person, Role
from ejournal.models.base import now
from ejournal.services.errors import NotFoundError

Finish = Callable[[], None]


@pytest.fixture
def teacher(in_app: Flask) -> Person:
    return make_person("Ильина", (Role.TEACHER,))


@pytest.fixture
def viewer(teacher: Person) -> Viewer:
    return viewer_of(teacher)


def test_work_is_done_in_the_name_of_who_started_it_and_its_file_is_kept(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-count", "Счёт", {"to": 3})
    assert stored(job).state == "queued"
    finish_jobs()
    done = stored(job)
    assert (done.state, done.message) == ("done", f"Сосчитано до 3 для {viewer.short_name}.")
    assert done.started_at
    assert done.finished_at
    assert done.result["url"] == "/journal/"
    path = files.find_file(done.result["file"][2])
    assert path.read_text() == "сосчитано: 3"
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_a_refusal_is_told_and_nothing_is_written(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.01", "fails": "refused"})
    finish_jobs()
    done = stored(job)
    assert (done.state, done.message) == ("failed", "Сначала загрузите учебный план.")
    assert done.result["url"] == "/load/"
    assert not made("01.01.01")


def test_a_fault_of_ours_is_logged_with_its_trace_and_told_without(
    viewer: Viewer, finish_jobs: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.02", "fails": "slip"})
    with caplog.at_level(logging.ERROR):
        finish_jobs()
    done = stored(job)
    assert done.state == "failed"
    assert "администратору" in done.message
    assert "slip" not in done.message
    assert "ZeroDivisionError" in caplog.text
    assert not made("01.01.02")


def test_r2_1_c_what_the_disk_or_the_database_refused_is_named(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.04", "fails": "full"})
    finish_jobs()
    assert stored(job).message.startswith("Не сделано: на сервере кончилось место на диске. Начните снова")
    assert not made("01.01.04")


def test_one_that_waits_is_cancelled_at_once_and_never_done(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.03"})
    jobs.cancel(viewer, job.id)
    assert stored(job).state == "cancelled"
    finish_jobs()
    assert stored(job).state == "cancelled"
    assert not made("01.01.03")


def test_one_that_runs_stops_where_it_next_says_how_far_it_is(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.04"})
    # As cancelling a running job does: the process that runs it looks at the board, not at the database.
    board.ask_to_stop(job.id)
    finish_jobs()
    done = stored(job)
    assert (done.state, done.message) == ("cancelled", "Отменено: ничего не записано.")
    assert not made("01.01.04")


def test_nobody_cancels_or_finds_somebody_elses(teacher: Person, viewer: Viewer) -> None:
    stranger = viewer_of(make_person("Котова", (Role.TEACHER,)))
    job = make_job(teacher, state="queued")
    for act in (jobs.find, jobs.cancel):
        with pytest.raises(NotFoundError):
            act(stranger, job.id)
    assert stored(job).state == "queued"
    assert jobs.recent(stranger) == []
    administrator = viewer_of(make_person("Ежова", (Role.SYSADMIN,)))
    assert [(found.id, who) for found, who in jobs.recent(administrator)] == [(job.id, teacher.short_name)]


def test_a_right_taken_away_meanwhile_is_gone(viewer: Viewer, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-write", "Запись", {"code": "01.01.05"})
    db.session.execute(db.update(Account).values(blocked_at=now()))
    db.session.commit()
    finish_jobs()
    assert stored(job).state == "failed"
    assert "заблокирована" in stored(job).message
    assert not made("01.01.05")


@pytest.mark.parametrize("kind", ["import", "lessons", "nightly", "continuity", "archive"])
def test_who_is_no_administrator_any_more_has_nothing_done(viewer: Viewer, finish_jobs: Finish, kind: str) -> None:
    job = jobs.start(viewer, kind, "Работа администратора", {})
    finish_jobs()
    assert (stored(job).state, stored(job).message) == ("failed", running.NO_RIGHT)


def test_a_job_of_a_kind_that_is_gone_ends_too(teacher: Person, in_app: Flask) -> None:
    """Queued before an update that does it no more: it would look as if it were going on."""
    job = make_job(teacher, "e" * 32, state="queued")
    job.kind = "gone"
    db.session.commit()
    running.run(job.id)
    assert stored(job).state == "failed"


def test_what_a_restart_interrupted_is_never_shown_as_running_for_ever(
    teacher: Person, viewer: Viewer, finish_jobs: Finish
) -> None:
    running_one = make_job(teacher, "b" * 32, state="running")
    lost = make_job(teacher, "c" * 32, state="queued", created_at=now() - timedelta(minutes=5))
    being_queued = make_job(teacher, "d" * 32, state="queued")
    waits = jobs.start(viewer, "test-count", "Счёт", {"to": 1})
    assert running.recover(waiting()) == 2
    for job in (running_one, lost):
        assert stored(job).state == "failed"
        assert "перезапуск" in stored(job).message
    assert stored(being_queued).state == "queued"
    finish_jobs()
    assert stored(waits).state == "done"


def test_a_kind_that_nobody_does_is_not_started(viewer: Viewer) -> None:
    with pytest.raises(KeyError):
        jobs.start(viewer, "no-such-kind", "Ничто", {})
    assert db.session.scalars(db.select(Job)).all() == []


def test_the_bar_moves_while_the_work_holds_the_database(viewer: Viewer, in_app: Flask, finish_jobs: Finish) -> None:
    job = jobs.start(viewer, "test-count", "Счёт", {"to": 4})
    db.session.execute(db.update(Account).values(username=Account.username))  # the write lock of SQLite
    board.Reporter(job.id)(1, 4)
    assert board.read(job.id) == board.Position(1, 4)
    assert board.read(job.id).percent == 25
    db.session.rollback()
    queue().flush()


def test_a_document_that_is_drawn_keeps_nobody_from_saving(viewer: Viewer, in_app: Flask, finish_jobs: Finish) -> None:
    locked: list[str] = []

    @jobs.handler("test-draw")
    def draw(actor: Viewer | None, payload: dict[str, object], progress: jobs.Progress) -> jobs.JobResult:
        db.session.scalars(db.select(Person)).all()
        if db.engine.dialect.name == "sqlite":
            other = sqlite3.connect(str(db.engine.url.database), timeout=0, isolation_level=None)
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                locked.append(str(error))
            other.close()
        return jobs.JobResult("Нарисовано.")

    job = jobs.start(viewer, "test-draw", "Документ", {})
    finish_jobs()
    assert stored(job).state == "done"
    assert locked == []


def test_results_are_removed_after_a_week(teacher: Person, viewer: Viewer, finish_jobs: Finish) -> None:
    fresh = jobs.start(viewer, "test-count", "Счёт", {"to": 1})
    finish_jobs()
    make_job(teacher, finished_at=now() - timedelta(days=8))
    path = files.find_file(stored(fresh).result["file"][2])
    expired = Path(files.find_file(files.keep_file(b"old")))
    week_ago = now().timestamp() - 8 * 86400
    os.utime(expired, (week_ago, week_ago))
    assert housekeeping.clear_jobs() == "удалено: 1"
    assert db.session.scalar(db.select(Job.id).where(Job.state == "done", Job.finished_at < now())) == fresh.id
    assert stored(fresh).state == "done"
    assert path.exists()
    assert not expired.exists()


@pytest.mark.parametrize("name", ["jobs/files/" + "0" * 32, "secret_key", "../secret_key", "jobs/queue.db"])
def test_only_what_a_job_made_is_ever_sent(in_app: Flask, name: str) -> None:
    with pytest.raises(NotFoundError):
        files.find_file(name)


def test_the_night_started_by_hand_is_a_job_like_any_other(in_app: Flask, finish_jobs: Finish) -> None:
    administrator = viewer_of(make_person("Ежова", (Role.SYSADMIN,)))
    job = jobs.start(administrator, "nightly", "Ночная работа", {})
    finish_jobs()
    assert stored(job).state == "done", stored(job).message
    with reading():
        last = night.last()
    assert last
    assert last.finished


def stored(job: Job) -> Job:
    with reading():
        found = db.session.get_one(Job, job.id, populate_existing=True)
        db.session.commit()
    return found
