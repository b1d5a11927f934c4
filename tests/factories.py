"""Builders of a small college for tests: each stores what it makes and returns it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from itertools import count
from typing import ParamSpec, TypeVar

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain.names import normalize_group_title
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Account,
    Course,
    CourseTeacher,
    Curatorship,
    Discipline,
    Enrollment,
    Group,
    Lesson,
    Period,
    Person,
    Programme,
    Role,
    RoleGrant,
    UserSession,
    Work,
    WorkKind,
)
from ejournal.services import settings

P, T = ParamSpec("P"), TypeVar("T")
_number = count(1)
_within = 0  # how many factories that are not done yet called this one
SURNAMES = ("Абрамов", "Ёлкин", "Ежов", "Жуков", "Зотов", "Ильин", "Котов", "Лосев", "Мохов", "Носов")


@dataclass
class Journal:
    """A journal with everything a test about it needs."""

    course_id: int
    group: Group
    year: AcademicYear
    period: Period
    teacher: Person
    students: list[Person]
    lessons: list[Lesson]
    works: list[Work] = field(default_factory=list)

    def url(self, student: int = 0, work: int = 0) -> str:
        """The address of a cell by the numbers of its row and column."""
        return f"/journal/{self.course_id}/cells/{self.students[student].id}/{self.works[work].id}"


def together(make: Callable[P, T]) -> Callable[P, T]:
    """A factory that calls others: all is committed once, at its end. After a commit each object is read anew."""

    @wraps(make)
    def whole(*arguments: P.args, **named: P.kwargs) -> T:
        global _within
        _within += 1
        try:
            made = make(*arguments, **named)
        finally:
            _within -= 1
        store()
        return made

    return whole


def store() -> None:
    """Commits, unless a factory that is not done yet will."""
    if _within:
        db.session.flush()
    else:
        db.session.commit()


def make_person(surname: str = "", roles: tuple[Role, ...] = (), **names: str) -> Person:
    """A person; with roles also an account that can be signed in to (password «parol-12345» is never hashed here)."""
    number = next(_number)
    person = Person.called(
        surname or SURNAMES[number % len(SURNAMES)], names.get("name", "Пётр"), names.get("patronymic", "Ильич")
    )
    db.session.add(person)
    db.session.flush()
    for role in roles:
        db.session.add(RoleGrant(person_id=person.id, role=role, since=date(2020, 1, 1)))
    if roles:
        db.session.add(Account(person_id=person.id, username=f"user{number}"))
    store()
    return person


def viewer_of(person: Person) -> Viewer:
    """The person as access sees her, signed in."""
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    viewer = access.viewer_of(account.id, settings.today())
    assert viewer is not None
    store()
    return viewer


def make_session(person: Person) -> str:
    """What the cookie of a browser holds in which the person is signed in. No test outlives it, whatever its clock."""
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    never = datetime(2200, 1, 1, tzinfo=UTC)
    made = UserSession(
        id=f"session-{next(_number)}-{account.id}", account_id=account.id, epoch=account.session_epoch,
        started_at=never, seen_at=never, proved_at=never, address="192.0.2.1",
    )  # fmt: skip
    db.session.add(made)
    store()
    return made.id


def make_year(today: date | None = None) -> tuple[AcademicYear, Period]:
    """The academic year of `today` with one long period in it."""
    today = today or settings.today()
    start = today.year if today.month >= 9 else today.year - 1
    found = db.session.scalars(db.select(AcademicYear).where(AcademicYear.title == f"{start}/{start + 1}")).first()
    if found:
        first = db.select(Period).where(Period.year_id == found.id).order_by(Period.id).limit(1)
        return found, db.session.scalars(first).one()
    year = AcademicYear(title=f"{start}/{start + 1}", starts=date(start, 9, 1), ends=date(start + 1, 8, 31))
    db.session.add(year)
    db.session.flush()
    period = Period(year_id=year.id, number=1, title="I семестр", starts=year.starts, ends=year.ends)
    db.session.add(period)
    store()
    return year, period


def make_group(title: str = "", year: AcademicYear | None = None) -> Group:
    number = next(_number)
    programme = Programme(code=f"09.02.{number:02}", title="Информационные системы", years=4)
    db.session.add(programme)
    db.session.flush()
    title = title or f"ИС-{number}"
    group = Group(
        title=title,
        gkey=normalize_group_title(title),
        programme_id=programme.id,
        admission_year=year.starts.year if year else settings.today().year,
    )
    db.session.add(group)
    store()
    return group


def enroll(student: Person, group: Group, since: date, until: date | None = None, **order: object) -> Enrollment:
    enrollment = Enrollment(student_id=student.id, group_id=group.id, since=since, until=until, **order)
    db.session.add(enrollment)
    store()
    return enrollment


def make_kind(title: str = "Ответ на занятии", short: str = "Отв", weight: int = 1) -> WorkKind:
    kind = db.session.scalars(db.select(WorkKind).where(WorkKind.title == title)).first()
    if kind is None:
        kind = WorkKind(title=title, short=short, weight=weight)
        db.session.add(kind)
        store()
    return kind


def make_lesson(course_id: int, day: date, pair: int = 1, works: int = 1, **rest: object) -> Lesson:
    """A lesson held with `works` columns."""
    kind = make_kind()
    lesson = Lesson(course_id=course_id, date=day, pair=pair, state=rest.pop("state", "held"), **rest)
    lesson.works = [Work(kind_id=kind.id, ordinal=n, weight=kind.weight) for n in range(works)]
    db.session.add(lesson)
    store()
    return lesson


@together
def make_journal(students: int = 3, lessons: int = 3, works: int = 1, last: date | None = None) -> Journal:
    """A journal whose `lessons` end today (or on `last`), a day each; its teacher is signed in by `viewer_of`."""
    year, period = make_year()
    group = make_group(year=year)
    people = [make_person(f"{SURNAMES[n % 10]}{'аоуыиэюяеё'[n // 10 % 10]}", name=f"Имя{n}") for n in range(students)]
    people.sort(key=lambda person: person.skey)
    for person in people:
        enroll(person, group, year.starts)
    discipline = Discipline(programme_id=group.programme_id, index="ОП.01", title="Операционные системы", kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(year_id=year.id, group_id=group.id, discipline_id=discipline.id, hours=72)
    db.session.add(course)
    db.session.flush()
    teacher = make_person("Преподавателева", (Role.TEACHER,))
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id))
    store()
    last = last or settings.today()
    made = [make_lesson(course.id, last - timedelta(days=lessons - 1 - n), works=works) for n in range(lessons)]
    return Journal(course.id, group, year, period, teacher, people, made, [w for lesson in made for w in lesson.works])


@together
def make_curator(group: Group, surname: str = "Кураторова") -> Person:
    curator = make_person(surname, (Role.CURATOR,))
    db.session.add(Curatorship(group_id=group.id, person_id=curator.id, since=date(2020, 1, 1)))
    store()
    return curator
