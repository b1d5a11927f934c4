"""Compress dynamic answers, without giving BREACH a length to measure."""

import gzip
import io
import secrets

from flask import Flask, Response, request

MINIMUM = 600  # bytes; less does not pay
LEVEL = 4  # of 9: a 30×80 grid in about 1 ms
PADDING = 64  # at most this many random bytes in the gzip header


def init_app(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Gzip text for a browser that takes it.

    A page carries its CSRF token, so the length of a compressed page could tell it to someone who makes the page
    repeat guesses (BREACH): a file name of random length in the gzip header blurs that length, as Django does.
    """
    if (
        response.direct_passthrough
        or response.is_streamed
        or response.headers.get("Content-Encoding")
        or not (response.mimetype or "").startswith(("text/", "application/json"))
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < MINIMUM:
        return response
    response.set_data(_gzip(body))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip(body: bytes) -> bytes:
    buffer = io.BytesIO()
    name = "x" * (1 + secrets.randbelow(PADDING))
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(body)
    return buffer.getvalue()
