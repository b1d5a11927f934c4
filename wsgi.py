"""The WSGI entry: `ejournal run` and any other server start here."""

from ejournal import create_app

app = create_app()
