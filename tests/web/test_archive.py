"""A closed year as one folder: read without the program, checked by its sums, read on the site (R2.3.store, R4.2.g)."""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import factories
import factories_documents as made
import pytest
from conftest import SignIn
from factories import Journal
from flask import Flask

from ejournal.archives import checking, shelf, writing
from ejournal.archives.checking import SUMS, NoArchiveError
from ejournal.cli import main
from ejournal.exchange import tables
from ejournal.extensions import db
from ejournal.jobs import CancelledError
from ejournal.models import AcademicYear, LogEntry, Role
from ejournal.models.base import now
from ejournal.services import log, settings
from ejournal.services.errors import NotFoundError, RefusedError

Finish = Callable[[], None]


@pytest.fixture(autouse=True)
def folder_removed(app: Flask) -> Iterator[None]:
    yield
    shutil.rmtree(Path(app.instance_path) / "archive", ignore_errors=True)


@pytest.fixture
def journal(app: Flask) -> Journal:
    """Three students, three lessons, a mark for the period; the year is closed."""
    with app.app_context():
        settings.put("college.name", "ГБПОУ «Колледж № 1»")
        found = factories.make_journal(students=3, lessons=3)
        found.students[0].surname = "=1+1"
        made.fill(found, 0, ["5", "н", "о4"])
        made.fill(found, 1, ["3", "", "5-"])
        made.give(found, ["5", "4", ""])
        db.session.get_one(AcademicYear, found.year.id).closed_at = now()
        log.record(None, "year", "close", after=found.year.title)
        db.session.commit()
        db.session.expunge_all()
        return found


@pytest.fixture
def folder(app: Flask, journal: Journal, tmp_path: Path) -> Path:
    with app.app_context():
        writing.write(journal.year.id, tmp_path / "год")
    return tmp_path / "год"


def test_r2_3_store_the_folder_holds_journals_results_and_pages(journal: Journal, folder: Path) -> None:
    group = folder / journal.group.title
    pdf = (group / writing.JOURNALS / "ОП.01 Операционные системы.pdf").read_bytes()
    text = made.text_of(pdf)
    assert all(words in text for words in ("ГБПОУ «Колледж № 1»", "Операционные системы", "=1+1", "о4", "5-"))
    assert f"Архив {journal.year.title}" in text
    assert f"стр. 1 из {len(made.read(pdf).pages)}" in text
    assert "Сводная ведомость" in made.text_of((group / writing.RESULTS).read_bytes())
    results, marks = tables.read((group / writing.MARKS).read_bytes())
    assert results.name == "Итоги I семестр"
    first = next(row for row in marks.rows if str(row.at(1)).startswith("=1+1"))
    assert first.cells[2:6] == [5, "н", "о4", 5]


def test_the_pages_open_from_a_disk_and_every_link_leads_to_a_file(folder: Path) -> None:
    pages = list(folder.rglob("*.html"))
    assert len(pages) == 2
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert 'lang="ru"' in html
        assert not re.search(r"<script|https?://|\son\w+=|href=\"/", html)
        for target in re.findall(r'href="([^"]+)"', html):
            assert (page.parent / unquote(target)).is_file(), target


def test_r4_2_g_checksums_are_those_of_sha256sum_and_hold_the_chains_hash(app: Flask, folder: Path) -> None:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    for line in lines:
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    files = {path for path in folder.rglob("*") if path.is_file()}
    assert len(lines) == len(files) - 1
    assert checking.check(folder) == []
    with app.app_context():
        said = checking.about(folder)
        assert checking.check_chain(said) == ""
        assert "разные" in checking.check_chain({"chain": {**said["chain"], "hash": "0" * 64}})
        assert "сверить" in checking.check_chain({"chain": {"number": 999_999, "hash": ""}})
    assert said["chain"]["hash"] in (folder / "index.html").read_text(encoding="utf-8")


def test_r4_2_g_what_was_altered_removed_or_put_in_is_found(folder: Path) -> None:
    pdf = next(folder.rglob("*.pdf"))
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    xlsx = next(folder.rglob("*.xlsx"))
    xlsx.unlink()
    (folder / "лишнее.txt").write_text("здравствуйте", encoding="utf-8")
    names = [one.relative_to(folder).as_posix() for one in (pdf, xlsx)]
    wrong = {f"файл изменён: {names[0]}", f"нет файла: {names[1]}", "лишний файл: лишнее.txt"}
    assert set(checking.check(folder)) == wrong
    (folder / SUMS).write_text(f"{'0' * 64}  ../secret_key\n", encoding="utf-8")
    with pytest.raises(NoArchiveError, match="испорчена"):
        checking.check(folder)


