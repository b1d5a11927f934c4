"""The programmes; a curriculum as a table; plans of one admission (набор)."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import curricula, curriculum_rows
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.plans import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    return render_template("plans/index.html", summaries=curricula.summaries())


@bp.get("/<int:programme_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def curriculum(programme_id: int) -> str:
    return _page(programme_id, request.args.get("admission", 0, type=int), {})


@bp.post("/<int:programme_id>/admissions")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def begin_own(programme_id: int) -> ResponseReturnValue:
    try:
        year = curriculum_rows.begin_own(current_user, programme_id, request.form.get("admission", ""))
    except FieldsError as error:
        db.session.rollback()
        return _page(programme_id, 0, error.fields), error.status
    flash(f"План набора {year} создан копией общего: меняйте его отдельно.")
    return redirect(url_for("plans.curriculum", programme_id=programme_id, admission=year))


@bp.post("/<int:programme_id>/admissions/<int:admission>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def drop_own(programme_id: int, admission: int) -> ResponseReturnValue:
    try:
        curriculum_rows.drop_own(current_user, programme_id, admission)
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for("plans.curriculum", programme_id=programme_id, admission=admission))
    flash(f"Своего плана у набора {admission} больше нет: группы учатся по общему.")
    return redirect(url_for("plans.curriculum", programme_id=programme_id))


def _page(programme_id: int, admission: int, errors: dict[str, str]) -> str:
    programme = curricula.find(programme_id)
    own = curricula.admissions(programme)
    if admission and admission not in own:
        abort(404)
    return render_template(
        "plans/curriculum.html",
        programme=programme,
        table=curricula.table(programme, admission),
        own=own,
        groups=curricula.taught_by(programme, admission, own),
        errors=errors,
    )
