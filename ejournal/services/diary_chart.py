"""A small picture of a discipline's term: each mark a dot, the weighted mean a line. Drawn on the server, as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ejournal.domain import grading
from ejournal.services.diary_entries import Entry

WIDTH, HEIGHT = 240, 64
LEFT, RIGHT, TOP, BOTTOM = 14, 8, 8, 8
# From the best mark to the worst that is drawn: a «1» lies on the bottom line.
BEST, WORST = 5, 2


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    mark: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Dots, the line of the mean as `points` of a polyline, and the heights of the lines of marks."""

    width: int
    height: int
    dots: list[Dot]
    points: str
    lines: list[tuple[str, int]]
    summary: str


def draw(entries: Sequence[Entry], span: tuple[date, date]) -> Chart | None:
    """The chart of a discipline's numeric marks over a period; None where fewer than two would be on it."""
    counted = [entry for entry in entries if grading.numeric(entry.mark) is not None]
    if len(counted) < 2:
        return None
    dots, path = [], []
    for number, entry in enumerate(counted, 1):
        value = float(grading.numeric(entry.mark) or 0)
        mean = grading.weighted_mean((each.mark, each.weight) for each in counted[:number])
        x = _x(entry.date, span)
        dots.append(Dot(x, _y(value), entry.mark or ""))
        path.append((x, _y(float(mean or 0))))
    first, last = (grading.format_mean(grading.weighted_mean(_weighed(part))) for part in (counted[:1], counted))
    return Chart(
        WIDTH, HEIGHT, dots, " ".join(f"{x},{y}" for x, y in path), [(str(m), _y(m)) for m in (5, 4, 3, 2)],
        f"оценок {len(counted)}, средневзвешенный был {first}, стал {last}",
    )  # fmt: skip


def _weighed(entries: Sequence[Entry]) -> list[tuple[str | None, int]]:
    return [(entry.mark, entry.weight) for entry in entries]


def _x(day: date, span: tuple[date, date]) -> int:
    days = max((span[1] - span[0]).days, 1)
    share = min(max((day - span[0]).days / days, 0), 1)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT))


def _y(value: float) -> int:
    share = (BEST - max(min(value, BEST), WORST)) / (BEST - WORST)
    return round(TOP + share * (HEIGHT - TOP - BOTTOM))
