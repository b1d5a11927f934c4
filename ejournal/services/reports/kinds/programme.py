"""Освоение программы: topics and hours of the thematic plan given, as a whole and by section (R2.3.monitor)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from ejournal.domain import reports
from ejournal.models import Lesson, LessonState, Topic
from ejournal.services.reports import facts, hours
from ejournal.services.reports.registry import Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Column, Kind, Row, Table, Value

BY = Choice("by", "Строки", (("journal", "журналы"), ("section", "разделы программы")))


@dataclass(slots=True)
class Part:
    """Topics and hours of a plan or of a section of it; `ids` are the topics."""

    ids: set[int] = field(default_factory=set)
    hours: int = 0


def build(scope: Scope) -> Table:
    plans, taught = _plans(scope), _taught(scope)
    lessons, without = hours.lessons_held(scope), _without_topic(scope)
    by_section = scope.choice("by") == "section"
    rows, bare = [], []
    for journal in scope.journals.values():
        plan = plans.get(journal.plan_id or 0)
        if not plan:
            if lessons.get(journal.id):
                bare.append(journal.discipline if scope.query.group else f"{journal.audience}: {journal.discipline}")
            continue
        for section, part in (plan if by_section else {"": _whole(plan)}).items():
            done = {topic: given for topic, given in taught[journal.id].items() if topic in part.ids}
            last = [] if by_section else [without.get(journal.id, 0)]
            first = [section or "без раздела"] if by_section else [scope.teacher_words(journal.id)]
            cells: list[Value] = [
                journal.audience, journal.discipline, *first, len(part.ids), len(done),
                reports.share(len(done), len(part.ids)), part.hours, sum(done.values()),
                reports.share(sum(done.values()), part.hours), *last,
            ]  # fmt: skip
            rows.append(Row(cells, course_id=journal.id))
    table = Table(_columns(by_section), rows, _total(rows, by_section), _notes(scope))
    if bare:
        table.lists.append(("Журналы без тематического плана", bare))
    return table


def _columns(by_section: bool) -> list[Column]:
    columns = [
        Column("Группа"),
        Column("Дисциплина"),
        Column("Раздел" if by_section else "Преподаватель"),
        Column("Тем в плане", Kind.WHOLE),
        Column("Пройдено", Kind.WHOLE, "Тем, которые стоят хотя бы в одном проведённом занятии"),
        Column("% тем", Kind.PERCENT, "Пройдено / тем × 100"),
        Column("Часов в плане", Kind.WHOLE),
        Column("Дано", Kind.WHOLE, "Часы проведённых занятий с темами плана"),
        Column("% часов", Kind.PERCENT, "Дано / часов в плане × 100"),
    ]
    return columns if by_section else [*columns, Column("Без темы", Kind.WHOLE, "Проведённых занятий без темы плана")]


def _plans(scope: Scope) -> dict[int, dict[str, Part]]:
    """Sections of each thematic plan, in its order; one query."""
    ids = {journal.plan_id for journal in scope.journals.values() if journal.plan_id}
    found: dict[int, dict[str, Part]] = defaultdict(dict)
    for row in facts.fetch(
        select(Topic.id, Topic.plan_id, Topic.section, Topic.hours)
        .where(Topic.plan_id.in_(ids))
        .order_by(Topic.plan_id, Topic.ordinal)
    ):
        part = found[row.plan_id].setdefault(row.section, Part())
        part.ids.add(row.id)
        part.hours += row.hours
    return found


def _whole(plan: dict[str, Part]) -> Part:
    return Part({topic for part in plan.values() for topic in part.ids}, sum(part.hours for part in plan.values()))


def _taught(scope: Scope) -> dict[int, dict[int, int]]:
    """Hours given to each topic in each journal, from the year's beginning: a programme knows no semesters."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    until = scope.span[1] if scope.span else scope.today
    for course_id, topic_id, given in facts.fetch(
        select(Lesson.course_id, Lesson.topic_id, func.sum(Lesson.hours))
        .where(_held(scope, until), Lesson.topic_id.is_not(None))
        .group_by(Lesson.course_id, Lesson.topic_id)
    ):
        found[course_id][topic_id or 0] = int(given)
    return found


def _without_topic(scope: Scope) -> dict[int, int]:
    until = scope.span[1] if scope.span else scope.today
    rows = facts.fetch(
        select(Lesson.course_id, func.count())
        .where(_held(scope, until), Lesson.topic_id.is_(None))
        .group_by(Lesson.course_id)
    )
    return {row[0]: row[1] for row in rows}


def _held(scope: Scope, until: date) -> ColumnElement[bool]:
    return and_(Lesson.course_id.in_(scope.journals), Lesson.state == LessonState.HELD, Lesson.date <= until)


def _total(rows: list[Row], by_section: bool) -> Row | None:
    if len(rows) < 2:
        return None
    topics, done, planned, given = (sum(int(str(row.cells[n])) for row in rows) for n in (3, 4, 6, 7))
    last = [] if by_section else [sum(int(str(row.cells[9])) for row in rows)]
    shares = reports.share(done, topics), reports.share(given, planned)
    return Row(["Всего", "", "", topics, done, shares[0], planned, given, shares[1], *last])


def _notes(scope: Scope) -> list[str]:
    until = scope.span[1] if scope.span else scope.today
    return [
        f"Пройденное — с начала учебного года по {until:%d.%m.%Y}; план — тематический, на весь курс (п. 2.3, 4.4)."
    ]


REPORT = Report(
    key="programme",
    title="Освоение программы",
    words="Сколько тем и часов тематического плана пройдено, по журналам и разделам программы (п. 2.3).",
    build=build,
    order=60,
    choices=(BY,),
)
