"""The page of long work: how far it is, its end, cancelling; and what is long enough to become a job (R4.2)."""

import io
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import SignIn
from factories import enroll, make_group, make_journal, make_person, make_year, viewer_of
from factories_jobs import make_job
from flask import Flask
from flask.testing import FlaskClient

from ejournal import jobs
from ejournal.extensions import db
from ejournal.jobs import board, night
from ejournal.jobs.folder import Lock
from ejournal.models import Job, Lesson, LogEntry, Person, Role, RoleGrant, TimetableEntry

Finish = Callable[[], None]
MOST_QUERIES = 6


@pytest.fixture(autouse=True)
def uploads_removed(app: Flask) -> Iterator[None]:
    yield
    shutil.rmtree(Path(app.instance_path) / "uploads", ignore_errors=True)


@pytest.fixture
def teacher(app: Flask) -> Person:
    with app.app_context():
        return make_person("Ильина", (Role.TEACHER,))


@pytest.fixture
def client(teacher: Person, sign_in: SignIn) -> FlaskClient:
    return sign_in(teacher)


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_person("Ежова", (Role.SYSADMIN,))
    return sign_in(person)


def test_the_bar_asks_for_itself_until_the_end_and_then_no_more(
    app: Flask, teacher: Person, client: FlaskClient, finish_jobs: Finish
) -> None:
    with app.app_context():
        job = jobs.start(viewer_of(teacher), "test-count", "Счёт", {"to": 120})
        board.Reporter(job.id)(40, 120)
    page = client.get(f"/jobs/{job.id}").text
    assert "Ждёт очереди" in page
    with app.app_context():
        db.session.execute(db.update(Job).values(state="running"))
        db.session.commit()
    part = client.get(f"/jobs/{job.id}/progress").text
    assert "Сделано 40 из 120" in part
    assert re.search(r'<progress[^>]*max="120"[^>]*value="40"', part)
    assert f'hx-get="/jobs/{job.id}/progress"' in part
    assert "<html" not in part
    with app.app_context():
        db.session.execute(db.update(Job).values(state="queued"))
        db.session.commit()
    finish_jobs()
    part = client.get(f"/jobs/{job.id}/progress").text
    assert "Сосчитано до 120" in part
    assert "hx-get" not in part
    assert 'href="/journal/"' in part
    file = client.get(f"/jobs/{job.id}/file")
    assert file.data.decode() == "сосчитано: 120"
    assert "attachment" in file.headers["Content-Disposition"]


def test_looking_on_does_not_make_the_session_longer(app: Flask, teacher: Person, client: FlaskClient) -> None:
    with app.app_context():
        job = make_job(teacher, state="running")
    client.get("/jobs/")
    assert client.get(f"/jobs/{job.id}/progress").headers.get("Set-Cookie") is None


def test_a_failed_one_says_what_to_do(app: Flask, teacher: Person, client: FlaskClient, finish_jobs: Finish) -> None:
    with app.app_context():
        job = jobs.start(viewer_of(teacher), "test-write", "Запись", {"code": "01.01.01", "fails": "refused"})
    finish_jobs()
    page = client.get(f"/jobs/{job.id}").text
    assert "Не получилось. Сначала загрузите учебный план." in page
    assert 'href="/load/"' in page
    assert client.get(f"/jobs/{job.id}/file").status_code == 404


def test_somebody_elses_work_is_not_found_but_by_the_system_administrator(
    app: Flask, teacher: Person, admin: FlaskClient, sign_in: SignIn
) -> None:
    with app.app_context():
        job = make_job(teacher, state="running", message="")
        stranger = make_person("Котова", (Role.TEACHER, Role.ADMINISTRATION))
    other = sign_in(stranger)
    for part in ("", "/progress", "/file"):
        assert other.get(f"/jobs/{job.id}{part}").status_code == 404
    assert other.post(f"/jobs/{job.id}/cancellation").status_code == 404
    assert "Пробная работа" not in other.get("/jobs/").text
    assert "Ничего не готовится" in other.get("/jobs/").text
    assert "Пробная работа" in admin.get("/jobs/").text
    assert teacher.short_name in admin.get("/jobs/").text


def test_a_running_one_is_asked_to_stop_and_says_so(app: Flask, teacher: Person, client: FlaskClient) -> None:
    with app.app_context():
        job = make_job(teacher, state="running")
    page = client.post(f"/jobs/{job.id}/cancellation", follow_redirects=True).text
    assert "Отменяется" in page
    with app.app_context():
        board.forget(job.id)


def test_it_is_said_when_nobody_does_the_work(app: Flask, teacher: Person, client: FlaskClient) -> None:
    with app.app_context():
        job = make_job(teacher, state="queued")
        assert "Обработчик долгой работы не запущен" in client.get(f"/jobs/{job.id}").text
        lock = Lock("worker")
        assert lock.take()
        assert "Обработчик долгой работы не запущен" not in client.get(f"/jobs/{job.id}").text
        lock.release()


