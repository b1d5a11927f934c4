"""Where to go next: only ever a page of this site."""

from urllib.parse import urlsplit

from flask import request


def came_from() -> str | None:
    """The page of this site that the request was sent from, where the browser says it."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return safe_path(f"{parts.path}?{parts.query}".rstrip("?"), "") or None


def safe_path(target: str | None, default: str) -> str:
    """`target` when it is an address inside this site, else `default`: nobody is sent elsewhere by a link to us.

    Browsers take a backslash for a slash and drop tabs and line ends, so that «/\\evil.example» leads away.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(sign) < 32 for sign in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
