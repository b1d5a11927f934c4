"""Duties that are no lesson's: period marks, answers to disputes, the year's set-up, registers (п. 3.11, 4.1–4.5).

They are few: a journal's period is one duty however many students it has, and the database counts those.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import in_force
from ejournal.domain import control, terms
from ejournal.domain.words import plural
from ejournal.extensions import db
from ejournal.models import (
    Compromise,
    Course,
    Dispute,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonState,
    LogEntry,
    Period,
    PeriodMark,
    SubjectRequest,
)
from ejournal.services import periods, readiness, settings
from ejournal.services.cell_context import enrolled_on
from ejournal.services.closed import is_closed
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope

Link = tuple[str, dict[str, Any]]


class Duty(NamedTuple):
    """`teachers`: who answers for it; `what`: in words; `link`: the page where it is mended."""

    clause: str
    day: date
    until: datetime
    done: datetime | None
    course_id: int | None = None
    group_id: int | None = None
    teachers: tuple[int, ...] = ()
    closed: bool = False
    what: str = ""
    link: Link | None = None


def of_scope(scope: Scope) -> list[Duty]:
    """Everything but lessons that the viewer answers for or oversees, as the filters say; a fixed number of queries."""
    found = [*_period_marks(scope), *_disputes(scope)]
    found = [duty for duty in found if _is_wanted(scope, duty)]
    if not (scope.query.teacher or scope.query.discipline):
        found += _year_setup(scope)
        if scope.led is None and not (scope.query.group or scope.query.course):
            found += [*_compromises(scope), *_subject_requests(scope)]
    return found


def _is_wanted(scope: Scope, duty: Duty) -> bool:
    """The same as for lessons (duties._of_viewer)."""
    if scope.query.teacher and scope.query.teacher not in duty.teachers:
        return False
    return scope.led is None or duty.group_id in scope.led or scope.viewer.person_id in duty.teachers


def _period_marks(scope: Scope) -> Iterator[Duty]:
    """A journal's period that is over: done when nobody lacks a mark; only where the journal had lessons in it."""
    zone, values = settings.timezone(), settings.get("terms")
    known = {period.id: period for period in scope.year_periods}
    over = _over(scope)
    if not over:
        return
    late = _given_late(scope)
    for row in _marks_given(over, scope.today):
        if row.course_id not in scope.journals:
            continue
        period = known[row.period_id]
        until = control.after(terms.period_mark_due(period.ends, values), zone)
        missing = row.students - row.given
        yield Duty(
            "period_mark", period.ends, until,
            None if missing else _done(until, row.last, late.get((row.course_id, str(period.id)))),
            row.course_id, row.group_id, scope.teacher_ids(row.course_id, period.ends), bool(row.closed),
            f"{period.title}: без оценки {missing} из {row.students}" if missing else period.title,
            ("journal.period_marks", {"course_id": row.course_id, "mark_slot": str(period.id)}),
        )  # fmt: skip


def _over(scope: Scope) -> dict[int, list[int]]:
    """Groups by the periods that hold for them, lie in the report's days and are over."""
    found: dict[int, list[int]] = {}
    for group in scope.groups.values():
        first, last = scope.whole.get(group.id, (scope.today, scope.year.starts))
        for period in periods.narrowest(scope.year_periods, group, scope.year):
            if first <= period.ends <= last and period.ends < scope.today:
                found.setdefault(period.id, []).append(group.id)
    return found


def _marks_given(over: dict[int, list[int]], today: date) -> Iterable[Any]:
    """By journal and period: students on its last day, marks given, when the last of the uncorrected ones was."""
    listed = _listed(over).c
    mark = and_(
        PeriodMark.course_id == listed.course_id,
        PeriodMark.period_id == listed.period_id,
        PeriodMark.student_id == listed.student_id,
        PeriodMark.mark.is_not(None),
    )
    place = (listed.course_id, listed.group_id, listed.period_id)
    return facts.fetch(
        select(
            *place,
            func.count(listed.student_id).label("students"),
            func.count(PeriodMark.id).label("given"),
            func.max(case((PeriodMark.version == 1, PeriodMark.updated_at))).label("last"),
            is_closed(listed.course_id, listed.period_id, today).label("closed"),
        )
        .outerjoin(PeriodMark, mark)
        .group_by(*place)
        .order_by(listed.course_id, listed.period_id)
    )


def _listed(over: dict[int, list[int]]) -> Subquery:
    """Whom journals list on the last day of their periods that are over: of the group, or a guest by an individual plan
    (п. 4.2), once each."""
    # Aliases: `enrolled_on`, which decides, names the tables themselves.
    member, plan, row = aliased(Enrollment), aliased(IndividualPlan), aliased(IndividualRow)
    members = _on_last_day(over, member.student_id).join(
        member, and_(member.group_id == Course.group_id, in_force(member, Period.ends))
    )
    guests = (
        _on_last_day(over, plan.student_id)
        .join(row, row.course_id == Course.id)
        .join(plan, and_(plan.id == row.plan_id, in_force(plan, Period.ends)))
    )
    return members.union(guests).subquery()


