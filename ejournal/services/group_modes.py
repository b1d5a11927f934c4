"""Режим работы групп: pairs, days, shift, room and bells of a group in a year; what a lesson outside it breaks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain.bells import MOST_PAIRS
from ejournal.domain.calendar import WEEKDAYS, WEEKDAYS_SHORT
from ejournal.domain.numbers import whole
from ejournal.extensions import db, in_turn
from ejournal.models import AcademicYear, Group, GroupMode
from ejournal.services import bell_admin, log, periods
from ejournal.services.errors import FieldsError

SHIFTS = (1, 2, 3)
WORK_DAYS = "123456"


@dataclass(frozen=True, slots=True)
class Mode:
    """A group's mode; the defaults are those of a group that has none stored."""

    first_pair: int = 1
    last_pair: int | None = None
    days: str = WORK_DAYS
    shift: int = 1
    room: str = ""
    schedule_id: int | None = None

    @property
    def words(self) -> str:
        """«2 смена, пары 3–7, пн–пт, ауд. 305»."""
        last = self.last_pair or MOST_PAIRS
        parts = [f"{self.shift} смена", f"пары {self.first_pair}–{last}", days_in_words(self.days)]
        return ", ".join(parts + ([f"ауд. {self.room}"] if self.room else []))


def days_in_words(days: str) -> str:
    """«пн–сб», «пн, ср, пт»."""
    if len(days) > 2 and days in WORK_DAYS:
        return f"{WEEKDAYS_SHORT[int(days[0]) - 1]}–{WEEKDAYS_SHORT[int(days[-1]) - 1]}"
    return ", ".join(WEEKDAYS_SHORT[int(day) - 1] for day in days)


def of(year: AcademicYear, group_ids: Collection[int]) -> dict[int, Mode]:
    """The stored modes of groups in a year. One query."""
    rows = db.session.scalars(select(GroupMode).where(GroupMode.year_id == year.id, GroupMode.group_id.in_(group_ids)))
    return {row.group_id: _read(row) for row in rows}


def of_group(year: AcademicYear, group: Group) -> Mode:
    return of(year, [group.id]).get(group.id, Mode())


def outside(mode: Mode, weekday: int, pair: int, length: int = 1) -> list[str]:
    """What of a mode a lesson of `length` pairs would break, in Russian."""
    found = []
    if str(weekday) not in mode.days:
        found.append(f"По режиму работы группа в этот день ({WEEKDAYS[weekday - 1]}) не учится.")
    if pair < mode.first_pair or pair + length - 1 > (mode.last_pair or MOST_PAIRS):
        found.append(f"По режиму работы пары группы — с {mode.first_pair} по {mode.last_pair or MOST_PAIRS}.")
    return found


def save(
    actor: Viewer,
    year: AcademicYear,
    groups: Sequence[Group],
    typed: Mapping[int, Mapping[str, Any]],
    seen: Mapping[int, str] | None = None,
) -> int:
    """Store the table as it was typed: by group `first`, `last`, `days`, `shift`, `room`, `schedule`.

    `seen`: by group the stamp of the mode that the table was begun from. Where they are still what is typed, the group
    was not touched and stays as somebody else may have set it since. Returns how many groups changed. Raises
    ClosedError, FieldsError (keys «last-17») and then changes nothing.
    """
    periods.check_open(year)
    offered = {id_ for id_, _ in bell_admin.special()}
    errors: dict[str, str] = {}
    wanted = {group.id: _parse(group.id, typed[group.id], offered, errors) for group in groups if group.id in typed}
    if errors:
        raise FieldsError(errors)
    in_turn("modes")
    return _store(actor, year, groups, _touched(year, wanted, seen or {}))


def _touched(year: AcademicYear, wanted: Mapping[int, Mode], seen: Mapping[int, str]) -> dict[int, Mode]:
    """The modes that differ from what was shown. Raises FieldsError where somebody else has set another since."""
    touched = {id_: mode for id_, mode in wanted.items() if stamp(mode) != seen.get(id_)}
    now = of(year, list(touched))
    others = {id_: now.get(id_, Mode()) for id_ in touched if id_ in seen}
    errors = {
        f"seen-{id_}": f"Пока вы правили, здесь записали другое: {other.words}. Сохраните ещё раз, если верно ваше."
        for id_, other in others.items()
        if other != touched[id_] and stamp(other) != seen[id_]
    }
    if errors:
        raise FieldsError(errors)
    return touched


