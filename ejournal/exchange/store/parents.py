"""A list of parents → persons, whose parents they are, the role of a parent."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from ejournal.exchange.changes import Draft, nothing
from ejournal.exchange.parents import Child, ParentRecord
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.store import people
from ejournal.exchange.store.people import Details, Directory, RowRefusedError
from ejournal.extensions import db
from ejournal.models import Enrollment, Group, Guardianship, Person, Role

AMBIGUOUS = "в базе несколько человек с таким именем: укажите телефон, почту или СНИЛС, которые у них разные"

Links = dict[tuple[int, int], Guardianship]


def plan(listing: Listing[ParentRecord], draft: Draft) -> None:
    """Add the changes of a list to the draft."""
    directory = Directory(draft.today)
    groups_of = _groups_of_students()
    links, over = people.guardianships(draft.today)
    for record in listing.records:
        try:
            children = _find_children(record, directory, groups_of)
            details = Details(record.name, None, record.phone, record.email, record.snils)
            person = _find(details, list(children), directory, links, over)
            if person:
                directory.claim(person, record.rows[0])
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        if person and (ended := [child for child in children if (person.id, child.id) in over]):
            draft.notes += [_told(person, child, over) for child in ended]
            children = {child: relation for child, relation in children.items() if child not in ended}
            if not children:
                # Perhaps the wrong namesake: with the telephone and post of the right one, letters would go astray.
                draft.keep(person.full_name)
                continue
        _change(person, record, details, children, links, directory, draft)


def _groups_of_students() -> dict[int, list[tuple[str, str]]]:
    """The key and title of every group a student is or was in, by person."""
    groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = db.session.execute(
        select(Enrollment.student_id, Group.gkey, Group.title)
        .join(Group, Group.id == Enrollment.group_id)
        .order_by(Enrollment.since)
    )
    for student_id, key, title in rows:
        groups[student_id].append((key, title))
    return groups


def _find_children(
    record: ParentRecord, directory: Directory, groups_of: dict[int, list[tuple[str, str]]]
) -> dict[Person, str]:
    """The relation to each child. One named with the group in one row and without it in another is one child."""
    children: dict[Person, str] = {}
    for child in record.children:
        found = _find_child(child, directory, groups_of)
        children[found] = children.get(found) or child.relation
    return children


def _find_child(child: Child, directory: Directory, groups_of: dict[int, list[tuple[str, str]]]) -> Person:
    students = [person for person in directory.by_name[child.name.key] if person.id in groups_of]
    if child.group_key:
        in_group = [s for s in students if child.group_key in {key for key, _ in groups_of[s.id]}]
        if students and not in_group:
            known = ", ".join(groups_of[student.id][-1][1] for student in students)
            raise RowRefusedError(
                "child", f"{child.name.full} не числится в группе {child.group}, а числится в группе {known}"
            )
        students = in_group
    if not students:
        where = f" в группе {child.group}" if child.group else ""
        raise RowRefusedError(
            "child", f"нет обучающегося {child.name.full}{where}. Загрузите сначала список обучающихся"
        )
    if len(students) > 1:
        raise RowRefusedError("child", f"обучающихся с именем {child.name.full} несколько: укажите группу в скобках")
    return students[0]


def _find(details: Details, children: list[Person], directory: Directory, links: Links, over: Links) -> Person | None:
    if owner := directory.find_by_snils(details):
        return owner
    namesakes = directory.namesakes(details)
    sharing = [
        person
        for person in namesakes
        if (details.phone and person.phone == details.phone)
        or (details.email and person.email == details.email)
        or any((person.id, child.id) in links for child in children)
    ]
    # A parent stored without any contact is taken for the one in the list; a teacher of that name is not.
    silent = [
        person for person in namesakes if not (person.phone or person.email) and directory.holds(person, [Role.PARENT])
    ]
    # Whose link was taken back comes after who has one: of namesakes the list means the one who is a parent now.
    former = [person for person in namesakes if any((person.id, child.id) in over for child in children)]
    found = sharing or former or silent
    if len(found) > 1:
        raise RowRefusedError("name", AMBIGUOUS)
    return found[0] if found else None


def _told(person: Person, child: Person, over: Links) -> str:
    last = f"{over[person.id, child.id].until:%d.%m.%Y}"
    return (
        f"{person.full_name}: связь с обучающимся {child.full_name} прекращена, последний день — {last} (п. 2.1). "
        "Список её не возвращает: если она снова нужна, добавьте её на странице человека."
    )


def _change(
    person: Person | None,
    record: ParentRecord,
    details: Details,
    children: dict[Person, str],
    links: Links,
    directory: Directory,
    draft: Draft,
) -> None:
    store: Callable[[], None]
    if person is None:
        stored, lines = people.new_person(details, draft)
        roles, store = [Role.PARENT], nothing
    else:
        stored = person
        lines, store = people.differences(person, details)
        roles = people.missing_roles(directory, person, [Role.PARENT])
        directory.remark_on_ended(person, [Role.PARENT], draft.notes)
    bonds = [_bond(stored, child, relation, links, draft.today) for child, relation in children.items()]
    lines += [line for line, _ in bonds if line]

    def act() -> None:
        store()
        people.grant(stored, roles, draft.today)
        for _, bind in bonds:
            bind()

    if person is None:
        draft.create(record.name.full, lines, act)
    else:
        draft.update(person.full_name, [*lines, *(f"роль: {role.label}" for role in roles)], act)


def _bond(parent: Person, child: Person, relation: str, links: Links, today: date) -> tuple[str, Callable[[], None]]:
    link = links.get((parent.id, child.id)) if parent.id else None
    if link is None:
        words = f"{relation}: {child.full_name}" if relation else f"ребёнок: {child.full_name}"
        return words, lambda: db.session.add(
            Guardianship(parent_id=parent.id, student_id=child.id, relation=relation, since=today)
        )
    if relation and relation != link.relation:

        def rename() -> None:
            link.relation = relation

        return f"{child.full_name}: {link.relation or 'родство не указано'} → {relation}", rename
    return "", nothing
