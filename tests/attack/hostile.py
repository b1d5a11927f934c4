"""Text that would run where it is not escaped, and the look whether it does."""

from html.parser import HTMLParser

import sqlalchemy as sa

from ejournal.extensions import db
from ejournal.models import Setting

# Closes quotes, brings an element, a handler and a script of its own; {{…}} would be worked out by a template in a
# template. What is live afterwards is an element <xss> or an attribute «xssattr».
LONG = "\"' xssattr=1><xss onload=xss()>{{7*1234567}}<img src=x xssattr onerror=xss()><script xssattr>xss()</script>"
SHORT = '"><xss>'
ADDRESS = "javascript:xss()//"

# Codes that the program itself writes and branches by; no form takes them from a person as they are.
CODES = frozenset(
    [
        "kind",
        "state",
        "role",
        "slot",
        "mark",
        "attendance",
        "audience",
        "control",
        "came_kind",
        "left_kind",
        "source",
        "subject",
        "action",
        "batch",
        "client",
        "days",
        "study_form",
        "week",
        "how",
        "mail",
        "purpose",
        "media_type",
        "sha256",
        "claim",
        "key",
        "value",
        "answer",
        "verdict",
        "decision",
        "outcome",
        "result",
        "corrected_to",
        "before",
        "after",
        "code",
        "request_id",
        "message_id",
        "folded",
        "skey",
        "gkey",
        "hash",
        "secret",
        "code_hash",
        "token_hash",
        "password_hash",
        "activation_hash",
        "used_hash",
        "username",
    ]
)
# Of these the usual rule would miss what people see.
WORDS = {
    ("log_entry", "before"), ("log_entry", "after"), ("compromise", "outcome"), ("message_complaint", "outcome"),
    ("student_group", "days"),
}  # fmt: skip


class Live(HTMLParser):
    """Collects what of the hostile text came to life in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "xss" or any(name == "xssattr" for name, _value in attrs):
            self.found.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name in {"href", "src", "action", "formaction", "hx-get", "hx-post"} and (
                address.startswith(("javascript:", "vbscript:", "data:text"))
            ):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name.startswith("on"):
                self.found.append(f"<{tag} {name}>")


def live_in(page: str) -> list[str]:
    parser = Live()
    parser.feed(page)
    parser.close()
    if "8641969" in page:
        parser.found.append("{{7*1234567}} was worked out")
    return parser.found


def fill_empty_tables() -> set[str]:
    """A row in every table that has none, of whatever it needs. Returns the tables for which that went wrong."""
    refused = set()
    for table in db.metadata.sorted_tables:
        if db.session.scalar(sa.select(sa.func.count()).select_from(table)):
            continue
        try:
            with db.session.begin_nested():
                db.session.execute(table.insert().values(**_row(table)))
        except sa.exc.IntegrityError:
            refused.add(table.name)
    db.session.commit()
    return refused


def _row(table: sa.Table) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in table.c:
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            row[column.name] = db.session.scalar(sa.select(target).limit(1))
        elif column.nullable or column.default is not None or (column.primary_key and _is_number(column)):
            continue
        else:
            row[column.name] = _value(column)
    return row


def _is_number(column: sa.Column[object]) -> bool:
    return isinstance(column.type, sa.Integer)


def _value(column: sa.Column[object]) -> object:
    from datetime import date

    from ejournal.models.base import UtcDateTime, now

    if isinstance(column.type, UtcDateTime):
        return now()
    if isinstance(column.type, sa.Boolean):
        return False
    if isinstance(column.type, sa.Integer):
        return 1
    if isinstance(column.type, sa.Date):
        return date(2026, 9, 1)
    if isinstance(column.type, sa.JSON):
        return {}
    return "0" * min(getattr(column.type, "length", None) or 32, 32)


def poison(long: str = LONG, short: str = SHORT) -> int:
    """Hostile text into every text column of every row, as long as fits. Returns how many columns."""
    place = _without_triggers()
    columns = [(table, column) for table in db.metadata.sorted_tables for column in table.c if _is_text(table, column)]
    for table, column in columns:
        text = ADDRESS if column.name == "url" else long
        length = getattr(column.type, "length", None) or len(text) + 20
        if length < len(text) + 8:
            text = short if length >= len(short) + 8 else short[:length]
        hostile: object = text
        if _is_of_a_key(table, column):
            hostile = sa.literal(text).op("||")(sa.cast(place, sa.String))
        # Where there is nothing, a page would say so and show no text: filled too.
        db.session.execute(table.update().values({column.name: hostile}))
    for setting in db.session.scalars(sa.select(Setting).where(Setting.key.like("college.%"))):
        setting.value = long
    db.session.commit()
    return len(columns)


def _is_of_a_key(table: sa.Table, column: sa.Column[object]) -> bool:
    keys = [key.columns for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
    keys += [index.columns for index in table.indexes if index.unique]
    return bool(column.unique) or any(column.name in key for key in keys)


def _is_text(table: sa.Table, column: sa.Column[object]) -> bool:
    if not isinstance(column.type, sa.String | sa.Text) or column.primary_key or column.foreign_keys:
        return False
    return column.name not in CODES or (table.name, column.name) in WORDS


def _without_triggers() -> sa.ColumnElement[object]:
    """The log no longer refuses to be altered. What tells the rows of a table apart, whatever the table."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return sa.literal_column("ctid")
    for name in db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        db.session.execute(sa.text(f'DROP TRIGGER "{name}"'))
    return sa.literal_column("rowid")
