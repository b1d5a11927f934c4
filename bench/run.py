"""`make bench`: how fast the journal is on this machine. Prints a table and keeps it in docs/bench/."""

import gzip
import io
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import college, imports, load, morning, polling, world
from ejournal import create_app
from ejournal.config import ROOT
from ejournal.extensions import db
from ejournal.server import THREADS, collect_seldom, usual_workers

# All figures for a program, and as people read them.
RESULT, REPORT = ROOT / "docs" / "bench" / "latest.json", ROOT / "docs" / "bench" / "latest.md"
PAGES, SAVES = 60, 200
CLIENTS, SECONDS, ROUNDS = 8, 1.0, 3

# The aims of the project. Rates of saves are compared with an empty page under the same server: of a bare Flask that
# does nothing, and of this application, which looks up who is signed in and may see it.
AIMS = {
    "grid_ms": ("сетка 30×80, мс на сервере", 12.0),
    "grid_raw_kb": ("сетка, кБ", 150.0),
    "grid_gzip_kb": ("сетка сжатая, кБ", 20.0),
    "save_ms": ("сохранение ячейки, мс", 3.0),
    "students_seconds": ("загрузка списка: 3 000 обучающихся, 120 групп, с", 60.0),
    "saves_to_bare": (f"сохранений к пустой странице голого Flask, {CLIENTS} клиентов", 1 / 3),
    "saves_to_bare_one_client": ("то же, один клиент", 1 / 3),
    "saves_to_signed_in": (f"сохранений к пустой странице журнала, {CLIENTS} клиентов", 1 / 3),
    "saves_to_signed_in_one_client": ("то же, один клиент", 1 / 3),
    "diary_to_empty": ("неделя дневника к пустому ответу вошедшему, по процессору", 1 / 5),
    "diary_to_bare_page": ("то же к странице из одной шапки", 1 / 5),
    "start_ms": ("день преподавателя, мс", 100.0),
    "group_ms": ("группа по всем дисциплинам, мс", 100.0),
    "consolidated_ms": ("сводная ведомость, мс", 50.0),
    "most_growth": ("во сколько раз дорожает страница от наименьшего колледжа к наибольшему", 1.2),
    "morning_p95_ms": ("утро: 95 % ответов быстрее, мс", 100.0),
}
# Of these more is better.
RATIOS = ("saves_to", "diary_to")


def main() -> None:
    from bench import first_page  # which serves as this file does

    collect_seldom()
    with tempfile.TemporaryDirectory(prefix="ejournal-bench-") as folder:
        app, made = world.make(Path(folder))
        result: dict[str, Any] = {
            "made": f"{datetime.now(UTC):%d.%m.%Y}",
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
        }
        result |= in_process(app, made)
        people = polling.cookies(app)
        with app.app_context():
            db.engine.dispose()
        result |= over_http(Path(folder), made, people)
        with served(Path(folder)) as (port, _):
            result |= first_page.measure(f"http://127.0.0.1:{port}", made.page, made.cookie)
    with tempfile.TemporaryDirectory(prefix="ejournal-bench-") as folder:
        result |= imports.measure(Path(folder))
    with tempfile.TemporaryDirectory(prefix="ejournal-bench-") as folder:
        result |= colleges(Path(folder))
    keep(result)


def keep(result: dict[str, Any]) -> None:
    """Print the table, and keep it beside the figures it is made of."""
    from bench import first_page

    told = io.StringIO()
    with redirect_stdout(told):
        show(result)
        first_page.show(result)
    print(told.getvalue(), end="")
    made = f"{result['made']}, Python {result['python']}, ядер {result['cores']}, занятость машины {result['load']:.1f}"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    REPORT.write_text(f"# make bench\n\n{made}\n\n```\n{told.getvalue()}```\n", encoding="utf-8")
    print(f"записано в {RESULT.parent.relative_to(ROOT)}")


