"""The lists of a large college, 3,000 students in 120 groups, through `ejournal import`: how long each takes."""

import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from ejournal.config import ROOT

STUDENTS, GROUPS, TEACHERS, PROGRAMMES = 3000, 120, 240, 12
DISCIPLINES, TAUGHT, SEMESTERS, PAIRS = 50, 13, 8, 4
DAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")

Rows = list[Sequence[Any]]


def measure(folder: Path) -> dict[str, Any]:
    """Seconds of every list, by the clock and of this machine's processors, and of all of them together."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "EJOURNAL_INSTANCE": str(folder / "instance"),
        "PYTHONPATH": str(ROOT),
        # As an installed program starts: with its modules compiled already, whatever the machine measured on keeps.
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    _run(environment, "init")
    taken: dict[str, Any] = {}
    for number, (kind, name, content) in enumerate(_files()):
        path = folder / f"{number}-{name}"
        path.write_bytes(content)
        clock, processor, counts = _timed(environment, kind, path)
        past = taken.setdefault(kind, {"seconds": 0.0, "cpu": 0.0, "rows": 0})
        past["seconds"] = round(past["seconds"] + clock, 2)
        past["cpu"] = round(past["cpu"] + processor, 2)
        past["rows"] += counts["created"] + counts["updated"]
    total = {key: round(sum(one[key] for one in taken.values()), 2) for key in ("seconds", "cpu", "rows")}
    return {
        "imports": taken,
        "students_seconds": taken["students"]["seconds"],
        "imports_seconds": total["seconds"],
        "imports_cpu": total["cpu"],
    }


def _timed(environment: dict[str, str], kind: str, path: Path) -> tuple[float, float, dict[str, int]]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    output = _run(environment, "import", kind, str(path), "--create-groups", "--json")
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, processor, json.loads(output)


def _run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "ejournal", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout[:500]}{done.stderr[:2000]}")
    return done.stdout


def _files() -> Iterator[tuple[str, str, bytes]]:
    """Kind, file name, content; in the order in which a college loads them."""
    yield "students", "students.xlsx", _workbook(_students())
    yield "teachers", "teachers.xlsx", _workbook(_teachers())
    yield "parents", "parents.xlsx", _workbook(_parents())
    for programme in range(PROGRAMMES):
        yield "curriculum", f"curriculum-{programme}.xlsx", _workbook(_curriculum(programme))
    yield "timetable", "timetable.xlsx", _poster()


def _students() -> Rows:
    rows: Rows = [("№", "ФИО", "Дата рождения", "Группа", "Телефон", "СНИЛС", "Эл. почта")]
    for n in range(STUDENTS):
        birth = f"{n % 27 + 1:02}.{n % 12 + 1:02}.{2007 + n % 3}"
        rows.append((n + 1, _name(n), birth, _group(n % GROUPS), f"+7900{n:07}", _snils(n), f"s{n}@example.ru"))
    return rows


def _parents() -> Rows:
    rows: Rows = [("№", "ФИО родителя", "Степень родства", "Телефон", "E-mail", "Ребёнок (группа)")]
    for n in range(STUDENTS):
        name = _name(n + 40_000)
        rows.append((n + 1, name, "мать", f"+7901{n:07}", f"p{n}@example.ru", f"{_name(n)} ({_group(n % GROUPS)})"))
    return rows


def _teachers() -> Rows:
    rows: Rows = [("№", "ФИО", "Должность", "E-mail", "Телефон", "Руководитель группы")]
    for n in range(TEACHERS):
        led = _group(n) if n < GROUPS else ""
        rows.append((n + 1, _name(n + 80_000), "преподаватель", f"t{n}@example.ru", f"+7902{n:07}", led))
    return rows


def _curriculum(programme: int) -> Rows:
    rows: Rows = [(f"Учебный план 09.02.{programme + 1:02} Специальность {_word(programme)}",)]
    rows.append(("Индекс", "Наименование", "Экз.", "Зач.", *(f"{n} сем." for n in range(1, SEMESTERS + 1))))
    for n in range(DISCIPLINES):
        hours = [36 + n if (n + semester) % 3 == 0 else "" for semester in range(SEMESTERS)]
        rows.append((f"ОП.{n + 1:02}", _discipline(programme, n), (n + 2) % 8 + 1, "", *hours))
    return rows


def _poster() -> bytes:
    """The week of all groups: two rows a pair, merged where the pair is the same every week."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("Расписание")
        page.write_row(0, 0, ["День", "Пара", *(_group(n) for n in range(GROUPS))])
        for slot in range(len(DAYS) * PAIRS):
            day, pair, row = slot // PAIRS, slot % PAIRS, 1 + slot * 2
            if pair == 0:
                page.merge_range(row, 0, row + PAIRS * 2 - 1, 0, DAYS[day])
            page.merge_range(row, 1, row + 1, 1, pair + 1)
            for group in range(GROUPS):
                discipline = _discipline(group % PROGRAMMES, (slot % TAUGHT + group) % DISCIPLINES)
                teacher = _short(80_000 + (group * 2 + slot % 2) % TEACHERS)
                page.merge_range(row, group + 2, row + 1, group + 2, f"{discipline}\n{teacher} каб.{group + 100}")
    return stream.getvalue()


def _workbook(rows: Rows) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return stream.getvalue()


def _group(number: int) -> str:
    """«АБ-11» … : letters for the programme, course and place."""
    letters = "АБВГДЕЖИКЛМН"[number % PROGRAMMES]
    return f"{letters}К-{number // PROGRAMMES % 4 + 1}{number // PROGRAMMES // 4 + 1}"


def _discipline(programme: int, number: int) -> str:
    return f"Основы {_word(number * PROGRAMMES + programme)}"


def _name(number: int) -> str:
    return f"{_word(number).title()}ов {_word(number // 7).title()} {_word(number // 3).title()}ович"


def _short(number: int) -> str:
    surname, name, patronymic = _name(number).split()
    return f"{surname} {name[0]}.{patronymic[0]}."


def _word(number: int) -> str:
    """A word for a number: another one for every number."""
    syllables = ("ба", "ве", "го", "ди", "жу", "за", "ки", "ло", "му", "не", "по", "ри", "са", "ту", "фе", "хо")
    return "".join(syllables[number >> shift & 15] for shift in (16, 12, 8, 4, 0) if number >> shift or shift == 4)


def _snils(number: int) -> str:
    digits = f"{number + 100_000_000}"
    check = sum(int(digit) * (9 - place) for place, digit in enumerate(digits)) % 101 % 100
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {check:02}"