def test_only_a_closed_year_is_written_and_never_over_something(app: Flask, journal: Journal, tmp_path: Path) -> None:
    with app.app_context():
        (tmp_path / "там").mkdir()
        with pytest.raises(RefusedError, match="уже есть"):
            writing.write(journal.year.id, tmp_path / "там")
        with pytest.raises(RefusedError, match=journal.year.title):
            writing.find_year("1999")
        db.session.get_one(AcademicYear, journal.year.id).closed_at = None
        db.session.commit()
        with pytest.raises(RefusedError, match="не закрыт"):
            writing.write(journal.year.id, tmp_path / "год")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["там"]


def test_a_cancelled_archive_leaves_nothing(app: Flask, journal: Journal, tmp_path: Path) -> None:
    asked = []

    def stop(done: int, total: int) -> None:
        asked.append((done, total))
        if len(asked) == 2:
            raise CancelledError

    with app.app_context(), pytest.raises(CancelledError):
        writing.write(journal.year.id, tmp_path / "год", stop)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_checks_and_attaches(app: Flask, journal: Journal, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    target = str(tmp_path / "год")
    done = runner.invoke(main.commands["archive"], [journal.year.title, target])
    assert done.exit_code == 0, done.output
    assert "журналов 1" in done.output
    checked = runner.invoke(main.commands["archive"], ["--check", target])
    assert checked.exit_code == 0, checked.output
    assert "цел" in checked.output
    assert "та же, что в базе" in checked.output
    assert "Присоединён" in runner.invoke(main.commands["archive"], ["--attach", target]).output
    next(Path(target).rglob("*.pdf")).write_bytes(b"%PDF-")
    checked = runner.invoke(main.commands["archive"], ["--check", target])
    assert checked.exit_code == 1
    assert "файл изменён" in checked.output
    assert runner.invoke(main.commands["archive"], ["--check", str(tmp_path)]).exit_code == 1
    with app.app_context(), pytest.raises(RefusedError, match="не цел"):
        shelf.attach(Path(target))


def test_r2_3_store_an_archive_is_made_by_a_job_and_read_on_the_site(
    app: Flask, journal: Journal, sign_in: SignIn, finish_jobs: Finish
) -> None:
    with app.app_context():
        head = sign_in(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    assert "Архивов ещё нет" in head.get("/archive/").text
    started = head.post(f"/archive/years/{journal.year.id}")
    finish_jobs()
    assert "журналов 1" in head.get(started.location).text
    name = journal.year.title.replace("/", "-")
    assert f'href="/archive/{name}/"' in head.get("/archive/").text
    opened = head.get(f"/archive/{name}/")
    assert opened.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in opened.headers["Content-Security-Policy"]
    assert head.get(f"/archive/{name}/style.css").status_code == 200
    page = head.get(f"/archive/{name}/{journal.group.title}/index.html").text
    target = re.findall(r'href="([^"]+\.pdf)"', page)[-1]
    pdf = head.get(f"/archive/{name}/{journal.group.title}/{target}")
    assert pdf.data.startswith(b"%PDF")
    assert "attachment" in pdf.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(head.get(f"/archive/{name}.zip").data))
    assert f"{name}/{SUMS}" in archive.namelist()
    with app.app_context():
        told = db.session.scalars(db.select(LogEntry.after).where(LogEntry.subject == "export")).all()
    assert told == [f"Архив {journal.year.title}: журналов 1, файлов {len(archive.namelist()) - 1}"]


def test_r2_1_c_no_address_leads_out_of_an_archive(app: Flask, journal: Journal, sign_in: SignIn, folder: Path) -> None:
    with app.app_context():
        name = shelf.attach(folder).name
        there = shelf.folder() / name
        (there / "лишнее.html").write_text("<script>", encoding="utf-8")
        (there / "style.css").unlink()
        (there / "style.css").symlink_to(Path(app.instance_path) / "ejournal.db")
        head = sign_in(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
        assert shelf.file_of(name, "index.html").is_file()
        for inside in ("../../secret_key", "/etc/passwd", "лишнее.html", "style.css", "", ".", "..\\..\\secret_key"):
            with pytest.raises(NotFoundError):
                shelf.file_of(name, inside)
        for bad in ("..", ".", "", "../archive", f"{name}/"):
            with pytest.raises(NotFoundError):
                shelf.find(bad)
    assert head.get(f"/archive/{name}/index.html").status_code == 200
    for inside in ("../../secret_key", "..%2f..%2fsecret_key", "%2e%2e/%2e%2e/ejournal.db", "/etc/passwd", "style.css"):
        assert head.get(f"/archive/{name}/{inside}", follow_redirects=True).status_code == 404
