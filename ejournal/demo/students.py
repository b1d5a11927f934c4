"""Groups, students, their parents, and the movement of the contingent (зачислен, переведён, отчислен)."""

from datetime import date, timedelta
from random import Random

from ejournal.demo.calendar import ONE_DAY, Year
from ejournal.demo.names import Names
from ejournal.demo.rows import Rows
from ejournal.demo.staff import AREAS
from ejournal.demo.world import Group, Member, Name, Programme, Student, dice
from ejournal.domain.names import normalize_group_title, sort_key
from ejournal.models import Enrollment, Guardianship, Person, Role, RoleGrant, Subgroup, SubgroupMember
from ejournal.models import Group as GroupRow

GROUP_SIZE = 25
# Programme (place in the list) and course year of the first groups: every course twice, every programme more than once.
FIRST = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 1), (1, 3), (2, 2), (2, 4))
REST = ((1, 2), (2, 1), (2, 3), (1, 4))
# Share of students with such a parent on the list.
PARENTS = ((False, "мать", 0.85), (True, "отец", 0.4))
WRITABLE = 0.8  # of parents gave an e-mail address
SHIFT_HOLDS = 3  # groups of one programme and course in the first shift; the fourth comes in the second

# A full-grown list has these too: no patronymic, «оглы», two surnames, a hyphen; ё is among the ordinary ones.
UNUSUAL = (
    Name("Нгуен", "Минь", "", True),
    Name("Соколова-Белозерская", "Алёна", "Петровна", False),
    Name("Мамедов", "Руслан", "Рашид оглы", True),
    Name("Ли", "Виктория", "Чжэновна", False),
)
NAMESAKE = Name("Смирнова", "Анастасия", "Алексеевна", False)
# The login «student», his sister in another group, and their mother, the login «parent».
STUDENT = Name("Аксёнов", "Артём", "Сергеевич", True)
SISTER = Name("Аксёнова", "Полина", "Сергеевна", False)
MOTHER = Name("Аксёнова", "Марина", "Игоревна", False)


