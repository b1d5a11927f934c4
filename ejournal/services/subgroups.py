"""Подгруппы: made, named, and who is in them from which day (п. 4.2). The past stays as it was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from ejournal.access import Viewer, in_force, lasting
from ejournal.domain import halves
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    Discipline,
    Group,
    Person,
    Subgroup,
    SubgroupMember,
)
from ejournal.services import absence_asking, log, movement_plan, periods, subgroup_members
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

MOST = 6
Ticks = Mapping[int, Collection[int]]  # subgroups by student


@dataclass(frozen=True, slots=True)
class Part:
    """A subgroup with how many are in it on the day, and the disciplines taught to it in the year."""

    id: int
    title: str
    size: int
    disciplines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """A group's subgroups on a day. `loose`: students whom no journal of a divided discipline lists, or two do."""

    group: Group
    on: date
    parts: list[Part]
    students: list[Person]
    ticks: dict[int, set[int]]
    warnings: list[str]


def load(year: AcademicYear, group: Group, on: date) -> Division:
    """Four queries however many students."""
    rows = of_group(group)
    students = movement_plan.in_group(group.id, on)
    ticks: dict[int, set[int]] = {student.id: set() for student in students}
    for student_id, subgroup_id in db.session.execute(
        select(SubgroupMember.student_id, SubgroupMember.subgroup_id).where(
            SubgroupMember.subgroup_id.in_([row.id for row in rows]), in_force(SubgroupMember, on)
        )
    ):
        if student_id in ticks:
            ticks[student_id].add(subgroup_id)
    taught = _taught(year, group)
    parts = [
        Part(
            row.id, row.title, sum(row.id in own for own in ticks.values()),
            tuple(title for title, ids in taught.items() if row.id in ids),
        )
        for row in rows
    ]  # fmt: skip
    return Division(group, on, parts, students, ticks, _warnings(students, ticks, taught))


def of_group(group: Group) -> list[Subgroup]:
    return list(db.session.scalars(select(Subgroup).where(Subgroup.group_id == group.id).order_by(Subgroup.title)))


def empty_in(year: AcademicYear, on: date) -> dict[int, list[str]]:
    """By group, its subgroups that have a journal in the year and nobody in it: a timetable brings such ones."""
    has_members = select(SubgroupMember.id).where(
        SubgroupMember.subgroup_id == Subgroup.id, lasting(SubgroupMember, on)
    )
    found: dict[int, list[str]] = {}
    for group_id, title in db.session.execute(
        select(Subgroup.group_id, Subgroup.title)
        .join(Course, Course.subgroup_id == Subgroup.id)
        .where(Course.year_id == year.id, ~has_members.exists())
        .order_by(Subgroup.title)
        .distinct()
    ):
        found.setdefault(group_id, []).append(title)
    return found


def create(actor: Viewer, group: Group, title: str) -> Subgroup:
    """Raises RefusedError."""
    made = Subgroup(group_id=group.id, title=_title(group.id, title))
    if len(of_group(group)) >= MOST:
        raise RefusedError(f"В группе уже {MOST} подгрупп: больше не бывает.")
    db.session.add(made)
    log.record(actor, "subgroup", "create", after=f"{group.title}, {made.title}")
    db.session.commit()
    return made


def rename(actor: Viewer, subgroup_id: int, title: str) -> Subgroup:
    """Raises NotFoundError, RefusedError."""
    row = find(subgroup_id)
    before, row.title = row.title, _title(row.group_id, title, row.id)
    if before != row.title:
        log.record(actor, "subgroup", "update", before=before, after=row.title)
    db.session.commit()
    return row


def remove(actor: Viewer, subgroup_id: int) -> Subgroup:
    """Raises NotFoundError, RefusedError where a journal, of any year, is the subgroup's."""
    row = find(subgroup_id)
    if db.session.scalar(select(Course.id).where(Course.subgroup_id == row.id).limit(1)):
        raise RefusedError(f"У подгруппы «{row.title}» есть журналы: удалите сначала пустые, остальные хранятся.")
    db.session.execute(delete(SubgroupMember).where(SubgroupMember.subgroup_id == row.id))
    log.record(actor, "subgroup", "delete", before=row.title)
    db.session.delete(row)
    db.session.commit()
    return row


def find(subgroup_id: int) -> Subgroup:
    """Raises NotFoundError."""
    row = db.session.get(Subgroup, subgroup_id)
    if row is None:
        raise NotFoundError
    return row