def in_process(app: Flask, made: world.World) -> dict[str, Any]:
    """Time and statements of the page and of a save, without network and server."""
    client = app.test_client()
    name, _, value = made.cookie.partition("=")
    client.set_cookie(name, value)
    page = client.get(made.page)
    assert page.status_code == 200, page.status
    typed = load.typed(made.fresh_cells(range(3)))
    token = token_of(page.get_data())
    with counted(app) as statements:
        client.get(made.page)
        of_page = len(statements)
        save(client, typed, token)
        of_save = len(statements) - of_page
    raw = page.get_data()
    return {
        "grid_ms": timed(lambda: client.get(made.page, headers={"Accept-Encoding": "gzip"}), PAGES),
        "grid_uncompressed_ms": timed(lambda: client.get(made.page), PAGES),
        "grid_raw_kb": round(len(raw) / 1000, 1),
        "grid_gzip_kb": round(len(gzip.compress(raw, 4)) / 1000, 1),
        "grid_statements": of_page,
        "save_ms": timed(lambda: save(client, typed, token), SAVES),
        "save_statements": of_save,
    }


def over_http(instance: Path, made: world.World, people: list[str]) -> dict[str, Any]:
    """Rates under Granian: empty pages and saves in turn, several times, so that both meet the same machine."""
    with served(instance) as (port, pid):
        cookie, token = session(port, made)
        saves = [
            (load.post(cell, cookie, token, form) for cell, form in load.typed(cells))
            for number in range(CLIENTS)
            for cells in [made.fresh_cells(range(3, world.FRESH), slice(number, None, CLIENTS))]
        ]
        kinds = {
            "bare": [repeat(load.get("/bare/"))] * CLIENTS,
            "signed_in": [repeat(load.get("/empty", cookie))] * CLIENTS,
            "saves": saves,
        }
        rounds = [one_round(port, kinds) for _ in range(ROUNDS + 1)][1:]  # the first one warms
        polls = polling.measure(port, pid, people)
    result: dict[str, Any] = {"clients": CLIENTS, **polls}
    for name in kinds:
        for number, suffix in ((1, "_one_client"), (CLIENTS, "")):
            result[f"{name}_per_second{suffix}"] = round(median(found[name, number] for found in rounds))
    for other in ("bare", "signed_in"):
        for number, suffix in ((1, "_one_client"), (CLIENTS, "")):
            ratios = [found["saves", number] / found[other, number] for found in rounds]
            result[f"saves_to_{other}{suffix}"] = round(median(ratios), 3)
    return result


def colleges(folder: Path) -> dict[str, Any]:
    """What pages cost in colleges of different sizes, and the morning of the largest."""
    sizes = tuple(map(int, os.environ["SIZES"].split())) if os.environ.get("SIZES") else college.SIZES
    found = college.compare(folder, sizes)
    place = folder / str(max(sizes))
    app = create_app({"instance": place})
    return found | of_pages(found["college"]) | morning.of_college(app, place)


