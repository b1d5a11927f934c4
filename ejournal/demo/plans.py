"""Curricula and thematic plans from curricula/*.toml.

A discipline's `load` gives pairs a fortnight for both semesters by course year. A line of `topics` is a theme;
«# …» begins a section; «| ПР …» or «| ЛР …» adds a practical to the theme; a section ends with a test of the kind
`check` (a short name of a kind of work, "" for none). `topics_3` are those of the third year where they differ.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ejournal.demo import homework
from ejournal.demo.calendar import WEEKS
from ejournal.demo.rows import Rows
from ejournal.demo.world import Plan, Programme, Subject, Topic, dice
from ejournal.domain.calendar import PAIR_HOURS
from ejournal.models import CurriculumHours, Discipline, DisciplineKind, ThematicPlan
from ejournal.models import Programme as ProgrammeRow
from ejournal.models import Topic as TopicRow

FOLDER = Path(__file__).parent / "curricula"
CODES = {"09.02.07": 0.75, "23.02.07": 0.95, "43.02.15": 0.3}  # with the share of boys
PRACTICE = "учебная практика"
PRACTICE_PAIRS = 3  # a day of учебная практика is six hours
YEARS = 4

KINDS = {
    "ОУД": DisciplineKind.OUD,
    "ОГСЭ": DisciplineKind.OGSE,
    "ЕН": DisciplineKind.EN,
    "ОП": DisciplineKind.OP,
    "ПМ": DisciplineKind.PM,
    "МДК": DisciplineKind.MDK,
    "УП": DisciplineKind.UP,
    "ПП": DisciplineKind.PP,
    "ГИА": DisciplineKind.GIA,
}
PRACTICAL = {
    "ПР": ("Практическая работа", "практическое занятие"),
    "ЛР": ("Лабораторная работа", "лабораторное занятие"),
}
CHECKS = {"КР": "Контрольная работа", "Т": "Тест", "ЗР": "Контрольные нормативы"}


@dataclass(slots=True)
class Line:
    """A theme, a practical or a test, before it is spread over lessons."""

    section: str
    title: str
    kind: str
    work: str
    work_title: str = ""


def add(rows: Rows, seed: int) -> list[Programme]:
    """Keep rows of all programmes with their disciplines, hours and plans."""
    common = _read("common")["discipline"]
    return [_add_programme(rows, seed, code, common) for code in CODES]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _add_programme(rows: Rows, seed: int, code: str, common: list[dict[str, Any]]) -> Programme:
    data = _read(code)
    programme_id = rows.add(
        ProgrammeRow, code=code, title=data["title"], qualification=data["qualification"], years=YEARS
    )
    modules = {
        index: _add_discipline(rows, programme_id, index, title, None) for index, title in data["modules"].items()
    }
    shared = [row for row in common if code in row.get("programmes", [code])]
    subjects = [
        _add_subject(rows, seed, programme_id, row, modules)
        for row in sorted(shared + data["discipline"], key=lambda row: _order(row["index"]))
    ]
    for index, title, semester, hours in data["practice"]:
        row_id = _add_discipline(rows, programme_id, index, title, modules.get(index.replace("ПП", "ПМ")))
        control = "Э" if index == "ГИА" else "ДЗ"
        rows.add(CurriculumHours, discipline_id=row_id, semester=semester, hours=hours, control=control)
    return Programme(programme_id, data["prefix"], CODES[code], subjects)


def _order(index: str) -> tuple[int, str]:
    return list(KINDS).index(index.split(".")[0]), index


def _add_discipline(rows: Rows, programme_id: int, index: str, title: str, module_id: int | None) -> int:
    kind = KINDS[index.split(".")[0]]
    return rows.add(Discipline, programme_id=programme_id, module_id=module_id, index=index, title=title, kind=kind)


def _add_subject(rows: Rows, seed: int, programme_id: int, data: dict[str, Any], modules: dict[str, int]) -> Subject:
    module_id = modules[data["module"]] if "module" in data else None
    subject = Subject(
        id=_add_discipline(rows, programme_id, data["index"], data["title"], module_id),
        index=data["index"],
        title=data["title"],
        area=data["area"],
        split=data.get("split", False),
        load={int(year): (pairs[0], pairs[1]) for year, pairs in data["load"].items()},
        control={int(year): (forms[0], forms[1]) for year, forms in data["control"].items()},
        is_practice=data["index"].startswith("УП"),
    )
    for year, pairs in subject.load.items():
        for semester in (1, 2):
            rows.add(
                CurriculumHours,
                discipline_id=subject.id,
                semester=2 * (year - 1) + semester,
                hours=pairs[semester - 1] * WEEKS[semester],
                control=subject.control[year][semester - 1],
            )
        lines = _lines(data.get(f"topics_{year}", data["topics"]), data.get("check", "КР"), subject.area)
        subject.plans[year] = _add_plan(rows, seed, subject, year, lines)
    return subject


def hours_of_year(subject: Subject, year: int) -> int:
    return sum(subject.load[year][semester - 1] * weeks for semester, weeks in WEEKS.items())


def _lines(text: str, check: str, area: str) -> list[Line]:
    """The lines of a plan with practicals and tests numbered."""
    lines: list[Line] = []
    section, practicals, checks = "", 0, 0

    def test() -> None:
        nonlocal checks
        if section and check:
            checks += 1
            name = f"{CHECKS[check]} № {checks}"
            lines.append(Line(section, f"{name} по теме «{section}»", "контроль", check, name))

    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("# "):
            test()
            section = line.removeprefix("# ")
            continue
        theme, _, practical = line.partition(" | ")
        lines.append(Line(section, theme, "лекция" if area != "pe" else "практическое занятие", "Отв"))
        if practical:
            practicals += 1
            short, title = practical.split(" ", 1)
            name, kind = PRACTICAL[short]
            named = f"{name} № {practicals}"
            # In the gym a practical is a norm to be passed.
            work, shown = ("ЗР", title) if area == "pe" else (short, named)
            lines.append(Line(section, title if area == "pe" else f"{named}. {title}", kind, work, shown))
    test()
    return lines


def _add_plan(rows: Rows, seed: int, subject: Subject, year: int, lines: list[Line]) -> Plan:
    length = PRACTICE_PAIRS if subject.is_practice else 1
    places = hours_of_year(subject, year) // (PAIR_HOURS * length)
    plan_id = rows.add(ThematicPlan, discipline_id=subject.id, title=f"{subject.index} {subject.title}, {year} курс")
    plan = Plan(plan_id, [])
    chance = dice(seed, "plan", plan_id)
    for ordinal, line in enumerate(_spread(lines, places, subject), 1):
        task = homework.text(subject.area, chance) if line.kind != "контроль" and chance.random() < 0.7 else ""
        topic_id = rows.add(
            TopicRow,
            plan_id=plan_id,
            ordinal=ordinal,
            section=line.section,
            title=line.title,
            hours=PAIR_HOURS * length,
            kind=line.kind,
            homework=task,
        )
        plan.topics.append(Topic(topic_id, line.title, line.kind, task, line.work, line.work_title))
    return plan


def _spread(lines: list[Line], places: int, subject: Subject) -> list[Line]:
    """Lines as lessons: a theme that has several gets a new step in each; tests have one each."""
    if subject.is_practice:
        lines = [Line(line.section, line.title, PRACTICE, "ПР") for line in lines]
    # Of what is left over a theme takes two shares, a practical one.
    shares = {"контроль": 0, "практическое занятие": 1, "лабораторное занятие": 1}
    wide = [number for number, line in enumerate(lines) for _share in range(shares.get(line.kind, 2))]
    left = places - len(lines)
    extra = dict.fromkeys(range(len(lines)), 0)
    for turn in range(left):
        extra[wide[turn * len(wide) // left]] += 1
    return [step for number, line in enumerate(lines) for step in _steps(line, extra[number], subject.area)][:places]


def _steps(line: Line, extra: int, area: str) -> list[Line]:
    if line.kind == "лекция" or area == "pe":
        ways = homework.STEPS.get(area, homework.STEPS[""])
        again = ["" if turn < len(ways) else f", часть {turn // len(ways) + 1}" for turn in range(extra)]
        steps = [ways[turn % len(ways)] + again[turn] for turn in range(extra)]
        return [line] + [
            Line(line.section, f"{line.title}. {step}", line.kind, _work_of(step, line.work)) for step in steps
        ]
    if not extra:
        return [line]
    # A practical of several lessons is handed in, and marked, on the last; a day of practice is marked each time.
    parts = [f"{line.title} (часть {turn})" for turn in range(1, extra + 2)]
    meanwhile = line.work if line.kind == PRACTICE else "Отв"
    ongoing = [Line(line.section, part, line.kind, meanwhile) for part in parts[:-1]]
    return [*ongoing, Line(line.section, parts[-1], line.kind, line.work, line.work_title)]


def _work_of(step: str, usual: str) -> str:
    return "СР" if step.startswith("Самостоятельная") else usual
