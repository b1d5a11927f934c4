"""Teachers, administration, curators, and who keeps which journal (учебная нагрузка)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.demo.calendar import Year
from ejournal.demo.names import Names
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group, Name, Subject, Teacher, dice
from ejournal.domain.names import sort_key
from ejournal.models import Curatorship, Person, Role, RoleGrant

FULL_LOAD = 30  # pairs a fortnight of a teacher with a full load
# Area: share of men, post, how the room is called. «{}» is a number of its own for each teacher.
AREAS = {
    "rus": (0.1, "преподаватель русского языка и литературы", "{}"),
    "eng": (0.1, "преподаватель иностранного языка", "{}"),
    "math": (0.2, "преподаватель математики", "{}"),
    "inf": (0.5, "преподаватель информатики", "{}"),
    "phys": (0.5, "преподаватель физики", "{}"),
    "chem": (0.1, "преподаватель химии и биологии", "{}"),
    "hist": (0.4, "преподаватель истории и обществознания", "{}"),
    "pe": (0.6, "руководитель физического воспитания", "спортзал {}"),
    "safety": (0.9, "преподаватель-организатор ОБЗР", "{}"),
    "prog": (0.5, "преподаватель дисциплин программирования", "{}"),
    "db": (0.5, "преподаватель дисциплин баз данных", "{}"),
    "hw": (0.9, "преподаватель сетей и оборудования", "{}"),
    "econ": (0.2, "преподаватель экономики и права", "{}"),
    "tech": (0.6, "преподаватель технических дисциплин", "{}"),
    "electro": (0.8, "преподаватель электротехники", "{}"),
    "auto": (0.9, "преподаватель профессионального цикла", "{}"),
    "autoshop": (1.0, "мастер производственного обучения", "автомастерская {}"),
    "food": (0.1, "преподаватель профессионального цикла", "{}"),
    "cook": (0.2, "преподаватель профессионального цикла", "{}"),
    "cookshop": (0.2, "мастер производственного обучения", "кулинарный цех {}"),
}
NAME_OF_TEACHER = Name("Ковалёва", "Елена", "Викторовна", False)
NAME_OF_CURATOR = Name("Семёнова", "Ирина", "Павловна", False)
LED_BY_CURATOR = 1  # the group in the list


@dataclass(frozen=True, slots=True)
class Staff:
    """Persons behind the logins; `teachers` are all, the two named ones among them."""

    director: int
    zavuch: int
    sysadmin: int
    teacher: Teacher
    curator: Teacher
    teachers: list[Teacher]


@dataclass(frozen=True, slots=True)
class Want:
    """A journal somebody has to keep."""

    group: Group
    subject: Subject
    half: int | None


def add(rows: Rows, year: Year, seed: int, groups: list[Group], names: Names) -> tuple[Staff, list[Want]]:
    """Keep rows of employees: as many teachers of each area as its hours ask for."""
    for name in (NAME_OF_TEACHER, NAME_OF_CURATOR):
        names.reserve(name)
    wants = [want for group in groups for want in _wants(group)]
    load = Counter[str]()
    for want in wants:
        load[want.subject.area] += max(want.subject.load[want.group.number])
    # A subject taught in halves needs two teachers at a time.
    pairs = {want.subject.area for want in wants if want.half}
    teachers = []
    for area in AREAS:
        number = max(-(-load[area] // FULL_LOAD), 2 if area in pairs else 1) if load[area] else 0
        for place in range(number):
            teachers.append(_add_teacher(rows, year, seed, area, place, names))
    director = _add_employee(rows, year, names.adult(dice(seed, "director"), True), "директор", Role.ADMINISTRATION)
    zavuch = _add_employee(
        rows,
        year,
        names.adult(dice(seed, "zavuch"), False),
        "заместитель директора по учебной работе",
        Role.ADMINISTRATION,
    )
    sysadmin = _add_employee(
        rows, year, names.adult(dice(seed, "sysadmin"), True), "системный администратор", Role.SYSADMIN
    )
    teacher = next(t for t in teachers if t.area == "prog")
    curator = next(t for t in teachers if t.area == "math")
    _add_curators(rows, year, groups, teachers, teacher, curator)
    return Staff(director, zavuch, sysadmin, teacher, curator, teachers), wants


def _wants(group: Group) -> list[Want]:
    return [
        Want(group, subject, half)
        for subject in group.programme.subjects
        if group.number in subject.load
        for half in ((1, 2) if subject.split else (None,))
    ]


def _add_teacher(rows: Rows, year: Year, seed: int, area: str, place: int, names: Names) -> Teacher:
    men, post, room = AREAS[area]
    chance = dice(seed, "teacher", area, place)
    named = {"prog": NAME_OF_TEACHER, "math": NAME_OF_CURATOR}.get(area) if place == 0 else None
    name = named or names.adult(chance, chance.random() < men)
    # Every twelfth or so is behind with the journal; the two a visitor signs in as are not.
    careless = not named and chance.random() < 0.09
    return Teacher(
        id=_add_employee(rows, year, name, post, Role.TEACHER),
        area=area,
        name=name,
        room=room.format(_room_number(area, place)),
        negligence=chance.uniform(0.25, 0.45) if careless else chance.uniform(0.01, 0.06),
        strictness=chance.gauss(0, 0.2),
    )


def _room_number(area: str, place: int) -> int:
    if area in {"pe", "autoshop", "cookshop"}:
        return place + 1
    # Four rooms of an area on a floor of five areas; a big college has more buildings.
    floor, beside = divmod(list(AREAS).index(area), 5)
    building, room = divmod(place, 4)
    return 400 * building + 100 * (floor + 1) + 4 * beside + room + 1


def _add_employee(rows: Rows, year: Year, name: Name, post: str, role: Role) -> int:
    chance = dice(0, "employee", name)
    person_id = rows.add(
        Person,
        surname=name.surname,
        name=name.name,
        patronymic=name.patronymic,
        skey=sort_key(name.surname, name.name, name.patronymic),
        birth_date=date(chance.randint(1962, 1998), 1, 1) + timedelta(days=chance.randrange(365)),
        post=post,
    )
    order = {} if role == Role.TEACHER else {"order_number": "112", "order_date": date(year.start, 8, 28)}
    rows.add(RoleGrant, person_id=person_id, role=role, since=date(year.start, 9, 1), **order)
    return person_id


def _add_curators(
    rows: Rows, year: Year, groups: list[Group], teachers: list[Teacher], teacher: Teacher, curator: Teacher
) -> None:
    since = date(year.start, 9, 1)
    others = [t for t in teachers if t not in (teacher, curator)]
    granted = set()
    for place, group in enumerate(groups):
        leader = curator if place == LED_BY_CURATOR else others[place * 5 % len(others)]
        rows.add(Curatorship, group_id=group.id, person_id=leader.id, since=since)
        if leader.id not in granted:
            granted.add(leader.id)
            order = {"order_number": "118", "order_date": date(year.start, 8, 31)}
            rows.add(RoleGrant, person_id=leader.id, role=Role.CURATOR, since=since, **order)
