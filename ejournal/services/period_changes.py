"""What a change of a year's periods may not do to journals that keep to them (п. 4.2, 4.4)."""

from collections.abc import Collection, Iterator
from datetime import date

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


def complaints(
    year: AcademicYear, period: Period | None, days: tuple[date, date], course: int | None, group: int | None
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
    if moves and (course or group):
        yield from _left_behind(year, course, group)


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


def _left_behind(year: AcademicYear, course: int | None, group: int | None) -> Iterator[tuple[str, str]]:
    """A group gets periods of its own, or its course does, before anything stands for those it keeps to by then."""
    rows = periods.of_year(year)
    for one in [db.session.get_one(Group, group)] if group else _of_course(year, course):
        now = periods.narrowest(rows, one, year)
        # Those of its own stay more important than a course's, and one more of the same kind takes none away.
        if not now or now[0].group_id or (not group and now[0].course_number):
            continue
        title = db.session.scalar(
            select(Period.title).where(Period.id.in_([each.id for each in now]), _stands_in({one.id})).limit(1)
        )
        if title:
            yield (
                "scope",
                (
                    f"Группа {one.title}: за «{title}» уже есть оценки, документы или период закрыт, в новых "
                    f"периодах их не было бы видно (п. 4.4). Свои периоды задают до первой оценки за период."
                ),
            )
            return


def _of_course(year: AcademicYear, number: int | None) -> list[Group]:
    return [group for group in groups.studying(year) if group.course_number(year.starts.year) == number]


def _stands_in(group_ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that something stands for the query's Period in a journal of these groups."""
    journals = select(Course.id).where(Course.group_id.in_(group_ids))
    return or_(*(exists().where(and_(table.period_id == Period.id, table.course_id.in_(journals))) for table in HELD))
