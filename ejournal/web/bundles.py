"""Fewer requests without a build: modules and styles that pages ask for together are joined when the server starts.

static/js stays what is read and written: plain modules. What every page needs (BASE) becomes one file, js/app.js; every
other module becomes a file with what it imports, taking BASE from js/app.js. The styles of every page become one file,
css/base.css. A page therefore has one script of its own at most: two would each have a copy of what both import.
"""

import posixpath
import re
from pathlib import Path

BASE = ("app.js", "offline/waiting.js", "inbox.js")
# Loaded by themselves, where there is no page: they import nothing.
ALONE = frozenset({"offline/worker.js", "offline/page.js"})
STYLES = ("vendor/bootstrap/bootstrap.min.css", "css/light.css", "css/app.css")
DARK, VIEW, CONTRAST, PRINT = "css/dark.css", "css/view.css", "css/contrast.css", "css/print.css"

IMPORT = re.compile(r'^import\s+(?:([^";]+?)\s+from\s+)?"(\.[^"]+)";[^\S\n]*$', re.MULTILINE)
DECLARED = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
TAKEN_APART = re.compile(r"^export (?=const \{([^}]+)\})", re.MULTILINE)
LISTED = re.compile(r"^export \{([^}]+)\};$", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def join(folder: Path) -> None:
    """Put the joined files into a copy of static/."""
    _join_styles(folder)
    _join_scripts(folder / "js")


def _join_styles(folder: Path) -> None:
    def read(path: str) -> str:
        return (folder / path).read_text(encoding="utf-8")

    dark = read(DARK)
    sheets = [
        *map(read, STYLES),
        # Written once, for two cases: chosen, and left to a system that is dark. Paper is white either way.
        f"@media screen {{\n{dark.replace(':root', ':root[data-theme=dark]')}\n}}",
        f"@media screen and (prefers-color-scheme: dark) {{\n{dark.replace(':root', ':root:not([data-theme])')}\n}}",
        read(VIEW),
        f"@media screen and (forced-colors: active) {{\n{read(CONTRAST)}\n}}",
        f"@media print {{\n{read(PRINT)}\n}}\n",
    ]
    (folder / "css" / "base.css").write_text("\n".join(sheets), encoding="utf-8")


def _join_scripts(folder: Path) -> None:
    sources = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.js"))
    }
    base = _in_order(BASE, sources, ())
    for name in sources.keys() - ALONE:
        up = posixpath.relpath("app.js", posixpath.dirname(name) or ".")
        up = up if up.startswith(".") else f"./{up}"
        if name == "app.js":
            text = "const $ = {};\n" + "".join(_wrapped(one, sources[one]) for one in base) + "export { $ };\n"
        elif name in base:
            text = f'import "{up}";\n'
        else:
            own = _in_order((name,), sources, base)
            text = f'import {{ $ as base }} from "{up}";\nconst $ = {{ ...base }};\n'
            text += "".join(_wrapped(one, sources[one]) for one in own)
        (folder / name).write_text(text, encoding="utf-8")


def _in_order(names: tuple[str, ...], sources: dict[str, str], there: tuple[str, ...]) -> tuple[str, ...]:
    """The modules and all they import, each after what it imports; without those that are `there`."""
    found: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' → '.join((*above, name))}")
        if name in found or name in there:
            return
        for match in IMPORT.finditer(sources[name]):
            visit(_beside(name, match[2]), (*above, name))
        found.append(name)

    for name in names:
        visit(name, ())
    return tuple(found)


def _wrapped(name: str, source: str) -> str:
    """The module as a function that is called at once: its names are its own, its exports a property of `$`."""
    exported = [match[1] for match in DECLARED.finditer(source)]
    for pattern in (TAKEN_APART, LISTED):
        exported += [one.strip() for match in pattern.finditer(source) for one in match[1].split(",") if one.strip()]
    body = IMPORT.sub(lambda match: _taken(match[1], _beside(name, match[2])), source)
    body = LISTED.sub("", TAKEN_APART.sub("", DECLARED.sub("", body)))
    if left := LEFT.search(body):
        raise ValueError(f"{name}: this form is not understood: {left[0]}")
    return f'$["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();\n'


def _taken(clause: str | None, name: str) -> str:
    if clause is None:
        return ""
    if clause.startswith("* as "):
        return f'const {clause.removeprefix("* as ")} = $["{name}"];'
    return f'const {clause.replace(" as ", ": ")} = $["{name}"];'


def _beside(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
