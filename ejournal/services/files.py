"""Files of lessons: homework and materials (п. 4.4). Kept by their hash; a person's name for one is only shown."""

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Lesson, LessonFile, LessonState, StoredFile
from ejournal.models.base import now
from ejournal.services import file_types, homework, lesson_context
from ejournal.services.errors import NotFoundError, RefusedError

PURPOSES = {"homework": "файл к заданию", "material": "материал к занятию"}
# Of a task for some students: attached and taken off by services/personal_tasks.py.
PERSONAL = "personal"
LONGEST_NAME = 150
MOST_AT_ONCE = 10
CHUNK = 1 << 16
# Not allowed in names by some system or other.
_UNSAFE = frozenset('\\/:*?"<>|')
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: the name its owner gave it, and its content."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class Download:
    path: Path
    name: str
    media_type: str


def attach(
    actor: Viewer, course_id: int, lesson_id: int, uploads: Sequence[Upload], purpose: str
) -> tuple[list[LessonFile], list[str]]:
    """Attach files to a lesson; those that can't be taken are returned as messages, the others are kept.

    Files attached as homework publish it. Raises NotFoundError, ForbiddenError, ClosedError, RefusedError.
    """
    _check_may_attach(actor, course_id, lesson_id)
    if purpose not in PURPOSES:
        raise RefusedError("Выберите, к чему приложить файл: к заданию или к материалам занятия.")
    if not uploads:
        raise RefusedError("Выберите хотя бы один файл.")
    check_number(uploads)
    # Nobody waits for the database while big files are written to the disk.
    db.session.rollback()
    stored, refused = store_all(actor, uploads)
    lesson = _check_may_attach(actor, course_id, lesson_id)
    attached = []
    for file in stored:
        if _is_attached(lesson, file, purpose):
            refused.append(f"«{file.name}»: этот файл уже приложен.")
        else:
            attached.append(put(actor, lesson, file, purpose))
    if attached and purpose == homework.PURPOSE:
        homework.publish_files(actor, lesson)
    db.session.commit()
    return attached, refused


def detach(actor: Viewer, course_id: int, lesson_id: int, file_id: int) -> None:
    """Take a file off a lesson; it stays stored, marked, since it was shown to students.

    Raises NotFoundError, ForbiddenError, ClosedError.
    """
    lesson, _place = lesson_context.find_to_change(actor, course_id, lesson_id, None)
    attached = _attached(lesson.id, file_id)
    take_off(actor, lesson, attached)
    if attached.purpose == homework.PURPOSE:
        homework.withdraw_if_empty(actor, lesson)
    db.session.commit()


def of_lesson(lesson_id: int) -> list[LessonFile]:
    """The files of a lesson, in the order they were added."""
    return list(
        db.session.scalars(
            select(LessonFile)
            .where(LessonFile.lesson_id == lesson_id, LessonFile.removed_at.is_(None))
            .options(joinedload(LessonFile.file))
            .order_by(LessonFile.id)
        )
    )


def download(viewer: Viewer, course_id: int, lesson_id: int, file_id: int) -> Download:
    """A file of a lesson for who may read its journal. Raises NotFoundError."""
    lesson, _place = lesson_context.find(viewer, course_id, lesson_id)
    return open_stored(_attached(lesson.id, file_id, None).file)


def attached_to(lesson_id: int, file_id: int, task_ids: Collection[int] = ()) -> Download:
    """A file of a lesson, or of one of these personal tasks of it; whether they may be read is the caller's to know.

    Raises NotFoundError.
    """
    return open_stored(_attached(lesson_id, file_id, task_ids).file)


def keep(actor: Viewer, upload: Upload) -> StoredFile:
    """A file to be stored with what the caller adds it to. Raises RefusedError, naming the file."""
    name = safe_name(upload.name)
    try:
        return _store(upload.stream, name, actor)
    except RefusedError as error:
        raise RefusedError(f"«{name}»: {error.message}") from None


def open_stored(stored: StoredFile) -> Download:
    """A stored file for whom the caller has let to it. Raises NotFoundError."""
    path = path_of(stored.sha256)
    if not path.is_file():
        raise NotFoundError("Файл не найден в хранилище. Сообщите администратору: его нужно вернуть из копии.")
    return Download(path, stored.name, stored.media_type)


def path_of(sha256: str) -> Path:
    """Where the content with this hash is kept."""
    return _root() / sha256[:2] / sha256


