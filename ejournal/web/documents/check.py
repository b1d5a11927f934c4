"""Recognising a document: by its code, by the QR that leads here, by the file, by the log's sum. Open to anybody, and
names nobody."""

from collections.abc import Mapping
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import STAFF, public
from ejournal.extensions import db, reading
from ejournal.models import IssuedDocument
from ejournal.services import issued, log_chain
from ejournal.services.errors import RefusedError
from ejournal.web.documents import bp

# A number of the log: more no database keeps.
MOST_DIGITS = 9


@bp.get("/check")
@public
def check() -> ResponseReturnValue:
    """The form; with «?code=…», as the QR asks, also the answer; with «?entry=…&sum=…» that of the log (п. 4.2)."""
    code = request.args.get("code", "").strip()
    if "entry" in request.args:
        return _of_log(request.args["entry"].strip(), request.args.get("sum", "").strip())
    if not code:
        return _page()
    try:
        return _page([issued.by_code(code)], code=code)
    except RefusedError as error:
        return _page(code=code, wrong=error.message), error.status


@bp.post("/check")
@public
def check_file() -> ResponseReturnValue:
    """Whether an uploaded PDF is, to the last bit, one that was handed out. The file is not kept."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page(wrong="Выберите файл PDF."), 422
    with reading():
        try:
            return _page(issued.by_file(upload.stream), by_file=True)
        except RefusedError as error:
            return _page(wrong=error.message), error.status
        finally:
            db.session.commit()


def _of_log(entry: str, digest: str) -> ResponseReturnValue:
    typed = {"entry": entry, "sum": digest}
    number = "".join(entry.split())
    if not (number.isdecimal() and len(number) <= MOST_DIGITS):
        return _page(wrong="Номер записи — число, как внизу страницы.", typed=typed), 422
    try:
        return _page(made_at=log_chain.confirm(int(number), digest), typed=typed)
    except RefusedError as error:
        return _page(wrong=error.message, typed=typed), error.status


def _page(
    found: list[IssuedDocument] | None = None,
    code: str = "",
    wrong: str = "",
    by_file: bool = False,
    made_at: datetime | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    known = current_user if current_user.is_authenticated and current_user.holds(STAFF) else None
    return render_template(
        "documents/check.html",
        found=[(row, issued.subjects_of(known, row) if known else []) for row in found or ()],
        kinds=issued.KINDS,
        code=code,
        wrong=wrong,
        by_file=by_file,
        made_at=made_at,
        typed=typed,
        for_staff=known is not None,
    )
