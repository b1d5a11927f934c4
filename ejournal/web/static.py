"""Static files under an address that holds the hash of their content, joined and compressed once, cached for good.

One hash over all files (and over the code that joins them), as a folder of the address: the modules in static/js import
each other by relative names, which then lead to the same version without being rewritten.
"""

import gzip
import hashlib
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote
from wsgiref.headers import Headers

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from ejournal.config import ROOT
from ejournal.web import bundles
from ejournal.web.security import HEADERS

# Of Brotli, the best: a tenth less to send than 9 gives, for half a second more once a version.
QUALITY = 11
COMPRESSED = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest"}
SOURCE = ROOT / "static"


def init_app(app: Flask) -> None:
    version = _hash(SOURCE)
    folder = _prepare(SOURCE, app.config["EJOURNAL"].instance / "static", version)
    prefix = f"/static/{version}"

    def static_url(path: str) -> str:
        """The address of a file of static/."""
        if app.debug and not (folder / path).exists():
            raise FileNotFoundError(path)
        return f"{prefix}/{path}"

    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.globals["static_version"] = version
    # In the page itself: one request less, and it never changes without the page.
    app.jinja_env.globals["favicon"] = "data:image/svg+xml," + quote(
        (folder / "img" / "favicon.svg").read_text("utf-8")
    )
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_add_headers,
        allow_all_origins=False,
        charset="utf-8",
    )


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    # WhiteNoise answers before Flask: after_request never sees these responses.
    for name, value in HEADERS.items():
        headers[name] = value


def _hash(source: Path) -> str:
    digest = hashlib.sha256(Path(bundles.__file__).read_bytes())
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        digest.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _prepare(source: Path, target: Path, version: str) -> Path:
    """Copy static/ to target/version with .br and .gz beside each text file; once per version, whoever is first."""
    ready = target / version
    if ready.exists():
        return ready
    target.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target, prefix="making-"))
    shutil.copytree(source, work, dirs_exist_ok=True)
    bundles.join(work)
    for path in [p for p in work.rglob("*") if p.suffix in COMPRESSED]:
        body = path.read_bytes()
        Path(f"{path}.gz").write_bytes(gzip.compress(body, 9, mtime=0))
        Path(f"{path}.br").write_bytes(brotli.compress(body, quality=QUALITY))
    try:
        work.rename(ready)
    except OSError:  # another worker was first
        shutil.rmtree(work, ignore_errors=True)
    for old in target.iterdir():
        if old.name != version and not old.name.startswith("making-"):
            shutil.rmtree(old, ignore_errors=True)
    return ready
