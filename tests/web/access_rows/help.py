"""Справка (п. 4.1): open to everybody."""

from tests.web.access_rows import SIGNED_IN

ALL = "ok  ok  ok  ok  ok  ok  ok  ok"

ROWS = {
    "help.guide": ALL,
    "help.index": ALL,
    "help.list_updates": ALL,
    "help.see_updates": SIGNED_IN,
}


def arguments(_journal: object) -> dict[str, object]:
    return {"guide_name": "start"}
