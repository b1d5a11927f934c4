"""What may be uploaded: judged by the content, which must be what the name says."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import puremagic

from ejournal.services.errors import RefusedError

# A list of what teachers hand out; whatever is not here is refused, so nothing that runs can slip in.
ALLOWED = "PDF, Word, Excel, PowerPoint, OpenDocument, RTF, TXT, CSV, рисунки, MP3, MP4, ZIP, RAR, 7z"
MACROS = "vbaproject.bin"
# What starts by a double click; sources of programs are what IT groups are given to read.
RUNNABLE = frozenset(
    f".{name}"
    for name in ("exe", "dll", "com", "scr", "pif", "msi", "bat", "cmd", "ps1", "vbs", "hta", "lnk", "jar", "apk")
)
# puremagic names files it is not sure of too; below this its word is a guess.
SURE = 0.3
SAMPLE = 1 << 20

Inside = Callable[[IO[bytes]], bool]


@dataclass(frozen=True, slots=True)
class FileType:
    """`found`: what puremagic may call the content; `inside`: what else it must hold."""

    media: str
    found: frozenset[str]
    inside: Inside | None = None


def check(stream: IO[bytes], name: str) -> str:
    """The media type of an uploaded file, from its content.

    Raises RefusedError with what to do (after the name) when it is not allowed, or is not what its name says.
    """
    suffix = PurePath(name).suffix.lower()
    kind = TYPES.get(suffix)
    if kind is None:
        raise RefusedError(f"такие файлы не принимаются. Можно: {ALLOWED}.")
    if not (_matches(stream, kind) if kind.found else _is_text(stream)):
        raise RefusedError(
            f"содержимое не похоже на {suffix[1:].upper()}. Откройте файл, сохраните его ещё раз "
            "в этом формате и загрузите снова."
        )
    return kind.media


def _matches(stream: IO[bytes], kind: FileType) -> bool:
    if not kind.found & _found(stream):
        return False
    stream.seek(0)
    return kind.inside is None or kind.inside(stream)


def _found(stream: IO[bytes]) -> set[str]:
    """What the content is by its signatures. The name is not shown to puremagic: it would believe it."""
    stream.seek(0)
    try:
        matches = puremagic.magic_stream(stream)
    except (puremagic.PureError, ValueError):
        return set()
    return {match.extension.lower() for match in matches if match.confidence >= SURE or match.extension == ".mpga"}


def _is_text(stream: IO[bytes]) -> bool:
    """Plain words: no signature of anything else, no zero bytes, no script's first line."""
    if _found(stream) - {".txt", ".csv", ""}:
        return False
    stream.seek(0)
    sample = stream.read(SAMPLE)
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in sample and not sample.startswith(b"#!")


def _office(folder: str) -> Inside:
    def inside(stream: IO[bytes]) -> bool:
        names = _members(stream)
        if any(name.endswith(MACROS) for name in names):
            raise RefusedError("в документе есть макросы. Сохраните его без них (обычный DOCX, XLSX, PPTX).")
        return any(name.startswith(folder) for name in names)

    return inside


def _open_document(stream: IO[bytes]) -> bool:
    names = _members(stream)
    return "content.xml" in names and not any(name.startswith("basic/") for name in names)


def _harmless_archive(stream: IO[bytes]) -> bool:
    names = _members(stream)
    runnable = next((name for name in names if PurePath(name).suffix in RUNNABLE), None)
    if runnable:
        raise RefusedError(f"в архиве есть программа ({PurePath(runnable).name}). Уберите её и загрузите архив снова.")
    return bool(names)


def _members(stream: IO[bytes]) -> list[str]:
    try:
        with zipfile.ZipFile(stream) as archive:
            return [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _ole(*streams: str) -> Inside:
    """An old Office document holds a stream of a known name; an installer in the same wrapping does not."""

    def inside(stream: IO[bytes]) -> bool:
        body = stream.read()
        return any(name.encode("utf-16-le") in body for name in streams)

    return inside


_ZIP = frozenset({".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"})
_OLE = frozenset({".doc", ".xls", ".ppt"})
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

TYPES: dict[str, FileType] = {
    ".pdf": FileType("application/pdf", frozenset({".pdf"})),
    ".docx": FileType(f"{_OOXML}wordprocessingml.document", _ZIP, _office("word/")),
    ".xlsx": FileType(f"{_OOXML}spreadsheetml.sheet", _ZIP, _office("xl/")),
    ".pptx": FileType(f"{_OOXML}presentationml.presentation", _ZIP, _office("ppt/")),
    ".odt": FileType(f"{_ODF}text", _ZIP, _open_document),
    ".ods": FileType(f"{_ODF}spreadsheet", _ZIP, _open_document),
    ".odp": FileType(f"{_ODF}presentation", _ZIP, _open_document),
    ".doc": FileType("application/msword", _OLE, _ole("WordDocument")),
    ".xls": FileType("application/vnd.ms-excel", _OLE, _ole("Workbook", "Book")),
    ".ppt": FileType("application/vnd.ms-powerpoint", _OLE, _ole("PowerPoint Document")),
    ".rtf": FileType("application/rtf", frozenset({".rtf"})),
    ".txt": FileType("text/plain", frozenset()),
    ".csv": FileType("text/csv", frozenset()),
    ".png": FileType("image/png", frozenset({".png"})),
    ".jpg": FileType("image/jpeg", frozenset({".jpg", ".jpeg"})),
    ".jpeg": FileType("image/jpeg", frozenset({".jpg", ".jpeg"})),
    ".gif": FileType("image/gif", frozenset({".gif"})),
    ".webp": FileType("image/webp", frozenset({".webp"})),
    ".heic": FileType("image/heic", frozenset({".heic", ".heif"})),
    ".mp3": FileType("audio/mpeg", frozenset({".mp3", ".mpga"})),
    ".mp4": FileType("video/mp4", frozenset({".mp4", ".m4v", ".mov"})),
    ".zip": FileType("application/zip", _ZIP, _harmless_archive),
    ".rar": FileType("application/vnd.rar", frozenset({".rar"})),
    ".7z": FileType("application/x-7z-compressed", frozenset({".7z"})),
}
