"""What a browser keeps for a time without a network, and for a place among a phone's applications.

Nothing personal is kept by the service worker: the page it shows without a network is everybody's; what was entered
lies under a key of the account (static/js/offline).
"""

import hashlib
import hmac
import json

from flask import Blueprint, Response, current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from ejournal.access import Viewer, public
from ejournal.config import ROOT
from ejournal.services import settings

bp = Blueprint("offline", __name__)

WORKER = ROOT / "static" / "js" / "offline" / "worker.js"
# The header and the background of static/css/app.css.
THEME, BACKGROUND = "#17426b", "#f3f5f7"
# Drawn by docs/icons.py. «maskable»: the field is full, so that a phone may cut the corners as it likes.
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable-512", 512, "maskable"))
FILES = ("css/offline.css", "js/offline/page.js")


def storage_key(viewer: Viewer) -> str:
    """Names what a browser keeps for this account of this server: another account, or another college that later
    answers at the same address, does not meet it. Tells nothing about the person."""
    return _derived("waiting", viewer)[:20]


def storage_secret(viewer: Viewer) -> str:
    """Seals what a browser keeps for this account (static/js/offline/seal.js): 64 hex digits that only its own pages
    carry, so that who uses the same computer later can neither read it nor put anything in its name."""
    return _derived("waiting-key", viewer)


def _derived(purpose: str, viewer: Viewer) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"{purpose}/{viewer.id}".encode(), hashlib.sha256).hexdigest()


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker. Its address carries the version (layout.html), so that it may be cached for good."""
    static_url = current_app.jinja_env.globals["static_url"]
    files = [url_for("offline.page"), *(static_url(path) for path in FILES)]  # type: ignore[operator]
    response = make_response(f"const FILES = {json.dumps(files)};\n{WORKER.read_text(encoding='utf-8')}")
    response.mimetype = "text/javascript"
    return _kept(response)


@bp.get("/offline")
@public
def page() -> str:
    """Shown by the service worker where the server does not answer."""
    return render_template("offline/page.html")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a phone needs to put the journal among its applications. The start page is each role's own (home.index)."""
    described = {
        "id": "/",
        "name": f"Электронный журнал · {settings.get('college.short_name')}",
        "short_name": "Журнал",
        "lang": "ru",
        "start_url": url_for("home.index"),
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": BACKGROUND,
        "icons": [_icon(*icon) for icon in ICONS],
    }
    response = make_response(json.dumps(described, ensure_ascii=False))
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _icon(name: str, side: int, purpose: str) -> dict[str, str]:
    static_url = current_app.jinja_env.globals["static_url"]
    address = static_url(f"img/{name}.png")  # type: ignore[operator]
    return {"src": address, "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
