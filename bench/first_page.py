"""What a person's first and second visit cost, and how smoothly the grid comes up on a slow machine, in Chromium.

.venv/bin/python bench/first_page.py [address of a demo college]; also a part of `make bench`.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import run, world
from ejournal.extensions import db

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SLOWER = 4
QUIET = 1500  # ms without anything new: the page is there

WATCH = """
window.measured = {shift: 0, tasks: []};
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true});
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) measured.shift += entry.value; });
watch("longtask", (entry) => measured.tasks.push(Math.round(entry.duration)));
"""

AIMS = {
    "login_kb": ("первая страница (вход), кБ по сети", 120),
    "login_requests": ("то же, запросов", 6),
    "login_again_requests": ("второе открытие, запросов", 1),
    "grid_kb": ("журнал 30×80 с пустым кэшем, кБ по сети", 120),
    "grid_requests": ("то же, запросов", 6),
    "grid_again_requests": ("второе открытие, запросов", 1),
    "grid_shift": ("сдвиг разметки журнала (CLS)", 0),
    "grid_long_task_ms": (f"самая долгая задача журнала при процессоре в {SLOWER} раза медленнее, мс", 50),
}


def measure(url: str, grid: str, cookie: str) -> dict[str, Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        result = _visits("login", browser, f"{url}/login", "")
        result |= _visits("grid", browser, url + grid, cookie)
        result |= _smoothness(browser, url, url + grid, cookie)
        browser.close()
    return result


def _visits(name: str, browser: Browser, address: str, cookie: str) -> dict[str, Any]:
    with _opened(browser, address, cookie) as (page, session):
        counted = Traffic(session)
        page.goto(address)
        page.wait_for_timeout(QUIET)
        first = counted.taken()
        page.goto("about:blank")
        counted.taken()
        page.goto(address)
        page.wait_for_timeout(QUIET)
        again = counted.taken()
    return {
        f"{name}_kb": round(sum(size for _, size in first) / 1000, 1),
        f"{name}_requests": len(first),
        f"{name}_what": sorted(first, key=lambda one: -one[1]),
        f"{name}_again_requests": len(again),
    }


def _smoothness(browser: Browser, url: str, address: str, cookie: str) -> dict[str, Any]:
    with _opened(browser, address, cookie) as (page, session):
        page.add_init_script(WATCH)
        page.goto(f"{url}/login")  # styles and scripts are there from earlier days
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address)
        page.wait_for_timeout(QUIET * 2)
        found = page.evaluate("measured")
    return {
        "grid_shift": round(found["shift"], 4),
        "grid_long_tasks_ms": found["tasks"],
        "grid_long_task_ms": max(found["tasks"], default=0),
    }


@contextmanager
def _opened(browser: Browser, address: str, cookie: str) -> Iterator[tuple[Page, CDPSession]]:
    context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
    if cookie:
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    yield page, session
    context.close()


class Traffic:
    """Answers that came over the network, with the bytes they took: what the cache gave is none."""

    def __init__(self, session: CDPSession) -> None:
        self.names: dict[str, str] = {}
        self.found: list[tuple[str, int]] = []
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if response.get("fromDiskCache") or response.get("fromPrefetchCache") or not response["url"].startswith("http"):
            return
        self.names[event["requestId"]] = response["url"].split("/", 3)[-1]

    def _finished(self, event: dict[str, Any]) -> None:
        name = self.names.pop(event["requestId"], None)
        if name is not None:
            self.found.append((name, int(event["encodedDataLength"])))

    def taken(self) -> list[tuple[str, int]]:
        found, self.found = self.found, []
        return found


def show(result: dict[str, Any]) -> None:
    for key, (title, aim) in AIMS.items():
        print(f"{title:<72} {result[key]:>8}   цель ≤ {aim}   {'да' if result[key] <= aim else 'НЕТ'}")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ejournal-bench-") as folder:
        app, made = world.make(Path(folder))
        with app.app_context():
            db.engine.dispose()
        with run.served(Path(folder)) as (port, _):
            result = measure(f"http://127.0.0.1:{port}", made.page, made.cookie)
    show(result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
