"""An address that only takes a form, opened again as a page: by F5, from the history, by a link that was passed on."""

from flask import current_app
from werkzeug.exceptions import HTTPException


def page_above(path: str) -> str:
    """The nearest page above an address: «/debts/7/attempts» leads to «/debts/7». The start page is above all."""
    adapter = current_app.url_map.bind("")
    parts = path.strip("/").split("/")
    for depth in range(len(parts) - 1, 0, -1):
        folder = "/" + "/".join(parts[:depth])
        for address in (folder, f"{folder}/"):
            try:
                adapter.match(address, "GET")
            except HTTPException:  # a redirect to the other spelling is one too
                continue
            return address
    return "/"
