"""From HTML to PDF: our fonts, nothing read from elsewhere, numbers of pages after a merge (R3.7, R2.1.b)."""

import hashlib
import http.server
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import factories_documents as made
import pytest
from PIL import Image
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import PERMISSIVE_POLICY

from ejournal.config import ROOT
from ejournal.documents import base, pages

FACE = "@font-face { font-family: Serif; src: url(PTF55F.ttf); } body { font-family: Serif; font-size: 10pt; }"


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that notes what is asked of it."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{0}/picture.png">',
        '<link rel="stylesheet" href="{0}/look.css">',
        '<style>@import url("{0}/more.css");</style>',
        "<style>@font-face {{ font-family: F; src: url({0}/f.ttf); }} p {{ font-family: F; }}</style>",
        "<style>p {{ background-image: url({0}/back.png); }}</style>",
        "<style>@page {{ background-image: url({0}/page.pdf); }}</style>",
        '<object data="{0}/object.svg"></object>',
    ],
)
def test_r2_1_b_a_document_asks_no_other_host(asked: tuple[str, list[str]], html: str) -> None:
    address, paths = asked
    content = base.from_html(f"{html.format(address)}<p>в чужом начертании</p><h1>слова</h1>", FACE)
    assert paths == []
    assert "слова" in made.text_of(content)


def test_without_the_policy_it_would_ask(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    pisa.CreatePDF(f'<img src="{address}/picture.png">', io.BytesIO(), resource_policy=PERMISSIVE_POLICY)
    assert paths == ["/picture.png"]


def test_a_picture_outside_the_fonts_folder_is_not_read(tmp_path: Path) -> None:
    picture = tmp_path / "secret.png"
    Image.new("RGB", (20, 20), "red").save(picture)
    for source in (picture, picture.as_uri(), f"../../../../../../../../..{picture}"):
        content = base.from_html(f'<img src="{source}"><p>слова</p>', FACE)
        assert not made.read(content).pages[0].images, source
    inside = base.from_html(f'<img src="{base.picture(picture.read_bytes())}">', FACE)
    assert len(made.read(inside).pages[0].images) == 1, "a picture carried inside the document is shown"


def test_a_local_style_outside_the_fonts_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "look.css").write_text("p { display: none; }", encoding="utf-8")
    for html in (
        f'<link rel="stylesheet" href="{tmp_path}/look.css">',
        f'<style>@import url("{tmp_path}/look.css");</style>',
    ):
        assert "слова" in made.text_of(base.from_html(f"{html}<p>слова</p>", FACE))


def test_r3_7_pages_are_numbered_after_the_merge() -> None:
    parts = [base.from_html("<p>раз</p><pdf:nextpage /><p>два</p>", FACE), base.from_html("<p>три</p>", FACE)]
    content, count = pages.join(parts, "№ 1/26 · код AAAA · напечатано")
    texts = [page.extract_text() for page in made.read(content).pages]
    assert count == 3
    assert [re.findall(r"стр\. \d из \d", text) for text in texts] == [
        ["стр. 1 из 3"], ["стр. 2 из 3"], ["стр. 3 из 3"]
    ]  # fmt: skip
    assert all("№ 1/26 · код AAAA" in text for text in texts)


def test_a_long_footer_is_cut_before_the_number() -> None:
    content, _ = pages.join([base.from_html("<p>раз</p>", FACE)], "Очень длинное имя " * 30)
    assert "…" in made.text_of(content)
    assert "стр. 1 из 1" in made.text_of(content)


def test_fonts_are_those_of_the_list_with_their_licence() -> None:
    folder = ROOT / "static" / "fonts"
    listed = dict(re.findall(r"^\| (\S+\.ttf) \|.*\| ([0-9a-f]{64}) \|$", (folder / "README.md").read_text(), re.M))
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.ttf")}
    assert "ParaType" in (folder / "LICENSE").read_text(encoding="utf-8")
