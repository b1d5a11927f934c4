"""Тематические планы: made, copied, edited, attached to journals, checked against the hours (п. 4.2, 4.4)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, teaches
from ejournal.extensions import db, in_turn
from ejournal.models import AcademicYear, Course, Discipline, Group, Lesson, ThematicPlan, Topic
from ejournal.services import log, periods, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

MOST_TOPICS = 400
LONGEST_TITLE = 1000
CHANGED = "Пока вы правили, план изменил кто-то другой. Добавленные им темы — в конце: сверьте и сохраните снова."


@dataclass(frozen=True, slots=True)
class Listed:
    """A journal with its plan, if any; `hours` are the plan's, `course.hours` the load's."""

    course: Course
    plan: ThematicPlan | None
    topics: int
    hours: int

    @property
    def fits(self) -> bool:
        return self.plan is not None and self.hours == self.course.hours


@dataclass(frozen=True, slots=True)
class Line:
    """A topic as it is typed; `id` of a stored one."""

    id: int | None
    section: str
    title: str
    hours: int
    kind: str
    homework: str


def journals(viewer: Viewer, year: AcademicYear) -> list[Listed]:
    """The journals of a year whose plan the viewer may change: all for administration, own ones for a teacher."""
    rows = db.session.execute(
        _journals(viewer)
        .where(Course.year_id == year.id)
        .add_columns(ThematicPlan, func.coalesce(_sum("count"), 0), func.coalesce(_sum("hours"), 0))
        .outerjoin(ThematicPlan, ThematicPlan.id == Course.plan_id)
    )
    return [Listed(*row) for row in rows]


def find(viewer: Viewer, plan_id: int) -> ThematicPlan:
    """A plan the viewer may change: of an own journal, or made by her. Raises NotFoundError."""
    plan = db.session.get(ThematicPlan, plan_id)
    if plan is None:
        raise NotFoundError
    own = _journals(viewer).where(Course.plan_id == plan_id).with_only_columns(Course.id, maintain_column_froms=True)
    if not (viewer.holds(OVERSEERS) or plan.author_id == viewer.person_id or db.session.scalar(own.limit(1))):
        raise NotFoundError
    return plan


def topics(plan_id: int) -> list[Topic]:
    return list(db.session.scalars(select(Topic).where(Topic.plan_id == plan_id).order_by(Topic.ordinal)))


def lines(plan_id: int) -> list[Line]:
    """The topics as the table of a plan shows them."""
    return [Line(row.id, row.section, row.title, row.hours, row.kind, row.homework) for row in topics(plan_id)]


def stamp(shown: Sequence[Line]) -> str:
    """What a person was shown of a plan, in a few letters: whether it has changed since."""
    return hashlib.sha256(repr(list(shown)).encode()).hexdigest()[:16]


def used_by(plan_id: int) -> list[Course]:
    """The journals that go by a plan."""
    return list(
        db.session.scalars(
            select(Course)
            .where(Course.plan_id == plan_id)
            .options(joinedload(Course.group), joinedload(Course.subgroup), joinedload(Course.discipline))
            .order_by(Course.id)
        )
    )


def course_of(viewer: Viewer, course_id: int) -> Course:
    """A journal whose plan the viewer may change. Raises NotFoundError."""
    course = db.session.scalar(_journals(viewer).where(Course.id == course_id))
    if course is None:
        raise NotFoundError
    return course


def offered(viewer: Viewer, course_id: int) -> list[tuple[ThematicPlan, int]]:
    """The plans that could be attached to a journal or copied for it: of its discipline's title, with their hours."""
    course = course_of(viewer, course_id)
    rows = db.session.execute(
        select(ThematicPlan, func.coalesce(func.sum(Topic.hours), 0))
        .join(Discipline, Discipline.id == ThematicPlan.discipline_id)
        .outerjoin(Topic, Topic.plan_id == ThematicPlan.id)
        .where(Discipline.title == course.discipline.title)
        .group_by(ThematicPlan.id)
        .order_by(ThematicPlan.title, ThematicPlan.id)
    )
    return [(row[0], row[1]) for row in rows]


def create(actor: Viewer, course_id: int, copied_id: int | None = None) -> ThematicPlan:
    """A plan for a journal, empty or a copy of another with all its topics, attached at once."""
    course = course_of(actor, course_id)
    periods.check_open(course.year)
    plan = ThematicPlan(
        discipline_id=course.discipline_id,
        title=_free_title(f"{course.discipline.title}, {course.audience}"),
        author_id=actor.person_id,
        year_id=course.year_id,
    )
    db.session.add(plan)
    db.session.flush()
    source = _offered_plan(actor, course_id, copied_id) if copied_id else None
    for topic in topics(source.id) if source else []:
        db.session.add(
            Topic(
                plan_id=plan.id, ordinal=topic.ordinal, section=topic.section, title=topic.title, hours=topic.hours,
                kind=topic.kind, homework=topic.homework,
            )
        )  # fmt: skip
    course.plan_id = plan.id
    after = f"{plan.title}" + (f", копия плана «{source.title}»" if source else "")
    log.record(actor, "plan", "copy" if source else "create", after=after, course_id=course.id)
    db.session.commit()
    return plan


def attach(actor: Viewer, course_id: int, plan_id: int | None) -> None:
    """Let a journal go by a plan of its discipline, or by none. Topics already written in lessons stay."""
    course = course_of(actor, course_id)
    periods.check_open(course.year)
    plan = _offered_plan(actor, course_id, plan_id) if plan_id else None
    if course.plan_id != (plan.id if plan else None):
        before = db.session.get(ThematicPlan, course.plan_id) if course.plan_id else None
        log.record(
            actor, "plan", "attach", before=before.title if before else None, after=plan.title if plan else "без плана",
            course_id=course.id,
        )  # fmt: skip
        course.plan_id = plan.id if plan else None
    db.session.commit()


