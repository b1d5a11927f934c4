"""The production server: Granian in front of the WSGI application and the job worker, on Linux and Windows."""

import ctypes
import gc
import ipaddress
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from ejournal import create_app, worker
from ejournal.jobs.keeper import worker_kept

# A thread keeps a connection with its cache and statements, some 5 MB, and Python computes in one of them at a time:
# eight threads answered no more than four (2,070 sign-in pages a second at 32 clients either way).
THREADS = 4
# Seconds for what is being answered when the server is told to stop; then it is broken off. Less than systemd gives.
PATIENCE = 20
# Names of mallopt(3) in glibc's malloc.h: M_ARENA_MAX, M_MMAP_THRESHOLD.
_ARENAS, _LARGE = -8, -3


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to serve. `certificate` and `key` (PEM, PKCS#8) together mean HTTPS."""

    host: str
    port: int
    workers: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """The address for a browser; a server on all addresses is also on this machine's own."""
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - not bound, shown
        if ":" in name and not name.startswith("["):
            name = f"[{name}]"
        return f"{'https' if self.certificate else 'http'}://{name}:{self.port}"


def usual_workers() -> int:
    """A process for every two cores: the job worker, whose documents are long work, and the database want theirs. Each
    takes some 75 MB; on two cores one answers a college's morning (0.4 of a core) as fast as two would, and those who
    save wait for each other within it, not for SQLite's lock (docs/performance.md)."""
    return max(1, (os.cpu_count() or 1) // 2)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_free(listening: Listening) -> bool:
    """Whether the port can be listened on. Granian's own sockets share a port, so it would not complain."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            # Connections of a server that has just stopped do not keep the port; on Windows this would allow all.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listening.host.strip("[]"), listening.port))
        except OSError:
            return False
    return True


def serve(listening: Listening, app: Flask, when_ready: Callable[[], None]) -> None:
    """Serve `app` until told to stop (Ctrl+C, SIGTERM), the job worker beside. No connection of it may be open."""
    server = Server(
        "ejournal",
        address=listening.host.strip("[]"),
        port=listening.port,
        interface=Interfaces.WSGI,
        # On Windows two processes cannot listen on one socket.
        workers=1 if sys.platform == "win32" else listening.workers,
        blocking_threads=THREADS,
        http=HTTPModes.auto if listening.certificate else HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
        log_level=LogLevels.error,
        ssl_cert=listening.certificate,
        ssl_key=listening.key,
        # Browsers of colleges' older computers know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
    )
    server.on_startup(when_ready)
    shared = app if _share_memory() else None
    with worker_kept(partial(worker.main, app=shared)):
        server.serve(target_loader=partial(_application, shared), wrap_loader=False)


def _application(shared: Flask | None) -> Flask:
    collect_seldom()
    return shared or create_app()


def collect_seldom() -> None:
    """Look for garbage after 10,000 new objects instead of 700: a journal's page makes some thousand and leaves next
    to none that the count of uses does not free."""
    gc.set_threshold(10_000, 20, 50)


def _end_when_told() -> None:
    """A copy answers signals as the main process does, by noting them for a loop it does not have, until it has begun
    its work. Told to stop before, it would never end, nor would the main process, which waits for it."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, signal.SIG_DFL)


def _share_memory() -> bool:
    """Whether the processes that follow are copies of this one and hold the program in memory once for all of them."""
    if sys.platform != "linux":
        return False
    multiprocessing.set_start_method("fork", force=True)
    os.register_at_fork(after_in_child=_end_when_told)
    # A collection writes into each object it looks at, and what is written is no longer shared: what is here now is
    # never looked at again.
    gc.collect()
    gc.freeze()
    # The C library keeps memory for each of the threads, 19 MB for every one that has ever checked a password. Fewer
    # such stores, and what is large goes back to the system at once.
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # not there in musl
        libc.mallopt(_ARENAS, 2)
        libc.mallopt(_LARGE, 256 * 1024)
    return True
