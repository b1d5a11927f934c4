"""Thousands of made-up forms and files to every route that writes: never a fault of ours, never a change without an
entry in the log (п. 4.2). EJOURNAL_ATTACKS=100000 tries longer."""

import io
import os
import re
import traceback
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attack import forms, hostile
from attack.college import College
from ejournal.extensions import db
from ejournal.models import Account, Role, RoleGrant

ATTACKS = int(os.environ.get("EJOURNAL_ATTACKS", "10000"))
AT_ONCE = 20  # requests made of one example: most of what hypothesis costs is by example
PARTS = 2  # for as many workers
# Whoever may send the most to a route: the curator holds every role of an employee here.
SENDERS = ("curator", "student", "parent")

# Written without an entry in the log, and why.
NOT_LOGGED = {
    "account.sign_in": "attempts are counted, a wrong name is nobody's",
    "account.enter_code": "the same",
    "absences.family": "",
}


@pytest.fixture(scope="module")
def attacked(college: College) -> College:
    with college.app.app_context():
        account = db.session.scalars(sa.select(Account).where(Account.username == "curator")).one()
        for role in (Role.ADMINISTRATION, Role.SYSADMIN, Role.TEACHER):
            held = sa.select(RoleGrant.id).where(RoleGrant.person_id == account.person_id, RoleGrant.role == role)
            if db.session.scalar(held) is None:
                db.session.add(RoleGrant(person_id=account.person_id, role=role, since=date(2020, 1, 1)))
        db.session.commit()
    return college


@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_is_a_fault_or_an_unlogged_change(attacked: College, part: int) -> None:
    known = forms.forms_of(attacked, SENDERS)
    routes = sorted(known)[part::PARTS]
    senders = {name: _senders(attacked, name) for name in routes}
    files = {name: forms.file_fields(attacked, name) for name in routes}
    faults: dict[str, str] = {}
    sent: dict[str, int] = dict.fromkeys(routes, 0)

    @settings(
        max_examples=max(1, ATTACKS // PARTS // AT_ONCE), deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        for _ in range(AT_ONCE):
            name = data.draw(st.sampled_from(routes))
            if name in faults:
                continue
            address, fields = data.draw(st.sampled_from(known[name]))
            form = data.draw(_changed(fields))
            if files[name] and data.draw(st.booleans()):
                content, file_name = data.draw(forms.UPLOADS)
                form[data.draw(st.sampled_from(files[name]))] = (io.BytesIO(content), file_name)  # type: ignore[assignment]
            if fault := _send(attacked, data.draw(st.sampled_from(senders[name])), name, address, form):
                faults[name] = f"{address} {str(form)[:600]}\n{fault}"
            sent[name] += 1

    attack()
    assert not faults, "\n\n".join(f"{name}: {fault}" for name, fault in faults.items())
    assert sum(sent.values()) >= min(ATTACKS // PARTS // AT_ONCE, 100) * AT_ONCE * 0.8


def _changed(fields: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """The form with some of its fields made up: mostly few, or nothing would ever get past the first check."""
    names = sorted(fields)
    if not names:
        return st.dictionaries(st.sampled_from(["a", "value", "id"]), forms.TEXTS, max_size=2)
    changes = st.dictionaries(st.sampled_from(names), forms.TEXTS, max_size=3)
    return changes.map(lambda made: {**fields, **made})


def _senders(college: College, name: str) -> list[str]:
    allowed = college.app.view_functions[name].permission  # type: ignore[attr-defined]
    return [
        sender
        for sender, roles in (
            ("curator", frozenset(Role) - {Role.STUDENT, Role.PARENT}),
            ("student", {Role.STUDENT}),
            ("parent", {Role.PARENT}),
        )
        if allowed is None or allowed & roles
    ]


def _send(college: College, sender: str, name: str, address: str, form: dict[str, str]) -> str:
    """What was wrong with the answer, or nothing."""
    client = college.client(sender)
    before, head = college.version(), college.log_head()
    try:
        answer = client.post(address, data=form, content_type="multipart/form-data")
        text = answer.text if answer.mimetype == "text/html" else ""
        answer.close()
    except Exception:
        college.sign_in_again(sender)
        return traceback.format_exc(limit=-4)
    if answer.status_code == 401 or "/login" in answer.headers.get("Location", ""):
        college.sign_in_again(sender)
    if answer.status_code >= 500:
        return f"{answer.status_code} {re.sub('<[^>]+>', ' ', text)[:300]}"
    if found := hostile.live_in(text):
        return f"live: {found}"
    if college.version() != before and college.log_head() == head and name not in NOT_LOGGED:
        return "a change without an entry in the log"
    return ""
