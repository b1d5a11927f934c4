"""Подгруппы: made, named, and who is in them from which day (п. 4.2). The past stays as it was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_, select

from ejournal.access import Viewer, in_force, lasting
from ejournal.domain import halves
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    Discipline,
    Enrollment,
    Group,
    Lesson,
    Person,
    Subgroup,
    SubgroupMember,
    Work,
)
from ejournal.services import absence_asking, log, movement_plan, periods
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


def divide(actor: Viewer, year: AcademicYear, group: Group, since: date, ticks: Ticks, sure: bool = False) -> int:
    """From a day on each student of the group is in the ticked subgroups. Returns how many students it moved.

    Raises ClosedError, FieldsError: a day outside the year, or marks that would be left in a journal (`sure`).
    """
    periods.check_open(year)
    if not year.starts <= since <= year.ends:
        raise FieldsError({"since": f"Дата вне учебного года: с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}."})
    rows = of_group(group)
    students = movement_plan.in_group(group.id, since)
    marked = _marked(group, since)
    now = load(year, group, since).ticks
    left = [
        student.full_name
        for student in students
        if any((student.id, subgroup_id) in marked for subgroup_id in now[student.id] - set(ticks.get(student.id, ())))
    ]
    if left and not sure:
        raise FieldsError({"sure": f"С этого дня в журналах прежней подгруппы уже есть отметки: {', '.join(left)}."})
    titles, ends = {row.id: row.title for row in rows}, _ends(group, since)
    entries = []
    for student in students:
        wanted = set(ticks.get(student.id, ())) & set(titles)
        replaced = _move(student.id, set(titles), wanted, since, ends.get(student.id))
        if replaced or wanted != now[student.id]:
            entries.append(_entry(student, group, since, titles, now[student.id], wanted))
    if entries:
        log.record_many(actor, "subgroup", "split", entries)
        absence_asking.ask_others([student.id for student in students], since)
    db.session.commit()
    return len(entries)


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
    return divide(actor, year, group, since, ticks, sure)


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


def _marked(group: Group, since: date) -> set[tuple[int, int]]:
    """Students with marks from a day on, by subgroup."""
    rows = db.session.execute(
        select(Cell.student_id, Subgroup.id)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            Course.group_id == group.id, Lesson.date >= since,
            or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)),
        )
        .distinct()
    )  # fmt: skip
    return {(row[0], row[1]) for row in rows}


def _ends(group: Group, on: date) -> dict[int, date | None]:
    """The last day of each student who is in the group on a day; None: goes on."""
    rows = db.session.scalars(select(Enrollment).where(Enrollment.group_id == group.id, in_force(Enrollment, on)))
    return {row.student_id: row.until for row in rows}


def _move(student_id: int, offered: Collection[int], wanted: Collection[int], since: date, last: date | None) -> bool:
    """End, begin or keep the student's memberships from a day on, up to the `last` one in the group.

    Whatever a later division began or ended is replaced; returns whether there was any.
    """
    rows = db.session.scalars(
        select(SubgroupMember).where(
            SubgroupMember.student_id == student_id,
            SubgroupMember.subgroup_id.in_(offered),
            lasting(SubgroupMember, since),
        )
    ).all()
    replaced = any(row.since > since or row.until not in (None, last) for row in rows)
    kept = {row.subgroup_id for row in rows if row.since <= since and row.subgroup_id in wanted}
    for row in rows:
        if row.since > since or (row.since == since and row.subgroup_id not in wanted):
            db.session.delete(row)
        else:
            row.until = last if row.subgroup_id in wanted else since - timedelta(days=1)
    for subgroup_id in set(wanted) - kept:
        db.session.add(SubgroupMember(subgroup_id=subgroup_id, student_id=student_id, since=since, until=last))
    return replaced


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
