"""The register of ведомости, and the session's exams that have none yet (п. 4.4). A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, sees
from ejournal.domain import attestation, session_plan
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import AttestationSheet, Course, Exam, Group, Person, SheetCorrection, SheetRow
from ejournal.services import conflicts, debts, exams, grid, periods, roster, settings, sheet_debts, sheets, spans
from ejournal.services.errors import NotFoundError
from ejournal.services.exams import Sitting
from ejournal.services.roster import Student


@dataclass(frozen=True, slots=True)
class Line:
    """A sheet with how many are in it, how many have a result, how many corrections wait."""

    sheet: AttestationSheet
    total: int
    filled: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Listing:
    lines: list[Line]
    offered: list[Sitting]
    groups: list[Group]
    group: Group | None


def load(viewer: Viewer, group_id: int | None = None) -> Listing:
    """Sheets of journals the viewer may read, the latest first; the exams without one for administration."""
    today = settings.today()
    query = (
        select(AttestationSheet)
        .join(Course, Course.id == AttestationSheet.course_id)
        .where(sees(viewer, today))
        .options(
            joinedload(AttestationSheet.period),
            joinedload(AttestationSheet.course).joinedload(Course.group),
            joinedload(AttestationSheet.course).joinedload(Course.subgroup),
            joinedload(AttestationSheet.course).joinedload(Course.discipline),
        )
        .order_by(AttestationSheet.date.desc(), AttestationSheet.id.desc())
    )
    if group_id:
        query = query.where(Course.group_id == group_id)
    found = db.session.scalars(query).all()
    groups = list(
        db.session.scalars(
            select(Group)
            .join(Course, Course.group_id == Group.id)
            .where(sees(viewer, today))
            .distinct()
            .order_by(Group.gkey)
        )
    )
    group = next((one for one in groups if one.id == group_id), None)
    offered = _without_sheet(found, group) if group and viewer.holds(OVERSEERS) else []
    return Listing(_lines(found), offered, groups, group)


def _lines(found: Sequence[AttestationSheet]) -> list[Line]:
    ids = [sheet.id for sheet in found]
    counts = {
        row[0]: (row[1], row[2])
        for row in db.session.execute(
            select(SheetRow.sheet_id, func.count(SheetRow.id), func.count(SheetRow.mark))
            .where(SheetRow.sheet_id.in_(ids))
            .group_by(SheetRow.sheet_id)
        )
    }
    waiting = {
        row[0]: row[1]
        for row in db.session.execute(
            select(SheetRow.sheet_id, func.count(SheetCorrection.id))
            .join(SheetCorrection, SheetCorrection.row_id == SheetRow.id)
            .where(SheetRow.sheet_id.in_(ids), SheetCorrection.decision.is_(None))
            .group_by(SheetRow.sheet_id)
        )
    }
    return [Line(sheet, *counts.get(sheet.id, (0, 0)), waiting.get(sheet.id, 0)) for sheet in found]


def _without_sheet(found: Sequence[AttestationSheet], group: Group) -> list[Sitting]:
    """The exams of the running year of a group that have no main sheet."""
    year = periods.chosen()
    have = {(sheet.course_id, sheet.control) for sheet in found if sheet.kind == "main"}
    sittings = exams.load((Course.group_id == group.id) & (Exam.date.between(year.starts, year.ends)))
    return [one for one in sittings if one.kind in sheets.CONTROLS and (one.course_id, one.kind) not in have]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a new sheet begins with."""

    course: Course
    periods: list[tuple[int, str]]
    students: list[Student]
    values: dict[str, str]
    chosen: tuple[int, ...] = ()


def draft_of_debt(viewer: Viewer, course_id: int, debt_id: int) -> Draft:
    """For the next attempt of a debt: a retake, or before a commission the second time (ст. 58 273-ФЗ).

    Raises NotFoundError.
    """
    debt = debts.find(viewer, debt_id)
    if debt.course_id != course_id:
        raise NotFoundError
    waiting = next((one for one in debt.attempts if one.result is None), None)
    before = db.session.scalar(
        select(AttestationSheet.control)
        .where(AttestationSheet.course_id == course_id, AttestationSheet.period_id == debt.period_id)
        .order_by(AttestationSheet.id.desc())
        .limit(1)
    )
    control = before or (session_plan.CREDIT if debt.mark == attestation.FAILED else "")
    made = draft(viewer, course_id, control, waiting.day.isoformat() if waiting else "")
    made.values["kind"] = sheet_debts.kind_of(debt.attempts)
    if debt.period_id:
        made.values["period"] = str(debt.period_id)
    if waiting:
        made.values["examiners"] = waiting.examiners
    return replace(made, chosen=(debt.student_id,))


def draft(viewer: Viewer, course_id: int, control: str = "", day: str = "") -> Draft:
    """For a journal; the period is that of the day. Raises NotFoundError."""
    course, _teaches = grid.find_course(viewer, course_id)
    of_course = spans.periods_of(course)
    today = settings.today()
    wanted = _day(day, today)
    period = next((one for one in of_course if one.starts <= wanted <= one.ends), None)
    names = db.session.scalars(
        select(Person).where(Person.id.in_(_examiners(course_id, wanted))).order_by(Person.skey)
    )  # fmt: skip
    values = {
        "course": str(course.id), "period": str(period.id) if period else "", "kind": "main",
        "control": control, "date": wanted.isoformat(), "examiners": "\n".join(person.full_name for person in names),
    }  # fmt: skip
    students = [one for one in roster.students_of(course) if one.was_there(today)]
    return Draft(course, [(one.id, one.title) for one in of_course], students, values)


def _day(text: str, default: date) -> date:
    return read_day(text) or default


def _examiners(course_id: int, day: date) -> set[int]:
    """Who examines by the session's timetable on that day; else the course's teachers of the day."""
    for one in exams.load(Course.id == course_id):
        if one.date == day:
            return set(one.teacher_ids)
    return conflicts.teachers_of([course_id], day).get(course_id, set())
