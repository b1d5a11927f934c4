"""People and their accounts: list, search, edit, activation codes, blocking, roles (п. 4.1, 4.2)."""

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import account_admin, addresses, family, people, second_step, sessions, settings, usernames
from ejournal.services.errors import RefusedError
from ejournal.web.admin import bp
from ejournal.web.typed_days import typed_day

ROLE_OPTIONS = [(role.value, role.label) for role in Role]


@bp.get("/people")
@permits(Role.SYSADMIN)
def people_list() -> str:
    wanted = people.Filter(
        text=request.args.get("q", "").strip(),
        role=request.args.get("role", ""),
        state=request.args.get("state", ""),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "admin/people.html",
        listing=people.search(wanted),
        wanted=wanted,
        kept=kept,
        states=people.STATES,
        role_options=ROLE_OPTIONS,
    )


@bp.get("/people/new")
@permits(Role.SYSADMIN)
def new_person() -> str:
    return render_template("admin/person_new.html", values={}, namesakes=[])


@bp.post("/people")
@permits(Role.SYSADMIN)
def create_person() -> ResponseReturnValue:
    """Somebody new. A namesake is told of once, then believed."""
    values = request.form
    namesakes = [] if values.get("sure") else people.namesakes(values)
    if namesakes:
        return render_template("admin/person_new.html", values=values, namesakes=namesakes), 409
    try:
        person = people.create(current_user, values)
    except RefusedError as error:
        page = render_template("admin/person_new.html", values=values, namesakes=[], error=error.message)
        return page, error.status
    return redirect(url_for("admin.person", person_id=person.id))


@bp.get("/people/<int:person_id>")
@permits(Role.SYSADMIN)
def person(person_id: int) -> str:
    return person_page(person_id)


@bp.post("/people/<int:person_id>")
@permits(Role.SYSADMIN)
def update_person(person_id: int) -> ResponseReturnValue:
    try:
        people.update(current_user, person_id, request.form)
    except RefusedError as error:
        return person_page(person_id, values=request.form, error=error.message), error.status
    flash("Сохранено.")
    return redirect(url_for("admin.person", person_id=person_id))


@bp.post("/people/<int:person_id>/account")
@permits(Role.SYSADMIN)
@proven
def create_account(person_id: int) -> ResponseReturnValue:
    try:
        code = account_admin.create_account(current_user, person_id, request.form.get("username", ""))
    except RefusedError as error:
        return _back(person_id, error)
    return person_page(person_id, code=code)


@bp.post("/people/<int:person_id>/account/code")
@permits(Role.SYSADMIN)
@proven
def renew_code(person_id: int) -> ResponseReturnValue:
    """The code is in this one answer only: neither the address nor the session keeps it."""
    try:
        return person_page(person_id, code=account_admin.renew_code(current_user, person_id))
    except RefusedError as error:
        return _back(person_id, error)


@bp.post("/people/<int:person_id>/account/username")
@permits(Role.SYSADMIN)
@proven
def rename_account(person_id: int) -> ResponseReturnValue:
    username = request.form.get("username", "")
    return _do(person_id, lambda: account_admin.rename(current_user, person_id, username), "Логин изменён.")


@bp.post("/people/<int:person_id>/account/blocking")
@permits(Role.SYSADMIN)
@proven
def block_account(person_id: int) -> ResponseReturnValue:
    if request.form.get("blocked") == "1":
        text = "Заблокировано: войти нельзя, все открытые сеансы завершены."
        return _do(person_id, lambda: account_admin.block(current_user, person_id), text)
    return _do(person_id, lambda: account_admin.unblock(current_user, person_id), "Разблокировано.")


@bp.post("/people/<int:person_id>/sessions/ending")
@permits(Role.SYSADMIN)
def end_sessions(person_id: int) -> ResponseReturnValue:
    account = account_admin.find_account(person_id)
    return _do(person_id, lambda: sessions.end_all_of(current_user, account), "Сеансы завершены.")


@bp.post("/people/<int:person_id>/second-step/ending")
@permits(Role.SYSADMIN)
@proven
def end_second_step(person_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        second_step.reset(current_user, account_admin.find_account(person_id), reason)
    except RefusedError as error:
        db.session.rollback()
        return person_page(person_id, second_error=error.message, second_reason=reason), error.status
    flash("Второй шаг сброшен, сеансы завершены.")
    return _back(person_id)


@bp.post("/people/<int:person_id>/roles")
@permits(Role.SYSADMIN)
@proven
def grant_role(person_id: int) -> ResponseReturnValue:
    form = request.form
    return _do(
        person_id,
        lambda: account_admin.grant_role(
            current_user,
            person_id,
            form.get("role", ""),
            typed_day("since") or settings.today(),
            form.get("order_number", ""),
            typed_day("order_date"),
        ),
        "Роль назначена.",
    )


@bp.post("/people/<int:person_id>/roles/<int:grant_id>/end")
@permits(Role.SYSADMIN)
@proven
def end_role(person_id: int, grant_id: int) -> ResponseReturnValue:
    return _do(person_id, lambda: account_admin.end_role(current_user, person_id, grant_id), "Роль снята.")


def _do(person_id: int, action: Callable[[], object], done: str) -> Response:
    try:
        action()
    except RefusedError as error:
        return _back(person_id, error)
    flash(done)
    return _back(person_id)


def _back(person_id: int, error: RefusedError | None = None) -> Response:
    if error:
        flash(error.message, "error")
    return redirect(url_for("admin.person", person_id=person_id), Response=Response)  # type: ignore[return-value]


def person_page(person_id: int, **more: object) -> str:
    """The page of a person; `more`: what one of its forms got wrong, or a code that is shown once."""
    found = people.find(person_id)
    suggestion = "" if found.account else usernames.suggest(found)
    return render_template(
        "admin/person.html",
        person=found,
        account=found.account,
        state=people.state_of(found.account),
        states=people.STATES,
        grants=people.grants(found),
        family=family.of(found),
        second=second_step.state_of(found.account) if found.account else None,
        sessions=sessions.of_account(found.account, current_user.session) if found.account else [],
        suggestion=suggestion,
        role_options=ROLE_OPTIONS,
        standing=addresses.of([person_id])[person_id],
        states_of_address=addresses.STATES,
        **more,
    )
