"""Draws the icons a phone shows (static/img/icon-*.png) from static/img/favicon.svg, in Chromium.

.venv/bin/python docs/icons.py
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
# name, side, whether the corners are the system's to cut: then the field is full and the drawing inside its safe zone
ICONS = (("icon-192", 192, False), ("icon-512", 512, False), ("icon-180", 180, True), ("icon-maskable-512", 512, True))

LINES, LONG = "M0 10.500h32M0 21.500h32M10.500 0v32M21.500 0v32", "M-4 10.5h40M-4 21.5h40M10.5-4v40M21.5-4v40"


def main() -> None:
    drawing = (IMAGES / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, side, is_full in ICONS:
            shown = drawing.replace('rx="6" ', "").replace("0 0 32 32", "-2 -2 36 36") if is_full else drawing
            if is_full:
                shown = shown.replace('width="32" height="32"', 'x="-4" y="-4" width="40" height="40"').replace(
                    LINES, LONG
                )
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{side}px}}</style>{shown}")
            page.screenshot(path=IMAGES / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
