"""From one year to the next: groups get their new names, those that have finished are released (п. 4.1, 4.2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from ejournal.access import Viewer, in_force
from ejournal.domain.names import normalize_group_title
from ejournal.extensions import db, in_turn
from ejournal.models import AcademicYear, Course, Enrollment, Group
from ejournal.services import groups, log, movement, movement_plan
from ejournal.services.errors import FieldsError


@dataclass(frozen=True, slots=True)
class Line:
    """A group as it goes on: the course it is in, and how many are in it now."""

    group: Group
    course: int
    students: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a year's end asks for. `following` None: the next year is not there yet."""

    year: AcademicYear
    following: AcademicYear | None
    staying: list[Line]
    finishing: list[Line]


def plan(year: AcademicYear) -> Plan:
    """The groups of a year: those that study on, and those whose last course it is. Three queries."""
    start = year.starts.year
    last_day = year.ends
    rows = db.session.execute(
        select(Enrollment.group_id, func.count(Enrollment.student_id.distinct()))
        .where(in_force(Enrollment, last_day))
        .group_by(Enrollment.group_id)
    )
    sizes: dict[int, int] = {row[0]: row[1] for row in rows}
    lines = [Line(group, group.course_number(start), sizes.get(group.id, 0)) for group in groups.studying(year)]
    following = db.session.scalar(
        select(AcademicYear).where(AcademicYear.starts > year.starts).order_by(AcademicYear.starts).limit(1)
    )
    finishing = [line for line in lines if line.course >= groups.years_of_study(line.group)]
    return Plan(year, following, [line for line in lines if line not in finishing], finishing)


def rename(actor: Viewer, year: AcademicYear, titles: Mapping[int, str]) -> int:
    """New names for the groups that study on; journals of this year and before keep the old one.

    Returns how many were renamed. Raises FieldsError by «title-17».
    """
    in_turn("year")
    staying = [line.group for line in plan(year).staying if line.group.id in titles]
    wanted = {group.id: " ".join(titles[group.id].split()) for group in staying}
    others = {
        gkey: title
        for id_, gkey, title in db.session.execute(select(Group.id, Group.gkey, Group.title))
        if id_ not in wanted
    }
    errors: dict[str, str] = {}
    for id_, title in wanted.items():
        key = normalize_group_title(title)
        if not title or len(title) > 32:
            errors[f"title-{id_}"] = "Назовите группу: до 32 знаков, например ИС-21."
        elif key in others:
            errors[f"title-{id_}"] = f"Группа «{others[key]}» уже есть."
        others[key] = title
    if errors:
        raise FieldsError(errors)
    changed = [group for group in staying if group.title != wanted[group.id]]
    before = {group.id: group.title for group in changed}
    for group in changed:
        _keep_old_name(group, year)
        # Names may change places (ИС-21 becomes ИС-31 and ИС-11 becomes ИС-21): out of each other's way first.
        group.title = group.gkey = f"#{group.id}"
    db.session.flush()
    for group in changed:
        group.title, group.gkey = wanted[group.id], normalize_group_title(wanted[group.id])
        log.record(actor, "group", "promote", before=before[group.id], after=group.title)
    db.session.commit()
    return len(changed)


def release(
    actor: Viewer, year: AcademicYear, group_ids: Collection[int], number: str, dated: date | None, since: date | None
) -> int:
    """Release the chosen groups of the last course by an order: everybody in them graduates on `since`. All of them or,
    where one cannot be released, none.

    Returns how many groups left. Raises FieldsError, ClosedError.
    """
    in_turn("movement")
    chosen = [line.group for line in plan(year).finishing if line.group.id in group_ids and not line.group.released_on]
    errors: dict[str, str] = {}
    if not chosen:
        errors["groups"] = "Отметьте группы, которые выпускаются."
    if not number.strip():
        errors["number"] = "Укажите номер приказа."
    if dated is None:
        errors["dated"] = "Укажите дату приказа."
    if since is None or not year.starts < since <= year.ends + timedelta(days=1):
        errors["since"] = f"Укажите день с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}: с него выпущены."
    if errors or dated is None or since is None:
        raise FieldsError(errors)
    for group in chosen:
        group.released_on = since - timedelta(days=1)
        log.record(
            actor, "group", "release", before=group.title, after=f"выпущена с {since:%d.%m.%Y}, № {number.strip()}"
        )
        if movement_plan.in_group(group.id, group.released_on):
            _graduate(actor, group, number, dated, since)
    db.session.commit()
    return len(chosen)


def _graduate(actor: Viewer, group: Group, number: str, dated: date, since: date) -> None:
    try:
        movement.graduate(actor, group.id, number, dated, since)
    except FieldsError as refused:
        raise FieldsError({"groups": f"{group.title}: {' '.join(refused.fields.values())}"}) from refused


def _keep_old_name(group: Group, year: AcademicYear) -> None:
    """Journals of the year that ends, and of those before, keep the name the group had then."""
    for course in db.session.scalars(
        select(Course)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(Course.group_id == group.id, Course.group_title.is_(None), AcademicYear.starts <= year.starts)
    ):
        course.group_title = group.title
    # Journals already made for the year that comes are called by the new name.
    for course in db.session.scalars(
        select(Course)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(Course.group_id == group.id, Course.group_title.is_not(None), AcademicYear.starts > year.starts)
    ):
        course.group_title = None
