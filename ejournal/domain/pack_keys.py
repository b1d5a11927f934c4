"""The keys in the hidden cells of a pack's workbook (п. 4.1): by them what was typed finds its way back."""

import re
from datetime import date, datetime
from typing import NamedTuple

FREE_COLUMN = "свободный"
_SHEET = re.compile(r"ejournal-pack:1 course=(\d{1,12}) made=(\S+)")
_COLUMN = re.compile(r"lesson=(\d{1,12}) work=(\d{1,12}) on=(\d{4}-\d\d-\d\d)/(\d{1,2})")
_STUDENT = re.compile(r"student=(\d{1,12})")


class SheetKey(NamedTuple):
    """`made`: the moment at which the journal was as the sheet shows it."""

    course_id: int
    made: datetime


class ColumnKey(NamedTuple):
    """`work_id` 0: the lesson had no work yet."""

    lesson_id: int
    work_id: int
    date: date
    pair: int


def sheet_key(course_id: int, made: datetime) -> str:
    return f"ejournal-pack:1 course={course_id} made={made.isoformat()}"


def column_key(lesson_id: int, work_id: int, day: date, pair: int) -> str:
    return f"lesson={lesson_id} work={work_id} on={day.isoformat()}/{pair}"


def student_key(student_id: int) -> str:
    return f"student={student_id}"


def read_sheet(text: str) -> SheetKey | None:
    """None for a sheet that is no part of a pack."""
    found = _SHEET.fullmatch(text)
    try:
        made = datetime.fromisoformat(found[2]) if found else None
    except ValueError:
        return None
    return SheetKey(int(found[1]), made) if found and made and made.tzinfo else None


def read_column(text: str) -> ColumnKey | None:
    found = _COLUMN.fullmatch(text)
    try:
        return ColumnKey(int(found[1]), int(found[2]), date.fromisoformat(found[3]), int(found[4])) if found else None
    except ValueError:
        return None


def read_student(text: str) -> int | None:
    found = _STUDENT.fullmatch(text)
    return int(found[1]) if found else None
