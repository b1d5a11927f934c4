"""Addresses of sites that people type. Nothing here or elsewhere opens them."""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST = 1000
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+")


def clean(text: str) -> str | None:
    """The address with its scheme («resh.edu.ru» → «https://resh.edu.ru»); None for what is no page of a site.

    Only http and https: anything else («javascript:», «data:», «file:») could run or read something. No names before
    «@»: they make a strange host look like a known one.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or any(sign.isspace() or unicodedata.category(sign)[0] == "C" for sign in text):
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in text or port == 0:
        return None
    return text if _HOST.fullmatch(host) else None


def host_of(url: str) -> str:
    """What is shown beside a link: «resh.edu.ru»."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
