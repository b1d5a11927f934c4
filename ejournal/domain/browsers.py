"""A browser in words, from what it says of itself: enough for a person to know whether it was the own phone."""

import re

# In this order: most browsers also name those whose engine they share.
_BROWSERS = (
    (r"YaBrowser|YaApp", "Яндекс Браузер"),
    (r"SamsungBrowser", "Samsung Internet"),
    (r"OPR/|OPiOS|Opera", "Opera"),
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"Vivaldi", "Vivaldi"),
    (r"FxiOS|Firefox", "Firefox"),
    (r"CriOS|Chrom(?:e|ium)/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux|X11", "Linux"),
)


def describe(agent: str) -> str:
    """«Firefox, Windows»; «неизвестная программа» for what names neither browser nor system."""
    named = [_first(table, agent) for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in named if name) or "неизвестная программа"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, agent)), "")
