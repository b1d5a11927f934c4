"""Changing a curriculum: its rows with hours and control by semester, and plans of one admission (набор) (п. 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import calendar
from ejournal.domain.calendar import MOST_COURSE_HOURS
from ejournal.domain.numbers import whole
from ejournal.domain.session_plan import CONTROLS
from ejournal.extensions import Base, db
from ejournal.models import Course, CurriculumHours, Discipline, DisciplineKind, Group, Programme
from ejournal.services import curricula, log, plan_index
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

# What goes with a row; whatever else names it is content, and the row stays.
OWN = {"curriculum_hours"}
USES = {
    "course": "журналы",
    "thematic_plan": "тематические планы",
    "individual_row": "индивидуальные планы",
    "discipline": "строки модуля",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it is entered: hours by semester as they were typed, codes of control by semester."""

    index: str
    title: str
    module_id: int | None = None
    hours: Mapping[int, str] = field(default_factory=dict)
    control: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def save(actor: Viewer, programme_id: int, discipline_id: int | None, admission: int, typed: Typed) -> Discipline:
    """Add a row or change it; hours and control are those of the admission's plan. Raises FieldsError."""
    programme = curricula.find(programme_id)
    row = curricula.row_of(programme, discipline_id, admission) if discipline_id else None
    index = plan_index.clean_index(typed.index)
    module = _module(programme, typed, index)
    errors = _wrong(programme, row, typed, index, module)
    if errors:
        raise FieldsError(errors)
    before = words(programme, row, admission) if row else None
    discipline = row.discipline if row else Discipline(programme_id=programme.id)
    discipline.index, discipline.title = index, " ".join(typed.title.split())
    discipline.kind = plan_index.kind_of(index)
    discipline.module_id = module.id if module and discipline.kind != DisciplineKind.PM else None
    db.session.add(discipline)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise FieldsError({"index": f"Индекс {index} в плане уже есть."}) from error
    _store(discipline, admission, typed)
    after = words(programme, curricula.row_of(programme, discipline.id, admission), admission)
    if after != before:
        _record(actor, "update" if before else "create", before, after, discipline.id)
    db.session.commit()
    return discipline


def remove(actor: Viewer, programme_id: int, discipline_id: int, admission: int) -> str:
    """Take a row out of the plan of an admission. Raises RefusedError where journals or anything else use it."""
    programme = curricula.find(programme_id)
    row = curricula.row_of(programme, discipline_id, admission)
    label, before = row.discipline.label, words(programme, row, admission)
    _refuse_taught(programme, row.discipline, admission)
    others = db.session.scalar(
        select(func.count())
        .select_from(CurriculumHours)
        .where(CurriculumHours.discipline_id == discipline_id, CurriculumHours.admission_year != admission)
    )
    if others and not row.hours:
        raise NotFoundError
    if not others and (uses := _uses(discipline_id)):
        raise RefusedError(f"{label}: строку используют {', '.join(uses)}. Убрать её нельзя (п. 4.2).")
    db.session.execute(
        delete(CurriculumHours).where(
            CurriculumHours.discipline_id == discipline_id, CurriculumHours.admission_year == admission
        )
    )
    if not others:
        db.session.delete(row.discipline)
    _record(actor, "delete", before, None, discipline_id)
    db.session.commit()
    return label


def begin_own(actor: Viewer, programme_id: int, typed: str) -> int:
    """A plan of one admission's own, copied from the common one. Returns the year. Raises FieldsError."""
    programme = curricula.find(programme_id)
    year = whole(typed, *calendar.STARTS)
    if year is None:
        raise FieldsError({"admission": "Укажите год набора, например 2026."})
    if year in curricula.admissions(programme):
        raise FieldsError({"admission": f"У набора {year} уже есть свой план."})
    rows = db.session.scalars(
        select(CurriculumHours)
        .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
        .where(Discipline.programme_id == programme.id, CurriculumHours.admission_year == 0)
    ).all()
    if not rows:
        raise FieldsError({"admission": "В общем плане нет ни одной строки: копировать нечего."})
    db.session.add_all(
        CurriculumHours(
            discipline_id=row.discipline_id, semester=row.semester, hours=row.hours, control=row.control,
            admission_year=year,
        )
        for row in rows
    )  # fmt: skip
    _record(actor, "copy", None, f"{programme.code}: свой план набора {year}", None)
    db.session.commit()
    return year


def drop_own(actor: Viewer, programme_id: int, admission: int) -> None:
    """The admission's own plan is gone, its groups follow the common one. Raises NotFoundError, RefusedError."""
    programme = curricula.find(programme_id)
    if admission not in curricula.admissions(programme):
        raise NotFoundError
    rows = db.session.execute(
        select(CurriculumHours.discipline_id, CurriculumHours.admission_year)
        .join(Discipline, Discipline.id == CurriculumHours.discipline_id)
        .where(Discipline.programme_id == programme.id)
    ).all()
    alone = {row[0] for row in rows if row[1] == admission} - {row[0] for row in rows if row[1] != admission}
    if alone:
        names = db.session.scalars(select(Discipline.index).where(Discipline.id.in_(alone)).order_by(Discipline.id))
        raise RefusedError(f"Есть только в этом плане: {', '.join(names)}. Сначала уберите эти строки.")
    mine = [row[0] for row in rows if row[1] == admission]
    db.session.execute(
        delete(CurriculumHours).where(
            CurriculumHours.discipline_id.in_(mine), CurriculumHours.admission_year == admission
        )
    )
    _record(actor, "delete", f"{programme.code}: свой план набора {admission}", None, None)
    db.session.commit()


