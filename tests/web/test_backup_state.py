"""R2.3.store: monitoring and the administrator see how old the last copy is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import factories
import pytest
from flask import Flask

from ejournal.extensions import db
from ejournal.models import LogEntry, Role


@pytest.fixture
def backups(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "EJOURNAL", replace(app.config["EJOURNAL"], instance=tmp_path))
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "status.json"


def test_healthz_of_a_new_college_says_just_ok(backups, client) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_healthz_tells_the_age_of_the_last_copy_in_hours(backups: Path, client) -> None:
    backups.write_text(json.dumps({"made_at": (datetime.now(UTC) - timedelta(hours=5, minutes=30)).isoformat()}))
    assert client.get("/healthz").get_json() == {"status": "ok", "backup_age_hours": 5}


def test_the_administrator_sees_an_old_copy_and_why_the_night_failed(app, backups: Path, sign_in) -> None:
    made = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    backups.write_text(json.dumps({"made_at": made, "size": 5_000_000, "problem": "На диске нет места"}))
    with app.app_context():
        administrator = factories.make_person(roles=(Role.SYSADMIN,))
    page = sign_in(administrator).get("/admin/").text
    assert "давно" in page
    assert "Последняя ночь не удалась: На диске нет места" in page
    assert "ещё нет" in page
    assert "Часы сервера" not in page


def test_the_administrator_sees_that_the_clock_stands_before_the_last_copy_or_entry(
    app, backups: Path, sign_in
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3)
    backups.write_text(json.dumps({"made_at": ahead.isoformat(), "checked_at": ahead.isoformat(), "size": 5_000_000}))
    with app.app_context():
        administrator = factories.make_person(roles=(Role.SYSADMIN,))
        db.session.add(LogEntry(at=ahead, subject="setting", action="update", before="было", after="стало"))
        db.session.commit()
    page = sign_in(administrator).get("/admin/").text
    assert "Часы сервера отстают: последняя запись" in page
    assert "время из будущего" in page
    assert ", пробным восстановлением" in page
    assert "свежая" not in page
