"""Importing lists: choose a file, see what it would change, confirm exactly that (п. 4.2)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import permits
from ejournal.domain import calendar
from ejournal.domain.calendar import read_day
from ejournal.domain.numbers import whole
from ejournal.exchange import importer, pending, tables
from ejournal.exchange.changes import Options
from ejournal.exchange.importer import KINDS, ChangedMeanwhileError
from ejournal.models import Role
from ejournal.services.errors import FieldsError, NotFoundError, ServiceError
from ejournal.web.admin import bp

# A page of thousands of rows helps nobody; the log of the import holds them all.
SHOWN = 300
# What is done next with a list that has been loaded: endpoint and words.
NEXT = {
    "teachers": ("admin.people_list", "Люди и учётные записи"),
    "students": ("slips.index", "Раздать коды доступа"),
    "parents": ("slips.index", "Раздать коды доступа"),
    "curriculum": ("load.index", "Распределить нагрузку"),
    "thematic-plan": ("thematic.index", "Тематические планы"),
    "bells": ("bells.index", "Звонки и режим"),
    "timetable": ("timetable.generating", "Создать занятия"),
    "substitutions": ("substitutions.index", "Замены"),
    "marks": ("journal.index", "Журналы"),
}
# More changed rows than these are written as a job: it can be left, and no request waits for half a minute.
AT_ONCE = 500


@bp.get("/import")
@permits(Role.SYSADMIN)
def new_import() -> str:
    return _form()


@bp.post("/import")
@permits(Role.SYSADMIN)
def preview_import() -> ResponseReturnValue:
    """A file whose content can be read is kept, and its changes are shown on a page of its own."""
    kind, upload = request.form.get("kind", ""), request.files.get("file")
    if kind not in KINDS:
        return _form(kind_error="Выберите, какой это список."), 422
    if upload is None or not upload.filename:
        return _form(file_error="Выберите файл."), 422
    try:
        options = _options()
    except FieldsError as error:
        return _form(**error.fields), 422
    content = upload.stream.read(tables.MAX_FILE + 1)
    try:
        plan = importer.plan(kind, content, upload.filename, options, current_user)
    except ServiceError as error:
        return _form(file_error=error.message), 422
    changed = plan.created + plan.updated
    name = pending.keep(current_user, kind, upload.filename[:250], options, content, changed)
    return redirect(url_for("admin.pending_import", name=name))


@bp.get("/import/<name>")
@permits(Role.SYSADMIN)
def pending_import(name: str) -> str:
    file = pending.find(current_user, name)
    plan = importer.plan(file.kind, file.content, file.filename, file.options, current_user)
    return render_template("admin/import.html", file=file, plan=plan, kind=KINDS[file.kind], shown=SHOWN)


@bp.post("/import/<name>/application")
@permits(Role.SYSADMIN)
def apply_import(name: str) -> ResponseReturnValue:
    """Carry out what was shown: the form says by its fingerprint which plan that was."""
    file = pending.find(current_user, name)
    fingerprint = request.form.get("fingerprint", "")
    if file.changed > AT_ONCE:
        title = f"Загрузка: {KINDS[file.kind].title}, {file.filename}"
        job = jobs.start(current_user, "import", title, {"name": name, "fingerprint": fingerprint})
        return redirect(url_for("jobs.show", job_id=job.id))
    try:
        done = importer.apply_file(file.kind, file.content, file.filename, file.options, fingerprint, current_user)
    except ChangedMeanwhileError as error:
        flash(error.message, "error")
        return redirect(url_for("admin.pending_import", name=name))
    pending.drop(file)
    return redirect(url_for("admin.finished_import", entry_id=done.log_id))


@bp.post("/import/<name>/removal")
@permits(Role.SYSADMIN)
def drop_import(name: str) -> ResponseReturnValue:
    pending.drop(pending.find(current_user, name))
    flash("Загрузка отменена, файл удалён. Ничего не изменилось.")
    return redirect(url_for("admin.new_import"))


@bp.get("/import/finished/<int:entry_id>")
@permits(Role.SYSADMIN)
def finished_import(entry_id: int) -> str:
    done = importer.find_done(entry_id)
    if done is None:
        raise NotFoundError
    name = done.details["kind"]
    return render_template(
        "admin/import_done.html", done=done, shown=SHOWN, kind=KINDS.get(name), following=NEXT.get(name)
    )


def _options() -> Options:
    """What the form says beside the file. Raises FieldsError with the words beside each field."""
    form = request.form
    year, day = form.get("admission", "").strip(), form.get("day", "").strip()
    admission = whole(year, *calendar.STARTS) if year else 0
    if admission is None:
        raise FieldsError({"admission_error": "Год набора — четыре цифры, например 2026, или пусто."})
    on = read_day(day)
    if day and on is None:
        raise FieldsError({"day_error": "Напишите дату так: 24.11.2026."})
    return Options(bool(form.get("create_groups")), admission, on)


def _form(kind_error: str = "", file_error: str = "", admission_error: str = "", day_error: str = "") -> str:
    return render_template(
        "admin/imports.html",
        kinds=KINDS,
        options=[(name, kind.title) for name, kind in KINDS.items()],
        chosen=request.form.get("kind") or request.args.get("kind", ""),
        create_groups=bool(request.form.get("create_groups")),
        admission=request.form.get("admission") or request.args.get("admission", ""),
        admission_error=admission_error,
        kind_error=kind_error,
        file_error=file_error,
        day=request.form.get("day", ""),
        day_error=day_error,
        recent=importer.recent(),
    )
