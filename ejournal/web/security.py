"""What protects every request: declared permissions, headers, the session cookie, the proxy."""

import ipaddress
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from ejournal.access import Viewer
from ejournal.extensions import db, login_manager, reading
from ejournal.services import sessions
from ejournal.web.errors import answer, is_fragment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

# What the signature of a cookie is good for. How long a session lives is kept on the server (services/sessions.py).
COOKIE = timedelta(days=sessions.MOST_DAYS)
# What a page asks for by itself is nobody at work: it keeps no session alive.
IDLE = frozenset(
    {"journal.changes", "jobs.progress", "messages.news", "messages.lines", "messages.latest", "messages.read"}
)

# What is open to a session that may only set up the second step (models.UserSession.limited).
SETTING_UP = frozenset(
    {"profile.second_step", "profile.confirm_second_step", "account.password", "account.change_password"}
)


def init_app(app: Flask) -> None:
    app.session_interface = SessionInterface()
    app.config.update(
        SESSION_COOKIE_NAME="ejournal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=COOKIE,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    login_manager.user_loader(load_user)
    # Before the token is looked at: a session that ran out is 401 («войдите»), not 400 («обновите страницу»).
    app.before_request_funcs.setdefault(None, []).insert(0, check_permission)
    app.after_request(add_headers)
    app.config["WTF_CSRF_SSL_STRICT"] = False


def load_user(token: str) -> Viewer | None:
    """Who signs the request. Read by itself: the write lock is taken by the service, and not a moment earlier."""
    with reading():
        viewer = sessions.find(token)
        db.session.rollback()
    return viewer


def check_permission() -> ResponseReturnValue | None:
    """Deny by default: a view without a declared permission is a fault of ours, never a way in."""
    if request.endpoint is None:
        return None  # 404 or 405, answered by routing
    view = current_app.view_functions[request.endpoint]
    permission = getattr(view, "permission", False)
    if permission is False:
        raise RuntimeError(f"{request.endpoint} declares no permission")
    if permission is None:
        return None
    viewer = current_user._get_current_object()
    if not viewer.is_authenticated or not _is_of_this_viewer(viewer):
        abort(401)
    if request.endpoint not in IDLE:
        sessions.keep(viewer)
    if not viewer.holds(permission):
        abort(403)
    if viewer.limited and request.endpoint not in SETTING_UP:
        return lead_to_second_step()
    return None


def lead_to_second_step() -> ResponseReturnValue:
    """Who must have a second step and has none does nothing else before."""
    if is_fragment():
        return answer(403, "Сначала настройте второй шаг входа: «Мой профиль», «Второй шаг входа».")
    return redirect(url_for("profile.second_step"))


def _is_of_this_viewer(viewer: Viewer) -> bool:
    """Scripts name the person whose page they run on: it must not act for whoever signed in there since."""
    return request.headers.get("X-Viewer", str(viewer.id)) == str(viewer.id)


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Pages and files hold personal data: nothing of them stays in the cache of a shared classroom computer. Flask's
    # send_file says «no-cache» by itself: kept, and asked about.
    if response.headers.get("Cache-Control", "no-cache") == "no-cache":
        response.headers["Cache-Control"] = "no-store"
    return response


class SessionInterface(SecureCookieSessionInterface):
    """The session cookie is Secure, but for a browser on this very machine and a college that chose plain HTTP.

    It goes with the browser: on a classroom's computer the next person opens it anew.
    """

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> None:
        return None

    def get_cookie_secure(self, app: Flask) -> bool:
        if request.is_secure:
            return True
        try:
            host = request.host
        except SecurityError:
            return True  # a name that is not the journal's (TRUSTED_HOSTS)
        return not (app.config["EJOURNAL"].insecure_http or is_loopback(host, request.remote_addr))


def is_cookie_lost() -> bool:
    """Whether the browser will not keep the session: the page was asked for without TLS, over a network."""
    return not request.is_secure and current_app.session_interface.get_cookie_secure(current_app)


def is_loopback(host: str, address: str | None) -> bool:
    """Whether a request to `host` from `address` never leaves this machine."""
    name = host.rsplit(":", 1)[0].strip("[]")
    return (name == "localhost" or _is_loopback_address(name)) and _is_loopback_address(address or "127.0.0.1")


def _is_loopback_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def init_proxy(app: Flask) -> None:
    """Believe X-Forwarded-* only from the configured proxies: anybody else could name any address."""
    trusted = app.config["EJOURNAL"].trusted_proxies
    if trusted:
        app.wsgi_app = TrustedProxy(app.wsgi_app, trusted)  # type: ignore[method-assign]


class TrustedProxy:
    def __init__(self, inner: Callable[..., Iterable[bytes]], trusted: frozenset[str]) -> None:
        self.inner = inner
        self.forwarded = ProxyFix(inner, x_for=1, x_proto=1, x_host=1)
        self.trusted = trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        believed = environ.get("REMOTE_ADDR") in self.trusted
        return self.forwarded(environ, start_response) if believed else self.inner(environ, start_response)