def of_pages(by_size: dict[str, dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Of the largest college: what the aims speak of; and of all pages the one that grows most with the college."""
    sizes = list(by_size.values())
    small, large = sizes[0], sizes[-1]
    cost = {page: one["cpu_ms"] for page, one in large.items()}
    growth = {page: cost[page] / small[page]["cpu_ms"] for page in cost}
    return {
        "diary_to_empty": round(cost["empty"] / cost["diary"], 3),
        "diary_to_bare_page": round(cost["bare_page"] / cost["diary"], 3),
        **{f"{page}_ms": cost[page] for page in ("start", "group", "consolidated")},
        "most_growth": round(max(growth.values()), 2),
        "most_growth_of": college.TITLES[max(growth, key=lambda page: growth[page])],
    }


def one_round(port: int, kinds: dict[str, list[Iterator[bytes]]]) -> dict[tuple[str, int], float]:
    return {
        (name, number): load.rate(port, requests[:number], SECONDS)
        for name, requests in kinds.items()
        for number in (1, CLIENTS)
    }


def show(result: dict[str, Any]) -> None:
    for key, (title, aim) in AIMS.items():
        value, more_is_better = result[key], key.startswith(RATIOS)
        sign, met = ("≥", value >= aim) if more_is_better else ("≤", value <= aim)
        print(f"{title:<72} {value:>8.2f}   цель {sign} {aim:.2f}   {'да' if met else 'НЕТ'}")
    print(f"запросов к базе: сетка {result['grid_statements']}, сохранение {result['save_statements']}")
    lists = ", ".join(f"{kind} {one['rows']} за {one['seconds']}" for kind, one in result["imports"].items())
    print(f"списки, строк за секунд: {lists}; процессорного времени {result['imports_cpu']} с")
    rates = (result[f"{name}_per_second"] for name in ("bare", "signed_in", "saves"))
    print("в секунду: голый Flask {}, пустая страница журнала {}, сохранений {}".format(*rates))
    print(
        "{polling_people} человек с открытыми сообщениями: {polling_per_second} вопросов о новом в секунду, "
        "{polling_core:.0%} одного ядра, 95 % ответов быстрее {polling_p95_ms} мс; на остальных страницах "
        "{polling_core_seldom:.0%} ядра".format(**result)
    )
    show_colleges(result["college"])
    print(
        "утро (60 преподавателей ставят отметки, 600 дневников и 1 000 открытых страниц за минуту): "
        "{morning_per_second} запросов в секунду, 95 % быстрее {morning_p95_ms} мс (цель ≤ 100), отметка "
        "{morning_save_p95_ms}, дневник {morning_diary_p95_ms}; занято ядер {morning_cores}; "
        "памяти {resident_mb} МБ (цель ≤ 250)".format(**result)
    )


def show_colleges(found: dict[str, dict[str, dict[str, float]]]) -> None:
    """A row for each page: processor milliseconds by size of the college, and how the largest compares."""
    print("страницы, мс процессора при числе обучающихся: " + ", ".join(found) + " (и во сколько раз дороже)")
    for page, title in college.TITLES.items():
        costs = [found[size][page]["cpu_ms"] for size in found]
        print(f"  {title:<40} {'  '.join(f'{cost:7.1f}' for cost in costs)}   ×{costs[-1] / costs[0]:.2f}")


def save(client: FlaskClient, typed: Iterator[tuple[str, str]], token: str) -> None:
    cell, form = next(typed)
    headers = {"HX-Request": "true", "X-CSRFToken": token, **load.page_headers()}
    response = client.post(cell, data=form, headers=headers, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200, response.text


def timed(call: Callable[[], object], times: int) -> float:
    """The median in milliseconds, after a few calls that do not count."""
    for _ in range(5):
        call()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return round(median(taken) * 1000, 2)


def token_of(page: bytes) -> str:
    found = re.search(rb'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found[1].decode()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements the application sends meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def served(instance: Path) -> Iterator[tuple[int, int]]:
    """Granian as `ejournal run` starts it by itself. Its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--interface",
        "wsgi",
        "--http",
        "1",
        "--workers",
        str(usual_workers()),
        "--blocking-threads",
        str(THREADS),
        "--no-log",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "--port", str(port), "--factory", "bench.world:served"],
        cwd=ROOT,
        env={**os.environ, "EJOURNAL_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)},
    )
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(15)


def session(port: int, made: world.World) -> tuple[str, str]:
    """The cookie and the token of a teacher who has opened the journal."""
    connection = load.Connection(port)
    _, head, body = connection.send(load.get(made.page, made.cookie))
    connection.close()
    renewed = re.search(rb"set-cookie: ([^;]+)", head, re.IGNORECASE)
    return renewed[1].decode() if renewed else made.cookie, token_of(gzip.decompress(body))


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    main()
