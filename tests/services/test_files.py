"""Files of lessons: what is taken, under which name it is kept and shown, who gets it (п. 4.4)."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from factories import Journal, make_curator, make_journal, make_person, viewer_of
from flask import Flask, current_app

from ejournal.extensions import db
from ejournal.models import Homework, LessonFile, LogEntry, PeriodClosing, Role
from ejournal.services import files
from ejournal.services.errors import ClosedError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.files import Upload, safe_name

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 50 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + b"\0" * 50 + b"\xff\xd9"
EXE = b"MZ\x90\0\x03" + b"\0" * 200 + b"PE\0\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
TEXT = "Задание: стр. 5".encode()


def packed(**members: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return body.getvalue()


DOCX = packed(_dot_Content="", word__document_dot_xml="<w/>")


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=1, lessons=1)


def attach(journal: Journal, *uploads: tuple[str, bytes], purpose: str = "homework", actor=None):  # type: ignore[no-untyped-def]
    return files.attach(
        actor or viewer_of(journal.teacher),
        journal.course_id,
        journal.lessons[0].id,
        [Upload(name, io.BytesIO(body)) for name, body in uploads],
        purpose,
    )


def download(journal: Journal, attached: LessonFile, actor=None) -> files.Download:  # type: ignore[no-untyped-def]
    return files.download(actor or viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, attached.id)


def kept() -> list[Path]:
    return [path for path in current_app.config["EJOURNAL"].files.rglob("*") if path.is_file()]


def test_r4_4_b_several_files_at_once_are_kept_by_hash_and_come_back_whole(journal):
    attached, refused = attach(journal, ("План урока.pdf", PDF), ("Схема.png", PNG))
    assert refused == []
    found = download(journal, attached[0])
    assert (found.name, found.media_type, found.path.read_bytes()) == ("План урока.pdf", "application/pdf", PDF)
    digest = hashlib.sha256(PDF).hexdigest()
    assert found.path.parts[-3:] == ("files", digest[:2], digest)


@pytest.mark.parametrize(
    ("name", "body", "media"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("фото.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.odt", packed(content_dot_xml="<w/>"), "application/vnd.oasis.opendocument.text"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        ("a.txt", TEXT, "text/plain"),
        ("a.txt", "Задание".encode("cp1251"), "text/plain"),
        ("a.txt", "Задание".encode("utf-16"), "text/plain"),
        ("a.csv", "а;б\n1;2".encode("cp1251"), "text/csv"),
        ("a.zip", packed(a_dot_txt="1", src__main_dot_js="1"), "application/zip"),
        ("a.rtf", b"{\\rtf1\\ansi hello}", "application/rtf"),
    ],
)
def test_what_teachers_hand_out_is_taken_by_its_content(journal, name, body, media):
    attached, refused = attach(journal, (name, body))
    assert refused == []
    assert attached[0].file.media_type == media


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("setup.exe", EXE, "не принимаются"),
        ("страница.html", b"<html><script>alert(1)</script></html>", "не принимаются"),
        ("рисунок.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "не принимаются"),
        ("a.docm", DOCX, "не принимаются"),
        ("без расширения", PDF, "не принимаются"),
        ("отчёт.pdf", EXE, "не похоже на PDF"),
        ("отчёт.txt", EXE, "не похоже на TXT"),
        ("отчёт.txt", b"\x7fELF\x02\x01\x01" + b"\0" * 50, "не похоже на TXT"),
        ("отчёт.txt", b"<!DOCTYPE html><html><script>alert(1)</script></html>", "не похоже на TXT"),
        ("отчёт.txt", b"#!/bin/sh\nrm -rf ~", "не похоже на TXT"),
        ("отчёт.jpg", PNG, "не похоже на JPG"),
        ("отчёт.docx", packed(a_dot_txt="1"), "не похоже на DOCX"),
        ("отчёт.doc", OLE, "не похоже на DOC"),
        ("отчёт.docx", packed(word__document_dot_xml="1", word__vbaProject_dot_bin="1"), "макросы"),
        ("архив.zip", packed(a__Setup_dot_EXE="1"), "программа"),
        ("архив.zip", b"PK\x03\x04" + b"\0" * 100, "не похоже на ZIP"),
        ("пусто.txt", b"", "пустой"),
    ],
)
def test_what_runs_or_is_not_what_its_name_says_is_refused(journal, name, body, says):
    attached, refused = attach(journal, (name, body))
    assert attached == []
    assert says in refused[0]
    assert refused[0].startswith(f"«{name}»")
    assert db.session.scalars(db.select(LessonFile)).all() == []


def test_good_files_are_kept_when_one_of_them_is_refused(journal):
    attached, refused = attach(journal, ("a.pdf", PDF), ("b.exe", EXE), ("c.txt", TEXT))
    assert [each.file.name for each in attached] == ["a.pdf", "c.txt"]
    assert len(refused) == 1


def test_a_file_over_25_mb_is_refused_and_leaves_nothing(journal):
    before = kept()
    attached, refused = attach(journal, ("a.txt", b"a" * (25 * 1024 * 1024 + 1)))
    assert (attached, kept()) == ([], before)
    assert "больше 25 МБ" in refused[0]


def test_the_same_content_is_kept_once_and_the_same_file_attached_once(journal):
    attach(journal, ("a.pdf", PDF))
    before = kept()
    attached, refused = attach(journal, ("a.pdf", PDF), ("b.pdf", PDF))
    assert [each.file.name for each in attached] == ["b.pdf"]
    assert "уже приложен" in refused[0]
    assert kept() == before


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Лекция 5.pdf", "Лекция 5.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Анна\\План.docx", "План.docx"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("отчёт\u202efdp.exe", "отчётfdp.exe"),
        ('он сказал "да".pdf', "он сказал _да_.pdf"),
        ("con.txt", "_con.txt"),
        ("...", "файл"),
        ("", "файл"),
        (".pdf", "файл.pdf"),
        ("Й" * 300 + ".pdf", "Й" * 146 + ".pdf"),
        ("a.pdf.exe", "a.pdf.exe"),
    ],
)
def test_a_name_is_made_safe_to_show_and_to_save_under(given, shown):
    assert safe_name(given) == shown


def test_r4_4_g_a_file_attached_as_homework_is_homework(journal):
    attached, _refused = attach(journal, ("a.pdf", PDF))
    assert db.session.scalars(db.select(Homework)).one().text == ""
    files.detach(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, attached[0].id)
    assert db.session.scalars(db.select(Homework)).all() == []


def test_a_material_is_no_homework(journal):
    attach(journal, ("a.pdf", PDF), purpose="material")
    assert db.session.scalars(db.select(Homework)).all() == []


def test_r4_2_e_a_file_given_and_taken_back_is_in_the_log_and_the_content_stays(journal):
    attached, _refused = attach(journal, ("a.pdf", PDF), purpose="material")
    path = download(journal, attached[0]).path
    files.detach(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, attached[0].id)
    rows = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "file").order_by(LogEntry.id))
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("create", None, "a.pdf"),
        ("delete", "a.pdf", None),
    ]
    assert path.is_file()
    with pytest.raises(NotFoundError):
        download(journal, attached[0])


def test_r2_1_c_readers_of_the_journal_get_a_file_and_nobody_else(journal):
    attached, _refused = attach(journal, ("a.pdf", PDF))
    assert download(journal, attached[0], viewer_of(make_curator(journal.group))).name == "a.pdf"
    with pytest.raises(NotFoundError):
        download(journal, attached[0], viewer_of(make_person("Чужая", (Role.TEACHER,))))


def test_a_file_is_not_found_under_another_lesson(journal):
    attached, _refused = attach(journal, ("a.pdf", PDF))
    other = make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        download(other, attached[0])


def test_only_the_journals_teacher_attaches_and_only_in_an_open_period(journal):
    with pytest.raises(ForbiddenError):
        attach(journal, ("a.pdf", PDF), actor=viewer_of(make_curator(journal.group)))
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError):
        attach(journal, ("a.pdf", PDF))


@pytest.mark.parametrize(("count", "purpose"), [(0, "homework"), (11, "homework"), (1, "anything")])
def test_nothing_too_much_or_nowhere_is_refused(journal, count, purpose):
    with pytest.raises(RefusedError):
        attach(journal, *[(f"{n}.pdf", PDF) for n in range(count)], purpose=purpose)
