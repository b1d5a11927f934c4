"""Thousands of made-up forms and files to every route that writes: never a fault of ours, never a change without an
entry in the log (п. 4.2). EJOURNAL_ATTACKS=10000 tries longer."""

import io
import os
import re
import traceback
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attack import forms, hostile
from attack.college import College
from ejournal.web import pace

# Made-up values, not requests: a request carries two or three.
ATTACKS = int(os.environ.get("EJOURNAL_ATTACKS", "1000"))
LONGER = "EJOURNAL_ATTACKS" in os.environ  # then each run makes up others
AT_ONCE = 20  # requests made of one example: most of what hypothesis costs is by example
PARTS = 2  # for as many workers
FEW = 4
# Written without an entry in the log, and why.
NOT_LOGGED = {
    "bells.change_schedule": "times that are the same are written anew",
    "documents.consent_forms": "a job: its row says whose and when; its work is logged when it is done",
    "archive.make": "the same",
    "continuity.make": "the same",
    "documents.group_book": "the same",
    "documents.group_statements": "the same",
    "documents.journal_book": "the same",
    "help.see_updates": "what oneself has seen",
    "jobs.start_night": "a job",
    "announcements.seen": "what oneself has seen",
    "messages.mute": "whether one talk rings for oneself",
    "messages.draft": "one's own draft, nobody else sees it",
    "notices.see": "what oneself has seen",
}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_is_a_fault_or_an_unlogged_change(attacked: College, part: int) -> None:
    known = forms.forms_of(attacked, forms.SENDERS)
    routes = sorted(known)[part::PARTS]
    senders = {name: forms.senders(attacked, name) for name in routes}
    files = {name: forms.file_fields(attacked, name) for name in routes}
    faults: dict[str, str] = {}
    made, sent = [0], Counter[str]()

    @settings(
        max_examples=ATTACKS // PARTS // AT_ONCE // (1 if LONGER else 2) + 2, deadline=None,
        derandomize=not LONGER, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        # Drawn whole before anything is sent: what is made up must not depend on the answers.
        batch = [_draw(data, routes, known, files, senders) for _ in range(AT_ONCE)]
        for name, sender, address, changes, form in batch:
            sent[name] += 1
            if name in faults or sent[name] > _most(name):
                continue
            made[0] += len(changes)
            if fault := _send(attacked, sender, name, address, form):
                faults[name] = f"{address} {str(changes)[:600]}\n{fault}"

    attack()
    assert not faults, "\n\n".join(f"{name}: {fault}" for name, fault in faults.items())
    assert made[0] >= ATTACKS // PARTS, made


def _draw(
    data: st.DataObject,
    routes: list[str],
    known: dict[str, list[tuple[str, dict[str, str]]]],
    files: dict[str, list[str]],
    senders: dict[str, list[str]],
) -> tuple[str, str, str, dict[str, str], dict[str, Any]]:
    """A route, who sends, the address, what of the form is made up, the whole form."""
    name = data.draw(st.sampled_from(routes))
    address, fields = data.draw(st.sampled_from(known[name]))
    changes = data.draw(_changes(fields))
    form: dict[str, Any] = {**fields, **changes}
    if files[name] and data.draw(st.booleans()):
        content, file_name = data.draw(forms.UPLOADS)
        form[data.draw(st.sampled_from(files[name]))] = (io.BytesIO(content), file_name)
    return name, data.draw(st.sampled_from(senders[name])), address, changes, form


def _most(name: str) -> int:
    """PDF is made, spreadsheets are read and passwords are hashed for a second each: a few times will do."""
    return FEW if name in pace.DEAR or name.startswith(forms.SLOW) else 10**6


def _changes(fields: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Some fields made up: few, or nothing would ever get past the first check."""
    names = sorted(set(fields) - {"csrf_token"}) or ["value"]
    return st.dictionaries(st.sampled_from(names), forms.TEXTS, min_size=min(2, len(names)), max_size=5)


def _send(college: College, sender: str, name: str, address: str, form: dict[str, Any]) -> str:
    """What was wrong with the answer, or nothing."""
    client = college.client(sender)
    college.app.extensions.pop(pace.EXTENSION, None)
    before, head = college.version(), college.log_head()
    college.statements.clear()
    try:
        answer = client.post(address, data=form, content_type="multipart/form-data")
        text = answer.text if answer.mimetype == "text/html" else ""
        answer.close()
    except Exception:
        college.sign_in_again(sender)
        return traceback.format_exc(limit=-4)
    if answer.status_code >= 500:
        return f"{answer.status_code} {re.sub('<[^>]+>', ' ', text)[:300]}"
    if found := hostile.live_in(text):
        return f"live: {found}"
    changed = college.version() != before and college.log_head() == head
    if answer.status_code == 401 or "/login" in answer.headers.get("Location", ""):
        college.sign_in_again(sender)
    if changed and name not in NOT_LOGGED:
        return f"a change without an entry in the log: {college.statements}"
    return ""
