"""A filled workbook of the pack on its way back (п. 4.1): shown cell by cell, then entered as it was shown.

Nothing is written where a cell is refused or the journal was changed meanwhile, unless the rest is asked for; the same
file entered again changes nothing.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from ejournal.access import OVERSEERS, Viewer, courses_taught_by
from ejournal.exchange import pack, tables
from ejournal.exchange.importer import ChangedMeanwhileError
from ejournal.exchange.pack import Book
from ejournal.exchange.store import pack as store
from ejournal.exchange.store.pack import SheetPlan, State
from ejournal.extensions import db, in_turn, reading
from ejournal.models import Course
from ejournal.services import log, settings
from ejournal.services.errors import ForbiddenError, RefusedError

CHANGED = "Пока вы смотрели, журнал изменился. Проверьте таблицу ещё раз и подтвердите снова."


@dataclass(frozen=True, slots=True)
class Choice:
    """`authors`: by journal, in whose name; `take`: conflicts of which the file's value is wanted; `rest`: enter what
    can be entered though some cells cannot."""

    authors: Mapping[int, int] = field(default_factory=dict)
    take: frozenset[str] = frozenset()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The sheets that have something filled in."""

    sheets: list[SheetPlan]

    def count(self, *states: State) -> int:
        return sum(len(sheet.of(*states)) for sheet in self.sheets)

    @property
    def ready(self) -> int:
        return self.count(State.NEW, State.CHANGED)

    @property
    def fingerprint(self) -> str:
        """What was shown: two checks with one fingerprint mean the same."""
        digest = hashlib.sha256()
        for sheet in self.sheets:
            for fate in sheet.fates:
                digest.update(repr((fate.key, fate.typed, fate.state, fate.now)).encode())
        return digest.hexdigest()


def read(content: bytes, filename: str) -> Book:
    """Raises FileError for what is no workbook of a pack."""
    return pack.read(tables.read(content, filename))


def check(actor: Viewer, book: Book, choice: Choice | None = None) -> Checked:
    """What would come of each cell; writes nothing. Raises ForbiddenError where no journal of it is the actor's."""
    db.session.rollback()
    with reading(), db.session.no_autoflush:
        try:
            return _check(actor, book, choice or Choice())
        finally:
            db.session.rollback()


def enter(actor: Viewer, book: Book, filename: str, choice: Choice, fingerprint: str) -> int:
    """Enter what was shown in one transaction; how many cells were written.

    Raises ChangedMeanwhileError, RefusedError where something cannot be entered and the rest was not asked for.
    """
    db.session.rollback()
    in_turn("import")
    try:
        with db.session.no_autoflush:
            checked = _check(actor, book, choice)
        if checked.fingerprint != fingerprint:
            raise ChangedMeanwhileError(CHANGED)
        taken = sum(fate.key in choice.take for sheet in checked.sheets for fate in sheet.of(State.CONFLICT))
        left = checked.count(State.REFUSED, State.CONFLICT) - taken
        if left and not choice.rest:
            raise RefusedError(f"Не внести клеток: {left}. Ничего не записано: исправьте их или внесите остальные.")
        for sheet in checked.sheets:
            for change in sheet.draft.changes:
                change.act()
            for act in sheet.draft.closing:
                act()
        written = checked.ready + taken
        _log(actor, filename, checked, written, left)
        db.session.commit()
    except (IntegrityError, StaleDataError) as error:
        db.session.rollback()
        raise ChangedMeanwhileError(CHANGED) from error
    except BaseException:
        db.session.rollback()
        raise
    return written


def _check(actor: Viewer, book: Book, choice: Choice) -> Checked:
    today, batch = settings.today(), secrets.token_hex(8)
    own = _own(actor, book)
    if not own:
        raise ForbiddenError("В этой таблице нет ваших журналов: вносит преподаватель или администрация (п. 4.4).")
    return Checked(
        [
            store.plan_sheet(sheet, actor, choice.authors.get(sheet.key.course_id), choice.take, today, batch)
            for sheet in book.sheets
            if sheet.key.course_id in own and sheet.cells
        ]
    )


def _own(actor: Viewer, book: Book) -> set[int]:
    """The journals of the file that the actor may enter into: a teacher her own, administration all of them."""
    asked = {sheet.key.course_id for sheet in book.sheets}
    if actor.holds(OVERSEERS):
        return asked
    today = settings.today()
    mine = courses_taught_by(actor, today).where(Course.id.in_(asked)).with_only_columns(Course.id)
    return set(db.session.scalars(mine))


def _log(actor: Viewer, filename: str, checked: Checked, written: int, left: int) -> None:
    """One entry for the whole, beside one for each cell."""
    if not written:
        return
    log.record(
        actor, "import", "import",
        after=f"Таблица из печатного запаса, {filename}: внесено клеток {written}, не внесено {left}",
        batch=checked.sheets[0].draft.batch,
        details={
            "kind": "pack", "file": filename, "created": checked.count(State.NEW),
            "updated": checked.count(State.CHANGED), "unchanged": checked.count(State.SAME), "notes": [],
            "changes": [],
        },
    )  # fmt: skip
