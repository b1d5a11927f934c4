"""The panels of the profile page: each is a template and a function that gives what it shows.

@panel("profile/_totp.html", order=30)
def second_factor() -> dict[str, object] | None:  # None: not shown to this viewer
    return {"codes": …}
"""

from collections.abc import Callable
from dataclasses import dataclass

Load = Callable[[], dict[str, object] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    order: int
    template: str
    load: Load


_panels: list[Panel] = []


def panel(template: str, order: int) -> Callable[[Load], Load]:
    """Hang a panel into the profile; lower orders stand first (the person's own is 0, sessions 10, safety 20)."""

    def hang(load: Load) -> Load:
        _panels.append(Panel(order, template, load))
        return load

    return hang


def shown() -> list[tuple[str, dict[str, object]]]:
    """The templates of the present viewer's panels with what they show, in order."""
    ordered = sorted(_panels, key=lambda each: (each.order, each.template))
    loaded = [(each.template, each.load()) for each in ordered]
    return [(template, values) for template, values in loaded if values is not None]
