"""What a viewer's report is about: the journals and groups that are hers, narrowed by the filters, and the days."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from ejournal.access import OVERSEERS, Viewer, curates, gives, sees
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Lesson,
    Period,
    Person,
    Subgroup,
)
from ejournal.services import groups, periods, settings
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError
from ejournal.services.groups import Named
from ejournal.services.reports import spans
from ejournal.services.reports.query import Query
from ejournal.services.reports.registry import Report
from ejournal.services.reports.spans import Span

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Journal:
    """A course as reports name it. `discipline` is the label; the same discipline of two programmes shares it."""

    id: int
    group_id: int
    subgroup_id: int | None
    audience: str
    discipline_id: int
    index: str
    discipline: str
    title: str
    plan_id: int | None
    hours: int


@dataclass(slots=True)
class Scope:
    """`groups` and `journals` are those of the filters; `offered` are all the viewer may choose from. `spans`: the
    days of each group till today; `whole`: to the period's end; `periods`: the group's period where one is chosen."""

    viewer: Viewer
    report: Report
    query: Query
    today: date
    year: AcademicYear
    groups: dict[int, Group]
    journals: dict[int, Journal]
    offered_groups: dict[int, Named]
    offered_journals: dict[int, Journal]
    teachers: dict[int, list[tuple[Person, date | None, date | None]]]
    year_periods: list[Period]
    # Groups the viewer leads; None: all of them.
    led: frozenset[int] | None
    spans: dict[int, Span] = field(default_factory=dict)
    whole: dict[int, Span] = field(default_factory=dict)
    periods: dict[int, Period] = field(default_factory=dict)
    # What was read for one table of a page and serves another: `once`.
    _read: dict[Callable[..., Any], Any] = field(default_factory=dict)

    def once(self, read: Callable[["Scope"], Found]) -> Found:
        """What `read` finds in this scope, asked for once however many tables of a page need it."""
        if read not in self._read:
            self._read[read] = read(self)
        found: Found = self._read[read]
        return found

    def choice(self, name: str) -> str:
        return self.query.choice(name)

    @property
    def partial_note(self) -> list[str]:
        """What a reader must know of a report that leaves journals out."""
        return ["По группам, которыми вы не руководите, учтены только ваши журналы."] if self.is_partial else []

    def number_of(self, group_id: int) -> int:
        """The курс of a group in the report's year."""
        return self.groups[group_id].course_number(self.year.starts.year)

    def teachers_of(self, course_id: int, on: date) -> list[Person]:
        """Who teaches a journal on a day; whoever ever did where nobody does."""
        return self._appointed(course_id, on) or [who for who, _since, _until in self.teachers.get(course_id, [])]

    def taught_by(self, course_id: int, teacher_id: int, on: date) -> bool:
        """Whether somebody was the journal's teacher on a day: not whoever became one since."""
        return any(who.id == teacher_id for who in self._appointed(course_id, on))

    def _appointed(self, course_id: int, on: date) -> list[Person]:
        rows = self.teachers.get(course_id, [])
        return [who for who, since, until in rows if (since or on) <= on <= (until or on)]

    def teacher_ids(self, course_id: int, on: date) -> tuple[int, ...]:
        return tuple(who.id for who in self.teachers_of(course_id, on))

    def teacher_words(self, course_id: int) -> str:
        last = self.last_day(self.journals[course_id].group_id)
        return ", ".join(person.short_name for person in self.teachers_of(course_id, last))

    def last_day(self, group_id: int) -> date:
        return self.spans[group_id][1] if group_id in self.spans else self.today

    def during(self, column: Any, *, whole: bool = False) -> ColumnElement[bool]:
        """The condition that the query's Lesson is of the journals and of their groups' days."""
        by_span: dict[Span, list[int]] = {}
        days = self.whole if whole else self.spans
        for journal in self.journals.values():
            if journal.group_id in days:
                by_span.setdefault(days[journal.group_id], []).append(journal.id)
        return or_(false(), *(and_(column.in_(ids), _date_of(column).between(*span)) for span, ids in by_span.items()))

    @property
    def span(self) -> Span | None:
        """From the first day of any group to the last; None where nothing has begun yet."""
        days = self.spans.values()
        return (min(first for first, _ in days), max(last for _, last in days)) if days else None

    @property
    def is_partial(self) -> bool:
        """Whether groups are in it of which the viewer sees own journals only."""
        return self.led is not None and any(group_id not in self.led for group_id in self.groups)

    @property
    def opens_diaries(self) -> bool:
        """Whether the viewer may open the diary of everybody in it (п. 4.3)."""
        return not self.is_partial


def _date_of(column: Any) -> Any:
    return column.class_.date


def resolve(viewer: Viewer, report: Report, query: Query) -> Scope:
    """Raises ForbiddenError, NotFoundError for a group, teacher or discipline that is not the viewer's, RefusedError
    for days the wrong way round."""
    if not viewer.holds(report.roles):
        raise ForbiddenError("Этот отчёт строится по группам целиком: его видят кураторы и администрация (п. 2.3).")
    if query.since and query.until and query.until < query.since:
        raise RefusedError("Последний день раньше первого: поменяйте даты местами.")
    today = settings.today()
    year = periods.chosen(query.year)
    led = None if viewer.holds(OVERSEERS) else _led(viewer, today)
    if report.needs_group:
        # Of one group: the thousands of journals of a large college are not read for it, nor its other groups.
        offered = {one.id: one for one in groups.named(year) if led is None or one.id in led}
        query = replace(query, group=query.group or next(_preferred(offered, led), None))
        journals = _journals(viewer, year, today, query.group)
        group = groups.find(query.group) if query.group in offered else None
        found = {group.id: group} if group else {}
    else:
        journals = _journals(viewer, year, today, None, substitutes=report.substitutes)
        if report.of_groups and led is not None:
            journals = {id_: one for id_, one in journals.items() if one.group_id in led}
        found = _groups(year, journals, led)
        number = year.starts.year
        offered = {one.id: Named(one.id, one.title, one.course_number(number)) for one in found.values()}
    scope = Scope(
        viewer, report, query, today, year, found, dict(journals), offered, journals,
        _teachers(journals), periods.of_year(year), led,
    )  # fmt: skip
    _narrow(scope)
    spans.fill(scope)
    return scope


