"""The high-contrast large-text version of every page (п. 1.7): its choices, remembered in a cookie."""

from dataclasses import dataclass, replace

from flask import Request

COOKIE = "view"

# The schemes that Russian education sites offer; the key is the value of data-view in CSS.
COLOURS = {"bw": "Чёрным по белому", "wb": "Белым по чёрному", "blue": "Синим по голубому"}
SIZES = {"1": "Крупный текст", "2": "Очень крупный текст", "3": "Самый крупный текст"}


@dataclass(frozen=True, slots=True)
class ViewMode:
    """`colours` empty: the usual version."""

    colours: str = ""
    size: str = "1"
    spaced: bool = False

    @property
    def on(self) -> bool:
        return bool(self.colours)

    def cookie(self) -> str:
        return f"{self.colours}.{self.size}.{'s' if self.spaced else ''}"


def of(request: Request) -> ViewMode:
    """What the cookie says; anything it should not say means the usual version."""
    colours, size, spaced = [*request.cookies.get(COOKIE, "").split("."), "", "", ""][:3]
    if colours not in COLOURS:
        return ViewMode()
    return ViewMode(colours, size if size in SIZES else "1", spaced == "s")


def changed(mode: ViewMode, choice: str) -> ViewMode:
    """The mode after a press of a button whose value is `on`, `off`, `spaced`, a scheme of colours or a size."""
    if choice == "off":
        return ViewMode()
    if choice in COLOURS:
        return replace(mode, colours=choice)
    on = mode if mode.on else replace(mode, colours="bw")
    if choice in SIZES:
        return replace(on, size=choice)
    return replace(on, spaced=not on.spaced) if choice == "spaced" else on
