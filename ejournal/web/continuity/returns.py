"""A filled workbook comes back: chosen, shown cell by cell, entered as it was shown (п. 4.1)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, permits
from ejournal.exchange import pending, returns, tables
from ejournal.exchange.changes import Options
from ejournal.exchange.returns import Choice
from ejournal.exchange.store.pack import State
from ejournal.models import Role
from ejournal.services.errors import ServiceError
from ejournal.web.continuity import bp, grids

KEEPERS = (Role.TEACHER, Role.ADMINISTRATION, Role.SYSADMIN)


@bp.post("/returns")
@permits(*KEEPERS)
def upload() -> ResponseReturnValue:
    """A workbook that can be read is kept, and what would come of it is shown on a page of its own."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash("Выберите заполненную таблицу .xlsx из запаса.", "error")
        return redirect(url_for("continuity.index", _anchor="return"))
    content = file.stream.read(tables.MAX_FILE + 1)
    try:
        returns.check(current_user, returns.read(content, file.filename))
    except ServiceError as error:
        flash(error.message, "error")
        return redirect(url_for("continuity.index", _anchor="return"))
    name = pending.keep(current_user, pending.PACK, file.filename[:250], Options(), content)
    return redirect(url_for("continuity.returned", name=name))


@bp.get("/returns/<name>")
@permits(*KEEPERS)
def returned(name: str) -> str:
    file = pending.find(current_user, name, pack=True)
    checked = returns.check(current_user, returns.read(file.content, file.filename))
    return render_template(
        "continuity/returned.html",
        file=file,
        checked=checked,
        grids=[grids.of(sheet) for sheet in checked.sheets],
        refused=checked.count(State.REFUSED),
        conflicts=checked.count(State.CONFLICT),
        names_authors=current_user.holds(OVERSEERS),
        author_options=lambda plan: [(one.id, one.full_name) for one in plan.teachers],
        state_words=grids.WORDS,
    )


@bp.post("/returns/<name>/application")
@permits(*KEEPERS)
def enter(name: str) -> ResponseReturnValue:
    """Enter what was shown: the form says by its fingerprint what that was."""
    file = pending.find(current_user, name, pack=True)
    form = request.form
    authors = {
        int(field.removeprefix("author-")): int(value)
        for field, value in form.items()
        if field.startswith("author-") and field.removeprefix("author-").isdecimal() and value.isdecimal()
    }
    choice = Choice(authors, frozenset(form.getlist("take")), bool(form.get("rest")))
    book = returns.read(file.content, file.filename)
    try:
        written = returns.enter(current_user, book, file.filename, choice, form.get("fingerprint", ""))
    except ServiceError as error:
        flash(error.message, "error")
        return redirect(url_for("continuity.returned", name=name))
    flash(f"Внесено клеток: {written}. В журнале изменений: «внесено после сбоя».")
    if returns.check(current_user, book).count(State.REFUSED):
        return redirect(url_for("continuity.returned", name=name))
    pending.drop(file)
    return redirect(url_for("continuity.index"))


@bp.post("/returns/<name>/removal")
@permits(*KEEPERS)
def drop(name: str) -> ResponseReturnValue:
    pending.drop(pending.find(current_user, name, pack=True))
    flash("Таблица удалена. Ничего не изменилось.")
    return redirect(url_for("continuity.index"))
