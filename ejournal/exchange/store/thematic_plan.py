"""A thematic plan → topics of a discipline, attached to the group's journals of the year."""

from collections.abc import Callable

from sqlalchemy import exists, false, select, update

from ejournal.domain import calendar
from ejournal.domain.names import normalize_group_title
from ejournal.exchange.changes import Draft
from ejournal.exchange.headers import RowError
from ejournal.exchange.store.courses import Disciplines, Teachers
from ejournal.exchange.store.groups import year_of
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.thematic_plan import PlanList, TopicRecord
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Discipline, Group, Lesson, ThematicPlan, Topic

FIELDS = {"title": "тема", "section": "раздел", "hours": "часы", "kind": "вид занятия", "homework": "задание"}


def plan(listing: PlanList, draft: Draft) -> None:
    """Add the changes of a plan to the draft. Counted are topics."""
    try:
        group = _group(listing)
        if not listing.discipline:
            raise RowRefusedError("discipline", "над таблицей не указана дисциплина: «Дисциплина: …»")
        discipline = Disciplines(calendar.academic_year(draft.today)).find(listing.discipline, group, listing.programme)
        found = _found(listing.title or plan_title(discipline, group), discipline, draft)
    except RowRefusedError as refusal:
        draft.errors.append(RowError(listing.discipline_row, refusal.key, "", refusal.message))
        return
    stored = _stored_plan(found, listing, discipline, group, draft)
    topics = _topics(stored)
    unused = dict(topics)
    matched = [_take_match(record, unused) for record in listing.topics]
    for topic in unused.values():
        _drop(topic, draft)
    moved = [topic.id for n, topic in enumerate(matched, start=1) if topic and topic.ordinal != n]
    if moved:
        draft.step("Порядок тем меняется", lambda: _free_ordinals(moved))
    for ordinal, (record, known) in enumerate(zip(listing.topics, matched, strict=True), start=1):
        _plan_topic(ordinal, record, known, stored, draft)


def _group(listing: PlanList) -> Group | None:
    if not listing.group:
        return None
    group = db.session.scalar(select(Group).where(Group.gkey == normalize_group_title(listing.group)))
    if group is None:
        raise RowRefusedError("group", f"группы «{listing.group}» нет. Загрузите сначала список обучающихся")
    return group


def _found(title: str, discipline: Discipline, draft: Draft) -> ThematicPlan | None:
    """The plan of this name of the running year, or one of no year that no closed year goes by.

    RowRefusedError where a closed year goes by it all the same: it can only be read (п. 2.3).
    """
    year = year_of(draft.today)
    named = select(ThematicPlan).where(ThematicPlan.discipline_id == discipline.id, ThematicPlan.title == title)
    is_read_only = exists().where(
        Course.plan_id == ThematicPlan.id, AcademicYear.id == Course.year_id, AcademicYear.closed_at.is_not(None)
    )
    own = named.where(ThematicPlan.year_id == year.id) if year else named.where(false())
    if db.session.scalar(own.where(is_read_only)):
        message = f"по плану «{title}» идёт журнал закрытого учебного года: его можно только читать (п. 2.3)"
        raise RowRefusedError("discipline", message)
    common = named.where(ThematicPlan.year_id.is_(None), ~is_read_only).order_by(ThematicPlan.id)
    return db.session.scalar(own) or db.session.scalar(common)


def _stored_plan(
    found: ThematicPlan | None, listing: PlanList, discipline: Discipline, group: Group | None, draft: Draft
) -> ThematicPlan:
    title = listing.title or plan_title(discipline, group)
    courses = _courses(discipline, group, draft) if group else []
    stored = found or ThematicPlan(
        discipline_id=discipline.id,
        title=title,
        author_id=_author(listing, draft),
        # As the page of a journal makes it: of the journal's year, so that the next one gets a plan of its own.
        year_id=courses[0].year_id if courses else None,
    )
    attached = [course for course in courses if found is None or course.plan_id != found.id]

    def act() -> None:
        db.session.add(stored)
        db.session.flush()
        for course in attached:
            course.plan_id = stored.id

    if found is None:
        draft.step(f"Новый тематический план «{title}»", act)
    elif attached:
        draft.step(f"План «{title}» прикрепляется к журналам: {len(attached)}", act)
    if group and not courses:
        draft.notes.append(
            f"Журнала «{discipline.title}» у группы {group.title} ещё нет: план прикрепят, когда он будет."
        )
    return stored


