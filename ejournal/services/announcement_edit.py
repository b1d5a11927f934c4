"""Announcing (п. 2.3): by administration to anybody, by a group leader to the own groups (п. 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain import rich_text
from ejournal.domain.audiences import EVERYBODY, Choice, choice_of
from ejournal.domain.calendar import read_day
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Announcement, AnnouncementFile, AnnouncementReading, StoredFile
from ejournal.models.base import now
from ejournal.services import announcements, audiences, files, log, settings
from ejournal.services.announcements import Line
from ejournal.services.errors import Current, FieldsError, ForbiddenError, RefusedError, StaleError
from ejournal.services.files import Upload

TITLE, TEXT, MOST_FILES = 200, 10000, 10
CHANGED = "Пока вы правили, объявление изменил кто-то другой. Сверьтесь с ним и сохраните ещё раз."
ANOTHER_TEXT = "Текст объявления изменился, пока страница была открыта. Обновите её, прочтите и подтвердите (п. 2.3)."


@dataclass(frozen=True, slots=True)
class Typed:
    """An announcement as it is written. `starts` and `ends` None: from today, until it is taken down."""

    title: str = ""
    text: str = ""
    choice: Choice = EVERYBODY
    starts: str = ""
    ends: str = ""
    pinned: bool = False
    needs_ack: bool = False
    # Of a change: the version it began from; whether everybody is to read and acknowledge it anew; files taken off.
    version: int = 0
    ask_anew: bool = False
    removed: tuple[int, ...] = ()


def create(actor: Viewer, typed: Typed, uploads: Sequence[Upload] = ()) -> Announcement:
    """Announce; at once or from the day chosen. Raises ForbiddenError, FieldsError."""
    starts, ends = _check(actor, typed)
    stored = _keep_files(actor, uploads, 0)
    _demand(actor, typed)
    made = Announcement(
        author_id=actor.person_id, audience=audiences.keep(typed.choice), title=_title(typed), text=typed.text.strip(),
        starts=starts, ends=ends, pinned=typed.pinned, needs_ack=typed.needs_ack, skey=_skey(typed),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _attach(made, stored)
    log.record(actor, "announcement", "create", after=_words(made), details={"announcement_id": made.id})
    db.session.commit()
    return made


def change(actor: Viewer, announcement_id: int, typed: Typed, uploads: Sequence[Upload] = ()) -> Announcement:
    """Another version; asked anew only if the author says so. Raises NotFoundError, ForbiddenError, FieldsError."""
    line = to_change(actor, announcement_id)
    starts, ends = _check(actor, typed, line.announcement)
    left = sum(each.id not in typed.removed for each in line.files)
    stored = _keep_files(actor, uploads, left)
    line = to_change(actor, announcement_id)
    _demand(actor, typed)
    if typed.version != line.announcement.version:
        raise FieldsError({"version": CHANGED})
    row, before = line.announcement, _words(line.announcement)
    row.title, row.text, row.skey = _title(typed), typed.text.strip(), _skey(typed)
    row.starts, row.ends, row.pinned, row.needs_ack = starts, ends, typed.pinned, typed.needs_ack
    audiences.keep(typed.choice, row.audience)
    row.version += 1
    row.updated_at = now()
    if typed.ask_anew:
        row.asked_version = row.version
    for each in line.files:
        if each.id in typed.removed:
            each.removed_at = now()
    _attach(row, stored)
    db.session.flush()
    details = {"announcement_id": row.id, "anew": typed.ask_anew}
    log.record(actor, "announcement", "update", before=before, after=_words(row), details=details)
    db.session.commit()
    return row


def withdraw(actor: Viewer, announcement_id: int) -> None:
    """Take it down before its time; it stays in the archive of its author. Raises NotFoundError, ForbiddenError."""
    row = to_change(actor, announcement_id).announcement
    if row.withdrawn_at is None:
        row.withdrawn_at = now()
        log.record(actor, "announcement", "withdraw", before=_words(row), details={"announcement_id": row.id})
    db.session.commit()


def to_change(actor: Viewer, announcement_id: int) -> Line:
    """Raises NotFoundError, and ForbiddenError where it may be read but not changed."""
    line = announcements.load(actor, announcement_id)
    if not line.may_change:
        raise ForbiddenError("Изменить объявление может его автор или администрация.")
    return line


def typed_of(line: Line) -> Typed:
    """What the form of a change begins with."""
    row = line.announcement
    return Typed(
        row.title, row.text, choice_of(audiences.targets(row.audience)), row.starts.isoformat(),
        row.ends.isoformat() if row.ends else "", row.pinned, row.needs_ack, row.version,
    )  # fmt: skip


def mark_seen(viewer: Viewer, announcement_id: int) -> None:
    """Note that the version of now was opened. Raises NotFoundError."""
    line = announcements.load(viewer, announcement_id)
    reading = _reading(viewer, line)
    if reading.seen_version < line.announcement.version:
        reading.seen_version, reading.seen_at = line.announcement.version, now()
    db.session.commit()


def acknowledge(viewer: Viewer, announcement_id: int, shown: int) -> Line:
    """«Ознакомлен(а)»: with the version that was shown; a second time changes nothing.

    Raises NotFoundError, RefusedError, StaleError where everybody was asked to read a newer one.
    """
    line = announcements.load(viewer, announcement_id)
    if not line.owes:
        if line.acknowledged_at:
            return line
        raise RefusedError("Это объявление не требует вашего ознакомления.")
    row = line.announcement
    if shown < row.asked_version:
        when = f"{settings.local(row.updated_at or row.created_at):%d.%m %H:%M}"
        raise StaleError(ANOTHER_TEXT, Current(row.title, row.version, "", when))
    reading = _reading(viewer, line)
    version = min(shown, row.version)
    reading.seen_version, reading.acknowledged_version = max(reading.seen_version, version), version
    reading.seen_at = reading.acknowledged_at = now()
    details = {"announcement_id": line.id, "version": version}
    log.record(viewer, "announcement", "acknowledge", after=row.title, details=details)
    db.session.commit()
    return announcements.load(viewer, announcement_id)


def _reading(viewer: Viewer, line: Line) -> AnnouncementReading:
    found = db.session.scalar(
        select(AnnouncementReading).where(
            AnnouncementReading.announcement_id == line.id, AnnouncementReading.person_id == viewer.person_id
        )
    )
    if found is None:
        found = AnnouncementReading(
            announcement_id=line.id, person_id=viewer.person_id, seen_version=0, acknowledged_version=0
        )
        db.session.add(found)
    return found


def _check(actor: Viewer, typed: Typed, there: Announcement | None = None) -> tuple[date, date | None]:
    if not actor.holds(access.ANNOUNCERS):
        raise ForbiddenError("Объявления пишут администрация и руководители групп.")
    errors: dict[str, str] = {}
    if not typed.title.strip():
        errors["title"] = "Напишите, о чём объявление: одной строкой."
    elif len(typed.title.strip()) > TITLE:
        errors["title"] = f"Не длиннее {TITLE} знаков: подробности — в тексте."
    if not typed.text.strip():
        errors["text"] = "Напишите текст объявления."
    elif len(typed.text) > TEXT:
        errors["text"] = f"Не длиннее {TEXT} знаков: большой документ приложите файлом."
    if wrong := audiences.check(actor, typed.choice):
        errors["audience"] = wrong
    starts, ends = _days(typed, there, errors)
    if errors:
        raise FieldsError(errors)
    assert starts
    return starts, ends


def _days(typed: Typed, there: Announcement | None, errors: dict[str, str]) -> tuple[date | None, date | None]:
    found: dict[str, date | None] = {"starts": settings.today(), "ends": None}
    for name in found:
        if not (text := getattr(typed, name).strip()):
            continue
        if day := read_day(text):
            found[name] = day
        else:
            errors[name] = "Укажите день: ДД.ММ.ГГГГ."
    starts, ends = found["starts"], found["ends"]
    if starts and ends and ends < starts and not errors.keys() & {"starts", "ends"}:
        errors["ends"] = "Последний день раньше первого."
    elif there is None and ends and ends < settings.today() and "ends" not in errors:
        errors["ends"] = "Этот день уже прошёл: объявление никто не увидит."
    return starts, ends


def _demand(actor: Viewer, typed: Typed) -> None:
    """Once more in the transaction that writes: files may have been written to the disk in between."""
    audiences.demand(actor, typed.choice)


def _keep_files(actor: Viewer, uploads: Sequence[Upload], there: int) -> list[StoredFile]:
    if len(uploads) + there > MOST_FILES:
        raise FieldsError({"files": f"К объявлению прикладывают не больше {MOST_FILES} файлов."})
    if not uploads:
        return []
    db.session.rollback()  # nobody waits for the database while files are written
    try:
        return [files.keep(actor, upload) for upload in uploads]
    except RefusedError as error:
        raise FieldsError({"files": error.message}) from None


def _attach(row: Announcement, stored: Sequence[StoredFile]) -> None:
    for each in stored:
        db.session.add(AnnouncementFile(announcement_id=row.id, file=each))


def _title(typed: Typed) -> str:
    return " ".join(typed.title.split())


def _skey(typed: Typed) -> str:
    return fold(f"{typed.title} {rich_text.to_plain(typed.text)}")


def _words(row: Announcement) -> str:
    """What the log keeps of a version: it is no private letter, and who was told what must be provable."""
    span = f"с {row.starts:%d.%m.%Y}" + (f" по {row.ends:%d.%m.%Y}" if row.ends else "")
    said = ", нужно ознакомление" if row.needs_ack else ""
    return f"{row.title} ({audiences.words(row.audience)}; {span}{said})\n{row.text}"
