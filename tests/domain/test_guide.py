"""Guides: sections, anchors, and a search that knows Russian endings (п. 4.1)."""

import pytest

from ejournal.domain import guide

TEXT = """# Преподавателю

Начало.

## Как поставить отметку {#journal}

Встаньте на **ячейку** и нажмите [[Enter]]. [Дальше](#late)

## Учётная запись {#account}

Приём документов <b>идёт</b>. [Чужой](https://example.org)
"""


@pytest.fixture
def teacher() -> guide.Guide:
    return guide.read("teacher", TEXT)


def test_a_text_is_read_into_sections_with_anchors(teacher: guide.Guide) -> None:
    assert (teacher.title, teacher.lead) == ("Преподавателю", "<p>Начало.</p>\n")
    assert [section.anchor for section in teacher.sections] == ["journal", "account"]
    found = teacher.section("journal")
    assert found
    assert "<strong>ячейку</strong>" in found.html
    assert "<kbd>Enter</kbd>" in found.html
    assert 'href="#late"' in found.html
    assert found.plain == "Встаньте на ячейку и нажмите Enter. Дальше"
    assert teacher.section("nothing") is None


def test_a_guide_leads_to_no_other_host_and_holds_no_markup_of_its_own(teacher: guide.Guide) -> None:
    html = teacher.sections[1].html
    assert "example.org" not in html
    assert "<b>" not in html


@pytest.mark.parametrize("text", ["Без названия", TEXT + "\n## Ещё раз {#journal}\n"])
def test_a_guide_without_title_or_with_an_anchor_twice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="teacher"):
        guide.read("teacher", text)


@pytest.mark.parametrize(
    ("query", "anchors"),
    [
        ("отметка", ["journal"]),
        ("ОТМЕТКИ поставлю", ["journal"]),
        ("учетную", ["account"]),
        ("ПРИЕМ", ["account"]),
        ("прием отметки", ["journal", "account"]),  # no section holds both
        ("ячейка приёма", ["journal", "account"]),
        ("как в приёме", ["account"]),
        ("кочерга", []),
        ("", []),
        ("???", []),
    ],
)
def test_r4_1_g_search_asks_for_no_case_no_yo_and_no_ending(
    teacher: guide.Guide, query: str, anchors: list[str]
) -> None:
    assert [hit.section.anchor for hit in guide.search([teacher], query)] == anchors


def test_a_section_named_so_comes_before_one_that_only_mentions_it() -> None:
    one = guide.read("one", "# А\n\n## Прочее {#other}\n\nЖурнал.\n\n## Журнал {#journal}\n\nТекст.\n")
    assert [hit.section.anchor for hit in guide.search([one], "журналы")] == ["journal", "other"]


def test_an_excerpt_shows_the_word_found() -> None:
    one = guide.read("one", f"# А\n\n## Б {{#b}}\n\n{'слово ' * 100}замена {'слово ' * 100}\n")
    (hit,) = guide.search([one], "замены")
    assert "замена" in hit.snippet
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) <= guide.SNIPPET + 4