def _led(viewer: Viewer, today: date) -> frozenset[int]:
    return frozenset(db.session.scalars(select(Group.id).where(curates(viewer, Group.id, today))))


def _journals(
    viewer: Viewer, year: AcademicYear, today: date, group_id: int | None, *, substitutes: bool = False
) -> dict[int, Journal]:
    """The journals the viewer may read (of one group), by group, index and subgroup; one query."""
    reads = sees(viewer, today)
    if substitutes and not viewer.holds(OVERSEERS):
        reads = or_(reads, exists().where(Lesson.course_id == Course.id, gives(viewer, Lesson)))
    return journals_where(Course.year_id == year.id, reads, true() if group_id is None else Course.group_id == group_id)


def journals_where(*wanted: ColumnElement[bool]) -> dict[int, Journal]:
    """Journals by group, index and subgroup; one query. It asks nobody who may read them."""
    rows = db.session.execute(
        select(
            Course.id, Course.group_id, Course.subgroup_id, Course.group_title, Group.title.label("title_now"),
            Subgroup.title.label("subgroup"), Course.discipline_id, Discipline.index, Discipline.title,
            Course.plan_id, Course.hours,
        )
        .join(Group, Group.id == Course.group_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(*wanted)
        .order_by(Group.admission_year.desc(), Group.gkey, Discipline.index, Discipline.title, Course.id)
    )  # fmt: skip
    return {row.id: _journal(row) for row in rows}


def _journal(row: Any) -> Journal:
    group = row.group_title or row.title_now
    audience = f"{group}, {row.subgroup}" if row.subgroup else group
    label = f"{row.index} {row.title}".strip()
    return Journal(
        row.id, row.group_id, row.subgroup_id, audience, row.discipline_id, row.index, label, row.title,
        row.plan_id, row.hours,
    )  # fmt: skip


def _groups(year: AcademicYear, journals: Mapping[int, Journal], led: frozenset[int] | None) -> dict[int, Group]:
    """Groups that study in the year: all for administration, else those led and those taught, by course and name."""
    wanted = {journal.group_id for journal in journals.values()} | (led or frozenset())
    return {
        group.id: group for group in groups.studying(year) if led is None or group.id in wanted
    }  # fmt: skip


def _teachers(journals: Mapping[int, Journal]) -> dict[int, list[tuple[Person, date | None, date | None]]]:
    found: dict[int, list[tuple[Person, date | None, date | None]]] = {}
    rows = db.session.execute(
        select(CourseTeacher.course_id, Person, CourseTeacher.since, CourseTeacher.until)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_(journals))
        .order_by(CourseTeacher.since, Person.skey, Person.id)
    )
    for course_id, person, since, until in rows:
        found.setdefault(course_id, []).append((person, since, until))
    return found


def _narrow(scope: Scope) -> None:
    """Keep what the filters name; what is named and not offered is not found."""
    query = scope.query
    _check_offered(scope)
    group = query.group
    scope.groups = {
        id_: one
        for id_, one in scope.groups.items()
        if group in (None, id_) and query.course in (None, one.course_number(scope.year.starts.year))
    }
    scope.journals = {
        id_: one
        for id_, one in scope.offered_journals.items()
        if one.group_id in scope.groups and _is_wanted(scope, one)
    }
    if query.teacher or query.discipline:
        kept = {journal.group_id for journal in scope.journals.values()}
        scope.groups = {id_: one for id_, one in scope.groups.items() if id_ in kept}


def _check_offered(scope: Scope) -> None:
    query = scope.query
    if query.group is not None and query.group not in scope.offered_groups:
        raise NotFoundError
    people = {who.id for rows in scope.teachers.values() for who, _since, _until in rows}
    # Who only replaces others teaches no journal; what is shown of her are lessons the viewer oversees.
    replaces = scope.report.substitutes and (scope.led is None or bool(scope.led))
    if query.teacher is not None and query.teacher not in people and not replaces:
        raise NotFoundError
    disciplines = {journal.discipline_id for journal in scope.offered_journals.values()}
    if query.discipline is not None and query.discipline not in disciplines:
        raise NotFoundError


def _preferred(offered: Iterable[int], led: frozenset[int] | None) -> Iterator[int]:
    """The groups led come before those taught."""
    yield from (id_ for id_ in offered if led and id_ in led)
    yield from offered


def _is_wanted(scope: Scope, journal: Journal) -> bool:
    query = scope.query
    if query.teacher and not scope.report.substitutes:
        teachers = {who.id for who, _since, _until in scope.teachers.get(journal.id, ())}
        if query.teacher not in teachers:
            return False
    if query.discipline is None:
        return True
    return journal.discipline == _discipline_named(scope, query.discipline)


def _discipline_named(scope: Scope, discipline_id: int) -> str:
    return next(one.discipline for one in scope.offered_journals.values() if one.discipline_id == discipline_id)
