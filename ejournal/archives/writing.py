"""Writing the folder of a closed year, journal by journal: memory does not grow with the college, and a folder that is
not whole never has its name."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import current_app

from ejournal.access import SERVER
from ejournal.archives.checking import ABOUT, SUMS, digest_of
from ejournal.config import ROOT
from ejournal.documents import journal
from ejournal.documents.book import draw_sheet
from ejournal.documents.consolidated_pages import draw_consolidated
from ejournal.documents.drawing import Paper, draw
from ejournal.documents.issuing import Sheet, college_details
from ejournal.domain.file_names import safe, unique
from ejournal.exchange.export import year as workbook
from ejournal.exchange.export.sheets import as_xlsx
from ejournal.extensions import db, reading
from ejournal.models import AcademicYear, Course, Group
from ejournal.models.base import now
from ejournal.services import (
    consolidated,
    courses,
    group_admin,
    group_roll,
    groups,
    log_chain,
    periods,
    private_files,
    settings,
)
from ejournal.services.errors import RefusedError

Progress = Callable[[int, int], None]
JOURNALS, RESULTS, MARKS = "Журналы", "Сводные ведомости.pdf", "Оценки.xlsx"


@dataclass(slots=True)
class _Entry:
    """A group of the archive: what stands on its page."""

    folder: str
    title: str
    programme: str
    curator: str
    students: list[group_roll.Line]
    journals: list[tuple[str, str, int]] = field(default_factory=list)
    has_results: bool = False


def find_year(text: str) -> AcademicYear:
    """«2025/2026» or «2025». Raises RefusedError."""
    years = periods.years()
    found = next((year for year in years if text in (year.title, str(year.starts.year))), None)
    if found is None:
        raise RefusedError(
            f"Учебного года «{text}» нет. Есть: {', '.join(year.title for year in years) or 'ни одного'}."
        )
    return found


def write(year_id: int, target: Path, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Write the year into `target`, which must not be there yet; what ABOUT holds. Raises RefusedError, OSError."""
    with reading():
        year = db.session.get_one(AcademicYear, year_id)
        _check(year, target)
        listed = [group.id for group in groups.studying(year)]
        db.session.rollback()
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    part.mkdir(parents=True, mode=0o700)
    try:
        entries, taken = [], set[str]()
        for number, group_id in enumerate(listed):
            progress(number, len(listed))
            entry = _group(part, year_id, group_id, taken, partial(progress, number, len(listed)))
            if entry:
                entries.append(entry)
        about = _finish(part, year_id, entries)
        progress(len(listed), len(listed))
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return about


def _check(year: AcademicYear, target: Path) -> None:
    if not year.closed_at:
        raise RefusedError(f"Учебный год {year.title} не закрыт: архив делают из закрытого года (п. 2.3).")
    if target.exists():
        raise RefusedError(f"{target.name} уже есть: укажите новую папку.")


def _group(part: Path, year_id: int, group_id: int, taken: set[str], step: Callable[[], None]) -> _Entry | None:
    """The files of a group; None for one that had no journals."""
    with reading():
        year, group = db.session.get_one(AcademicYear, year_id), db.session.get_one(Group, group_id)
        journals = courses.of_group(group_id, year_id)
        if not journals:
            return None
        title = groups.title_on(group, year.starts)
        entry = _entry(year, group, title, unique(safe(title), taken))
        folder = part / entry.folder
        (folder / JOURNALS).mkdir(parents=True, mode=0o700)
        names: set[str] = set()
        for course in journals:
            step()
            entry.journals.append(_journal(folder, course, names))
        results = _results(group, year)
        if results:
            entry.has_results = True
            content, _pages = draw(lambda paper: _draw_results(paper, results), _footer(year, title))
            private_files.write(folder / RESULTS, content)
        private_files.write(folder / MARKS, as_xlsx(workbook.workbook(f"{title}, {year.title}", results, journals)))
        db.session.rollback()
        db.session.expunge_all()
    return entry


def _entry(year: AcademicYear, group: Group, title: str, folder: str) -> _Entry:
    programme, curator = group.programme, group_admin.curators(year.ends).get(group.id)
    return _Entry(
        folder,
        title,
        f"{programme.code} {programme.title}" if programme else "",
        curator.full_name if curator else "",
        group_roll.of_year(group, year),
    )


def _journal(folder: Path, course: Course, names: set[str]) -> tuple[str, str, int]:
    """A journal's file: its name, what it is, how many pages."""
    (document,) = journal.of_course(SERVER, course.id, None)
    shared = {"college": college_details()}
    sheets = [Sheet(one.template, {**shared, **one.context}) for one in document.sheets]

    def pages(paper: Paper) -> None:
        for sheet in sheets:
            draw_sheet(paper, sheet)

    content, count = draw(pages, _footer(course.year, f"{course.audience}, {course.discipline.label}"))
    part = f", {course.subgroup.title}" if course.subgroup else ""
    label = f"{course.discipline.label}{part}"
    name = unique(safe(label), names)
    private_files.write(folder / JOURNALS / f"{name}.pdf", content)
    return f"{JOURNALS}/{name}.pdf", label, count


def _results(group: Group, year: AcademicYear) -> list[consolidated.Sheet]:
    found = []
    for period in periods.of_group(group, year):
        try:
            found.append(consolidated.of_group(SERVER, group.id, period.id))
        except RefusedError:
            continue
    return found


def _draw_results(paper: Paper, results: list[consolidated.Sheet]) -> None:
    for sheet in results:
        draw_consolidated(paper, sheet)


def _footer(year: AcademicYear, words: str) -> str:
    closed = f" · год закрыт {settings.local(year.closed_at):%d.%m.%Y}" if year.closed_at else ""
    return f"Архив {year.title} · {words}{closed}"


def _finish(part: Path, year_id: int, entries: list[_Entry]) -> dict[str, Any]:
    """The pages, what it is of, and the checksums of everything else."""
    with reading():
        year = db.session.get_one(AcademicYear, year_id)
        number, digest = log_chain.head()
        moment = now()
        about = {
            "college": settings.get("college.name"),
            "year": year.title,
            "closed": year.closed_at.isoformat() if year.closed_at else "",
            "made": moment.isoformat(),
            "program": version("ejournal"),
            "groups": len(entries),
            "journals": sum(len(entry.journals) for entry in entries),
            "chain": {"number": number, "hash": digest},
        }
        shown = {"about": about, "made": settings.local(moment), "entries": entries}
        jinja = current_app.jinja_env
        private_files.write(
            part / "index.html", jinja.get_template("archive/book/index.html").render(**shown, up="").encode()
        )
        for entry in entries:
            page = jinja.get_template("archive/book/group.html").render(
                **shown, up="../", entry=entry, results=RESULTS, marks=MARKS
            )
            private_files.write(part / entry.folder / "index.html", page.encode())
        db.session.rollback()
    private_files.write(part / "style.css", (ROOT / "static" / "css" / "archive-book.css").read_bytes())
    private_files.write(part / ABOUT, json.dumps(about, ensure_ascii=False, indent=1).encode())
    files = sorted(path for path in part.rglob("*") if path.is_file())
    lines = [f"{digest_of(path)}  {path.relative_to(part).as_posix()}\n" for path in files]
    private_files.write(part / SUMS, "".join(lines).encode())
    return about
