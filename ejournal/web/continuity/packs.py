"""The packs there are: a group's, everybody's as one zip, a teacher's own made just now."""

from datetime import date
from pathlib import Path

from flask import Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.documents import pack as paper
from ejournal.domain import failures as failure_words
from ejournal.exchange.export import pack as workbook
from ejournal.models import Role
from ejournal.models.base import now
from ejournal.packs import shelf
from ejournal.services import continuity, failures, settings
from ejournal.services.errors import NotFoundError
from ejournal.web.continuity import bp
from ejournal.web.documents import answers

MEDIA = {
    "pdf": answers.PDF,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    found = shelf.packs(current_user)
    return render_template(
        "continuity/index.html",
        newest=found[0] if found else None,
        older=found[1:],
        is_old=bool(found) and (settings.today() - found[0].day).days > 1,
        may_make=current_user.holds(OVERSEERS),
        may_return=current_user.holds(OVERSEERS) or Role.TEACHER in current_user.roles,
        teaches=Role.TEACHER in current_user.roles,
        failures=[(one, failures.words_of(one)) for one in failures.declared()],
        failure_kinds=list(failure_words.KINDS.items()),
    )


@bp.post("/packs")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def make() -> ResponseReturnValue:
    job = jobs.start(current_user, "continuity", "Печатный запас журналов всех групп", {})
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/packs/<made_on>/<int:group_id>.<suffix>")
@permits(*STAFF)
def group_file(made_on: str, group_id: int, suffix: str) -> Response:
    return _sent(*shelf.find_file(current_user, _day(made_on), group_id, suffix), suffix)


@bp.get("/packs/<made_on>/all.zip")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def all_files(made_on: str) -> Response:
    return _sent(*shelf.find_all(current_user, _day(made_on)), "zip")


@bp.get("/own.<suffix>")
@permits(Role.TEACHER)
def own_file(suffix: str) -> ResponseReturnValue:
    """A teacher's journals of all her groups as they are now."""
    make_it = {"pdf": paper.as_pdf, "xlsx": workbook.as_xlsx}.get(suffix)
    if make_it is None:
        raise NotFoundError
    content = make_it(continuity.of_teacher(current_user, now()))
    return answers.sent(content, f"Свои журналы {settings.today():%Y-%m-%d}.{suffix}", MEDIA[suffix])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFoundError from error


def _sent(path: Path, name: str, kind: str) -> Response:
    """Personal data: no browser keeps it."""
    if not path.is_file():
        raise NotFoundError
    return send_file(path, mimetype=MEDIA[kind], as_attachment=True, download_name=name)
