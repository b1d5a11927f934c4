"""What a browser keeps is sealed as RFC 8439 says: its own example, in the engine that runs it."""

import base64

import pytest
from playwright.sync_api import Page

from ejournal.config import ROOT

pytestmark = pytest.mark.browser

# RFC 8439, 2.8.2
KEY = bytes(range(0x80, 0xA0)).hex()
NONCE = bytes.fromhex("070000004041424344454647")
ABOUT = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
TEXT = (
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
)
SEALED = bytes.fromhex(
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29"
    "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b"
    "61161ae10b594f09e26a7e902ecbd0600691"
)


@pytest.fixture
def sealing(page: Page) -> Page:
    source = (ROOT / "static/js/offline/seal.js").read_text(encoding="utf-8").replace("export function", "function")
    page.evaluate(f"() => {{ {source}\nwindow.sealing = {{ seal, open, tagOf, crypt }}; }}")
    return page


def test_the_example_of_the_rfc(sealing: Page) -> None:
    found = sealing.evaluate(
        """([key, nonce, about, text]) => { const bytes = (list) => Uint8Array.from(list);
        const hidden = sealing.crypt(bytes(key), bytes(nonce), new TextEncoder().encode(text));
        return [...hidden, ...sealing.tagOf(bytes(key), bytes(nonce), bytes(about), hidden)]; }""",
        [list(bytes.fromhex(KEY)), list(NONCE), list(ABOUT), TEXT],
    )
    assert bytes(found) == SEALED


def test_opened_only_with_its_key_in_its_place_and_unchanged(sealing: Page) -> None:
    seal = "([key, about, text]) => sealing.seal(key, about, text)"
    opened = "([key, about, sealed]) => sealing.open(key, about, sealed)"
    words = "н3 — «Ёлкин» " * 20
    sealed = sealing.evaluate(seal, [KEY, "here", words])
    changed = bytearray(base64.b64decode(sealed))
    changed[20] ^= 1
    assert sealing.evaluate(opened, [KEY, "here", sealed]) == words
    assert sealing.evaluate(opened, [KEY, "there", sealed]) is None
    assert sealing.evaluate(opened, ["00" * 32, "here", sealed]) is None
    assert sealing.evaluate(opened, [KEY, "here", base64.b64encode(changed).decode()]) is None
    assert sealing.evaluate(opened, [KEY, "here", base64.b64encode(b"short").decode()]) is None
    assert sealing.evaluate(seal, [KEY, "here", words]) != sealed, "never the same twice"
