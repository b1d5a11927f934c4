"""Issuing a document: its data through the viewer's scope, a number, the pages, the hash into the register (п. 3.7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ejournal.access import Viewer
from ejournal.documents import base, pages
from ejournal.extensions import db, reading
from ejournal.models import IssuedDocument
from ejournal.models.base import now
from ejournal.services import issued, log_chain, settings
from ejournal.services.errors import RefusedError

# How far it is: done, of how many.
Progress = Callable[[int, int], None]
LONGEST_LINE = 50  # signs of an address beside the QR
MOST_SHEETS = 12  # while a page waits; more is made as a job (long.py)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A template with what stands in it; a document is one or more of them."""

    template: str
    context: Mapping[str, Any]
    orientation: str = "portrait"


# Sheets, what they share, and what is called after each → their pages in one or more files.
Draw = Callable[[Sequence[Sheet], Mapping[str, Any], Callable[[], None]], list[bytes]]


@dataclass(frozen=True, slots=True)
class Document:
    """What gets a number of its own, with its pages numbered by themselves. `draw`: not by templates (drawing.py)."""

    title: str
    sheets: Sequence[Sheet]
    subject_ids: Sequence[int] = ()
    subtitle: str = ""
    details: dict[str, str] | None = None
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """The file, its name for a person, and the numbers of the documents in it."""

    content: bytes
    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What of the register stands on a document: number, date, code, where to check it."""

    number: str
    dated: date
    code: str
    check_page: str
    qr: str = field(repr=False, default="")

    @property
    def check_lines(self) -> list[str]:
        """The address as it is printed: a long one in two lines, cut before its path, which nobody misreads."""
        if len(self.check_page) <= LONGEST_LINE:
            return [self.check_page]
        host, slash, path = self.check_page.rpartition("/documents/")
        return [host, f"{slash}{path}"]


def quietly(_done: int, _total: int) -> None:
    """Progress of which nobody wants to know."""


def issue(
    actor: Viewer,
    kind: str,
    name: str,
    load: Callable[[], Sequence[Document]],
    check_page: str,
    progress: Progress = quietly,
    most: int = MOST_SHEETS,
) -> Printed:
    """Load the documents, number them, make one file of them and enter it into the register.

    `load` asks access and reads; it raises what the services raise. `check_page` is the address printed and put into
    the QR. No write lock is held while pages are laid out. Raises RefusedError where there is nothing, or too much.
    """
    with reading():
        documents = load()
        college = college_details()
        db.session.commit()
    total = _sheets(documents, most)
    rows = issued.reserve(
        actor, [issued.Entry(kind, each.title, each.subject_ids, each.details) for each in documents]
    )  # fmt: skip
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    with reading():
        made = [
            _make(actor, document, row, college, check_page, step)
            for document, row in zip(documents, rows, strict=True)
        ]
        db.session.commit()
    content = made[0][0] if len(made) == 1 else pages.join([part for part, _count in made])[0]
    issued.complete(actor, rows, content, [count for _part, count in made])
    return Printed(content, f"{name}.pdf", tuple(row.number for row in rows))


def _sheets(documents: Sequence[Document], most: int) -> int:
    """How many there are to lay out: something, and not too much for one go."""
    total = sum(len(document.sheets) for document in documents)
    if not total:
        raise RefusedError("Печатать нечего: за этот период в журналах ничего нет.")
    if total > most:
        raise RefusedError(f"За один раз печатается не больше {most} листов: выберите группу или период меньше.")
    return total


def college_details() -> dict[str, str]:
    """The head of a document: the college's name and details."""
    return {
        key: settings.get(f"college.{key}")
        for key in ("name", "short_name", "founder", "address", "phone", "inn", "ogrn", "city")
    }


def _make(
    actor: Viewer,
    document: Document,
    row: IssuedDocument,
    college: Mapping[str, str],
    check_page: str,
    step: Callable[[], None],
) -> tuple[bytes, int]:
    """The pages of one document with their footers, and how many they are."""
    moment = settings.local(now())
    mark = Mark(row.number, moment.date(), row.code, check_page, base.qr(f"{check_page}?code={row.code}"))
    shared = {
        "college": college,
        "place": f"г. {college['city']}" if college["city"] else "",
        "title": document.title,
        "subtitle": document.subtitle,
        "issued": mark,
    }
    parts = (document.draw or _render)(document.sheets, shared, step)
    footer = f"№ {row.number} · код {row.code} · напечатано {moment:%d.%m.%Y %H:%M}, {actor.short_name}"
    return pages.join(parts, f"{footer}\n{log_chain.words_of_head()}")


def _render(sheets: Sequence[Sheet], shared: Mapping[str, Any], step: Callable[[], None]) -> list[bytes]:
    parts = []
    for sheet in sheets:
        parts.append(base.fitted(sheet.template, orientation=sheet.orientation, **{**shared, **sheet.context}))
        step()
    return parts
