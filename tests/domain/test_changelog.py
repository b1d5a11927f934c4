"""CHANGELOG.md read into versions and entries."""

from ejournal.config import ROOT
from ejournal.domain import changelog

TEXT = """# Изменения

Вступление.

## Не выпущено

- Журнал: сетка
  с вводом.
- Занятия (п. 4.4).
  **При обновлении:** ничего.

## 0.1.0

- Первая.
"""


def test_versions_and_entries_come_in_the_order_of_the_file() -> None:
    first, second = changelog.read(TEXT)
    assert (first.title, second.title) == ("Не выпущено", "0.1.0")
    assert [entry.html.strip() for entry in first.entries] == [
        "<p>Журнал: сетка с вводом.</p>",
        "<p>Занятия (п. 4.4). <strong>При обновлении:</strong> ничего.</p>",
    ]


def test_an_entry_is_known_by_its_words_and_not_by_its_version_or_line_ends() -> None:
    released = TEXT.replace("## Не выпущено", "## 0.2.0").replace("сетка\n  с", "сетка с")
    assert [entry.key for entry in changelog.read(TEXT)[0].entries] == [
        entry.key for entry in changelog.read(released)[0].entries
    ]
    changed = changelog.read(TEXT.replace("Первая", "Вторая"))
    assert changed[1].entries[0].key != changelog.read(TEXT)[1].entries[0].key


def test_our_own_file_can_be_read() -> None:
    versions = changelog.read((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    keys = [entry.key for version in versions for entry in version.entries]
    assert len(keys) > 10
    assert len(set(keys)) == len(keys)
