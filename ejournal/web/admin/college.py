"""The college's own details, for documents and consents, and what it decides for itself."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import college_details, college_rules, settings
from ejournal.services.errors import FieldsError
from ejournal.web.admin import bp


@bp.get("/college")
@permits(Role.SYSADMIN, Role.ADMINISTRATION)
def college() -> str:
    return _page(college_details.load(), {})


@bp.post("/college")
@permits(Role.SYSADMIN, Role.ADMINISTRATION)
def save_college() -> ResponseReturnValue:
    try:
        changed = college_details.save(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(request.form.to_dict(), error.fields), error.status
    flash("Сохранено." if changed else "Ничего не изменилось.")
    return redirect(url_for("admin.college"))


@bp.post("/college/rules")
@permits(Role.SYSADMIN, Role.ADMINISTRATION)
def save_college_rules() -> ResponseReturnValue:
    try:
        changed = college_rules.save(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(college_details.load() | request.form.to_dict(), error.fields), error.status
    flash("Сохранено." if changed else "Ничего не изменилось.")
    return redirect(url_for("admin.college"))


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "admin/college.html",
        values=college_rules.load() | values,
        errors=errors,
        titles=college_details.FIELDS,
        rules={field: title for field, (_key, title) in college_rules.FIELDS.items()},
        timezone=settings.get("timezone"),
    )
