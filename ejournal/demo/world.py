"""What the parts of the demo college hand to one another."""

import datetime
from dataclasses import dataclass, field
from datetime import date
from random import Random


@dataclass(frozen=True, slots=True)
class Name:
    surname: str
    name: str
    patronymic: str
    male: bool


@dataclass(slots=True)
class Topic:
    """A row of a thematic plan: what one lesson is about."""

    id: int
    title: str
    kind: str
    homework: str
    work: str  # short name of the kind of work that is graded
    work_title: str


@dataclass(slots=True)
class Plan:
    """A thematic plan: of a discipline in one course year (курс)."""

    id: int
    topics: list[Topic]


@dataclass(slots=True)
class Subject:
    """A discipline as a programme teaches it. `load` is pairs a fortnight in both semesters, by course year."""

    id: int
    index: str
    title: str
    area: str
    split: bool
    load: dict[int, tuple[int, int]]
    control: dict[int, tuple[str, str]]
    is_practice: bool
    plans: dict[int, Plan] = field(default_factory=dict)


@dataclass(slots=True)
class Programme:
    id: int
    prefix: str
    male_share: float
    subjects: list[Subject]


@dataclass(slots=True)
class Teacher:
    """`negligence`, 0..1: how often journals are filled late or not at all; `strictness` is taken off marks."""

    id: int
    area: str
    name: Name
    room: str
    negligence: float
    strictness: float
    load: int = 0


@dataclass(slots=True)
class Absence:
    """Why a student is away on a day: «б» or «п», and when the paper that proves it is brought (None: never)."""

    code: str
    paper_on: date | None


@dataclass(slots=True)
class Student:
    id: int
    name: Name
    born: date
    ability: float
    talents: dict[str, float]  # by area: better at some subjects than at others
    truancy: float
    lateness: float
    absences: dict[date, Absence] = field(default_factory=dict)


@dataclass(slots=True)
class Member:
    """A student in a group between two days, both included, and in which half of it."""

    student: Student
    half: int
    since: date
    until: date | None = None

    def was_there(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(slots=True)
class Group:
    id: int
    title: str
    number: int  # course year (курс), 1..4
    programme: Programme
    second_shift: bool
    subgroups: dict[int, int] = field(default_factory=dict)  # half (1, 2) → subgroup id
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True)
class Course:
    """One journal: the group (or a half of it), the subject and who teaches it."""

    id: int
    group: Group
    half: int | None
    subject: Subject
    teacher: Teacher
    plan: Plan
    done: int = 0  # lessons taken from the plan so far

    def pairs(self, semester: int) -> int:
        """Pairs a fortnight."""
        return self.subject.load[self.group.number][semester - 1]


@dataclass(frozen=True, slots=True)
class Slot:
    """A course's place in the fortnight. `week` is «both», «odd» or «even»; `length` in pairs."""

    course: Course
    weekday: int
    pair: int
    week: str
    length: int


@dataclass(slots=True)
class Lesson:
    """A lesson that is to be held, or was; `next_on` is the date of the course's following one."""

    course: Course
    date: datetime.date
    pair: int
    length: int
    topic: Topic | None
    starts: datetime.datetime
    ends: datetime.datetime
    next_on: datetime.date | None = None
    moved_from: datetime.date | None = None
    reason: str = ""
    cancelled: bool = False
    untouched: bool = False  # nobody has filled it in, though it was held
    unmarked: bool = False  # works were taken in but never given back


def dice(seed: int, *about: object) -> Random:
    """A source of chance of its own for each thing, so that one more student does not change all the others."""
    return Random(":".join(map(str, (seed, *about))))  # noqa: S311 - a demo, not a secret
