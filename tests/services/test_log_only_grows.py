"""r4_2_e: the log of changes can be added to and read, and nothing else."""

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ejournal.extensions import db
from ejournal.models import LogEntry
from ejournal.services import log


@pytest.mark.parametrize(
    "statement",
    ["UPDATE log_entry SET after = '5'", "UPDATE log_entry SET at = at", "DELETE FROM log_entry"],
)
def test_r4_2_e_nobody_changes_or_deletes_an_entry(in_app: Flask, statement: str):
    log.record(None, "cell", "record", before="", after="3")
    db.session.commit()
    with pytest.raises(DBAPIError, match="only grows"):
        db.session.execute(db.text(statement))
    db.session.rollback()
    assert [entry.after for entry in db.session.scalars(db.select(LogEntry))] == ["3"]
