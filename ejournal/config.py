"""Settings of the installation: environment first, then instance/ejournal.toml, then defaults."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are and how the server behaves; what a college decides is in services/settings.py."""

    instance: Path
    database_url: str
    secret_key: str
    smtp_url: str = ""
    # Addresses of reverse proxies whose X-Forwarded-* headers are believed; nobody else's are.
    trusted_proxies: frozenset[str] = field(default_factory=frozenset)
    # A college without TLS on its own network says so itself; otherwise the session cookie is Secure.
    insecure_http: bool = False
    max_upload: int = 25 * MEGABYTE
    # Names under which the journal may be asked for; empty: any. «.college.ru» means all that end so.
    trusted_hosts: frozenset[str] = field(default_factory=frozenset)
    # Where every copy goes a second time (another disk, a mounted share), and the passphrase copies are sealed with.
    backup_copy: Path | None = None
    backup_passphrase: str = ""

    @property
    def max_sending(self) -> int:
        """Bytes of one request: several files at once."""
        return self.max_upload * 4

    @property
    def files(self) -> Path:
        return self.instance / "files"


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration; makes the instance folder and the secret key when they are not there yet."""
    given = dict(overrides or {})
    instance = Path(given.get("instance") or environ.get("EJOURNAL_INSTANCE") or ROOT / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    stored = _read_toml(instance / "ejournal.toml")

    def value(name: str, default: Any) -> Any:
        return given.get(name, environ.get(f"EJOURNAL_{name.upper()}", stored.get(name, default)))

    return Config(
        instance=instance,
        database_url=_driver(value("database_url", f"sqlite:///{instance / 'ejournal.db'}")),
        secret_key=value("secret_key", None) or _secret_key(instance / "secret_key"),
        smtp_url=value("smtp_url", ""),
        trusted_proxies=_addresses(value("trusted_proxies", ())),
        trusted_hosts=_addresses(value("trusted_hosts", ())),
        backup_copy=Path(copy) if (copy := str(value("backup_copy", ""))) else None,
        backup_passphrase=value("backup_passphrase", ""),
        insecure_http=str(value("insecure_http", "")).lower() in {"1", "true", "yes", "да"},
    )


def _read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _driver(url: str) -> str:
    """A plain postgresql:// address means psycopg 3, the driver this project installs."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _addresses(value: Any) -> frozenset[str]:
    parts = value.replace(",", " ").split() if isinstance(value, str) else value
    return frozenset(parts)


def _secret_key(path: Path) -> str:
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
