"""«Вход и сеансы»: how long sessions live, who of the administrators has the second step (п. 3.8-3.11)."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import security_settings
from ejournal.services.errors import FieldsError
from ejournal.web.admin import bp


@bp.get("/security")
@permits(Role.SYSADMIN)
def security() -> str:
    return _page(security_settings.load(), {})


@bp.post("/security")
@permits(Role.SYSADMIN)
@proven
def save_security() -> ResponseReturnValue:
    try:
        changed = security_settings.save(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(request.form, error.fields), error.status
    flash("Сохранено: действует и для уже открытых сеансов." if changed else "Ничего не изменилось.")
    return redirect(url_for("admin.security"))


def _page(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return render_template(
        "admin/security.html",
        values=values,
        errors=errors,
        fields=security_settings.FIELDS,
        administrators=security_settings.administrators(),
        with_step=security_settings.with_step(),
    )
