"""Which forms there are and what their fields are called; what a hostile person would put into them."""

import inspect
import io
import re
import zipfile
from collections import defaultdict
from html.parser import HTMLParser

import sqlalchemy as sa
from factories import viewer_of
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException

from attack import hostile
from attack.college import College
from ejournal.extensions import db
from ejournal.models import Account, Person, Role

NAMES = re.compile(r"""(?:form|field|values|get|getlist|typed)(?:\.get(?:list)?)?[(\[]["']([a-z_-]+)["']""")
FILES = re.compile(r"""files(?:\.get(?:list)?)?[(\[]["']([a-z_]+)["']|(scan)_in""")

# What draws PDF, hashes passwords or reads spreadsheets.
SLOW = ("documents.", "account.", "compromises.", "sheets.print", "debts.print", "substitutions.print", "admin.apply")
# Whoever may send the most to a route: the curator holds every role of an employee here.
SENDERS = ("curator", "student", "parent")

# Numbers that are none, days that are none, what JSON readers, spreadsheets, databases and paths stumble over.
NASTY = (
    "", " ", "0", "-1", "1", "2", "5", "н", "о5", "ЗЧ", "NaN", "inf", "1e999", "٣",
    "😀", "²", "½", "1_000", "+1", "0x10",
    "9" * 30, "-" + "9" * 30, str(2**31), str(2**63), "2026-11-27", "27.11.2026", "2026-02-30", "0001-01-01",
    "9999-12-31", "0000-00-00", "2026-W48", "25:61", "08:30", "\x00", "a\x00b", "\u202e", "ё" * 300,
    "x" * 5000, "%s%n", "../../etc/passwd", "'; DROP TABLE person; --", "=1+1", "[]", "{}", "null", "[[1,2]]",
    '[[1, 2, "5", 0]]', '[[{}, [], null, "x"]]', '{"a": 1e999}', "[" * 3000, '[["1","2",3,"x"]]', "true", "on",
    "https://[::1", "http://x:99999/", "a@b", "a@b.ru\r\nBcc: c@d.ru", "\n" * 50, "all", "year", "final", "teacher",
    hostile.LONG, hostile.ADDRESS,
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=30),
    st.integers(-(10**6), 10**6).map(str),
    st.dates().map(str),
    st.lists(st.one_of(st.integers(), st.none(), st.text(max_size=5), st.lists(st.integers()))).map(
        lambda value: str(value).replace("'", '"').replace("None", "null")
    ),
)


def _workbook(sheet: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        archive.writestr("xl/workbook.xml", sheet)
    return stream.getvalue()


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&b;&c;</x>'
)
CONTENTS = (
    b"", b"\x00" * 100, b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b"%PDF-1.7\n%%EOF",
    b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
    b"\xff\xd8\xff\xe0" + b"\x00" * 20, b"GIF89a" + b"\xff" * 20, "Фамилия;Имя\r\nИванов;=1+1\r\n".encode("cp1251"),
    b"\xef\xbb\xbf\xef\xbb\xbf;;;\n", b"\xfe\xff\x00a", b"<html><script>x</script><table><tr><td>1",
    ENTITIES.encode(),
    _workbook(ENTITIES), b"MZ" + b"\x00" * 60, b'"' * 3000, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
)  # fmt: skip
FILE_NAMES = (
    "список.xlsx", "a.csv", "a.xls", "a.ods", "a.html", "a.plx", "a.pdf", "a.png",
    "../../x.pdf", "con", "a" * 300 + ".pdf",
    "a\x00.pdf", ".htaccess", "a.pdf.exe", "«»\".csv", "", "\u202excod.pdf",
)  # fmt: skip
UPLOADS = st.tuples(
    st.one_of(st.sampled_from(CONTENTS), st.binary(max_size=200)),
    st.one_of(st.sampled_from(FILE_NAMES), st.text(max_size=20)),
)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open: dict[str, str] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open = {}
            self.found.append((given.get("action", ""), self._open))
        elif self._open is not None and tag in ("input", "textarea", "select", "button") and given.get("name"):
            self._select = given["name"] if tag == "select" else ""
            self._open.setdefault(given["name"], given.get("value", ""))
        elif self._open is not None and tag == "option" and self._select and not self._open[self._select]:
            self._open[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_of(college: College, logins: tuple[str, ...]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The forms of everybody's pages: route → addresses with the fields as they come."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    routes = college.app.url_map.bind("localhost")
    seen: set[Role] = set()
    for login in logins:
        with college.app.app_context():
            account = db.session.scalars(sa.select(Account).where(Account.username == login)).one()
            roles = viewer_of(db.session.get_one(Person, account.person_id)).roles
        rules = [rule for rule in college.rules("GET") if _is_new(college, rule.endpoint, roles, seen)]
        seen |= roles
        for rule in rules:
            answer = college.client(login).get(college.address(rule))
            if answer.status_code == 200 and answer.mimetype == "text/html":
                parser = _Forms()
                parser.feed(answer.text)
                for action, fields in parser.found:
                    try:
                        endpoint = routes.match(action.partition("?")[0], method="POST")[0]
                    except HTTPException:
                        continue
                    if len(found[endpoint]) < 4:
                        found[endpoint].append((action, fields))
            answer.close()
    for rule in college.rules("POST"):
        module = inspect.getsource(inspect.getmodule(college.app.view_functions[rule.endpoint]))  # type: ignore[arg-type]
        names = dict.fromkeys(NAMES.findall(module), "")
        for _address, fields in found[rule.endpoint] or [("", {})]:
            names = {**names, **fields}
        found[rule.endpoint].append((college.address(rule), names))
    return found


def _is_new(college: College, endpoint: str, roles: frozenset[Role], seen: set[Role]) -> bool:
    """Whether somebody of these roles opens the page and nobody before did."""
    allowed = college.app.view_functions[endpoint].permission  # type: ignore[attr-defined]
    return not seen if allowed is None else bool(allowed & roles) and not allowed & seen


def file_fields(college: College, endpoint: str) -> list[str]:
    module = inspect.getsource(inspect.getmodule(college.app.view_functions[endpoint]))  # type: ignore[arg-type]
    return sorted({first or second for first, second in FILES.findall(module)})


def senders(college: College, name: str) -> list[str]:
    """Who of SENDERS may send to a route."""
    allowed = college.app.view_functions[name].permission  # type: ignore[attr-defined]
    return [
        sender
        for sender, roles in (
            ("curator", frozenset(Role) - {Role.STUDENT, Role.PARENT}),
            ("student", {Role.STUDENT}),
            ("parent", {Role.PARENT}),
        )
        if allowed is None or allowed & roles
    ]
