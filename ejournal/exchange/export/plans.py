"""Curricula and thematic plans as the importer reads them (п. 4.2)."""

from sqlalchemy import select

from ejournal.domain.session_plan import CONTROLS
from ejournal.exchange.export.disciplines import discipline_words, repeated_titles
from ejournal.exchange.export.sheets import Page, Value
from ejournal.exchange.store.thematic_plan import plan_title
from ejournal.extensions import db
from ejournal.models import (
    Course,
    CurriculumHours,
    Discipline,
    DisciplineKind,
    Group,
    Programme,
    ThematicPlan,
    Topic,
)

CONTROL_TITLES = ("Экз.", "Диф. зач.", "Зач.", "Курсовые проекты", "Курсовые работы", "Др. формы")


def curriculum(programme: Programme, admission_year: int = 0) -> Page:
    """A programme's plan: semesters of each form of control, hours by semester."""
    disciplines = db.session.scalars(
        select(Discipline).where(Discipline.programme_id == programme.id).order_by(Discipline.id)
    ).all()
    hours: dict[int, dict[int, CurriculumHours]] = {}
    for row in db.session.scalars(
        select(CurriculumHours)
        .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
        .where(Discipline.programme_id == programme.id, CurriculumHours.admission_year == admission_year)
    ):
        hours.setdefault(row.discipline_id, {})[row.semester] = row
    used = {row.module_id for row in disciplines if row.id in hours}
    last = max((semester for semesters in hours.values() for semester in semesters), default=8)
    rows: list[list[Value]] = []
    for discipline in disciplines:
        own = hours.get(discipline.id, {})
        if not own and (discipline.kind != DisciplineKind.PM or (admission_year and discipline.id not in used)):
            continue
        by_control = [_semesters(own, code) for code in CONTROLS]
        rows.append(
            [discipline.index, discipline.title, *by_control]
            + [own[n].hours or None if n in own else None for n in range(1, last + 1)]
        )
    headings = ["Индекс", "Наименование", *CONTROL_TITLES, *(f"{n} сем." for n in range(1, last + 1))]
    return Page("Учебный план", [f"Учебный план {programme.code} {programme.title}"], headings, rows)


def thematic_plan(plan: ThematicPlan) -> Page:
    """Topics of a plan in order; the group it was made for is the one whose plan has this title."""
    discipline = db.session.get(Discipline, plan.discipline_id)
    assert discipline is not None
    group = _group_of(plan, discipline)
    rows: list[list[Value]] = []
    section = ""
    for topic in db.session.scalars(select(Topic).where(Topic.plan_id == plan.id).order_by(Topic.ordinal)):
        if topic.section != section:
            section = topic.section
            rows.append([None, section, None, None, None])
        rows.append([topic.ordinal, topic.title, topic.hours, topic.kind, topic.homework])
    over = f"Дисциплина: {discipline_words(discipline, repeated_titles())}    План: {plan.title}"
    if group:
        over += f"    Группа: {group.title}"
    else:
        over += f"    Специальность: {db.session.get_one(Programme, discipline.programme_id).code}"
    headings = ["№ занятия", "Наименование разделов и тем", "Кол-во часов", "Вид занятия", "Задание"]
    return Page("КТП", ["Календарно-тематический план", over], headings, rows)


def _semesters(own: dict[int, CurriculumHours], code: str) -> str:
    found = [n for n, row in sorted(own.items()) if code in (row.control or "").split(",")]
    return (", " if any(n > 9 for n in found) else "").join(str(n) for n in found)


def _group_of(plan: ThematicPlan, discipline: Discipline) -> Group | None:
    groups = db.session.scalars(
        select(Group).join(Course, Course.group_id == Group.id).where(Course.discipline_id == discipline.id).distinct()
    ).all()
    named = [group for group in groups if plan_title(discipline, group) == plan.title]
    used = db.session.scalars(
        select(Group).join(Course, Course.group_id == Group.id).where(Course.plan_id == plan.id).distinct()
    ).all()
    return next(iter(named or used), None)