def test_a_list_of_many_asks_the_database_as_often_as_one_of_few(
    app: Flask, teacher: Person, client: FlaskClient
) -> None:
    with app.app_context():
        make_job(teacher)
    client.get("/jobs/")  # settings are remembered for a while
    few = queries(app, lambda: client.get("/jobs/"))
    with app.app_context():
        for number in range(10):
            make_job(teacher, f"{number:032}")
    assert queries(app, lambda: client.get("/jobs/")) == few <= MOST_QUERIES


def test_r4_2_b_a_long_list_is_written_by_a_job_and_a_short_one_at_once(
    app: Flask, admin: FlaskClient, finish_jobs: Finish
) -> None:
    assert confirm(admin, 3).location.startswith("/admin/import/finished/")
    answer = confirm(admin, 510)
    assert answer.location.startswith("/jobs/")
    assert students(app) == 3
    finish_jobs()
    page = admin.get(answer.location).text
    assert "Создано: 507, изменено: 0, без изменений: 3." in page
    assert students(app) == 510
    done = re.search(r'href="(/admin/import/finished/\d+)"', page)
    assert done
    assert "Создано" in admin.get(done[1]).text
    with app.app_context():
        entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "import").order_by(LogEntry.id)).all()[
            -1
        ]
        assert entry.actor_id


def test_a_long_list_that_would_now_do_something_else_is_not_written(
    app: Flask, admin: FlaskClient, finish_jobs: Finish
) -> None:
    answer = confirm(admin, 501)
    with app.app_context():
        make_group("ИС-21")
    finish_jobs()
    page = admin.get(answer.location).text
    assert "данные изменились" in page
    assert re.search(r'href="/admin/import/[0-9a-f]{32}"', page)
    assert students(app) == 0


def test_r4_2_c_lessons_of_many_groups_are_made_by_a_job(app: Flask, sign_in: SignIn, finish_jobs: Finish) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=0)
        db.session.add(TimetableEntry(course_id=journal.course_id, weekday=1, pair=2))
        year, _ = make_year()
        for _ in range(13):
            enroll(make_person(), make_group(year=year), year.starts)
        head = make_person("Ежова", (Role.ADMINISTRATION,))
        days = {"since": year.starts.isoformat(), "until": (year.starts + timedelta(days=27)).isoformat()}
    client = sign_in(head)
    answer = client.post("/timetable/generation", data={"year": year.id, **days})
    assert answer.location.startswith("/jobs/")
    finish_jobs()
    assert re.search(r"создано [345],", client.get(answer.location).text)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Lesson.id))) in (3, 4, 5)
    few = client.post("/timetable/generation", data={"year": year.id, "group": journal.group.id, **days})
    assert few.location.startswith("/timetable/")


def test_the_administrators_page_tells_how_the_night_went(app: Flask, admin: FlaskClient, finish_jobs: Finish) -> None:
    assert "Ещё не выполнялась" in admin.get("/admin/").text
    started = admin.post("/jobs/night")
    finish_jobs()
    told = admin.get(started.location).text
    assert "Выполнено задач" in told, told
    page = admin.get("/admin/").text
    assert "Завершённые сеансы" in page
    assert "выполнена" in page


def test_the_hour_of_the_night_is_set_there(app: Flask, admin: FlaskClient) -> None:
    assert "записан" in admin.post("/jobs/night/hour", data={"hour": "4"}, follow_redirects=True).text
    assert 'value="4"' in admin.get("/admin/").text
    assert "от 0 до 23" in admin.post("/jobs/night/hour", data={"hour": "25"}, follow_redirects=True).text
    with app.app_context():
        assert night.settings.get(night.HOUR) == 4


def confirm(admin: FlaskClient, count: int):  # type: ignore[no-untyped-def]
    """Upload a list of so many students, confirm what is shown."""
    rows = ["ФИО;Группа", *(f"Ким Вера {word(n)}овна;ИС-21" for n in range(count))]
    file = (io.BytesIO("\n".join(rows).encode()), "students.csv")
    data = {"kind": "students", "file": file, "create_groups": "1"}
    preview = admin.post("/admin/import", data=data, follow_redirects=True).text
    action = re.search(r'action="(/admin/import/[0-9a-f]{32}/application)"', preview)
    fingerprint = re.search(r'name="fingerprint" value="([0-9a-f]+)"', preview)
    assert action
    assert fingerprint
    return admin.post(action[1], data={"fingerprint": fingerprint[1]})


def word(number: int) -> str:
    return "А" + "".join("бвгджзклмн"[int(digit)] + "а" for digit in f"{number:03}")


def students(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count(RoleGrant.id)).where(RoleGrant.role == "student")) or 0


def queries(app: Flask, act: Callable[[], object]) -> int:
    count = 0

    def count_one(*_: object) -> None:
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", count_one)
    try:
        act()
    finally:
        sa.event.remove(engine, "before_cursor_execute", count_one)
    return count
