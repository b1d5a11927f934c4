"""Если нет связи: whole packs are administration's, a curator's own group, a teacher's own journals (п. 4.1)."""

from factories import Journal

from tests.web.access_rows import OVERSEERS, STAFF

ROWS = {
    "continuity.all_files": "401 404 404 403 403 403 403 403",  # a pack that was not made
    "continuity.declare": OVERSEERS,
    "continuity.drop": "401 404 404 403 404 404 403 403",  # a workbook that nobody uploaded
    "continuity.enter": "401 404 404 403 404 404 403 403",
    "continuity.group_file": "401 404 404 404 404 404 403 403",
    "continuity.index": STAFF,
    "continuity.make": OVERSEERS,
    "continuity.own_file": "401 403 403 403 404 404 403 403",  # a kind of file that is not made
    "continuity.returned": "401 404 404 403 404 404 403 403",
    "continuity.upload": "401 ok  ok  403 ok  ok  403 403",
    "continuity.withdraw": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    return {"made_on": "2020-01-01", "suffix": "odt"}
