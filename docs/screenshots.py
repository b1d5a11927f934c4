"""Takes the pictures of the README and of the help from a demo college (needs Chromium).

`.venv/bin/python docs/screenshots.py`: both; `… docs/screenshots.py help`: only those of the help.
"""

import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent / "screenshots"
HELP = HERE.parent.parent / "static" / "help"
CHROMIUM = "/usr/bin/chromium"
FEW = 20  # students in a journal of a subgroup
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A page's locale does not reach what Chromium itself writes into date fields: «04.12.2026» is asked for by the page's
# own lang, «дд.мм.гггг» of an empty one comes with Debian's chromium-l10n (without it: dd.mm.yyyy).
FLAGS += ["--lang=ru", "--enable-blink-features=LangAttributeAwareFormControlUI"]
RUSSIAN = {"LANGUAGE": "ru"}
# Pictures of the help: who, the page (or a link on it, by its address), the window.
PICTURES = {
    "today": ("teacher", "/", "", (900, 760)),
    "journal": ("teacher", "/journal/", r"/journal/\d+", (1100, 620)),
    "roll": ("teacher", "/", r"/journal/\d+/lessons/\d+/roll", (420, 640)),
    "lesson": ("teacher", "/", r"/journal/\d+/lessons/\d+", (900, 760)),
    "group": ("curator", "/groups/", r"/groups/\d+", (1100, 700)),
    "readiness": ("zavuch", "/year/", "", (1100, 620)),
    "admin": ("admin", "/admin/", "", (1000, 760)),
    "diary": ("student", "/diary/", "", (900, 900)),
    "children": ("parent", "/diary/", "", (900, 700)),
}
# Pictures of the README beside the journal: the same.
README = {
    "diary": ("student", "/diary/", "", (390, 844)),
    "group": ("curator", "/groups/", r"/groups/\d+", (1320, 800)),
    "control": ("zavuch", "/control/", "", (1200, 760)),
}
LIMIT = 60_000  # bytes


def main() -> None:
    HERE.mkdir(exist_ok=True)
    HELP.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, served(instance) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env={**os.environ, **RUSSIAN})
        if "help" not in sys.argv[1:]:
            take(browser, url, "journal.png", 1440, 860)
            for name, wanted in README.items():
                shot(browser, url, wanted).save(HERE / f"{name}.png", optimize=True)
        taken = {name: small(shot(browser, url, wanted)) for name, wanted in PICTURES.items()}
        browser.close()
    # Only now: the address of everything in static/ holds the hash of all of it.
    for name, picture in taken.items():
        (HELP / f"{name}.webp").write_bytes(picture)


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
    for _ in range(600):
        try:
            urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def shot(browser: Browser, url: str, wanted: tuple[str, str, str, tuple[int, int]]) -> Image.Image:
    """A page without header and banner: they would age sooner than the page does."""
    who, path, link, (width, height) = wanted
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ru-RU")
    sign_in(page, url, who)
    page.goto(f"{url}{path}")
    if link:
        addresses = [found.get_attribute("href") or "" for found in page.locator("a").all()]
        page.goto(url + next(address for address in addresses if re.fullmatch(link, address)))
    page.wait_for_timeout(400)
    page.locator(".demo-banner, .site-header").evaluate_all("found => found.forEach(each => each.hidden = true)")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    return picture


def small(picture: Image.Image) -> bytes:
    """As good as the limit allows."""
    for quality in (80, 65, 50, 35):
        body = io.BytesIO()
        picture.save(body, "webp", quality=quality, method=6)
        if body.tell() <= LIMIT:
            break
    return body.getvalue()


def sign_in(page: Page, url: str, who: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{url}/login")
    page.fill("[name=username]", who)
    page.fill("[name=password]", "demo")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def take(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    """A journal of the demo teacher with a whole group in it, a cell chosen."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ru-RU")
    sign_in(page, url, "teacher")
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