def _on_last_day(over: dict[int, list[int]], student_id: Any) -> Select[*tuple[Any, ...]]:
    held = exists().where(
        Lesson.course_id == Course.id,
        Lesson.date.between(Period.starts, Period.ends),
        Lesson.state != LessonState.CANCELLED,
    )
    return (
        select(Course.id.label("course_id"), Course.group_id, Period.id.label("period_id"), student_id)
        .select_from(Course)
        .join(Period, _of_groups(over))
        .where(Course.year_id == Period.year_id, enrolled_on(student_id, Period.ends), held)
    )


def _of_groups(over: dict[int, list[int]]) -> ColumnElement[bool]:
    return or_(
        false(), *(and_(Period.id == period, Course.group_id.in_(group_ids)) for period, group_ids in over.items())
    )  # fmt: skip


def _given_late(scope: Scope) -> dict[tuple[int, str], datetime]:
    """When the last of the marks given after the term was, by journal and period: a correction is none."""
    slot = LogEntry.details["slot"].as_string()
    rows = facts.fetch(
        select(LogEntry.course_id, slot, func.max(LogEntry.at))
        .where(
            LogEntry.course_id.in_(scope.journals),
            LogEntry.subject == "period-mark",
            LogEntry.late,
            func.coalesce(LogEntry.before, "") == "",
        )
        .group_by(LogEntry.course_id, slot)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _done(until: datetime, last: datetime | None, late: datetime | None) -> datetime:
    """When the last mark was first given; marks that were all corrected since, and never late, were in time."""
    known = [moment for moment in (last, late) if moment]
    return max(known) if known else until - control.INSTANT


def _disputes(scope: Scope) -> Iterator[Duty]:
    """Questions about marks, asked within the report's days (п. 4.5)."""
    zone = settings.timezone()
    rows = facts.fetch(
        select(
            Dispute.id, Dispute.course_id, Course.group_id, Dispute.asked_at, Dispute.due, Dispute.answered_at,
        )
        .join(Course, Course.id == Dispute.course_id)
        .where(Dispute.course_id.in_(scope.journals))
        .order_by(Dispute.due, Dispute.id)
    )  # fmt: skip
    for row in rows:
        asked = settings.local(row.asked_at).date()
        first, last = scope.spans.get(row.group_id, (scope.today, scope.year.starts))
        if first <= asked <= last:
            yield Duty(
                "dispute_answer", asked, control.after(row.due, zone), row.answered_at, row.course_id, row.group_id,
                scope.teacher_ids(row.course_id, scope.today), what=f"обращение от {asked:%d.%m.%Y}",
                link=("disputes.show", {"dispute_id": row.id}),
            )  # fmt: skip


def _year_setup(scope: Scope) -> Iterator[Duty]:
    """A group whose sections of the year are not all ready (п. 4.1). When they became so is not known: only that."""
    if scope.led is not None and not scope.led:
        return
    due = terms.year_setup_due(scope.year.starts.year, settings.get("terms"))
    until = control.after(due, settings.timezone())
    for line in readiness.load(scope.year).lines:
        if line.group.id not in scope.groups or (scope.led is not None and line.group.id not in scope.led):
            continue
        unready = sum(not check.ready for check in line.checks)
        yield Duty(
            "year_setup", due, until, None if unready else until - control.INSTANT, group_id=line.group.id,
            what=f"{line.group.title}: не готово {unready} {plural(unready, 'раздел', 'раздела', 'разделов')}",
            link=("year.checklist", {"year": scope.year.id}) if scope.led is None else None,
        )  # fmt: skip


def _compromises(scope: Scope) -> Iterator[Duty]:
    """Reports of broken access (п. 3.11): a closed one counts by when it was told, an open one by its term."""
    zone = settings.timezone()
    rows = facts.fetch(
        select(Compromise.id, Compromise.known_on, Compromise.due, Compromise.reported_at, Compromise.closed_at)
        .where(Compromise.known_on.between(scope.year.starts, scope.year.ends))
        .order_by(Compromise.due, Compromise.id)
    )
    for row in rows:
        yield Duty(
            "compromise", row.known_on, control.after(row.due, zone), row.reported_at if row.closed_at else None,
            what=f"сообщение от {settings.local(row.reported_at):%d.%m.%Y}", link=("compromises.index", {}),
        )  # fmt: skip


def _subject_requests(scope: Scope) -> Iterator[Duty]:
    """What people asked about their own data (152-ФЗ, ст. 20)."""
    zone = settings.timezone()
    rows = db.session.execute(
        select(SubjectRequest.asked_on, SubjectRequest.due, SubjectRequest.answered_at)
        .where(SubjectRequest.asked_on.between(scope.year.starts, scope.year.ends))
        .order_by(SubjectRequest.due, SubjectRequest.id)
    )
    for asked_on, due, answered_at in rows:
        yield Duty(
            "subject_request", asked_on, control.after(due, zone), answered_at,
            what=f"запрос от {asked_on:%d.%m.%Y}", link=("subject_requests.index", {}),
        )  # fmt: skip
