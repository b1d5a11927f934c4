"""What a change of a year's periods may not do to journals that keep to them (п. 4.2, 4.4)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    AttestationSheet,
    Course,
    Debt,
    Dispute,
    Group,
    JournalUnlock,
    Lesson,
    LessonState,
    Period,
    PeriodClosing,
    PeriodMark,
)
from ejournal.services import groups, periods, settings
from ejournal.services.closed import is_unlocked

# What stands in a journal for one of its periods.
HELD = (PeriodMark, PeriodClosing, JournalUnlock, AttestationSheet, Debt, Dispute)


def is_held(period: Period) -> bool:
    """Whether a mark, a closing or a paper of any journal is of this period."""
    return bool(db.session.scalar(select(or_(*(exists().where(table.period_id == period.id) for table in HELD)))))


class _Changed(NamedTuple):
    """A period as it would be; `id` 0: a new one."""

    id: int
    number: int
    starts: date
    ends: date
    course_number: int | None
    group_id: int | None


def complaints(
    year: AcademicYear,
    period: Period | None,
    number: int,
    days: tuple[date, date],
    course: int | None,
    group: int | None,
) -> Iterator[tuple[str, str]]:
    """Field and words for what may not become of a period (None: a new one): its days and whom it is for.

    A lesson that leaves a closed period would be open again without anybody having opened the journal, one that enters
    it could not be filled in, and marks of a period that a group no longer keeps to would be in none of its papers.
    """
    moves = period is None or (period.course_number, period.group_id) != (course, group)
    if period is not None:
        left = _left_by(period, days)
        if left:
            yield (
                "starts" if days[0] > period.starts else "ends",
                (
                    f"Период закрыт в журналах: {left}, и занятия дней, которые из него выйдут, снова открылись бы для "
                    f"оценок (п. 4.4). Закрытый период можно только продлить."
                ),
            )
        taken_in = _taken_in(period, days)
        if taken_in:
            yield (
                "ends" if days[1] > period.ends else "starts",
                (
                    f"Период закрыт в журналах: {taken_in}, и занятия, которые в него войдут, нельзя будет заполнить. "
                    f"Сначала откройте в них период для правки (п. 4.4)."
                ),
            )
        if moves and is_held(period):
            yield "scope", "За период уже выставлены оценки или есть документы: для кого он, изменить нельзя."
    yield from _left_behind(year, _Changed(period.id if period else 0, number, *days, course, group))


def _left_by(period: Period, days: tuple[date, date]) -> int:
    """In how many journals that have closed the period a lesson would be outside of it."""
    return _closed_with(period, Lesson.date.between(period.starts, period.ends), ~Lesson.date.between(*days))


def _taken_in(period: Period, days: tuple[date, date]) -> int:
    """In how many journals that are closed now a lesson that is not filled in would get into the period."""
    return _closed_with(
        period,
        Lesson.date.between(*days),
        ~Lesson.date.between(period.starts, period.ends),
        Lesson.state.in_((LessonState.PLANNED, LessonState.MOVED)),
        ~is_unlocked(PeriodClosing.course_id, period.id, settings.today()),
    )


def _closed_with(period: Period, *lessons: ColumnElement[bool]) -> int:
    """How many journals that have closed the period have such a lesson."""
    query = (
        select(func.count(PeriodClosing.course_id.distinct()))
        .join(Lesson, Lesson.course_id == PeriodClosing.course_id)
        .where(PeriodClosing.period_id == period.id, *lessons)
    )
    return db.session.scalar(query) or 0


def _left_behind(year: AcademicYear, changed: _Changed) -> Iterator[tuple[str, str]]:
    """A period takes the place of a wider one (periods.narrowest) before anything stands for that in a journal."""
    rows = periods.of_year(year)
    after = cast(list[Period], [*(row for row in rows if row.id != changed.id), changed])
    of_group = changed.group_id and db.session.get_one(Group, changed.group_id)
    for group in [of_group] if of_group else groups.studying(year):
        kept = {row.id for row in periods.narrowest(after, group, year)}
        lost = [row.id for row in periods.narrowest(rows, group, year) if row.id not in kept | {changed.id}]
        title = db.session.scalar(select(Period.title).where(Period.id.in_(lost), _stands_in(group.id))) if lost else ""
        if title:
            yield (
                "scope",
                (
                    f"Группа {group.title}: за «{title}» уже есть оценки, документы или период закрыт, в новом периоде "
                    f"их не было бы видно (п. 4.4). Свой период задают до первой оценки за общий."
                ),
            )
            return


def _stands_in(group_id: int) -> ColumnElement[bool]:
    """The condition that something stands for the query's Period in a journal of the group."""
    journals = select(Course.id).where(Course.group_id == group_id)
    return or_(*(exists().where(and_(table.period_id == Period.id, table.course_id.in_(journals))) for table in HELD))
