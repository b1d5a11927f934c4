"""What the help calls a button, a page or a menu is called so where people look for it (п. 4.1)."""

import re
from functools import cache
from pathlib import Path

import pytest

from ejournal.config import ROOT
from ejournal.domain.guide import Guide
from ejournal.services import guides
from ejournal.web.context import YEAR_PARTS
from ejournal.web.menus import MENUS

GUIDES = guides.every()
ROLES = {name: role for role, name in guides.OF_ROLE.items()}
# Words of the browser and of the phone, not of the journal.
NOT_OURS = {"Установить приложение", "Добавить на главный экран", "Поделиться", "На экран „Домой“"}
# Values that a cell refuses, and messages whose end varies.
NOT_OURS |= {"4+", "3-", "Нет связи: ждут отправки 3", "Не сохранено: …"}
SHOWN_BY = ("templates", "static/js", "ejournal/web", "ejournal/services", "ejournal/domain", "ejournal/models")


@cache
def shown() -> str:
    """Whatever a page may say: templates, scripts, titles in code; not the help itself."""
    paths = [path for folder in SHOWN_BY for path in sorted(Path(ROOT, folder).rglob("*"))]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix in {".html", ".js", ".py"}]
    return squash("\n".join(texts))


def squash(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("&nbsp;", " ").replace("\xa0", " "))


def source(guide: Guide) -> str:
    text = Path(ROOT, "ejournal", "help", f"{guide.name}.md").read_text(encoding="utf-8")
    # The words of a link are the title of a section, not a name on a page.
    return squash(re.sub(r"(?<!\[)\[[^\]]*\]\([^)]*\)", "", text.replace("**", "")))


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_r4_1_g_a_name_in_the_help_is_a_name_on_a_page(guide: Guide) -> None:
    named = set(re.findall(r"«([^«»]+)»", source(guide))) - NOT_OURS
    unknown = {name for name in named if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", shown())}
    assert unknown == set()


@pytest.mark.parametrize("name", sorted(ROLES))
def test_r4_1_g_what_the_help_finds_under_more_is_in_that_role_s_menu(name: str) -> None:
    text, menu = source(GUIDES[name]), MENUS[ROLES[name]]
    under_more = set(re.findall(r"«Ещё» → «([^«»]+)»", text))
    assert under_more - {title for _, title in menu.more} == set()
    if "year.checklist" in {endpoint for endpoint, _ in menu.daily}:
        parts = set(re.findall(r"«Учебный год» → «([^«»]+)»", text))
        assert parts - {title for _, entries in YEAR_PARTS for _, title in entries} == set()


def test_the_exceptions_are_needed() -> None:
    named = {name for guide in GUIDES.values() for name in re.findall(r"«([^«»]+)»", source(guide))}
    assert NOT_OURS - named == set()
