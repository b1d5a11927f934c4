"""Reading documents about absences: the leader's list, one document with its answers, the family's own (п. 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from ejournal.access import Viewer, in_force, led_by, reads_diary
from ejournal.domain import absences as rules
from ejournal.domain import numbers
from ejournal.domain.absences import Standing
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    AbsencePaper,
    AbsenceRequest,
    Course,
    CourseTeacher,
    Enrollment,
    Group,
    Person,
)
from ejournal.services import absence_lessons, diary, files, groups, settings
from ejournal.services.absence_cover import span_words
from ejournal.services.absence_lessons import Concern
from ejournal.services.diary import Diary
from ejournal.services.errors import NotFoundError
from ejournal.services.files import Download

PAGE_SIZE = 50
OPEN_STANDINGS = (Standing.WAITING, Standing.AGAIN)


@dataclass(frozen=True, slots=True)
class Line:
    """A document in the leader's list, with how many journals have answered."""

    paper: AbsencePaper
    group: str
    standings: list[Standing]

    @property
    def span(self) -> str:
        return span_words(self.paper.since, self.paper.until)

    @property
    def waiting(self) -> int:
        return sum(standing in OPEN_STANDINGS for standing in self.standings)

    @property
    def accepted(self) -> int:
        return self.standings.count(Standing.ACCEPTED)

    @property
    def declined(self) -> int:
        return self.standings.count(Standing.DECLINED)

    @property
    def closed(self) -> int:
        return self.standings.count(Standing.CLOSED)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a document asks of one journal, and what its teachers answered."""

    request: AbsenceRequest
    teachers: str
    concern: Concern
    standing: Standing


@dataclass(frozen=True, slots=True)
class Page:
    paper: AbsencePaper
    group: str
    span: str
    journals: list[Journal]
    # The student's other journals: no lessons on those days.
    idle: int

    @property
    def waiting(self) -> int:
        return sum(journal.standing in OPEN_STANDINGS for journal in self.journals)

    def may(self, step: str) -> bool:
        return rules.may(step, self.paper.state)


def of_leader(viewer: Viewer, state: str = "", page: int = 1) -> tuple[list[Line], int]:
    """A page of the documents of the groups led, those that wait first, and how many pages there are."""
    wanted = _led(viewer)
    if state in rules.STATES:
        wanted = wanted.where(AbsencePaper.state == state)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    papers = db.session.scalars(
        wanted.order_by(AbsencePaper.state != rules.SENT, AbsencePaper.since.desc(), AbsencePaper.id.desc())
        .options(joinedload(AbsencePaper.student), selectinload(AbsencePaper.requests), joinedload(AbsencePaper.file))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    concerns = absence_lessons.load([request.id for paper in papers for request in paper.requests])
    titles = groups.titles_of([paper.student_id for paper in papers])
    lines = [Line(paper, titles.get(paper.student_id, ""), _standings(paper, concerns)) for paper in papers]
    return lines, numbers.pages(total, PAGE_SIZE)


def of_student(viewer: Viewer, student_id: int) -> list[AbsencePaper]:
    """The documents about a student of a group led, the newest first. One query."""
    wanted = _led(viewer).where(AbsencePaper.student_id == student_id)
    return list(db.session.scalars(wanted.order_by(None).order_by(AbsencePaper.since.desc(), AbsencePaper.id.desc())))


def to_confirm(viewer: Viewer) -> int:
    """How many documents sent by families wait for the viewer."""
    waiting = _led(viewer).where(AbsencePaper.state == rules.SENT).order_by(None)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def load(viewer: Viewer, paper_id: int) -> Page:
    """One document in full. Raises NotFoundError where its student's group is not the viewer's."""
    paper = find(viewer, paper_id)
    course = joinedload(AbsenceRequest.course)
    requests = db.session.scalars(
        select(AbsenceRequest)
        .where(AbsenceRequest.paper_id == paper.id)
        .options(
            joinedload(AbsenceRequest.answerer),
            course.joinedload(Course.discipline),
            course.joinedload(Course.group),
            course.joinedload(Course.subgroup),
        )
        .order_by(AbsenceRequest.id)
    ).all()
    concerns = absence_lessons.load([request.id for request in requests])
    teachers = _teachers([request.course_id for request in requests])
    journals = [
        Journal(
            request,
            ", ".join(teachers.get(request.course_id, [])),
            concerns[request.id],
            concerns[request.id].standing(request.answer),
        )
        for request in requests
        if concerns[request.id].spots
    ]
    group = groups.titles_of([paper.student_id]).get(paper.student_id, "")
    return Page(paper, group, span_words(paper.since, paper.until), journals, len(requests) - len(journals))


def of_family(viewer: Viewer, student_id: int) -> tuple[Diary, list[AbsencePaper]]:
    """The documents about a student for the family, the newest first. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    if not opened.is_kin:
        raise NotFoundError
    papers = db.session.scalars(
        select(AbsencePaper)
        .where(AbsencePaper.student_id == student_id)
        .options(joinedload(AbsencePaper.file), joinedload(AbsencePaper.sender))
        .order_by(AbsencePaper.since.desc(), AbsencePaper.id.desc())
    )
    return opened, list(papers)


