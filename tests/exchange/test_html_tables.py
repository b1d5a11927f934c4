"""Tables of web pages, which accounting programs also save as «.xls»."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ejournal.exchange import students, tables
from ejournal.exchange.tables import FileError


def sheet(page: str) -> tables.Sheet:
    (found,) = tables.read(page.encode(), "list.xls")
    return found


def cells(page: str) -> list[list[object]]:
    return [list(row.cells) for row in sheet(page).rows]


def test_a_list_saved_as_a_page_is_imported_like_a_spreadsheet() -> None:
    page = """<html><meta charset=utf-8><table><tr><th>ФИО<th>Группа<tr><td>Ким&nbsp;Вера<td>ИС-21</table></html>"""
    (record,) = students.read(tables.read(page.encode("cp1251"))).records
    assert (record.name.full, record.group) == ("Ким Вера", "ИС-21")


def test_a_span_of_thousands_of_digits_is_as_wide_as_a_table_can_be() -> None:
    page = f"<table><tr><td colspan={'9' * 5000}>а<tr><td>б<td>в</table>"
    assert [len(row) for row in cells(page)] == [500, 500]


def test_spans_are_merged_areas_and_move_what_follows() -> None:
    page = "<table><tr><td rowspan=2>а<td>б<tr><td>в<tr><td colspan=2>г</table>"
    assert cells(page) == [["а", "б"], [None, "в"], ["г", None]]
    assert sheet(page).merged == [((0, 0), (1, 0)), ((2, 0), (2, 1))]


def test_text_over_the_table_is_kept_and_scripts_are_not() -> None:
    page = "<script>var x='<td>'</script><p>на 13.11.2025</p><table><tr><td>а<td>б<br>в</table><p>после"
    assert sheet(page).titles == ["на 13.11.2025"]
    assert cells(page) == [["а", "б\nв"]]


def test_each_table_of_a_page_is_a_sheet_of_its_own() -> None:
    page = "<table><tr><td>1<td>2</table><table><tr><td>3<td>4<td><table><tr><td>5<td>6</table></table>"
    found = tables.read(page.encode(), "page.html")
    assert [(one.name, one.rows[0].cells) for one in found] == [
        ("page, таблица 1", ["1", "2"]),
        ("page, таблица 2", ["3", "4", None]),
        ("page, таблица 3", ["5", "6"]),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<html><p>Нет таблиц</p></html>",
        "<table><tr><td>один столбец</table>",
        "<table>" + "<tr><td rowspan=5000 colspan=500>х" * 200 + "</table>",
        "<p>" + "х" * (tables.MAX_PAGE + 1),
        "<![if",
    ],
)
def test_a_page_without_a_usable_table_is_refused_in_russian(page: str) -> None:
    with pytest.raises(FileError) as refusal:
        tables.read(page.encode())
    assert any("а" <= letter <= "я" for letter in refusal.value.message)


TAGS = st.sampled_from(
    ["<table>", "</table>", "<tr>", "<td>", "</td>", "<td colspan=3 rowspan='2'>", "<th colspan=-1>", "<![x", "<!--",
     "&nbsp;", "&#x0;", "<script>", "</script>", "<br/>", "а", "\0", "<td rowspan=99999999999999999999>"]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(TAGS, max_size=40))
def test_no_page_gives_anything_but_tables_or_a_refusal(parts: list[str]) -> None:
    try:
        found = tables.read(("<html>" + "".join(parts)).encode())
    except FileError:
        found = []
    assert all(len({len(row.cells) for row in one.rows}) == 1 for one in found)
