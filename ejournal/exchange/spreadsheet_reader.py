"""Runs as a program of its own: a spreadsheet on standard input, its cells as JSON on standard output.

A workbook of a few kilobytes can name a cell in row 1,048,576 and column 16,384; the library then asks for
hundreds of gigabytes and the process is aborted. Here that process is this small one, with a memory limit,
and not the server. It imports nothing of the project: it must start fast and hold no secrets.
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
MAX_SHEETS = 60
MAX_ROWS = 20_000
MAX_CELLS = 500_000
# One long text may be shared by every cell of a sheet: characters are counted too.
MAX_CHARACTERS = 20_000_000


class TooBigError(Exception):
    pass


def main() -> None:
    _limit()
    json.dump(read(sys.stdin.buffer.read()), sys.stdout, ensure_ascii=True)


def read(content: bytes) -> dict[str, Any]:
    """{"sheets": […]}, or {"error": …} with what the parent tells the person."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception as error:
        return {"error": "password" if "password" in str(error).lower() else "not a table"}
    try:
        return {"sheets": _sheets(workbook)}
    except TooBigError:
        return {"error": "too big"}
    except Exception:
        # The library's own limits, or cells it cannot make sense of.
        return {"error": "broken"}


def _sheets(workbook: CalamineWorkbook) -> list[dict[str, Any]]:
    names = [sheet.name for sheet in workbook.sheets_metadata if _is_visible_table(sheet)]
    if len(names) > MAX_SHEETS:
        raise TooBigError
    budget = [MAX_CELLS, MAX_CHARACTERS]
    return [_sheet(workbook, name, budget) for name in names]


def _is_visible_table(sheet: Any) -> bool:
    # Hidden sheets hold lists for drop-downs and last year's data: what is not seen is not imported.
    return str(sheet.typ).endswith("WorkSheet") and str(sheet.visible).endswith(".Visible")


def _sheet(workbook: CalamineWorkbook, name: str, budget: list[int]) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.end is None:
        return {"name": name, "rows": [], "merged": []}
    height, width = sheet.end[0] + 1, sheet.end[1] + 1
    budget[0] -= height * width
    if height > MAX_ROWS or budget[0] < 0:
        raise TooBigError
    rows = [[_cell(value, budget) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return {"name": name, "rows": rows, "merged": _merged(sheet)}


def _merged(sheet: Any) -> list[Any]:
    try:
        return sheet.merged_cell_ranges or []
    except Exception:  # ODS has none: the poster is then read by its empty cells
        return []


def _cell(value: Any, budget: list[int]) -> Any:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, str):
        budget[1] -= len(value)
        if budget[1] < 0:
            raise TooBigError
    return value


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit is what remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
