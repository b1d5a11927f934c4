"""Если нет связи: the pack is made, taken by whom it concerns, and comes back through its page (R4.1.b)."""

import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import factories
import pytest
from conftest import SignIn
from factories import Journal
from factories_documents import read, text_of
from factories_packs import Filled
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.jobs import night
from ejournal.models import Cell, Curatorship, LogEntry, Role
from ejournal.packs import making, shelf
from ejournal.services import settings

Finish = Callable[[], None]


@pytest.fixture(autouse=True)
def folders_removed(app: Flask) -> Iterator[None]:
    yield
    for name in ("uploads", "continuity"):
        shutil.rmtree(Path(app.instance_path) / name, ignore_errors=True)


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        made = factories.make_journal(students=33, lessons=3, last=settings.today() - timedelta(days=1))
        made.students[5].surname = "Константинопольская-Преображенская"
        coming = factories.make_lesson(made.course_id, settings.today(), state="planned")
        made.lessons.append(coming)
        made.works += coming.works
        db.session.commit()
        db.session.expunge_all()
        making.make()
        return made


@pytest.fixture
def head(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = factories.make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def today(app: Flask) -> str:
    with app.app_context():
        return settings.today().isoformat()


def group_file(client: FlaskClient, app: Flask, journal: Journal, kind: str) -> bytes:
    answer = client.get(f"/continuity/packs/{today(app)}/{journal.group.id}.{kind}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.data


def upload(client: FlaskClient, content: bytes) -> tuple[str, str]:
    """The page of the checked workbook and its address."""
    data = {"file": (io.BytesIO(content), "ИС запас.xlsx")}
    answer = client.post("/continuity/returns", data=data)
    assert answer.status_code == 302, answer.text
    return client.get(answer.location).text, answer.location


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint"\s+value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_r4_1_b_a_pack_has_lists_timetable_and_journals_to_print(
    app: Flask, journal: Journal, head: FlaskClient
) -> None:
    content = group_file(head, app, journal, "pdf")
    pages = read(content).pages
    text = text_of(content)
    assert len(pages) == 3  # rules with the list, the week, one journal
    assert "Константинопольская-Преображенская" in text
    assert "Занятия на неделю" in text
    assert "ОП.01 Операционные системы" in text
    assert f"стр. 3 из {len(pages)}" in text
    fonts = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
    assert {name.split("+")[-1] for name in fonts} >= {"PTSerif-Bold", "PTSans-Narrow"}


def test_r2_1_c_packs_are_taken_by_whom_they_concern(
    app: Flask, journal: Journal, head: FlaskClient, sign_in: SignIn
) -> None:
    with app.app_context():
        curator = factories.make_curator(journal.group)
        other = factories.make_person("Чужова", (Role.CURATOR,))
        db.session.add(Curatorship(group_id=factories.make_group().id, person_id=other.id, since=journal.year.starts))
        db.session.commit()
    page = head.get("/continuity/").text
    assert journal.group.title in page
    assert "Все группы архивом" in page
    archive = zipfile.ZipFile(io.BytesIO(head.get(f"/continuity/packs/{today(app)}/all.zip").data))
    assert set(archive.namelist()) == {f"{journal.group.title}.pdf", f"{journal.group.title}.xlsx"}
    address = f"/continuity/packs/{today(app)}/{journal.group.id}.xlsx"
    assert sign_in(curator).get(address).status_code == 200
    assert sign_in(curator).get(f"/continuity/packs/{today(app)}/all.zip").status_code == 403
    assert sign_in(other).get(address).status_code == 404
    assert sign_in(journal.teacher).get(address).status_code == 404
    own = Filled(sign_in(journal.teacher).get("/continuity/own.xlsx").data)
    assert "ОП.01 Операционные системы" in own.parts["xl/workbook.xml"]
    for bad in (f"/continuity/packs/..%2F..%2F/{journal.group.id}.pdf", f"/continuity/packs/{today(app)}/1.json"):
        assert head.get(bad).status_code == 404


def test_r4_1_b_a_teacher_brings_the_filled_workbook_back(app: Flask, journal: Journal, sign_in: SignIn) -> None:
    client = sign_in(journal.teacher)
    book = Filled(client.get("/continuity/own.xlsx").data)
    book.put(0, 3, 5)
    book.put(1, 3, "н")
    page, address = upload(client, book.saved())
    assert "Внести 2" in page
    done = client.post(f"{address}/application", data={"fingerprint": fingerprint(page)}, follow_redirects=True).text
    assert "Внесено клеток: 2" in done
    with app.app_context():
        reasons = db.session.scalars(db.select(LogEntry.reason).where(LogEntry.subject == "cell")).all()
    assert reasons == ["внесено после сбоя"] * 2
    again, _address = upload(client, book.saved())
    assert "Вносить нечего" in again


def test_r4_1_b_refused_cells_stand_in_the_grid_and_the_rest_is_entered(
    app: Flask, journal: Journal, head: FlaskClient
) -> None:
    book = Filled(group_file(head, app, journal, "xlsx"))
    book.put(0, 3, "6")
    book.put(1, 3, "4")
    book.put(2, 0, "<b>5</b>")
    page, address = upload(head, book.saved())
    assert "Клеток не внести: 2" in page
    assert re.search(r'class="return-refused"[^>]*>\s*6', page)
    assert "&lt;b&gt;5" in page
    assert "<b>5" not in page
    assert "От имени преподавателя: Преподавателева" in page
    data = {"fingerprint": fingerprint(page)}
    refused = head.post(f"{address}/application", data=data, follow_redirects=True).text
    assert "Ничего не записано" in refused
    with app.app_context():
        assert db.session.scalars(db.select(Cell)).all() == []
    left = head.post(f"{address}/application", data={**data, "rest": "1"}, follow_redirects=True).text
    assert "Внесено клеток: 1" in left
    assert "Клеток не внести: 2" in left  # what was not entered is still there to look at
    with app.app_context():
        cell = db.session.scalars(db.select(Cell)).one()
        assert (cell.mark, cell.updated_by) == ("4", journal.teacher.id)
    assert "удалена" in head.post(f"{address}/removal", follow_redirects=True).text
    assert head.get(address).status_code == 404


def test_an_uploaded_workbook_is_nobody_elses(app: Flask, journal: Journal, head: FlaskClient, sign_in: SignIn) -> None:
    book = Filled(group_file(head, app, journal, "xlsx"))
    book.put(0, 3, "5")
    _page, address = upload(head, book.saved())
    with app.app_context():
        admin = factories.make_person("Ежова", (Role.SYSADMIN,))
    assert sign_in(admin).get(address).status_code == 404
    assert sign_in(admin).get(address.replace("continuity/returns", "admin/import")).status_code == 404


def test_what_is_no_pack_is_refused_in_words(journal: Journal, head: FlaskClient) -> None:
    data = {"file": (io.BytesIO("ФИО;01.09.2026\nКим Пётр;5".encode()), "а.csv")}
    assert "не таблица из печатного запаса" in head.post("/continuity/returns", data=data, follow_redirects=True).text
    assert "Выберите заполненную" in head.post("/continuity/returns", data={}, follow_redirects=True).text


def test_administration_declares_days_of_a_failure(app: Flask, head: FlaskClient) -> None:
    day = today(app)
    form = {"since": day, "until": "", "kind": "network", "words": "обрыв <i>кабеля</i>"}
    page = head.post("/continuity/failures", data=form, follow_redirects=True).text
    assert "не было связи: обрыв &lt;i&gt;" in page
    assert "уже объявлен" in head.post("/continuity/failures", data=form, follow_redirects=True).text
    wrong = {**form, "until": "2020-01-01"}
    assert "раньше первого" in head.post("/continuity/failures", data=wrong, follow_redirects=True).text
    gone = {"since": day, "until": day, "kind": "network"}
    assert "Отозвано" in head.post("/continuity/failures/withdrawal", data=gone, follow_redirects=True).text
    assert "уже отозван" in head.post("/continuity/failures/withdrawal", data=gone, follow_redirects=True).text
    with app.app_context():
        actions = db.session.scalars(
            db.select(LogEntry.action).where(LogEntry.subject == "setting").order_by(LogEntry.id)
        ).all()
    assert actions == ["create", "withdraw"]


def test_the_pack_is_made_on_demand_and_every_night_and_seven_are_kept(
    app: Flask, journal: Journal, head: FlaskClient, finish_jobs: Finish
) -> None:
    started = head.post("/continuity/packs")
    finish_jobs()
    assert "Готово, групп: 1" in head.get(started.location).text
    with app.app_context():
        assert "continuity" in night.night_tasks()
        shelf_folder = shelf.folder()
        for number in range(10, 19):
            shutil.copytree(shelf_folder / today_name(), shelf_folder / f"2020-01-{number}")
        for name in ("broken", "by another process"):
            (shelf_folder / f"{shelf.UNFINISHED}{name}").mkdir()
        os.utime(shelf_folder / f"{shelf.UNFINISHED}broken", (0, 0))
        (night.night_tasks()["continuity"]).run()
        kept = sorted(path.name for path in shelf_folder.iterdir())
    assert kept.pop() == f"{shelf.UNFINISHED}by another process"
    assert kept == [f"2020-01-{number}" for number in range(13, 19)] + [kept[-1]]
    assert all(path.stat().st_mode & 0o077 == 0 for path in shelf_folder.rglob("*.xlsx"))


def today_name() -> str:
    return f"{settings.today():%Y-%m-%d}"
