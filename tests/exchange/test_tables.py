"""Files: spreadsheets, texts in every encoding, and what must be refused."""

import io
import zipfile
from datetime import date

import pytest

from ejournal.exchange import tables
from ejournal.exchange.tables import FileError
from tests.exchange.conftest import COLLEGE, workbook

LIST = "ФИО;Группа\nСемёнов Пётр;ИС-21\n\nКим Вера;ИС-21\n"


def test_rows_have_the_numbers_of_the_spreadsheet() -> None:
    (sheet,) = tables.read((COLLEGE / "students.xlsx").read_bytes())
    assert sheet.rows[4].number == 5
    assert sheet.rows[4].cells[1] == "Олимпиева Шейла Романовна"
    assert sheet.rows[7].cells[2] == date(2008, 4, 17)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_text_is_read_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    (sheet,) = tables.read(LIST.replace(";", delimiter).encode(encoding), "список.csv")
    assert [row.cells for row in sheet.rows] == [
        ["ФИО", "Группа"],
        ["Семёнов Пётр", "ИС-21"],
        [],
        ["Ким Вера", "ИС-21"],
    ]
    assert [row.number for row in sheet.rows] == [1, 2, 3, 4]


def test_a_quoted_cell_of_several_lines_is_one_row() -> None:
    (sheet,) = tables.read(b'a;b\n"x\ny";2\nz;3\n')
    assert [row.cells for row in sheet.rows] == [["a", "b"], ["x\ny", "2"], ["z", "3"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"%PDF-1.7 something",
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"PK\x03\x04 not a zip at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "просто текст без столбцов".encode(),
    ],
)
def test_what_is_no_table_is_refused_in_russian(content: bytes) -> None:
    with pytest.raises(FileError) as refusal:
        tables.read(content)
    assert any("а" <= letter <= "я" for letter in refusal.value.message)


def test_a_document_in_a_zip_is_no_table() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(FileError, match="не таблица"):
        tables.read(stream.getvalue())


def test_an_archive_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(210):
            sheet.write(bytes(tables.MEGABYTE))
    assert len(stream.getvalue()) < tables.MEGABYTE
    with pytest.raises(FileError, match="слишком велик"):
        tables.read(stream.getvalue())


def test_a_cell_at_the_far_corner_does_not_bring_the_server_down() -> None:
    book = _with_sheet_xml(workbook(["ФИО", "Группа"]), '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(FileError):
        tables.read(book)


def test_a_long_sheet_is_refused() -> None:
    with pytest.raises(FileError, match="слишком велик"):
        tables.read(b"a;b\n" * (tables.MAX_ROWS + 1))
    with pytest.raises(FileError, match="слишком велик"):
        tables.read(workbook(*([["a", "b"]] * (tables.MAX_ROWS + 1))))


def test_addresses_are_those_of_a_spreadsheet() -> None:
    assert [tables.address(6, column) for column in (0, 2, 25, 26, 701, 702)] == [
        "A6",
        "C6",
        "Z6",
        "AA6",
        "ZZ6",
        "AAA6",
    ]


def _with_sheet_xml(book: bytes, rows: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", f"{rows}</sheetData>".encode())
            target.writestr(name, content)
    return stream.getvalue()


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Лист1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
ROW = (
    '<table:table-row{repeat}><table:table-cell office:value-type="string"{columns}><text:p>{text}</text:p>'
    "</table:table-cell></table:table-row>"
)


def test_an_ods_of_libreoffice_is_read() -> None:
    rows = ROW.format(repeat="", columns="", text="ФИО") + ROW.format(repeat="", columns="", text="Ким Вера")
    (sheet,) = tables.read(_ods(rows))
    assert [row.cells for row in sheet.rows] == [["ФИО"], ["Ким Вера"]]


def test_a_row_repeated_a_million_times_is_refused() -> None:
    repeated = ROW.format(
        repeat=' table:number-rows-repeated="1048576"',
        columns=' table:number-columns-repeated="16384"',
        text="бомба",
    )
    with pytest.raises(FileError, match="велик"):
        tables.read(_ods(repeated))


def _ods(rows: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=rows))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return stream.getvalue()