def words(programme: Programme, row: curricula.Row, admission: int) -> str:
    """«09.02.07, набор 2024: ОП.01 Сети; 1 сем. 36 ч Э; 2 сем. 40 ч»."""
    plan = f"{programme.code}, набор {admission}" if admission else programme.code
    parts = [
        f"{semester} сем. {hours} ч{f' {row.control[semester]}' if row.control.get(semester) else ''}"
        for semester, hours in sorted(row.hours.items())
    ]
    return "; ".join([f"{plan}: {row.discipline.label}", *parts])


def _refuse_taught(programme: Programme, discipline: Discipline, admission: int) -> None:
    """Raise where a group that follows this plan has a journal of the discipline."""
    followers = {group.id for group in curricula.taught_by(programme, admission, curricula.admissions(programme))}
    journals = db.session.execute(
        select(Group.id, Group.title)
        .join(Course, Course.group_id == Group.id)
        .where(Course.discipline_id == discipline.id)
        .distinct()
        .order_by(Group.title)
    ).all()
    used = [title for group_id, title in journals if group_id in followers]
    if used:
        raise RefusedError(
            f"{discipline.label}: есть журналы групп {', '.join(used)}. Строку с журналами убрать нельзя: "
            "сначала удалите пустые журналы в разделе «Нагрузка» (п. 4.2)."
        )


def _module(programme: Programme, typed: Typed, index: str) -> Discipline | None:
    """The module chosen; where none is, the one the index names (МДК.01.02 → ПМ.01)."""
    key = plan_index.module_key(index)
    found = curricula.modules(programme)
    return next((row for row in found if row.id == typed.module_id), None) or next(
        (row for row in found if row.index == key), None
    )


def _wrong(
    programme: Programme, row: curricula.Row | None, typed: Typed, index: str, module: Discipline | None
) -> dict[str, str]:
    errors: dict[str, str] = {}
    own_id = row.discipline.id if row else 0
    if not index:
        errors["index"] = "Укажите индекс, например ОП.01 или МДК.01.02."
    elif db.session.scalar(
        select(Discipline.id).where(
            Discipline.programme_id == programme.id, Discipline.index == index, Discipline.id != own_id
        )
    ):
        errors["index"] = f"Индекс {index} в плане уже есть."
    title = " ".join(typed.title.split())
    if not title or len(title) > 250:
        errors["title"] = "Назовите строку: до 250 знаков."
    is_module = plan_index.kind_of(index) == DisciplineKind.PM
    if row and is_module != row.is_module and (uses := _uses(own_id)):
        errors["index"] = f"Модулем строку сделать или перестать считать нельзя: её используют {', '.join(uses)}."
    if typed.module_id and module is None:
        errors["module_id"] = "Выберите модуль этого плана."
    for semester, hours in typed.hours.items():
        if hours.strip() and whole(hours, most=MOST_COURSE_HOURS) is None:
            errors[f"hours-{semester}"] = f"{semester} семестр: часы — целое число до {MOST_COURSE_HOURS}."
    for semester, codes in typed.control.items():
        if len(",".join(codes)) > 10 or not set(codes) <= set(CONTROLS):
            errors[f"control-{semester}"] = f"{semester} семестр: слишком много форм контроля."
    given = any(hours.strip() not in ("", "0") for hours in typed.hours.values()) or any(typed.control.values())
    if is_module and given:
        errors["hours"] = "Модуль — заголовок: часы и контроль у его строк (МДК, УП, ПП), экзамен — у строки ПМ.01.ЭК."
    elif not is_module and not given:
        errors["hours"] = "Укажите часы или форму контроля хотя бы в одном семестре."
    return errors


def _store(discipline: Discipline, admission: int, typed: Typed) -> None:
    stored = {
        row.semester: row
        for row in db.session.scalars(
            select(CurriculumHours).where(
                CurriculumHours.discipline_id == discipline.id, CurriculumHours.admission_year == admission
            )
        )
    }
    for semester in sorted(typed.hours.keys() | typed.control.keys()):
        hours = int(typed.hours.get(semester, "").strip() or 0)
        control = ",".join(code for code in CONTROLS if code in typed.control.get(semester, ())) or None
        row = stored.get(semester)
        if not hours and not control:
            if row:
                db.session.delete(row)
        elif row:
            row.hours, row.control = hours, control
        else:
            db.session.add(
                CurriculumHours(
                    discipline_id=discipline.id, semester=semester, hours=hours, control=control,
                    admission_year=admission,
                )
            )  # fmt: skip
    db.session.flush()


def _uses(discipline_id: int) -> list[str]:
    """Which tables name a row, in words; new tables are asked without a change here."""
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name in OWN:
            continue
        for key in table.foreign_keys:
            if key.column.table.name == "discipline" and db.session.scalar(
                select(func.count()).select_from(table).where(key.parent == discipline_id)
            ):
                found.append(USES.get(table.name, table.name))
    return found


def _record(actor: Viewer, action: str, before: str | None, after: str | None, discipline_id: int | None) -> None:
    log.record(
        actor, "curriculum", action, before=before, after=after, details={"discipline": discipline_id}
    )  # fmt: skip
