"""The house rules that a reader relies on (STYLE): held by a test, or they would not be held."""

import ast
import os
import re
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from ejournal import cli
from ejournal.config import ROOT

CODE = sorted(path for path in (ROOT / "ejournal").rglob("*.py") if "versions" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LOCKS = ("requirements.txt", "requirements-dev.txt")

# Lines. More asks to be two.
MODULE, FUNCTION, VIEW = 300, 40, 25


def test_modules_and_functions_are_short_enough_to_read() -> None:
    long: list[str] = []
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        if text.count("\n") > MODULE:
            long.append(f"{name}: {text.count(chr(10))} lines")
        for function in _functions(text):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > (VIEW if _is_view(function) else FUNCTION):
                long.append(f"{name}: {function.name} {length} lines")
    assert long == []


def test_scripts_are_short_enough_to_read() -> None:
    lengths = {path.name: path.read_text(encoding="utf-8").count("\n") for path in (ROOT / "static/js").rglob("*.js")}
    assert {name: length for name, length in lengths.items() if length > MODULE} == {}


def test_modules_say_what_they_are_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in CODE
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "forbidden", [r"<script(?![^>]*\bsrc=)", r"<style\b", r"\sstyle=", r"\son[a-z]+=", r"\bhx-on\b"]
)
def test_pages_hold_nothing_that_the_content_security_policy_would_stop(forbidden: str) -> None:
    found = [path.name for path in TEMPLATES if re.search(forbidden, path.read_text(encoding="utf-8"))]
    assert found == []


def test_words_of_a_page_are_neither_glued_together_nor_parted_from_their_comma() -> None:
    """«с 24.11.2026по 30.11.2026»: `{%-` takes the space before it; «Право , ауд. 217»: without it there is one."""
    glued = re.compile(r"\s*\{%-\s*(?:if|elif|else|for)\b[^%]*[^-]%\}[а-яё(«]", re.IGNORECASE)
    parted = re.compile(r"\s*\{%\s*(?:if|for)\b[^%]*%\}\s?[,;:.]")
    found = []
    for path in TEMPLATES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, (before, line) in enumerate(pairwise(lines), 2):
            # After a tag there is no word to be glued to.
            if parted.match(line) or (glued.match(line) and not before.rstrip().endswith((">", "-%}"))):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


def test_r2_1_b_pages_and_styles_ask_no_other_host() -> None:
    own = [*TEMPLATES, *(ROOT / "static" / "css").rglob("*.css"), *(ROOT / "static" / "js").rglob("*.js")]
    found = [
        (path.name, match[0])
        for path in own
        for match in re.finditer(
            r"""(?:src|href|action)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import""",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert found == []


def test_what_is_put_together_once_asks_no_clock_and_no_settings() -> None:
    """`access.prepared` runs a function once for each shape: the time of then would stand in the statement for good."""
    asked = re.compile(r"\bnow\(|\btoday\(|\bsettings\.|\bfailures\.days\(|\bowing\(|\bcurrent_user\b")
    found = [
        f"{path.relative_to(ROOT)}: {function.name}: {match[0]}"
        for path in (ROOT / "ejournal").rglob("*.py")
        for function in _functions(path.read_text(encoding="utf-8"))
        if any(ast.unparse(decorator) == "prepared" for decorator in function.decorator_list)
        for match in asked.finditer(ast.unparse(function))
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_tests_run_with_the_versions_that_serve() -> None:
    serving, testing = (_versions(name) for name in LOCKS)
    assert {name: testing.get(name) for name in serving} == serving


def test_everything_the_project_names_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = _versions("requirements-dev.txt")
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.match(r"[A-Za-z0-9._-]+", wanted)
        assert name
        assert name[0].lower() in locked


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    assert {line.split()[1] for line in listed.splitlines()} == set(phony[1].split())


def test_readme_names_the_commands_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", readme)) == targets
    assert set(re.findall(r"`ejournal ([a-z]+)", readme)) == set(cli.main.commands)


def test_readme_points_to_files_that_are_there() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("name", ["SECURITY.md", "docs/reliability.md", "docs/architecture.md"])
def test_a_test_that_a_document_names_is_there(name: str) -> None:
    """«`tests/web/test_a.py`, `test_b.py`»: the second is in the folder of the first."""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        folder = ROOT / "tests"
        for named in re.findall(r"`((?:tests/|test_)[\w/.-]+)", line):
            path = ROOT / named if named.startswith("tests/") else folder / named
            assert path.exists(), f"{name}: {named}"
            folder = path if path.is_dir() else path.parent


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_ci_script_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], check=True)


def _functions(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]


def _is_view(function: ast.FunctionDef) -> bool:
    return any("bp." in ast.unparse(decorator) for decorator in function.decorator_list)


def _versions(name: str) -> dict[str, str]:
    text = Path(ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_colours_have_names_that_every_theme_gives_a_value() -> None:
    """A colour written into a rule would stay light in the dark theme."""
    styles = ROOT / "static" / "css"
    # The themes themselves; pages that stand alone, without a theme.
    themes = {"light.css", "dark.css", "view.css", "print.css", "contrast.css", "offline.css", "archive-book.css"}
    used: dict[str, str] = {}
    for path in sorted(styles.glob("*.css")):
        text = path.read_text(encoding="utf-8")
        if path.name not in themes:
            assert re.findall(r":[^;{}]*?(#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\()", text) == [], path.name
        used |= dict.fromkeys(re.findall(r"var\(--([\w-]+)\)", text), path.name)
    light = set(re.findall(r"--([\w-]+):", (styles / "light.css").read_text(encoding="utf-8")))
    dark = set(re.findall(r"--([\w-]+):", (styles / "dark.css").read_text(encoding="utf-8")))
    assert {name for name in dark - light if not name.startswith("bs-")} == set()
    given = set(re.findall(r"--([\w-]+):", "".join(path.read_text(encoding="utf-8") for path in styles.glob("*.css"))))
    assert {name: where for name, where in used.items() if name not in given and not name.startswith("bs-")} == {}
