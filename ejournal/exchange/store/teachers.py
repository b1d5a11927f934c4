"""A list of staff → persons, roles by their posts, the groups they lead."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from ejournal.access import lasting
from ejournal.exchange.changes import Draft, nothing
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.store import people
from ejournal.exchange.store.groups import Groups, id_of, year_start
from ejournal.exchange.store.people import Details, Directory, RowRefusedError
from ejournal.exchange.teachers import TeacherRecord
from ejournal.extensions import db
from ejournal.models import Curatorship, Group, Person, Role

STAFF = (Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)
AMBIGUOUS = "в базе несколько сотрудников с таким именем: укажите СНИЛС, почту или дату рождения"


def plan(listing: Listing[TeacherRecord], draft: Draft) -> None:
    """Add the changes of a list to the draft."""
    start = year_start(draft.today)
    titles = {key: title for record in listing.records for key, title in record.curated.items()}
    groups = Groups(draft, start.year, titles)
    directory = Directory(draft.today)
    leaders = _leaders(draft)
    named: dict[int, TeacherRecord] = {}
    for record in listing.records:
        led = _groups_led(record, groups, named, draft)
        details = Details(record.name, record.birth, record.phone, record.email, record.snils, record.post or None)
        try:
            person = _find(details, directory)
            if person:
                directory.claim(person, record.rows[0])
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        _change(person, record, details, led, leaders, directory, draft)


def _leaders(draft: Draft) -> dict[int, list[Curatorship]]:
    """Who leads each group now, then who is to lead it later."""
    leaders: dict[int, list[Curatorship]] = {}
    for row in db.session.scalars(
        select(Curatorship).where(lasting(Curatorship, draft.today)).order_by(Curatorship.since, Curatorship.id)
    ):
        leaders.setdefault(row.group_id, []).append(row)
    return leaders


def _groups_led(
    record: TeacherRecord, groups: Groups, named: dict[int, TeacherRecord], draft: Draft
) -> list[Group]:  # fmt: skip
    """`named`: who leads each group by the rows above."""
    led = []
    for key, title in record.curated.items():
        group = groups.get(key, title)
        if group is None:
            draft.errors.append(record.error("curated", groups.refusal(title)))
        elif (first := named.setdefault(id_of(group), record)) is not record:
            message = f"у группы {group.title} уже есть руководитель в строке {first.rows[0]}: {first.name.full}"
            draft.errors.append(record.error("curated", message))
        else:
            led.append(group)
    return led


def _find(details: Details, directory: Directory) -> Person | None:
    """By СНИЛС, by name, or by e-mail where only the surname has changed."""
    if owner := directory.find_by_snils(details):
        return owner
    namesakes = directory.namesakes(details)
    sharing = [person for person in namesakes if _shares_contact(person, details)]
    # A student or a parent of the same name is another person unless a contact says otherwise.
    staff = [person for person in namesakes if directory.holds(person, STAFF)]
    found = sharing or staff
    if len(found) > 1:
        raise RowRefusedError("name", AMBIGUOUS)
    if found:
        return found[0]
    renamed = [
        person
        for person in directory.by_email.get(details.email or "", ())
        if people.is_renamed(person, details.name) and not people.contradicts(person, details)
    ]
    return renamed[0] if len(renamed) == 1 else None


def _shares_contact(person: Person, details: Details) -> bool:
    return bool(
        (details.email and person.email == details.email)
        or (details.phone and person.phone == details.phone)
        or (details.birth and person.birth_date == details.birth)
    )


def _change(
    person: Person | None,
    record: TeacherRecord,
    details: Details,
    led: list[Group],
    leaders: dict[int, list[Curatorship]],
    directory: Directory,
    draft: Draft,
) -> None:
    wanted = sorted(record.roles)
    if person is None:
        stored, lines = people.new_person(details, draft)
        roles, store = sorted(record.roles | record.new_roles), nothing
    else:
        stored = person
        lines, store = people.differences(person, details)
        roles = people.missing_roles(directory, person, wanted)
        directory.remark_on_ended(person, wanted, draft.notes)
    lines += [f"роль: {role.label}" for role in roles]
    appointments = [_appoint(stored, group, leaders.get(group.id, []), draft.today) for group in led]
    lines += [line for line, _ in appointments if line]

    def act() -> None:
        store()
        people.grant(stored, roles, draft.today)
        for line, appoint in appointments:
            if line:
                appoint()

    if person is None:
        draft.create(record.name.full, lines, act)
    else:
        draft.update(person.full_name, lines, act)


def _appoint(person: Person, group: Group, leaders: list[Curatorship], today: date) -> tuple[str, Callable[[], None]]:
    """Make the person the group's leader from today; the former one led it up to yesterday. Who is to lead it later
    still does: the list says nothing of that day."""
    present = [row for row in leaders if row.since <= today]
    planned = next((row for row in leaders if row.since > today), None)
    if any(row.person_id == person.id for row in present):
        return "", nothing
    leader = present[-1] if present else None

    def act() -> None:
        if leader and leader.since == today:
            # Named today by mistake: corrected.
            leader.person_id = person.id
            return
        if leader:
            leader.until = today - timedelta(days=1)
        db.session.flush()
        until = planned.since - timedelta(days=1) if planned else None
        db.session.add(Curatorship(group_id=group.id, person_id=person.id, since=today, until=until))

    former = db.session.get(Person, leader.person_id) if leader else None
    return f"руководитель группы {group.title}{f' вместо: {former.full_name}' if former else ''}", act