def divide(
    actor: Viewer,
    year: AcademicYear,
    group: Group,
    since: date,
    ticks: Ticks,
    sure: bool = False,
    among: Collection[int] | None = None,
) -> int:
    """From a day on each student of the group is in the ticked subgroups. Returns how many students it moved.

    Subgroups besides `among` (None: all of the group) are left alone, with what is planned there. Raises ClosedError,
    FieldsError: a day outside the year, or marks that would be left in a journal (`sure`).
    """
    periods.check_open(year)
    if not year.starts <= since <= year.ends:
        raise FieldsError({"since": f"Дата вне учебного года: с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}."})
    titles = {row.id: row.title for row in of_group(group)}
    offered = set(titles) if among is None else set(titles) & set(among)
    students = movement_plan.in_group(group.id, since)
    wanted = {student.id: set(ticks.get(student.id, ())) & set(titles) for student in students}
    if not sure:
        _check_marks(group, since, offered, students, wanted)
    now, ends = load(year, group, since).ticks, subgroup_members.ends(group, since)
    entries = []
    for student in students:
        own = wanted[student.id]
        replaced = subgroup_members.move(student.id, offered, own & offered, since, ends.get(student.id))
        if replaced or own != now[student.id]:
            entries.append(_entry(student, group, since, titles, now[student.id], own))
    if entries:
        log.record_many(actor, "subgroup", "split", entries)
        absence_asking.ask_others([student.id for student in students], since)
    db.session.commit()
    return len(entries)


def _check_marks(
    group: Group, since: date, offered: Collection[int], students: Sequence[Person], wanted: Ticks
) -> None:
    """Raises FieldsError with who has marks from the day on where they would be no more: now, or as planned later."""
    marked, held = subgroup_members.marked(group, since), subgroup_members.held(offered, since)
    left = [
        student.full_name
        for student in students
        if any(
            (student.id, subgroup_id) in marked for subgroup_id in held.get(student.id, set()) - set(wanted[student.id])
        )
    ]
    if left:
        raise FieldsError({"sure": f"С этого дня в журналах прежней подгруппы уже есть отметки: {', '.join(left)}."})


def divide_by_alphabet(
    actor: Viewer, year: AcademicYear, group: Group, since: date, chosen: Sequence[int], sure: bool = False
) -> int:
    """The list cut in order among the chosen subgroups; «подгруппа 1» and «подгруппа 2» are made where none are.

    Who is in other subgroups stays there. Raises ClosedError, FieldsError.
    """
    periods.check_open(year)
    rows = of_group(group)
    if not rows:
        rows = [Subgroup(group_id=group.id, title=f"подгруппа {number}") for number in (1, 2)]
        db.session.add_all(rows)
        db.session.flush()
        chosen = [row.id for row in rows]
    picked = [row.id for row in rows if row.id in chosen]
    if len(picked) < 2:
        raise FieldsError({"chosen": "Отметьте две подгруппы или больше."})
    ticks = {id_: own - set(picked) for id_, own in load(year, group, since).ticks.items()}
    students = movement_plan.in_group(group.id, since)
    for subgroup_id, part in zip(picked, halves.cut(students, len(picked)), strict=True):
        for student in part:
            ticks[student.id].add(subgroup_id)
    return divide(actor, year, group, since, ticks, sure, picked)


def _title(group_id: int, typed: str, besides: int = 0) -> str:
    title = " ".join(typed.split())[:250]
    if not title:
        raise RefusedError("Назовите подгруппу, например «подгруппа 1» или «английский».")
    # Compared here: SQLite knows no capital letters of ours.
    others = db.session.scalars(select(Subgroup.title).where(Subgroup.group_id == group_id, Subgroup.id != besides))
    if fold(title) in map(fold, others):
        raise RefusedError(f"Подгруппа «{title}» в этой группе уже есть.")
    return title


def _taught(year: AcademicYear, group: Group) -> dict[str, set[int]]:
    """The subgroups of each divided discipline of the year."""
    found: dict[str, set[int]] = {}
    for title, subgroup_id in db.session.execute(
        select(Discipline.title, Subgroup.id)
        .join(Course, Course.discipline_id == Discipline.id)
        .join(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(Course.year_id == year.id, Course.group_id == group.id)
        .order_by(Discipline.index)
    ):
        found.setdefault(title, set()).add(subgroup_id)
    return found


def _warnings(students: Sequence[Person], ticks: Ticks, taught: Mapping[str, set[int]]) -> list[str]:
    """Who would be listed by no journal of a divided discipline, or by two of them."""
    said = []
    for title, ids in taught.items():
        none = [person.short_name for person in students if not ids & set(ticks[person.id])]
        twice = [person.short_name for person in students if len(ids & set(ticks[person.id])) > 1]
        if none and len(ids) > 1:
            said.append(f"{title}: ни в одном журнале нет: {_some(none, len(students))}.")
        if twice:
            said.append(f"{title}: в двух журналах сразу: {_some(twice, len(students))}.")
    return said


def _some(names: Sequence[str], of: int) -> str:
    if len(names) == of:
        return "никто не распределён" if of > 1 else names[0]
    return ", ".join(names[:5]) + (f" и ещё {len(names) - 5}" if len(names) > 5 else "")


def _entry(
    student: Person, group: Group, since: date, titles: Mapping[int, str], before: set[int], after: set[int]
) -> dict[str, object]:
    def words(ids: set[int]) -> str:
        return ", ".join(sorted(titles[id_] for id_ in ids)) or "без подгруппы"

    return {
        "before": f"{group.title}, {student.full_name}: {words(before)}",
        "after": f"{words(after)} с {since:%d.%m.%Y}",
        "student_id": student.id,
    }
