"""A demo college of its own, which attacks may spoil: one for each file and worker, in-process."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from databases import BOTH, POSTGRES, postgres_database
from flask_migrate import upgrade

from attack.college import College
from ejournal import create_app, demo
from ejournal.extensions import db

# Where what is sent reaches statements; pages and files are written alike whatever the database.
ON_BOTH = {"test_forms", "test_ids"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "college" in metafunc.fixturenames:
        both = POSTGRES and Path(str(metafunc.definition.path)).stem in ON_BOTH
        metafunc.parametrize("college", BOTH if both else ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def college(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    overrides: dict[str, object] = {"instance": tmp_path_factory.mktemp("attacked")}
    with postgres_database("attacked") if request.param == "postgres" else nullcontext() as url:
        yield from _college(overrides | ({"database_url": url} if url else {}))


def _college(overrides: dict[str, object]) -> Iterator[College]:
    app = create_app(overrides)
    # A fault is raised through the client, with its traceback; the token has tests of its own.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        upgrade()
        demo.fill(students=demo.LEAST, seed=1)
    yield College(app)
    with app.app_context():
        db.engine.dispose()
