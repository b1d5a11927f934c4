"""The job worker's clock: when the night's work begins, and what follows where it does not come to its end."""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from ejournal import worker
from ejournal.extensions import db
from ejournal.models.base import now
from ejournal.services import settings


class _Enough(BaseException):
    """Ends a clock that never stops."""


@pytest.mark.skipif(os.name == "nt", reason="a program of the shell")
@pytest.mark.parametrize(
    ("end", "pause"), [("exit 0", worker.CLOCK), ("exit 1", worker.CLOCK), ("kill -9 $$", worker.AGAIN)]
)
def test_a_night_that_was_killed_is_not_begun_again_at_once(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, pause: float
) -> None:
    """R4.1.c: a machine with too little memory for it would do nothing else all day."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho $3 >> {tmp_path}/begun\n{end}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with app.app_context():
        yesterday = (now() - timedelta(days=2)).isoformat()
        settings.put("nightly.last", {"started": yesterday, "finished": yesterday, "tasks": []})
        db.session.commit()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        raise _Enough

    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(_Enough):
        worker._watch_clock(app)
    assert pauses == [pause]
    assert (tmp_path / "begun").read_text() == "nightly\n"