def safe_name(name: str) -> str:
    """The owner's name for a file without what could lead out of a folder, run or deceive the reader."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    # Cc, Cf and the like: line ends for a header, marks that turn the reading direction.
    name = "".join("_" if sign in _UNSAFE else sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem, dot, suffix = " ".join(name.split()).rstrip(". ").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.strip(". ") or "файл"
    if stem.casefold() in _RESERVED:
        stem = f"_{stem}"
    suffix = suffix[:10]
    stem = stem[: LONGEST_NAME - len(suffix) - 1]
    return f"{stem}.{suffix}" if suffix else stem


def _check_may_attach(actor: Viewer, course_id: int, lesson_id: int) -> Lesson:
    lesson, _place = lesson_context.find_to_change(actor, course_id, lesson_id, None)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие отменено: файлы к нему не прикладываются.")
    return lesson


def check_number(uploads: Sequence[Upload]) -> None:
    """Raises RefusedError where too many come at once."""
    if len(uploads) > MOST_AT_ONCE:
        raise RefusedError(f"За один раз — не больше {MOST_AT_ONCE} файлов: загрузите частями.")


def store_all(actor: Viewer, uploads: Sequence[Upload]) -> tuple[list[StoredFile], list[str]]:
    """Files to be stored with what the caller adds them to, and messages about those that can't be taken."""
    stored, refused = [], []
    for upload in uploads:
        name = safe_name(upload.name)
        try:
            stored.append(_store(upload.stream, name, actor))
        except RefusedError as error:
            refused.append(f"«{name}»: {error.message}")
    return stored, refused


def _is_attached(lesson: Lesson, file: StoredFile, purpose: str) -> bool:
    """The same file chosen twice is one."""
    return any(
        (other.file.sha256, other.file.name, other.purpose) == (file.sha256, file.name, purpose)
        for other in of_lesson(lesson.id)
    )


def put(actor: Viewer, lesson: Lesson, stored: StoredFile, purpose: str, task_id: int | None = None) -> LessonFile:
    """Attach a stored file to a lesson, or to a personal task of it, in the current transaction."""
    attached = LessonFile(lesson_id=lesson.id, file=stored, purpose=purpose, task_id=task_id)
    db.session.add(attached)
    db.session.flush()
    _log(actor, lesson, attached, None, stored.name, "create")
    return attached


def take_off(actor: Viewer, lesson: Lesson, attached: LessonFile) -> None:
    """Mark a file as removed, in the current transaction."""
    attached.removed_at = now()
    _log(actor, lesson, attached, attached.file.name, None, "delete")
    db.session.flush()


def _store(stream: IO[bytes], name: str, actor: Viewer) -> StoredFile:
    """Put a checked content under its hash; content that is there already is not written twice."""
    size = _size(stream)
    limit = current_app.config["EJOURNAL"].max_upload
    if size > limit:
        raise RefusedError(f"файл больше {limit >> 20} МБ. Уменьшите его или разделите на части.")
    if size == 0:
        raise RefusedError("файл пустой. Проверьте его и загрузите снова.")
    media_type = file_types.check(stream, name)
    stream.seek(0)
    sha256 = _keep(stream)
    return StoredFile(sha256=sha256, name=name, media_type=media_type, size=size, uploaded_by=actor.person_id)


def _keep(stream: IO[bytes]) -> str:
    """Write the content beside its place and rename it: a half-written file is never under a hash."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix="coming-", delete=False) as file:
        try:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    target = path_of(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(file.name).replace(target)
    _settle(target.parent)
    return digest.hexdigest()


def _settle(folder: Path) -> None:
    """The name too is on the disk before the database names it: a power cut must not take it back."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _size(stream: IO[bytes]) -> int:
    stream.seek(0, os.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return size


def _attached(lesson_id: int, file_id: int, task_ids: Collection[int] | None = ()) -> LessonFile:
    """`task_ids`: the personal tasks whose files may be had beside the lesson's own; None: of any task."""
    query = (
        select(LessonFile)
        .where(LessonFile.id == file_id, LessonFile.lesson_id == lesson_id, LessonFile.removed_at.is_(None))
        .options(joinedload(LessonFile.file))
    )
    if task_ids is not None:
        query = query.where(or_(LessonFile.task_id.is_(None), LessonFile.task_id.in_(task_ids)))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def _log(
    actor: Viewer, lesson: Lesson, attached: LessonFile, before: str | None, after: str | None, action: Any
) -> None:
    late = attached.purpose == homework.PURPOSE and after is not None and homework.lateness(lesson) is not None
    what = PURPOSES.get(attached.purpose, "файл к личному заданию")
    lesson_context.note(actor, lesson, what, before, after, subject="file", action=action, late=late)


def _root() -> Path:
    root: Path = current_app.config["EJOURNAL"].files
    return root
