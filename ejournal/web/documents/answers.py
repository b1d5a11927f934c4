"""How a document is handed out: a file, or back to the form with what is wrong."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.documents import issuing
from ejournal.documents.issuing import Document
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.services.errors import RefusedError

PDF = "application/pdf"


def pdf(kind: str, name: str, load: Callable[[], Sequence[Document]], back: str) -> ResponseReturnValue:
    """The document as a file to download; where it cannot be made, the page `back` says why."""
    return made(lambda: issuing.issue(current_user, kind, name, load, check_page()), back)


def made(make: Callable[[], issuing.Printed], back: str) -> ResponseReturnValue:
    """The same of whatever makes it."""
    try:
        printed = make()
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(back)
    return download(printed)


def started(paper: str, title: str, **params: Any) -> ResponseReturnValue:
    """A long document (documents/long.py) is made as a job: its page shows how far it is and gives the file."""
    payload = {"paper": paper, "params": {**params, "check_page": check_page()}}
    return redirect(url_for("jobs.show", job_id=jobs.start(current_user, "paper", title, payload).id))


def download(printed: issuing.Printed) -> ResponseReturnValue:
    return sent(printed.content, printed.name, PDF)


def sent(content: bytes, name: str, media_type: str) -> ResponseReturnValue:
    """A file made just now, to download."""
    return send_file(io.BytesIO(content), media_type, as_attachment=True, download_name=name)


def check_page() -> str:
    """The address printed on every document."""
    return url_for("documents.check", _external=True)


def day(name: str, default: date) -> date:
    """A date of the form; what is none is the default."""
    return read_day(request.form.get(name, "")) or default
