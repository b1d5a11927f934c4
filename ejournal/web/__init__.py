"""Blueprints per role. Views parse, call a service and render; nothing below imports this package."""

from importlib import import_module

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach everything a request meets, from the proxy inwards."""
    from ejournal.web import account, compression, context, errors, health, home, offline, pace, proof, security, static

    context.init_app(app)
    security.init_app(app)
    pace.init_app(app)
    proof.init_app(app)
    errors.init_app(app)
    for blueprint in (health.bp, account.bp, home.bp, offline.bp):
        app.register_blueprint(blueprint)
    register_roles(app)
    compression.init_app(app)
    static.init_app(app)
    security.init_proxy(app)


# The areas of the product, each a package with its blueprint `bp`.
AREAS = (
    "journal",
    "absences",
    "admin",
    "announcements",
    "archive",
    "bells",
    "bulletins",
    "calendar",
    "closing",
    "compromises",
    "consents",
    "control",
    "continuity",
    "debts",
    "diary",
    "disclosures",
    "disputes",
    "documents",
    "events",
    "exams",
    "groups",
    "help",
    "individual",
    "jobs",
    "load",
    "mail",
    "messages",
    "movement",
    "notices",
    "plans",
    "profile",
    "remarks",
    "resources",
    "reports",
    "sheets",
    "slips",
    "subject_requests",
    "substitutions",
    "thematic",
    "timetable",
    "year",
)


def register_roles(app: Flask) -> None:
    """The blueprints of each role."""
    for area in AREAS:
        app.register_blueprint(import_module(f"ejournal.web.{area}").bp)
