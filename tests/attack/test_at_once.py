"""Every form there is, sent by four at the same moment: nobody reads of a fault (R2.1.c). Half a minute to minutes."""

import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from attack import forms
from attack.college import College
from ejournal.web import pace

AT_ONCE = 4
ADDRESSES = 4  # of one route
# Those after which the senders are nobody any more.
ENDS = ("admin.block", "admin.end_role")
DAYS = re.compile(r"date|since|until|due|starts|ends|day|_on$|from$|first|last")
NUMBERS = re.compile(r"pair|hours|days|number|weight|count")


@pytest.mark.torture
def test_no_form_sent_by_four_at_once_is_a_fault(attacked: College) -> None:
    known = forms.forms_of(attacked, forms.SENDERS)
    faults: dict[str, str] = {}
    for name in sorted(known):
        if name in pace.DEAR or name.startswith((*forms.SLOW, *ENDS)):
            continue
        for sender in forms.senders(attacked, name)[:2]:
            for address, fields in known[name][:ADDRESSES]:
                # As the page brings it, then with something in what is empty.
                for form in (fields, {field: _filled(field, value) for field, value in fields.items()}):
                    if found := _sent(attacked, sender, address, form):
                        faults.setdefault(name, f"{sender} {address} {form}\n{found}")
    assert not faults, "\n\n".join(f"{name}: {fault}" for name, fault in faults.items())


def _filled(field: str, value: str) -> str:
    if value:
        return value
    if DAYS.search(field):
        return f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    if "mail" in field:
        return "proba@example.ru"
    return "3" if NUMBERS.search(field) else "Проба"


def _sent(college: College, sender: str, address: str, form: dict[str, str]) -> str:
    """What was wrong with the answers, or nothing."""
    app = college.app
    app.extensions.pop(pace.EXTENSION, None)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = college.sign_in_again(sender).get_cookie(name)
    assert cookie
    barrier = Barrier(AT_ONCE)

    def send(_number: int) -> str:
        client = app.test_client()
        client.set_cookie(name, cookie.value)
        barrier.wait()
        try:
            with client.post(address, data=form, content_type="multipart/form-data") as answer:
                return f"{answer.status_code}" if answer.status_code >= 500 else ""
        except Exception:
            return traceback.format_exc(limit=-6)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return next(filter(None, pool.map(send, range(AT_ONCE))), "")
