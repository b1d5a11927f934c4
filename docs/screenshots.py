"""Takes the pictures of the README from a demo college: `.venv/bin/python docs/screenshots.py` (needs Chromium)."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent / "screenshots"
CHROMIUM = "/usr/bin/chromium"
FEW = 20  # students in a journal of a subgroup
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, served(instance) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        take(browser, url, "journal.png", 1440, 860)
        browser.close()


@contextmanager
def served(instance: str) -> Iterator[str]:
    """The address of a server with a new demo college."""
    environment = {**os.environ, "EJOURNAL_INSTANCE": instance}
    ejournal = [sys.executable, "-m", "ejournal"]
    subprocess.run([*ejournal, "demo"], check=True, env=environment, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*ejournal, "run", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait(url: str) -> None:
    for _ in range(100):
        try:
            urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def take(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    """A journal of the demo teacher with a whole group in it, a cell chosen."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ru-RU")
    page.goto(f"{url}/login")
    page.fill("[name=username]", "teacher")
    page.fill("[name=password]", "demo")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto(f"{url}/journal/")
    links = page.locator("main a[href^='/journal/']").all()
    for address in [link.get_attribute("href") for link in links]:
        page.goto(f"{url}{address}")
        if page.locator("#journal tr[data-student]").count() > FEW:
            break
    page.locator("#journal [role=gridcell][data-version]").first.wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=HERE / name)
    page.close()


if __name__ == "__main__":
    main()
