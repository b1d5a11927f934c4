"""A database of its own for imports: no web, no fixtures of other tests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ejournal.extensions import db, prepare_engine

DATA = Path(__file__).resolve().parent.parent / "data"
COLLEGE = DATA / "college-a"


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    """What a right import of each file of the college holds."""
    return json.loads((COLLEGE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Flask]:
    app = Flask("imports")
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'test.db'}", SECRET_KEY="test")
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
