"""Активность: who signs in and opens the diary, by role, group and person (R2.3.monitor). Never what was read."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from ejournal.access import LEADERS, STAFF, in_force
from ejournal.domain import calendar, reports
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Account, DiaryVisit, Guardianship, Person, Role, RoleGrant, UserSession
from ejournal.services import settings
from ejournal.services.reports import facts
from ejournal.services.reports.registry import COURSE, GROUP, Choice, Report
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.table import Chart, Column, Kind, Row, Table, Value

BY = Choice("by", "Строки", (("role", "роли"), ("group", "группы"), ("person", "люди")))
FAMILY = (Role.STUDENT, Role.PARENT)


class User(NamedTuple):
    """Somebody in a role; of students and parents with the group."""

    person_id: int
    skey: str
    name: str
    role: Role
    group_id: int | None


@dataclass(slots=True)
class Activity:
    """Of an account: the last signing in, sessions of the days asked for, the last look into a diary."""

    has_account: bool = False
    signed_in: datetime | None = None
    sessions: int = 0
    diary: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.sessions > 0


def build(scope: Scope) -> Table:
    users = _users(scope)
    activity = _activity(scope)
    table = VIEWS[scope.choice("by")](scope, users, activity)
    table.notes.append(
        "Показано, входил ли человек и открывал ли дневник, но не то, что он читал. Сеансы хранятся 90 дней (152-ФЗ)."
    )
    return table


def _users(scope: Scope) -> list[User]:
    """Students of the groups and their parents; employees for administration, where no group is chosen."""
    people = facts.roster(scope)
    groups = {
        student: group_id
        for group_id in scope.groups
        for student in people.group_on(group_id, scope.last_day(group_id))
    }
    found = [User(id_, *people.names[id_], Role.STUDENT, group_id) for id_, group_id in groups.items()]
    found += _parents(scope, groups)
    if scope.led is None and not scope.query.group and not scope.query.course:
        found += _staff(scope)
    return found


def _parents(scope: Scope, groups: dict[int, int]) -> Iterable[User]:
    for student_id, person in db.session.execute(
        select(Guardianship.student_id, Person)
        .join(Person, Person.id == Guardianship.parent_id)
        .where(in_force(Guardianship, scope.today))
        .order_by(Person.skey, Person.id, Guardianship.student_id)
    ):
        if student_id in groups:
            yield User(person.id, person.skey, person.full_name, Role.PARENT, groups[student_id])


def _staff(scope: Scope) -> Iterable[User]:
    for role, person in db.session.execute(
        select(RoleGrant.role, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role.in_(STAFF), in_force(RoleGrant, scope.today))
        .order_by(Person.skey, Person.id, RoleGrant.role)
    ):
        yield User(person.id, person.skey, full_name(person.surname, person.name, person.patronymic), Role(role), None)


def _activity(scope: Scope) -> dict[int, Activity]:
    """By person; three queries."""
    found: dict[int, Activity] = {}
    for person_id, signed_in in db.session.execute(select(Account.person_id, Account.last_sign_in_at)):
        found[person_id] = Activity(True, signed_in)
    first, last = scope.span or (scope.today, scope.today)
    since, until = (
        calendar.day_bounds_utc(first, settings.timezone())[0],
        calendar.day_bounds_utc(last, settings.timezone())[1],
    )
    for person_id, sessions in db.session.execute(
        select(Account.person_id, func.count())
        .join(UserSession, UserSession.account_id == Account.id)
        .where(UserSession.seen_at >= since, UserSession.started_at < until)
        .group_by(Account.person_id)
    ):
        found[person_id].sessions = sessions
    for person_id, seen_at in db.session.execute(
        select(Account.person_id, func.max(DiaryVisit.seen_at))
        .join(DiaryVisit, DiaryVisit.account_id == Account.id)
        .group_by(Account.person_id)
    ):
        found[person_id].diary = seen_at
    return found


def _by_role(scope: Scope, users: list[User], activity: dict[int, Activity]) -> Table:
    rows = []
    for role in Role:
        people = {user.person_id for user in users if user.role is role}
        if people:
            own = [activity.get(id_, Activity()) for id_ in sorted(people)]
            diaries = sum(one.diary is not None for one in own) if role in FAMILY else None
            rows.append(Row([role.label, len(own), *_counts(own), diaries]))
    columns = [
        Column("Роль"),
        Column("Человек", Kind.WHOLE),
        Column("С учётной записью", Kind.WHOLE),
        Column("Входили когда-либо", Kind.WHOLE),
        Column("Входили за период", Kind.WHOLE),
        Column("Доля", Kind.PERCENT, "Входили за период / человек × 100"),
        Column("Сеансов", Kind.WHOLE, "За период"),
        Column("Открывали дневник", Kind.WHOLE, "Когда-либо"),
    ]
    chart = Chart("Входили за период, % людей", [str(row.cells[0]) for row in rows], [
        ("входили", [row.cells[5] for row in rows])
    ], unit=" %")  # fmt: skip
    return Table(columns, rows, chart=chart if len(rows) > 1 else None)


def _counts(own: list[Activity]) -> list[Value]:
    active = sum(one.is_active for one in own)
    signed_in = sum(one.signed_in is not None or one.is_active for one in own)
    sessions = sum(one.sessions for one in own)
    return [sum(one.has_account for one in own), signed_in, active, reports.share(active, len(own)), sessions]


def _by_group(scope: Scope, users: list[User], activity: dict[int, Activity]) -> Table:
    total: Counter[Hashable] = Counter()
    active: Counter[Hashable] = Counter()
    diary: Counter[Hashable] = Counter()
    for group_id, role, person_id in {(user.group_id, user.role, user.person_id) for user in users if user.group_id}:
        one = activity.get(person_id, Activity())
        total[group_id, role] += 1
        active[group_id, role] += one.is_active
        diary[group_id, role] += one.diary is not None
    rows = []
    for group in scope.groups.values():
        cells: list[Value] = [group.title]
        for role in FAMILY:
            key = group.id, role
            cells += [total[key], active[key], reports.share(active[key], total[key]), diary[key]]
        rows.append(Row(cells, drill={"group": str(group.id), "by": "person"}))
    columns = [Column("Группа")]
    for words in ("Обучающихся", "Родителей"):
        columns += [
            Column(words, Kind.WHOLE),
            Column("входили", Kind.WHOLE, "За период"),
            Column("доля", Kind.PERCENT, "Входили / всего × 100"),
            Column("открывали дневник", Kind.WHOLE, "Когда-либо"),
        ]
    labels = [str(row.cells[0]) for row in rows]
    series = [("обучающиеся", [row.cells[3] for row in rows]), ("родители", [row.cells[7] for row in rows])]
    chart = Chart("Входили за период, %", labels, series, unit=" %") if len(rows) > 1 else None
    return Table(columns, rows, chart=chart)


def _by_person(scope: Scope, users: list[User], activity: dict[int, Activity]) -> Table:
    rows = []
    for user in sorted(users, key=lambda user: (user.skey, user.person_id, user.role)):
        one = activity.get(user.person_id, Activity())
        group = scope.groups[user.group_id].title if user.group_id else ""
        diary = one.diary if user.role in FAMILY else None
        alarm = "нет учётной записи" if not one.has_account else "" if one.signed_in or one.sessions else "не входил"
        cells: list[Value] = [user.name, user.role.label, group, one.signed_in, one.sessions, diary, alarm]
        rows.append(Row(cells))
    columns = [
        Column("Фамилия, имя, отчество"),
        Column("Роль"),
        Column("Группа"),
        Column("Последний вход", Kind.MOMENT),
        Column("Сеансов", Kind.WHOLE, "За период"),
        Column("Дневник открывал", Kind.MOMENT, "В последний раз"),
        Column("Примечание"),
    ]
    return Table(columns, rows)


VIEWS = {"role": _by_role, "group": _by_group, "person": _by_person}

REPORT = Report(
    key="usage",
    title="Активность пользователей",
    words="Кто входит и открывает дневник: по ролям, группам и людям; что читают, не показывается (п. 2.3).",
    build=build,
    order=80,
    roles=LEADERS,
    filters=(GROUP, COURSE),
    choices=(BY,),
    of_groups=True,
)