def add_groups(rows: Rows, year: Year, programmes: list[Programme], students: int) -> list[Group]:
    """Keep rows of enough groups for that many students, never less than the first eight."""
    groups = []
    counts: dict[tuple[int, int], int] = {}
    for number in range(max(len(FIRST), -(-students // GROUP_SIZE))):
        kind = (*FIRST, *REST)[number % (len(FIRST) + len(REST))]
        counts[kind] = counts.get(kind, 0) + 1
        programme, course = programmes[kind[0]], kind[1]
        title = f"{programme.prefix}-{course}{counts[kind]}"
        group_id = rows.add(
            GroupRow,
            title=title,
            gkey=normalize_group_title(title),
            programme_id=programme.id,
            admission_year=year.start - course + 1,
        )
        group = Group(group_id, title, course, programme, counts[kind] > SHIFT_HOLDS)
        group.subgroups = {half: rows.add(Subgroup, group_id=group_id, title=f"подгруппа {half}") for half in (1, 2)}
        groups.append(group)
    return groups


def add_students(rows: Rows, year: Year, seed: int, groups: list[Group], students: int, names: Names) -> None:
    """Keep rows of students with what happened to them this year, as far as it has happened by today."""
    for name in (*UNUSUAL, NAMESAKE, STUDENT, SISTER, MOTHER):
        names.reserve(name)
    for place, group in enumerate(groups):
        size = students // len(groups) + (place < students % len(groups))
        chance = dice(seed, "group", group.title)
        called = [names.student(chance, chance.random() < group.programme.male_share) for _ in range(size)]
        _seat_unusual(place, called)
        for number, name in enumerate(sorted(called, key=lambda n: sort_key(n.surname, n.name, n.patronymic))):
            student = _add_student(rows, year, group, chance, name)
            since = date(year.start - group.number + 1, 9, 1)
            group.members.append(Member(student, 1 + (number % 2), since))
    leaving = _move(year, groups)
    for group in groups:
        for member in group.members:
            _add_member(rows, year, group, member, leaving)


def add_parents(
    rows: Rows, year: Year, seed: int, groups: list[Group], names: Names
) -> tuple[int, int, list[tuple[int, int]]]:
    """Keep rows of parents; returns the persons of the logins «student» and «parent», who has two children, and every
    (parent, student)."""
    guardians = []
    since = date(year.start, 9, 1)
    mother = _add_parent(rows, MOTHER, since)
    children = [m.student for group in groups for m in group.members if m.student.name in (STUDENT, SISTER)]
    for student in children:
        rows.add(Guardianship, parent_id=mother, student_id=student.id, relation="мать", since=since)
        guardians.append((mother, student.id))
    for group in groups:
        chance = dice(seed, "parents", group.title)
        for student in (m.student for m in group.members if m.since <= since and m.student not in children):
            for male, relation, share in PARENTS:
                if chance.random() < share:
                    parent = _add_parent(rows, names.parent(chance, student.name, male), since)
                    rows.add(Guardianship, parent_id=parent, student_id=student.id, relation=relation, since=since)
                    guardians.append((parent, student.id))
    return next(student.id for student in children if student.name == STUDENT), mother, guardians


def _seat_unusual(place: int, called: list[Name]) -> None:
    """Put the special names where a visitor sees them: all in the first groups, namesakes in two of them."""
    seats = {
        1: (STUDENT, NAMESAKE, UNUSUAL[0], UNUSUAL[1]),
        4: (UNUSUAL[2],),
        6: (SISTER, NAMESAKE),
        7: (UNUSUAL[3],),
    }.get(place, ())
    called[: len(seats)] = seats[: len(called)]


def _add_student(rows: Rows, year: Year, group: Group, chance: Random, name: Name) -> Student:
    born = date(year.start - group.number - 15, 1, 1) + timedelta(days=chance.randrange(330) + 60)
    since = date(year.start - group.number + 1, 9, 1)
    person_id = rows.add(
        Person,
        surname=name.surname,
        name=name.name,
        patronymic=name.patronymic,
        skey=sort_key(name.surname, name.name, name.patronymic),
        birth_date=born,
        phone=_phone(chance),
    )
    rows.add(RoleGrant, person_id=person_id, role=Role.STUDENT, since=since)
    # Whose diary a visitor opens is neither the best nor hopeless.
    ability = 4.2 if name == STUDENT else min(max(chance.gauss(3.85, 0.65), 2.3), 4.95)
    return Student(
        id=person_id,
        name=name,
        born=born,
        ability=ability,
        talents={area: chance.gauss(0, 0.35) for area in AREAS},
        truancy=0.02
        if name == STUDENT
        else chance.uniform(0.12, 0.22)
        if chance.random() < 0.06
        else chance.uniform(0.002, 0.03),
        lateness=chance.uniform(0.1, 0.2) if chance.random() < 0.08 else chance.uniform(0.0, 0.03),
    )


def _add_parent(rows: Rows, name: Name, since: date) -> int:
    chance = dice(0, "parent", name)
    phone = _phone(chance)
    writable = name == MOTHER or chance.random() < WRITABLE
    person_id = rows.add(
        Person,
        surname=name.surname,
        name=name.name,
        patronymic=name.patronymic,
        skey=sort_key(name.surname, name.name, name.patronymic),
        phone=phone,
        # No mail server answers for this name; some parents gave no address.
        email=f"p{phone[-9:].replace('-', '')}@pochta.example" if writable else None,
    )
    rows.add(RoleGrant, person_id=person_id, role=Role.PARENT, since=since)
    return person_id


def _phone(chance: Random) -> str:
    # No operator has the code 000: nobody's real number can come out.
    return f"+7 000 {chance.randint(100, 999)}-{chance.randint(10, 99)}-{chance.randint(10, 99)}"


Leaving = dict[tuple[int, int], tuple[str, str, date]]


def _move(year: Year, groups: list[Group]) -> Leaving:
    """One moves to another group, one is expelled, one comes late, for every eight groups; each by its order.

    Returns kind, number and date of the order that ended a membership, by (group, student).
    """
    leaving: Leaving = {}
    for number, start in enumerate(range(0, len(groups) - len(FIRST) + 1, len(FIRST))):
        eight = groups[start : start + len(FIRST)]
        if any(len(group.members) < 4 for group in eight):
            continue
        late, moved, expelled = (date(year.start, 9, 1) + timedelta(days=days) for days in (27, 44, 58))
        if late <= year.today:
            eight[1].members[-1].since = late
        if moved <= year.today:
            member = eight[4].members[2]
            member.until = moved - ONE_DAY
            eight[0].members.append(Member(member.student, 1, moved))
            leaving[eight[4].id, member.student.id] = ("moved", f"{187 + number}-к", moved - ONE_DAY)
        if expelled <= year.today:
            member = eight[1].members[len(eight[1].members) // 2]
            member.until = expelled
            member.student.ability, member.student.truancy = 2.4, 0.5
            leaving[eight[1].id, member.student.id] = ("expelled", f"{214 + number}-к", expelled)
    return leaving


def _add_member(rows: Rows, year: Year, group: Group, member: Member, leaving: Leaving) -> None:
    kind, order, ordered = leaving.get((group.id, member.student.id), (None, None, None))
    usual = member.since.day == 1 and member.since.month == 9
    rows.add(
        Enrollment,
        student_id=member.student.id,
        group_id=group.id,
        since=member.since,
        until=member.until,
        order_in=f"{74 + group.number}-к" if usual else f"{158 if member.since.month == 9 else 187}-к",
        order_in_date=date(member.since.year, 8, 25) if usual else member.since - ONE_DAY,
        left_kind=kind,
        order_out=order,
        order_out_date=ordered,
    )
    rows.add(
        SubgroupMember,
        subgroup_id=group.subgroups[member.half],
        student_id=member.student.id,
        # Halves are made anew each year.
        since=max(member.since, date(year.start, 9, 1)),
        until=member.until,
    )
