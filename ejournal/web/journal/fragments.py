"""What a save sends back: cells in their places, and the averages they moved."""

from collections.abc import Sequence
from datetime import date

from flask import render_template, request

from ejournal.extensions import reading
from ejournal.services import stats
from ejournal.services.cell_context import Place
from ejournal.services.cells import Refusal, Saved


def patch(course_id: int, saved: Sequence[Saved], refused: Sequence[Refusal] = ()) -> str:
    """Cells of a mass action, each addressed to its place, with averages."""
    rows, columns = averages(
        course_id, saved[0].span if saved else None, {s.student_id for s in saved}, {s.work_id for s in saved}
    )
    return render_template("journal/_patch.html", cells=saved, refused=refused, rows=rows, columns=columns)


def patch_of_places(course_id: int, places: Sequence[Place]) -> str:
    """Cells as they are now, for a page that saw older ones."""
    return patch(course_id, [Saved(p.student_id, p.work_id, p.value.text, p.version, True, p.span) for p in places])


def averages(course_id: int, span: tuple[date, date] | None, students: set[int], works: set[int]) -> stats.Figures:
    """Figures of the given rows over the period, and of the given columns: one query however many."""
    if span is None or not students:
        return {}, {}
    # The write is committed: the figures are read without keeping the next writer waiting.
    with reading():
        return stats.of_cells(course_id, shown_span() or span, sorted(students), sorted(works))


def shown_span() -> tuple[date, date] | None:
    """The period whose averages the asking page shows («X-Span: 2026-09-01/2026-12-31»); None: it does not say."""
    first, _, last = request.headers.get("X-Span", "").partition("/")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
