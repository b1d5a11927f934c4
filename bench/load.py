"""Requests over kept-open connections, as cheap to send as they can be: the server is measured, not the client."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from uuid import uuid4

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Connection:
    """One kept-open HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        self.socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        found = LENGTH.search(head)
        length = int(found[1]) if found else 0
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), head, body

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> bytes:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk


def get(path: str, cookie: str = "", headers: dict[str, str] | None = None) -> bytes:
    return _request("GET", path, cookie, "", b"", headers)


def post(path: str, cookie: str, token: str, body: str) -> bytes:
    """A save as the journal's page sends it."""
    return _request("POST", path, cookie, token, body.encode(), page_headers())


def page_headers() -> dict[str, str]:
    """What the page sends with a save: which page it is, and an id that makes a repeated request harmless."""
    return {"X-Client": "bench", "X-Request-Id": str(uuid4())}


def rate(port: int, requests: list[Iterator[bytes]], seconds: float) -> float:
    """Answers a second when one client for each of `requests` sends one after another. Anything but 200 is an error."""
    counts = [0] * len(requests)
    errors: list[str] = []
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        connection = Connection(port)
        try:
            for request in requests[number]:
                status, _, body = connection.send(request)
                if status != 200:
                    errors.append(f"{status}: {body[:200].decode(errors='replace')}")
                    return
                counts[number] += 1
                if time.perf_counter() > end:
                    return
        finally:
            connection.close()

    started = time.perf_counter()
    _together(client, len(requests))
    if errors:
        raise RuntimeError(f"{len(errors)} refused, the first: {errors[0]}")
    return sum(counts) / (time.perf_counter() - started)


def typed(cells: list[str]) -> Iterator[tuple[str, str]]:
    """Endless saves into these cells by one who is alone in them: address and form, each over the version before."""
    for version, mark in enumerate(cycle("5432")):
        for cell in cells:
            yield cell, f"value={mark}&version={version}"


def _together(client: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=client, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _request(
    method: str, path: str, cookie: str, token: str, body: bytes, headers: dict[str, str] | None = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method == "POST":
        lines += [
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            "HX-Request: true",
            f"X-CSRFToken: {token}",
        ]
    return "\r\n".join([*lines, "", ""]).encode() + body
