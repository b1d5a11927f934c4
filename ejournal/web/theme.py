"""Light or dark: as the person's system has it, or as chosen, remembered in a cookie of the browser."""

from flask import Request

COOKIE = "theme"
SYSTEM = "system"
THEMES = {SYSTEM: "Как в системе", "light": "Светлая", "dark": "Тёмная"}


def of(request: Request) -> str:
    """A key of THEMES; anything the cookie should not say leaves it to the system."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in THEMES else SYSTEM
