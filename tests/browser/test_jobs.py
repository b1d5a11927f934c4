"""Long work with the real worker process: the bar moves and ends without a reload, and can be left."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import factories
import pytest
from browser.conftest import OpenAs, Server
from playwright.sync_api import expect

from ejournal.config import ROOT
from ejournal.models import Role

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(server: Server) -> Iterator[None]:
    """The process that `ejournal run` keeps beside the server."""
    process = subprocess.Popen([sys.executable, "-m", "ejournal.worker"], cwd=ROOT, env=server.environment)
    yield
    process.terminate()
    process.wait(10)


def test_r4_2_b_a_long_list_is_written_while_the_page_tells_how_far_it_is(
    open_as: OpenAs, worker: None, tmp_path: Path
) -> None:
    page = open_as(factories.make_person("Ежова", (Role.SYSADMIN,)), "/admin/import")
    rows = [f"Цой Вера {word(n)}овна;ЩЩ-21" for n in range(1500)]
    path = tmp_path / "списки.csv"
    path.write_text("\n".join(["ФИО;Группа", *rows]), encoding="utf-8")
    page.get_by_label("Что загружаем").select_option("students")
    page.get_by_label("Файл").set_input_files(path)
    page.get_by_label("Создать группы").check()
    page.get_by_role("button", name="Показать, что изменится").click()
    page.get_by_role("button", name="Записать").click()
    page.wait_for_url(re.compile("/jobs/"))
    # No reload: what is put into the window stays there.
    page.evaluate("window.stays = true")
    expect(page.locator("main").get_by_text("Создано: 1500")).to_be_visible(timeout=60_000)
    assert page.evaluate("window.stays") is True
    expect(page.locator("#announcer")).to_contain_text("готово")
    page.get_by_role("link", name="Посмотреть").click()
    expect(page.get_by_role("heading", name="Обучающиеся: загружено")).to_be_visible()
    page.goto(page.url.split("/admin")[0] + "/jobs/")
    expect(page.get_by_role("link", name=re.compile("списки.csv"))).to_be_visible()


def test_what_waits_is_cancelled_from_its_page(open_as: OpenAs, server: Server) -> None:
    person = factories.make_person("Ежова", (Role.SYSADMIN,))
    page = open_as(person, "/admin/")  # no worker: the job waits
    page.get_by_role("button", name="Выполнить сейчас").click()
    expect(page.get_by_text("Обработчик долгой работы не запущен")).to_be_visible()
    time.sleep(1.5)  # asked for itself once at least
    page.get_by_role("button", name="Отменить").click()
    expect(page.locator("main").get_by_text("Отменено до начала.")).to_be_visible()


def word(number: int) -> str:
    return "А" + "".join("бвгджзклмн"[int(digit)] + "а" for digit in f"{number:04}")