def stamp(mode: Mode) -> str:
    """A mode in one line, to tell whether it is still the same."""
    return "|".join(form_of(mode).values())


def set_many(
    actor: Viewer, year: AcademicYear, groups: Sequence[Group], chosen: Collection[int], typed: Mapping[str, str]
) -> int:
    """The same for all ticked groups; what is left empty stays as it was. Raises ClosedError, FieldsError."""
    periods.check_open(year)
    ticked = [group for group in groups if group.id in chosen]
    if not ticked:
        raise FieldsError({"all": "Отметьте группы, которым задать режим."})
    now, offered = of(year, [group.id for group in ticked]), {id_ for id_, _ in bell_admin.special()}
    errors: dict[str, str] = {}
    wanted = {}
    for group in ticked:
        mode = now.get(group.id, Mode())
        wanted[group.id] = _parse(0, form_of(mode) | {k: v for k, v in typed.items() if v}, offered, errors)
    if errors:
        raise FieldsError({"all": " ".join(dict.fromkeys(errors.values()))})
    return _store(actor, year, ticked, wanted)


def form_of(mode: Mode) -> dict[str, str]:
    """A mode as the fields of a form."""
    return {
        "first": str(mode.first_pair),
        "last": str(mode.last_pair or ""),
        "days": mode.days,
        "shift": str(mode.shift),
        "room": mode.room,
        "schedule": str(mode.schedule_id or ""),
    }


def _parse(group_id: int, typed: Mapping[str, Any], schedules: Collection[int], errors: dict[str, str]) -> Mode:
    first, last, shift = (_number(typed.get(name, "")) for name in ("first", "last", "shift"))
    days = "".join(day for day in WORK_DAYS if day in typed.get("days", ""))
    room = " ".join(str(typed.get("room", "")).split())
    schedule = typed.get("schedule", "")
    wrong = {
        "first": "" if 1 <= first <= MOST_PAIRS else f"Первая пара — от 1 до {MOST_PAIRS}.",
        "last": ""
        if not str(typed.get("last", "")).strip() or first <= last <= MOST_PAIRS
        else f"Последняя пара — от первой до {MOST_PAIRS} или пусто.",
        "days": "" if days else "Отметьте хотя бы один день.",
        "shift": "" if shift in SHIFTS else "Смена — 1, 2 или 3.",
        "room": "" if len(room) <= 32 else "Аудитория — до 32 знаков.",
        "schedule": "" if not schedule or _number(schedule) in schedules else "Выберите звонки из списка.",
    }
    errors |= {f"{name}-{group_id}": message for name, message in wrong.items() if message}
    return Mode(first, last or None, days, shift, room, _number(schedule) or None)


def _number(text: Any) -> int:
    return whole(str(text)) or 0


def _store(actor: Viewer, year: AcademicYear, groups: Iterable[Group], wanted: Mapping[int, Mode]) -> int:
    """Only what differs is written: a group that keeps to the defaults needs no row."""
    rows = {
        row.group_id: row
        for row in db.session.scalars(
            select(GroupMode).where(GroupMode.year_id == year.id, GroupMode.group_id.in_(wanted))
        )
    }
    entries = []
    for group in groups:
        mode, row = wanted.get(group.id), rows.get(group.id)
        before = _read(row) if row else Mode()
        if mode is None or mode == before:
            continue
        row = row or GroupMode(group_id=group.id, year_id=year.id)
        row.first_pair, row.last_pair, row.days = mode.first_pair, mode.last_pair, mode.days
        row.shift, row.room, row.schedule_id = mode.shift, mode.room, mode.schedule_id
        db.session.add(row)
        entries.append({"before": f"{group.title}: {before.words}", "after": mode.words})
    if entries:
        db.session.flush()
        log.record_many(actor, "bells", "mode", entries)
    db.session.commit()
    return len(entries)


def _read(row: GroupMode) -> Mode:
    return Mode(row.first_pair, row.last_pair, row.days, row.shift, row.room, row.schedule_id)