def students_led(viewer: Viewer, group_id: int | None = None) -> list[tuple[int, str]]:
    """(id, «Фамилия Имя, ИС-21») of the students of today in the groups led, or in one of them, for a choice."""
    today = settings.today()
    spell = aliased(Enrollment)  # access.led_by speaks of enrolments too
    query = (
        select(Person.id, Person.surname, Person.name, Group.title)
        .join(spell, spell.student_id == Person.id)
        .join(Group, Group.id == spell.group_id)
        .where(led_by(viewer, today), in_force(spell, today))
        .order_by(Group.gkey, Person.skey, Person.id)
    )
    if group_id is not None:
        query = query.where(Group.id == group_id)
    return [(row.id, f"{row.surname} {row.name}, {row.title}") for row in db.session.execute(query)]


def scan_of(viewer: Viewer, paper_id: int) -> Download:
    """The scan for the group's leader, administration and who sent it, while the diary is open to her; never for
    teachers. Raises NotFoundError."""
    today = settings.today()
    paper = db.session.scalar(
        select(AbsencePaper)
        .join(Person, Person.id == AbsencePaper.student_id)
        .where(
            AbsencePaper.id == paper_id,
            AbsencePaper.file_id.is_not(None),
            or_(led_by(viewer, today), and_(AbsencePaper.sent_by == viewer.person_id, reads_diary(viewer, today))),
        )
        .options(joinedload(AbsencePaper.file))
    )
    if paper is None or paper.file is None:
        raise NotFoundError
    return files.open_stored(paper.file)


def find(viewer: Viewer, paper_id: int) -> AbsencePaper:
    """A paper of a student of the group led, or any for administration. Raises NotFoundError."""
    paper = db.session.scalar(
        select(AbsencePaper)
        .join(Person, Person.id == AbsencePaper.student_id)
        .where(AbsencePaper.id == paper_id, led_by(viewer, settings.today()))
        .options(
            joinedload(AbsencePaper.student),
            joinedload(AbsencePaper.sender),
            joinedload(AbsencePaper.decider),
            joinedload(AbsencePaper.file),
        )
    )
    if paper is None:
        raise NotFoundError
    return paper


def find_student(viewer: Viewer, student_id: int) -> Person:
    """A student of the group led, or any for administration. Raises NotFoundError."""
    query = select(Person).where(Person.id == student_id, led_by(viewer, settings.today()))
    student = db.session.scalar(query)
    if student is None:
        raise NotFoundError
    return student


def _led(viewer: Viewer) -> Select[AbsencePaper]:
    return (
        select(AbsencePaper).join(Person, Person.id == AbsencePaper.student_id).where(led_by(viewer, settings.today()))
    )


def _standings(paper: AbsencePaper, concerns: dict[int, Concern]) -> list[Standing]:
    return [concerns[request.id].standing(request.answer) for request in paper.requests if concerns[request.id].spots]


def _teachers(course_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        select(CourseTeacher.course_id, Person.surname, Person.name, Person.patronymic)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_(course_ids), in_force(CourseTeacher, settings.today()))
        .order_by(CourseTeacher.course_id, CourseTeacher.id)
    )
    found: dict[int, list[str]] = {}
    for course_id, *name in rows:
        found.setdefault(course_id, []).append(short_name(*name))
    return found
