"""ejournal: the electronic journal and diary of a college."""

import sys
from collections.abc import Mapping
from typing import Any

from flask import Flask

from ejournal import config
from ejournal.extensions import csrf, db, login_manager, migrate, prepare_engine

__version__ = "0.1.0"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application. `overrides` wins over environment and instance/ejournal.toml (see config.load)."""
    from ejournal import web
    from ejournal.web import again, context

    settings = config.load(overrides)
    app = again.App(
        "ejournal",
        root_path=str(config.ROOT),
        instance_path=str(settings.instance),
        template_folder="templates",
        static_folder=None,
    )
    app.config.update(
        EJOURNAL=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_sending,
        # None: whatever name a browser asks for (see README, HTTPS and proxies).
        TRUSTED_HOSTS=sorted(settings.trusted_hosts) or None,
        MAX_FORM_MEMORY_SIZE=4 * config.MEGABYTE,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_environment = context.Environment
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "ejournal" / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    login_manager.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    web.init_app(app)
    return app


def _engine_options(url: str) -> dict[str, Any]:
    # What people typed stays out of the server's log, where errors are written with their traceback. The connection
    # used last is used next: its cache is warm, and others that were needed once take up no more memory.
    common: dict[str, Any] = {"hide_parameters": True, "pool_use_lifo": True}
    if url.startswith("sqlite"):
        return common
    # A small server: few connections, each kept; PostgreSQL connections are checked before use after a restart. One
    # that is not there or has fallen silent is given up in seconds: the page says so and asks again.
    patience = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3}
    if sys.platform == "linux":
        patience["tcp_user_timeout"] = 15_000  # ms
    return common | {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8, "connect_args": patience}
