"""Blueprints per role. Views parse, call a service and render; nothing below imports this package."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach everything a request meets, from the proxy inwards."""
    from ejournal.web import account, compression, context, errors, health, home, security, static

    context.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    for blueprint in (health.bp, account.bp, home.bp):
        app.register_blueprint(blueprint)
    register_roles(app)
    compression.init_app(app)
    static.init_app(app)
    security.init_proxy(app)


def register_roles(app: Flask) -> None:
    """The blueprints of each role."""
    from ejournal.web import admin, consents, journal, load, movement, slips, substitutions, thematic, timetable, year

    for area in (journal, admin, consents, load, movement, slips, substitutions, thematic, timetable, year):
        app.register_blueprint(area.bp)
