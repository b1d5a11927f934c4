"""A curriculum → the programme, its disciplines, hours and forms of control by semester."""

from collections.abc import Callable

from sqlalchemy import select

from ejournal.exchange.changes import Draft
from ejournal.exchange.headers import RowError
from ejournal.exchange.plan_rows import Plan, PlanRow
from ejournal.extensions import db
from ejournal.models import CurriculumHours, Discipline, DisciplineKind, Programme
from ejournal.services.plan_index import kind_of

# Hours and form of control of one semester.
Semester = tuple[int, str | None]


def plan(listing: Plan, draft: Draft) -> None:
    """Add the changes of a curriculum to the draft."""
    programme = _programme(listing, draft)
    if programme is None:
        return
    known = {row.index: row for row in _disciplines(programme)}
    hours = _hours(programme, draft.options.admission_year)
    disciplines: dict[str, Discipline] = {}
    headings = _headings(listing)
    for row in listing.rows:
        if row in headings:
            continue
        module = disciplines.get(row.module)
        stored = known.get(row.index)
        if stored is None:
            disciplines[row.index] = _create(row, programme, module, draft)
        else:
            disciplines[row.index] = stored
            _update(stored, row, module, hours.get(stored.id, {}), draft)
    if headings:
        draft.notes.append(f"Заголовки циклов, не заводятся: {', '.join(row.index for row in headings)}.")
    gone = [
        index
        for index, row in known.items()
        if index not in disciplines and (row.id in hours or not draft.options.admission_year)
    ]
    if gone:
        draft.notes.append(f"Есть в базе, но нет в файле (остаются): {', '.join(gone)}.")


def _headings(listing: Plan) -> list[PlanRow]:
    """Containers that are no module and gather no row («БД Базовые дисциплины»): titles of the printed form."""
    modules = {row.module for row in listing.rows}
    return [
        row
        for row in listing.rows
        if row.is_container and row.index not in modules and kind_of(row.index) is not DisciplineKind.PM
    ]


def _programme(listing: Plan, draft: Draft) -> Programme | None:
    if not listing.code:
        message = "в файле не указан код специальности вида 09.02.07: впишите его в название плана над таблицей"
        draft.errors.append(RowError(listing.title_row, "programme", "", message))
        return None
    programme = db.session.scalar(select(Programme).where(Programme.code == listing.code))
    if programme:
        return programme
    if not draft.options.create_groups:
        advice = "Заведите её или отметьте «Создать группы и специальности, которых ещё нет» (--create-groups)"
        message = f"специальности {listing.code} нет. {advice}"
        draft.errors.append(RowError(listing.title_row, "programme", "", message))
        return None
    semesters = [semester for row in listing.rows for semester in row.hours]
    programme = Programme(
        code=listing.code,
        title=listing.title or listing.code,
        qualification=listing.qualification,
        years=listing.years or (max(semesters, default=8) + 1) // 2,
    )
    draft.step(f"Новая специальность {programme.code} {programme.title}", lambda: db.session.add(programme))
    return programme


def _disciplines(programme: Programme) -> list[Discipline]:
    if programme.id is None:
        return []
    rows = db.session.scalars(select(Discipline).where(Discipline.programme_id == programme.id))
    return list(rows)


def _hours(programme: Programme, admission_year: int) -> dict[int, dict[int, CurriculumHours]]:
    hours: dict[int, dict[int, CurriculumHours]] = {}
    if programme.id is None:
        return hours
    rows = db.session.scalars(
        select(CurriculumHours)
        .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
        .where(Discipline.programme_id == programme.id, CurriculumHours.admission_year == admission_year)
    )
    for row in rows:
        hours.setdefault(row.discipline_id, {})[row.semester] = row
    return hours


def _create(row: PlanRow, programme: Programme, module: Discipline | None, draft: Draft) -> Discipline:
    discipline = Discipline(index=row.index, title=row.title, kind=row.kind.value)
    semesters = _semesters(row)

    def act() -> None:
        db.session.flush()
        discipline.programme_id = programme.id
        discipline.module_id = module.id if module else None
        db.session.add(discipline)
        db.session.flush()
        _store_semesters(discipline, semesters, {}, draft.options.admission_year)

    lines = [_words(semester, told) for semester, told in semesters.items()]
    draft.create(f"{row.index} {row.title}", lines, act)
    return discipline


def _update(
    stored: Discipline,
    row: PlanRow,
    module: Discipline | None,
    known: dict[int, CurriculumHours],
    draft: Draft,
) -> None:
    semesters = _semesters(row)
    before = {semester: (told.hours, told.control) for semester, told in sorted(known.items())}
    lines = []
    if stored.title != row.title:
        lines.append(f"название: {stored.title} → {row.title}")
    if stored.kind != row.kind.value:
        lines.append(f"вид: {stored.kind} → {row.kind.value}")
    if module and stored.module_id != module.id:
        lines.append(f"модуль: {module.index}")
    for semester in sorted(before.keys() | semesters.keys()):
        if before.get(semester) != semesters.get(semester):
            old = _words(semester, before[semester]) if semester in before else f"{semester} сем.: нет"
            new = _words(semester, semesters[semester]) if semester in semesters else "нет"
            lines.append(f"{old} → {new.removeprefix(f'{semester} сем.: ')}")
    draft.update(f"{row.index} {row.title}", lines, _updating(stored, row, module, known, draft.options.admission_year))


def _updating(
    stored: Discipline,
    row: PlanRow,
    module: Discipline | None,
    known: dict[int, CurriculumHours],
    admission_year: int,
) -> Callable[[], None]:
    def act() -> None:
        db.session.flush()
        stored.title, stored.kind = row.title, row.kind.value
        if module:
            stored.module_id = module.id
        _store_semesters(stored, _semesters(row), known, admission_year)

    return act


def _store_semesters(
    discipline: Discipline, semesters: dict[int, Semester], known: dict[int, CurriculumHours], admission_year: int
) -> None:
    for semester, (hours, control) in semesters.items():
        if semester in known:
            known[semester].hours, known[semester].control = hours, control
        else:
            db.session.add(
                CurriculumHours(
                    discipline_id=discipline.id,
                    semester=semester,
                    hours=hours,
                    control=control,
                    admission_year=admission_year,
                )
            )
    for semester, row in known.items():
        if semester not in semesters:
            db.session.delete(row)


def _semesters(row: PlanRow) -> dict[int, Semester]:
    return {
        semester: (row.hours.get(semester, 0), ",".join(row.control.get(semester, ())) or None)
        for semester in sorted(row.hours.keys() | row.control.keys())
    }


def _words(semester: int, told: Semester) -> str:
    hours, control = told
    return f"{semester} сем.: {hours} ч.{f', {control}' if control else ''}"
