"""The production server: Granian in front of the WSGI application and the job worker, on Linux and Windows."""

import ipaddress
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from ejournal.jobs.keeper import worker_kept

# Measured on two cores: two workers of eight threads answer 7,500 empty requests a second, twice what one does.
THREADS = 8


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


def serve(listening: Listening, when_ready: Callable[[], None]) -> None:
    """Serve until told to stop (Ctrl+C, SIGTERM), the job worker beside. Each process makes its own application."""
    server = Server(
        "ejournal:create_app",
        factory=True,
        address=listening.host.strip("[]"),
        port=listening.port,
        interface=Interfaces.WSGI,
        # On Windows two processes cannot listen on one socket.
        workers=1 if sys.platform == "win32" else listening.workers,
        blocking_threads=THREADS,
        http=HTTPModes.auto if listening.certificate else HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        ssl_cert=listening.certificate,
        ssl_key=listening.key,
        # Browsers of colleges' older computers know no TLS 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
    )
    server.on_startup(when_ready)
    with worker_kept():
        server.serve()
