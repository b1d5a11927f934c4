"""Who works with the keyboard alone and hears what a screen reader would say: nothing is found but by role and name."""

import re
import time
from typing import Any

from playwright.sync_api import Page

# What a reader reads by itself: a change inside a region that was there before, an alert when it appears; nothing that
# is behind an open dialog.
LISTEN = """
document.addEventListener("DOMContentLoaded", () => {
  const LIVE = "[aria-live]:not([aria-live=off]), [role=alert], [role=status]:not([aria-live=off]), [role=log]";
  const element = (node) => (node.nodeType === 1 ? node : node.parentElement);
  const say = (region, text) => {
    const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
    const words = text.trim().replace(/\\s+/g, " ");
    if (words && (!dialog || dialog.contains(region)) && region.checkVisibility()) window.heardByReader(words);
  };
  new MutationObserver((changes) => {
    const fresh = new Set();
    for (const { target, addedNodes } of changes) {
      const region = element(target)?.closest(LIVE);
      if (region && !fresh.has(region)) {
        for (const node of addedNodes) say(region, node.textContent);
        if (!addedNodes.length && target.nodeType === 3) say(region, target.data);
        continue;
      }
      for (const node of addedNodes) {
        if (node.nodeType !== 1) continue;
        for (const inside of [node, ...node.querySelectorAll("*")]) if (inside.matches(LIVE)) fresh.add(inside);
        for (const alert of node.matches("[role=alert]") ? [node] : node.querySelectorAll("[role=alert]")) {
          say(alert, alert.textContent);
        }
      }
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
});
"""
WAIT = 10  # seconds


class Reader:
    """A page whose person has no mouse and does not see it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tree = page.context.new_cdp_session(page)
        self.said: list[str] = []
        page.expose_function("heardByReader", lambda words: self.said.append(words))
        page.add_init_script(LISTEN)

    # ── Keys ────────────────────────────────────────────────────────────────
    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def to(self, role: str, name: str, back: bool = False, most: int = 70) -> dict[str, Any]:
        """Tab until the element with this role and name; fails with what was met instead."""
        met = []
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            here = self.here()
            if here["role"] == role and re.search(name, here["name"]):
                return here
            met.append(f"{here['role']}: {here['name']}")
        raise AssertionError(f"no {role} «{name}» among: {met}")

    def enter(self, role: str, name: str, **rest: Any) -> None:
        """Go to a link or a button and press it."""
        self.to(role, name, **rest)
        self.press("Enter")

    def open(self, role: str, name: str, **rest: Any) -> None:
        """Press what leads to another page, and wait for that page."""
        self.to(role, name, **rest)
        with self.page.expect_navigation():
            self.press("Enter")

    # ── The accessibility tree ──────────────────────────────────────────────
    def here(self) -> dict[str, Any]:
        """Role, name, value and states of what has the focus."""
        found = self.tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
        asked = {"objectId": found["objectId"], "fetchRelatives": False}
        return _told(self.tree.send("Accessibility.getPartialAXTree", asked)["nodes"][0])

    def wait(self, role: str, name: str = "") -> dict[str, Any]:
        """Until the focus is there by itself."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            here = self.here()
            if here["role"] == role and re.search(name, here["name"]):
                return here
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the focus is on {self.here()}, not on {role} «{name}»")

    def heads(self) -> tuple[str, str]:
        """Row and column of the focused cell, as a reader says them."""
        nodes = {node["nodeId"]: node for node in self.tree.send("Accessibility.getFullAXTree")["nodes"]}
        [here] = [each for each in nodes.values() if _told(each)["role"] == "gridcell" and _told(each).get("focused")]
        row = nodes[here["parentId"]]
        column = row["childIds"].index(here["nodeId"])
        grid = row
        while _told(grid)["role"] != "grid":
            grid = nodes[grid["parentId"]]
        first = next(each for each in _below(grid, nodes) if _told(each)["role"] == "row")
        header = next(nodes[each] for each in row["childIds"] if _told(nodes[each])["role"] == "rowheader")
        return _told(header)["name"], _told(nodes[first["childIds"][column]])["name"]

    # ── What is heard ───────────────────────────────────────────────────────
    def hear(self, words: str) -> str:
        """Wait until this is said; what was said is forgotten after it was asked for. Said twice, it fails."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end and not any(re.search(words, each) for each in self.said):
            self.page.wait_for_timeout(50)
        self.page.wait_for_timeout(300)  # a second time comes soon
        found = [each for each in self.said if re.search(words, each)]
        assert len(found) == 1, f"«{words}» was said {len(found)} times; heard: {self.said}"
        self.said.clear()
        return found[0]


def _told(node: dict[str, Any]) -> dict[str, Any]:
    states = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
    parts = {key: node.get(key, {}).get("value", "") for key in ("role", "name", "description", "value")}
    # A reader does not say the space that Chromium puts before words which are there for it alone.
    return {**states, **parts, "name": re.sub(r" (?=[:,])", "", parts["name"])}


def _below(node: dict[str, Any], nodes: dict[str, Any]) -> Any:
    for each in node["childIds"]:
        yield nodes[each]
        yield from _below(nodes[each], nodes)
