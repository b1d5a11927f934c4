"""A demo college of its own, which attacks may spoil: one for each file and worker, in-process, on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade

from attack.college import College
from ejournal import create_app, demo
from ejournal.extensions import db


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    instance: Path = tmp_path_factory.mktemp("attacked")
    app = create_app({"instance": instance})
    # A fault is raised through the client, with its traceback; the token has tests of its own.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        upgrade()
        demo.fill(students=demo.LEAST, seed=1)
    yield College(app)
    with app.app_context():
        db.engine.dispose()
