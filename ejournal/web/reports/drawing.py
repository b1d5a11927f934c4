"""Charts of reports, drawn on the server: bars beside their words, lines as one SVG. The table says it in text."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ejournal.services.reports.table import NONE, Chart, Kind, Value, rounded, shown

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 12, 28
MOST_LABELS = 8
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)  # between the lines across a chart; about four of them


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: `share` of the longest bar, 0..100, and the value in words."""

    series: int
    name: str
    share: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    series: int
    name: str
    points: str
    dots: list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """`bars`: by label; or `lines` with the heights of `ticks` and the places of `labels`. `summary` for readers."""

    title: str
    names: list[str]
    summary: str
    bars: list[tuple[str, list[Bar]]]
    lines: list[Line]
    ticks: list[tuple[str, int]]
    labels: list[tuple[str, int]]
    width: int = WIDTH
    height: int = HEIGHT


def draw(chart: Chart) -> Picture:
    """Lines over time, else bars."""
    names = [name for name, _values in chart.series]
    if not chart.lines:
        return Picture(chart.title, names, chart.title, _bars(chart), [], [], [])
    low, high, step = _range(chart)
    lines = [_line(chart, number, low, high) for number in range(len(chart.series))]
    ticks = [low + step * number for number in range(int((high - low) / step) + 1)]
    return Picture(
        chart.title, names, _summary(chart), [], lines,
        [(_words(value, chart).replace(",0 ", " "), _y(value, low, high)) for value in ticks], _labels(chart.labels),
    )  # fmt: skip


def _bars(chart: Chart) -> list[tuple[str, list[Bar]]]:
    values = _numbers(chart)
    most = Decimal(chart.highest or max([*values, Decimal(1)]))
    found = []
    for place, label in enumerate(chart.labels):
        bars = []
        for number, (name, given) in enumerate(chart.series):
            value = given[place]
            bars.append(Bar(number, name, _share(value, most), _words(value, chart)))
        found.append((label, bars))
    return found


def _share(value: Value, most: Decimal) -> int:
    if not isinstance(value, int | Decimal):
        return 0
    return int(rounded(min(max(Decimal(value), Decimal(0)) * 100 / most, Decimal(100)), 0))


def _line(chart: Chart, number: int, low: Decimal, high: Decimal) -> Line:
    name, given = chart.series[number]
    dots = [
        (_x(place, len(chart.labels)), _y(Decimal(value), low, high), f"{chart.labels[place]}: {_words(value, chart)}")
        for place, value in enumerate(given)
        if isinstance(value, int | Decimal)
    ]
    return Line(number, name, " ".join(f"{x},{y}" for x, y, _text in dots), dots)


def _range(chart: Chart) -> tuple[Decimal, Decimal, Decimal]:
    """From a round number below all values to one above, and the step: what differs by little is seen to differ."""
    if chart.highest is not None and chart.highest <= 5:
        return Decimal(chart.lowest), Decimal(chart.highest), Decimal(1)
    values = _numbers(chart) or [Decimal(0)]
    step = Decimal(next((step for step in STEPS if step * 4 >= max(values) - min(values)), STEPS[-1]))
    low = (min(values) / step).to_integral_value(ROUND_FLOOR) * step
    high = (max(values) / step).to_integral_value(ROUND_CEILING) * step
    return low, max(high, low + step), step


def _labels(labels: Sequence[str]) -> list[tuple[str, int]]:
    """As many as can be read."""
    step = max(1, -(-len(labels) // MOST_LABELS))
    return [(label, _x(place, len(labels))) for place, label in enumerate(labels) if place % step == 0]


def _summary(chart: Chart) -> str:
    parts = []
    for name, given in chart.series:
        there = [
            (label, value) for label, value in zip(chart.labels, given, strict=True) if isinstance(value, int | Decimal)
        ]
        if there:
            (first, was), (last, now) = there[0], there[-1]
            parts.append(f"{name}: {first} {_words(was, chart)}, {last} {_words(now, chart)}")
    return f"{chart.title}. {'; '.join(parts)}"


def _numbers(chart: Chart) -> list[Decimal]:
    return [Decimal(value) for _name, given in chart.series for value in given if isinstance(value, int | Decimal)]


def _words(value: Value, chart: Chart) -> str:
    if not isinstance(value, int | Decimal):
        return NONE
    if isinstance(value, int):
        return f"{value}{chart.unit}"
    if chart.highest == 5:
        return shown(value, Kind.MEAN)
    text = shown(value, Kind.NUMBER)
    # Percents as the table has them, «88,0 %»; hours are mostly whole.
    return (text if chart.unit == " %" else text.removesuffix(",0")) + chart.unit


def _x(place: int, number: int) -> int:
    return LEFT + (WIDTH - LEFT - RIGHT) * place // max(number - 1, 1)


def _y(value: Decimal, low: Decimal, high: Decimal) -> int:
    share = (value - low) / (high - low)
    return int(rounded(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 0))