def plan_title(discipline: Discipline, group: Group | None) -> str:
    """The name a plan is found by when it comes again: of the discipline and the group it is for."""
    return f"{discipline.title}, {group.title}"[:250] if group else discipline.title


def _author(listing: PlanList, draft: Draft) -> int | None:
    if not listing.teacher:
        return None
    try:
        return Teachers().find(listing.teacher).id
    except RowRefusedError as refusal:
        draft.notes.append(f"Автор плана не записан: {refusal.message}.")
        return None


def _courses(discipline: Discipline, group: Group, draft: Draft) -> list[Course]:
    year = year_of(draft.today)
    # A closed year can only be read (п. 2.3).
    if year is None or year.closed_at:
        return []
    return list(
        db.session.scalars(
            select(Course).where(
                Course.year_id == year.id,
                Course.group_id == group.id,
                Course.discipline_id == discipline.id,
            )
        )
    )


def _topics(stored: ThematicPlan) -> dict[int, Topic]:
    if stored.id is None:
        return {}
    rows = db.session.scalars(select(Topic).where(Topic.plan_id == stored.id).order_by(Topic.ordinal))
    return {row.id: row for row in rows}


def _take_match(record: TopicRecord, unused: dict[int, Topic]) -> Topic | None:
    """The stored topic of the same title: lessons already held keep theirs when topics are moved about."""
    for same_section in (True, False):
        for topic in unused.values():
            if topic.title == record.title and (topic.section == record.section or not same_section):
                return unused.pop(topic.id)
    return None


def _drop(topic: Topic, draft: Draft) -> None:
    lessons = db.session.scalar(select(Lesson.id).where(Lesson.topic_id == topic.id).limit(1))
    taught = " (в проведённых занятиях тема останется записанной)" if lessons else ""

    def act() -> None:
        # A lesson keeps the words of its topic; only the link to the plan goes.
        db.session.execute(update(Lesson).where(Lesson.topic_id == topic.id).values(topic_id=None))
        db.session.delete(topic)
        db.session.flush()

    draft.step(f"Тема убирается, в файле её нет: {topic.title}{taught}", act)


def _free_ordinals(moved: list[int]) -> None:
    """Numbers are unique in a plan: those that move get out of the way before each takes its place."""
    for topic_id in moved:
        db.session.execute(update(Topic).where(Topic.id == topic_id).values(ordinal=-topic_id))


def _plan_topic(ordinal: int, record: TopicRecord, known: Topic | None, stored: ThematicPlan, draft: Draft) -> None:
    name = f"{ordinal}. {record.title}"
    if known is None:
        lines = [f"{record.hours} ч.", *filter(None, [record.kind, record.homework])]
        draft.create(name, lines, _adding(ordinal, record, stored))
        return
    lines = [
        f"{title}: {getattr(known, key) or 'нет'} → {getattr(record, key) or 'нет'}"
        for key, title in FIELDS.items()
        if getattr(known, key) != getattr(record, key)
    ]
    if known.ordinal != ordinal:
        lines.append(f"№ {known.ordinal} → № {ordinal}")

    def act() -> None:
        known.ordinal = ordinal
        for key in FIELDS:
            setattr(known, key, getattr(record, key))

    draft.update(name, lines, act)


def _adding(ordinal: int, record: TopicRecord, stored: ThematicPlan) -> Callable[[], None]:
    return lambda: db.session.add(
        Topic(
            plan_id=stored.id,
            ordinal=ordinal,
            section=record.section,
            title=record.title,
            hours=record.hours,
            kind=record.kind,
            homework=record.homework,
        )
    )
