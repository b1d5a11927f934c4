"""Recognising a document: by its code, by the QR that leads here, by the file. Open to anybody, and names nobody."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import STAFF, public
from ejournal.extensions import db, reading
from ejournal.models import IssuedDocument
from ejournal.services import issued
from ejournal.services.errors import RefusedError
from ejournal.web.documents import bp


@bp.get("/check")
@public
def check() -> ResponseReturnValue:
    """The form; with «?code=…», as the QR asks, also the answer."""
    code = request.args.get("code", "").strip()
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


def _page(found: list[IssuedDocument] | None = None, code: str = "", wrong: str = "", by_file: bool = False) -> str:
    known = current_user if current_user.is_authenticated and current_user.holds(STAFF) else None
    return render_template(
        "documents/check.html",
        found=[(row, issued.subjects_of(known, row) if known else []) for row in found or ()],
        kinds=issued.KINDS,
        code=code,
        wrong=wrong,
        by_file=by_file,
        for_staff=known is not None,
    )
