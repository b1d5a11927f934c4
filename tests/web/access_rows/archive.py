"""Архив прошлых лет: everybody's data of a year, so administration's (п. 2.3)."""

from factories import Journal

from tests.web.access_rows import OVERSEERS

NOT_THERE = "401 404 404 403 403 403 403 403"

ROWS = {
    "archive.download": NOT_THERE,
    "archive.file": NOT_THERE,
    "archive.index": OVERSEERS,
    "archive.make": NOT_THERE,  # a year that is not closed
    "archive.show": NOT_THERE,
}


def arguments(journal: Journal) -> dict[str, object]:
    return {"inside": "index.html"}
