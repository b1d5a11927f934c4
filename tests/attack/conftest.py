"""A demo college of its own, which attacks may spoil: one for each file and worker, in-process."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS, ONE, empty_college
from flask_migrate import upgrade

from attack.college import College
from ejournal import create_app, demo
from ejournal.extensions import db
from ejournal.models import Account, Role, RoleGrant

# What is sent reaches statements; pages and files are written alike whatever the database.
ON_ALL = {"test_forms", "test_ids"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "college" in metafunc.fixturenames:
        kinds = KINDS if Path(str(metafunc.definition.path)).stem in ON_ALL else ONE
        metafunc.parametrize("college", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def college(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    with empty_college(request.param, tmp_path_factory.mktemp("attacked"), "attacked") as overrides:
        yield from _college(overrides)


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


@pytest.fixture(scope="module")
def attacked(college: College) -> College:
    """The college in which the curator holds every role of an employee."""
    with college.app.app_context():
        account = db.session.scalars(sa.select(Account).where(Account.username == "curator")).one()
        for role in (Role.ADMINISTRATION, Role.SYSADMIN, Role.TEACHER):
            held = sa.select(RoleGrant.id).where(RoleGrant.person_id == account.person_id, RoleGrant.role == role)
            if db.session.scalar(held) is None:
                db.session.add(RoleGrant(person_id=account.person_id, role=role, since=date(2020, 1, 1)))
        db.session.commit()
    return college
