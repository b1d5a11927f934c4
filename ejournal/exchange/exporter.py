"""Export of every kind of list, alone or all at once. Each is in the log: it hands out personal data (п. 4.2)."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.file_names import safe
from ejournal.domain.names import normalize_group_title
from ejournal.exchange.export import days, people, plans
from ejournal.exchange.export.sheets import Page, as_csv, as_xlsx
from ejournal.exchange.forms.weekly import names_period
from ejournal.exchange.store.subgroup_names import subgroup_number
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Discipline, Group, Programme, ThematicPlan
from ejournal.services import curricula, groups, log, periods, settings
from ejournal.services.errors import RefusedError

KINDS = {
    "teachers": "Преподаватели и сотрудники",
    "students": "Обучающиеся",
    "parents": "Родители",
    "curriculum": "Учебный план",
    "thematic-plan": "Тематический план",
    "bells": "Звонки",
    "timetable": "Расписание",
    "substitutions": "Замены",
    "marks": "Журнал с отметками",
    "everything": "Всё: архив со списками",
}

# The order in which an empty college takes them back.
README = """Списки колледжа. Загружаются обратно в этом порядке:
1. students.xlsx (с созданием групп)   2. teachers.xlsx   3. parents.xlsx
4. curriculum-*.xlsx (с созданием специальностей; с годом в имени — «только набора»)   5. bells.xlsx
6. thematic-plans/*   7. timetable.xlsx   8. substitutions.xlsx   9. marks/*
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What of a kind: `group_id` for students; `programme`, a code, with `admission_year` where its admission has a
    plan of its own; `plan_id`; `course_id`, a journal."""

    group_id: int | None = None
    programme: str = ""
    plan_id: int | None = None
    course_id: int | None = None
    admission_year: int = 0


def export(actor: Viewer | None, kind: str, options: Options, form: str = "xlsx") -> bytes:
    """The file of a kind: `form` is xlsx or csv (everything is always a zip). Logs and commits.

    Raises RefusedError for an unknown kind, or where it must be said which of several is wanted.
    """
    if kind not in KINDS:
        raise RefusedError(f"Такого списка нет: {kind}.")
    if form not in ("xlsx", "csv") or (form == "csv" and kind in ("timetable", "bells")):
        raise RefusedError("Этот список выгружается только в .xlsx.")
    if kind == "everything":
        content, words = _archive(), KINDS[kind]
    else:
        page = _page(kind, options)
        content, words = (as_csv if form == "csv" else as_xlsx)(page), f"{KINDS[kind]}, строк {len(page.rows)}"
    log.record(actor, "export", "export", after=words, details={"kind": kind})
    db.session.commit()
    return content


def _page(kind: str, options: Options) -> Page:
    today = settings.today()
    if kind == "teachers":
        return people.teachers(today)
    if kind == "students":
        return people.students(today, options.group_id)
    if kind == "parents":
        return people.parents(today)
    if kind == "curriculum":
        return plans.curriculum(_programme(options.programme), options.admission_year)
    if kind == "thematic-plan":
        return plans.thematic_plan(_plan(options))
    if kind == "bells":
        return days.bells()
    if kind == "marks":
        return days.marks(_course(options))
    year = periods.chosen()
    if kind == "timetable":
        return days.timetable(year, today, _period(year, today))
    return days.replacements(year.starts, year.ends)


def _period(year: AcademicYear, on: date) -> str:
    """The period a poster is headed with: the last that has begun, «2 семестр», «3 триместр»."""
    begun = [period for period in periods.of_year(year) if period.starts <= on]
    last = max(begun, key=lambda period: period.number, default=None)
    if last is None:
        return "1 семестр"
    return last.title if names_period(last.title) else f"{last.number} семестр"


def _programme(code: str) -> Programme:
    found = db.session.scalars(select(Programme).order_by(Programme.code)).all()
    named = [programme for programme in found if programme.code == code] if code else list(found)
    if len(named) != 1:
        codes = ", ".join(programme.code for programme in found) or "нет ни одной"
        raise RefusedError(f"Укажите специальность: {codes}.")
    return named[0]


def _plan(options: Options) -> ThematicPlan:
    found = db.session.scalars(select(ThematicPlan).order_by(ThematicPlan.title, ThematicPlan.id)).all()
    if options.course_id:
        course = _course(options)
        named = [plan for plan in found if plan.id == course.plan_id]
    else:
        named = [plan for plan in found if not options.plan_id or plan.id == options.plan_id]
    if len(named) != 1:
        raise RefusedError(
            "Укажите тематический план: " + ("; ".join(plan.title for plan in found[:20]) or "нет ни одного")
        )
    return named[0]


def _course(options: Options) -> Course:
    course = db.session.get(Course, options.course_id) if options.course_id else None
    if course is None:
        raise RefusedError("Укажите журнал: группу и дисциплину.")
    return course


def find_group(title: str) -> Group:
    """Raises RefusedError."""
    group = db.session.scalar(select(Group).where(Group.gkey == normalize_group_title(title)))
    if group is None:
        raise RefusedError(f"Группы «{title}» нет.")
    return group


def find_course(group: str, discipline: str, subgroup: int = 0) -> Course:
    """A journal of the running year by group, discipline and subgroup (0: the whole group), as people name them.

    Raises RefusedError.
    """
    year = periods.chosen()
    rows = db.session.scalars(
        select(Course)
        .join(Group, Group.id == Course.group_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(
            Course.year_id == year.id,
            Group.id == find_group(group).id,
            (Discipline.title == discipline) | (Discipline.index == discipline),
        )
        .options(joinedload(Course.subgroup))
    ).all()
    numbers = {row.id: (subgroup_number(row.subgroup.title) or None) if row.subgroup else 0 for row in rows}
    found = [row for row in rows if numbers[row.id] == subgroup]
    if not found and rows:
        raise RefusedError(f"Журналы «{discipline}» группы «{group}» ведутся по подгруппам: укажите подгруппу.")
    if len(found) > 1:
        raise RefusedError(f"Дисциплин «{discipline}» у группы «{group}» несколько: укажите индекс.")
    if not found:
        raise RefusedError(f"Журнала «{discipline}» группы «{group}» в {year.title} нет.")
    return found[0]


def _archive() -> bytes:
    """All lists as one zip, each in the form in which it is imported."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        for name, page in _everything():
            archive.writestr(name, as_xlsx(page))
    return stream.getvalue()


def _everything() -> Iterator[tuple[str, Page]]:
    none = Options()
    for kind in ("students", "teachers", "parents", "bells"):
        yield f"{kind}.xlsx", _page(kind, none)
    for programme in db.session.scalars(select(Programme).order_by(Programme.code)):
        yield f"curriculum-{safe(programme.code)}.xlsx", plans.curriculum(programme)
        for admission in curricula.admissions(programme):
            yield f"curriculum-{safe(programme.code)}-{admission}.xlsx", plans.curriculum(programme, admission)
    for plan in db.session.scalars(select(ThematicPlan).order_by(ThematicPlan.id)):
        yield f"thematic-plans/{plan.id} {safe(plan.title)}.xlsx", plans.thematic_plan(plan)
    if not periods.years():
        return
    for kind in ("timetable", "substitutions"):
        yield f"{kind}.xlsx", _page(kind, none)
    year = periods.chosen()
    ids = [group.id for group in groups.studying(year)]
    for course in db.session.scalars(
        select(Course)
        .where(Course.year_id == year.id, Course.group_id.in_(ids))
        .options(
            joinedload(Course.group),
            joinedload(Course.discipline),
            joinedload(Course.year),
            joinedload(Course.subgroup),
        )
        .order_by(Course.id)
    ):
        yield f"marks/{safe(course.audience)} {safe(course.discipline.title)} {course.id}.xlsx", days.marks(course)
