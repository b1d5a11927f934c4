"""A workbook of the pack as a person fills it in: cells typed into, everything else as it was."""

import io
import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape

from ejournal.exchange.export import pack
from ejournal.exchange.tables import address

SHEET = "xl/worksheets/sheet{}.xml"
GUIDE, FIRST = 1, 2  # the numbers of the sheets in the file


class Filled:
    """Rows of students, columns of lessons and sheets of journals are counted from 0."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.parts = {name: archive.read(name).decode() for name in archive.namelist()}

    def xml(self, sheet: int = 0) -> str:
        return self.parts[SHEET.format(FIRST + sheet)]

    def put(self, student: int, column: int, value: object, sheet: int = 0) -> str:
        """Type into a cell; its address."""
        return self.put_at(pack.TOP + 1 + student, pack.FIRST + column, value, sheet)

    def put_day(self, column: int, day: date, sheet: int = 0) -> str:
        """Type the date above a free column."""
        return self.put_at(3, pack.FIRST + column, (day - date(1899, 12, 30)).days, sheet)

    def put_name(self, student: int, name: str) -> str:
        return self.put_at(pack.TOP + 1 + student, 2, name)

    def put_at(self, row: int, column: int, value: object, sheet: int = 0) -> str:
        place = address(row, column)
        inside = f"<v>{value}</v>" if isinstance(value, int | float) else f"<is><t>{escape(str(value))}</t></is>"
        kind = "" if isinstance(value, int | float) else ' t="inlineStr"'
        name = SHEET.format(FIRST + sheet)
        text, count = re.subn(
            rf'<c r="{place}" (s="\d+")[^>]*?(?:/>|>.*?</c>)',
            lambda found: f'<c r="{place}" {found[1]}{kind}>{inside}</c>',
            self.parts[name],
            count=1,
        )
        assert count == 1, f"no cell {place}"
        self.parts[name] = text
        return place

    def saved(self) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.parts.items():
                archive.writestr(name, text)
        return stream.getvalue()
