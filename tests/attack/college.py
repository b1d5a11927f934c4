"""What attacks need of a college: everybody's clients, the ids there are, whether anything was written."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from factories import make_session
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ejournal.extensions import db
from ejournal.models import Account, Person

LOGINS = ("admin", "director", "zavuch", "curator", "teacher", "student", "parent")

# Names in addresses that are not called as their table is.
TABLES = {
    "access_id": "message_access",
    "addressee_id": "person",
    "answer_file_id": "task_answer_file",
    "answer_id": "task_answer",
    "attachment_id": "announcement_file",
    "attempt_id": "debt_attempt",
    "bounced_id": "bounced_address",
    "complaint_id": "message_complaint",
    "correction_id": "sheet_correction",
    "date_id": "bell_date",
    "entry_id": "timetable_entry",
    "file_id": "stored_file",
    "grant_id": "role_grant",
    "group_id": "student_group",
    "individual_id": "individual_plan",
    "link_id": "guardianship",
    "order_id": "movement_order",
    "paper_id": "absence_paper",
    "plan_id": "thematic_plan",
    "request_id": "subject_request",
    "schedule_id": "bell_schedule",
    "sheet_id": "attestation_sheet",
    "student_id": "person",
    "teaching_id": "course_teacher",
    "year_id": "academic_year",
}
# Those that name no row.
WORDS = {
    "admission": 2025,
    "address_proof": "x",
    "code": "0" * 20,
    "guide_name": "teacher",
    "handle": "0" * 16,
    "inside": "index.html",
    "made_on": "2025-09-01",
    "mark_slot": "1",
    "name": "0" * 32,
    "proof": "x",
    "report_key": "attendance",
    "side": "children",
    "suffix": "pdf",
    "token": "0" * 43,
}


@dataclass
class College:
    app: Flask
    _clients: dict[str, FlaskClient] = field(default_factory=dict)

    def client(self, login: str) -> FlaskClient:
        """Signed in anew wherever an attack has signed it out."""
        if login not in self._clients:
            with self.app.app_context():
                account = db.session.scalars(sa.select(Account).where(Account.username == login)).one()
                self._clients[login] = self.as_person(db.session.get_one(Person, account.person_id))
        return self._clients[login]

    def as_person(self, person: Person) -> FlaskClient:
        """The caller is inside an application context."""
        client = self.app.test_client()
        token = make_session(person)
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return client

    def sign_in_again(self, login: str) -> FlaskClient:
        self._clients.pop(login, None)
        return self.client(login)

    @cached_property
    def ids(self) -> dict[str, list[Any]]:
        """The ids of every table, by the table's name."""
        with self.app.app_context():
            return {
                name: list(db.session.scalars(sa.select(table.c.id).order_by(table.c.id)))
                for name, table in db.metadata.tables.items()
                if "id" in table.c
            }

    def ids_for(self, argument: str) -> list[Any]:
        """What an argument of an address may name."""
        if argument in WORDS:
            return [WORDS[argument]]
        return self.ids[TABLES.get(argument, argument.removesuffix("_id"))]

    def address(self, rule: Rule, **arguments: Any) -> str:
        """Of a route with the arguments given, the rest the first there is (or 1)."""
        given = {name: arguments.get(name, next(iter(self.ids_for(name)), 1)) for name in rule.arguments}
        with self.app.test_request_context():
            return self.app.url_for(rule.endpoint, **given)

    def rules(self, method: str) -> list[Rule]:
        found = [rule for rule in self.app.url_map.iter_rules() if method in (rule.methods or ())]
        return sorted(found, key=lambda rule: (rule.endpoint, rule.rule))

    @cached_property
    def _watch(self) -> sa.Connection:
        """A connection of its own: SQLite tells it what others have committed."""
        engine = sa.create_engine(self.app.config["EJOURNAL"].database_url, isolation_level="AUTOCOMMIT")
        return engine.connect()

    @cached_property
    def _commits(self) -> list[bool]:
        """One for each transaction that wrote and was committed, for a database that does not count itself."""
        committed: list[bool] = []
        with self.app.app_context():

            @sa.event.listens_for(db.engine, "after_cursor_execute")
            def _wrote(connection: sa.Connection, cursor: Any, statement: str, *_rest: Any) -> None:
                if statement.startswith(("INSERT", "UPDATE", "DELETE")) and cursor.rowcount:
                    connection.info["wrote"] = True

            @sa.event.listens_for(db.engine, "commit")
            def _committed(connection: sa.Connection) -> None:
                if connection.info.pop("wrote", False):
                    committed.append(True)

            @sa.event.listens_for(db.engine, "rollback")
            def _undone(connection: sa.Connection) -> None:
                connection.info.pop("wrote", None)

        return committed

    @cached_property
    def statements(self) -> list[str]:
        """What was written since this list was cleared: to say what a change was."""
        written: list[str] = []
        with self.app.app_context():

            @sa.event.listens_for(db.engine, "before_cursor_execute")
            def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
                if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                    written.append(statement[:120])

        return written

    def version(self) -> int:
        """A number that differs once anything was committed: SQLite itself counts."""
        if self._watch.dialect.name == "sqlite":
            return int(self._watch.exec_driver_sql("PRAGMA data_version").scalar_one())
        return len(self._commits)

    def log_head(self) -> int:
        return int(self._watch.exec_driver_sql("SELECT coalesce(max(id), 0) FROM log_entry").scalar_one())
