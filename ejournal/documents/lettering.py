"""Words in a given width: wrapped, squeezed into smaller letters, or cut. Widths and sizes are in points."""

from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

# Height of a line, in sizes of its letters; and the smallest letters that can be read.
LEAD = 1.18
SMALLEST = 5.0


@lru_cache(maxsize=4096)
def wrapped(words: str, face: str, size: float, width: float) -> list[str]:
    """The lines of a text in a width; a word that is wider than that is broken, where it can at a hyphen."""
    lines: list[str] = []
    for paragraph in words.splitlines():
        line = ""
        for word in paragraph.split():
            tried = f"{line} {word}" if line else word
            if stringWidth(tried, face, size) <= width:
                line = tried
                continue
            if line:
                lines.append(line)
            while stringWidth(word, face, size) > width and len(word) > 1:
                fits = next(
                    n for n in range(len(word) - 1, 0, -1) if n == 1 or stringWidth(word[:n], face, size) <= width
                )
                # A double surname is broken after its hyphen.
                fits = max(word.rfind("-", 0, fits) + 1, 0) or fits
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        lines.append(line)
    return lines


@lru_cache(maxsize=4096)
def squeezed(words: str, face: str, size: float, width: float, height: float) -> tuple[float, list[str]]:
    """The largest letters, down to the smallest that can be read, in which a text stands in a cell; and its lines."""
    while size > SMALLEST:
        lines = wrapped(words, face, size, width)
        if len(lines) * size * LEAD <= height - 1:
            return size, lines
        size -= 0.5
    lines = wrapped(words, face, size, width)
    most = max(1, int((height - 1) / (size * LEAD)))
    return size, lines if len(lines) <= most else [
        *lines[: most - 1],
        cut(" ".join(lines[most - 1 :]), face, size, width),
    ]


def fitting(words: str, face: str, size: float, width: float) -> float:
    """The size in which a line fits a width, never below the smallest."""
    own = stringWidth(words, face, size)
    return size if own <= width else max(SMALLEST, size * width / own)


def cut(words: str, face: str, size: float, width: float) -> str:
    if stringWidth(words, face, size) <= width + 0.01:
        return words
    while words and stringWidth(f"{words}…", face, size) > width:
        words = words[:-1]
    return f"{words}…"