def save(actor: Viewer, plan_id: int, typed: Sequence[Line], seen: str | None = None) -> ThematicPlan:
    """The topics of a plan as they are now, in this order. Those that lessons name are never deleted with their text:
    the lesson keeps its own. `seen`: the stamp of what was changed here. Raises FieldsError by «title-3», «hours-3»,
    and by «seen» where somebody else has changed it since."""
    plan = find(actor, plan_id)
    typed = [line for line in typed if line.title or line.section or line.homework]
    _check(typed)
    in_turn(f"plan {plan.id}")
    if seen is not None and seen != stamp(lines(plan.id)):
        raise FieldsError({"seen": CHANGED})
    stored = {topic.id: topic for topic in topics(plan.id)}
    before = _words(list(stored.values()))
    # Ordinals are unique: first out of the way, then into their places.
    for topic in stored.values():
        topic.ordinal = -topic.id
    db.session.flush()
    kept: set[int] = set()
    for ordinal, line in enumerate(typed, 1):
        known = stored.get(line.id or 0)
        topic = known if known and known.id not in kept else Topic(plan_id=plan.id)
        if topic is known:
            kept.add(topic.id)
        else:
            db.session.add(topic)
        topic.ordinal, topic.section, topic.title = ordinal, line.section[:250], line.title
        topic.hours, topic.kind, topic.homework = line.hours, line.kind[:250], line.homework
    gone = [topic for topic in stored.values() if topic.id not in kept]
    _let_go(gone)
    db.session.flush()
    after = _words(topics(plan.id))
    if before != after:
        log.record(actor, "plan", "update", before=before, after=after, details={"plan": plan.id, "name": plan.title})
    db.session.commit()
    return plan


def parse_pasted(text: str) -> list[Line]:
    """Rows of a spreadsheet: topic, hours, kind, homework; a row of one cell «Раздел …» begins a section."""
    lines: list[Line] = []
    section = ""
    for row in text.splitlines():
        cells = [" ".join(cell.split()) for cell in row.split("\t")]
        if cells and cells[0].isdecimal() and len(cells) > 1:
            cells = cells[1:]  # the number of the lesson
        title = cells[0] if cells else ""
        if not title:
            continue
        if len([cell for cell in cells if cell]) == 1 and title.casefold().startswith(("раздел", "глава", "модуль")):
            section = title
            continue
        rest = [*cells[1:], "", "", ""]
        hours = int(rest[0]) if rest[0].isdecimal() and len(rest[0]) < 4 else 2
        lines.append(Line(None, section, title, hours, rest[1], rest[2]))
    return lines


def _journals(viewer: Viewer) -> Select[Any]:
    query = (
        select(Course)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Group, Group.id == Course.group_id)
        .options(
            joinedload(Course.discipline),
            joinedload(Course.group),
            joinedload(Course.subgroup),
            joinedload(Course.year),
        )
        .order_by(Discipline.title, Group.gkey, Course.id)
    )
    return query if viewer.holds(OVERSEERS) else query.where(teaches(viewer, Course.id, settings.today()))


def _sum(what: str) -> Any:
    column = func.count(Topic.id) if what == "count" else func.sum(Topic.hours)
    return select(column).where(Topic.plan_id == Course.plan_id).correlate(Course).scalar_subquery()


def _offered_plan(viewer: Viewer, course_id: int, plan_id: int) -> ThematicPlan:
    found = next((plan for plan, _hours in offered(viewer, course_id) if plan.id == plan_id), None)
    if found is None:
        raise RefusedError("Этот план — другой дисциплины: выберите план из списка.")
    return found


def _free_title(title: str) -> str:
    taken = set(
        db.session.scalars(
            select(ThematicPlan.title).where(ThematicPlan.title.startswith(title[:200], autoescape=True))
        )
    )
    number, name = 1, title[:250]
    while name in taken:
        number += 1
        name = f"{title[:240]} ({number})"
    return name


def _check(lines: Sequence[Line]) -> None:
    errors: dict[str, str] = {}
    for number, line in enumerate(lines):
        if not line.title:
            errors[f"title-{number}"] = "Впишите тему."
        elif len(line.title) > LONGEST_TITLE:
            errors[f"title-{number}"] = f"Не длиннее {LONGEST_TITLE} знаков."
        if not 1 <= line.hours <= 100:
            errors[f"hours-{number}"] = "Часы — от 1 до 100."
    if len(lines) > MOST_TOPICS:
        errors["title-0"] = f"В плане не больше {MOST_TOPICS} тем."
    if errors:
        raise FieldsError(errors)


def _let_go(gone: Sequence[Topic]) -> None:
    """Lessons keep the text of a topic that leaves the plan."""
    for topic in gone:
        for lesson in db.session.scalars(select(Lesson).where(Lesson.topic_id == topic.id)):
            lesson.topic_id = None
            lesson.topic = lesson.topic or topic.title
        db.session.flush()
        db.session.delete(topic)


def _words(rows: Sequence[Topic]) -> str:
    return f"тем {len(rows)}, часов {sum(row.hours for row in rows)}: " + "; ".join(
        ", ".join(filter(None, (row.section, row.title, f"{row.hours} ч", row.kind, row.homework))) for row in rows
    )
