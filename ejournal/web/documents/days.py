"""The replacements of a day on paper."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.documents import replacements
from ejournal.models import Role
from ejournal.services import settings
from ejournal.web.documents import answers, bp


@bp.post("/replacements")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def replacement_list() -> ResponseReturnValue:
    day = answers.day("date", settings.today())
    back = url_for("substitutions.index", date=day.isoformat())
    return answers.pdf(
        replacements.KIND, f"Замены {day:%d.%m.%Y}", lambda: replacements.of_day(current_user, day), back
    )
