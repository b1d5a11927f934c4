"""A list of students → persons, their groups by date, the role of a student."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from ejournal.exchange.changes import Draft, nothing
from ejournal.exchange.store import people
from ejournal.exchange.store.groups import Groups, year_start
from ejournal.exchange.store.people import Details, Directory, RowRefusedError
from ejournal.exchange.store.subgroup_lists import SubgroupLists
from ejournal.exchange.students import StudentList, StudentRecord
from ejournal.extensions import db
from ejournal.models import LEAVING, Enrollment, Group, Person, Role
from ejournal.services import movement, movement_plan

AMBIGUOUS = "в базе несколько человек с таким именем: укажите дату рождения"


MOST_NAMED = 5


def plan(listing: StudentList, draft: Draft) -> None:
    """Add the changes of a list to the draft."""
    start = year_start(draft.today, listing.year_starts)
    titles = {record.group_key: record.group for record in listing.records}
    groups = Groups(draft, start.year, titles)
    directory = Directory(draft.today)
    history = _enrollments()
    ordered = movement_plan.ordered_after(draft.today)
    subgroups = SubgroupLists(draft)
    _note_repeated(listing, draft)
    for record in listing.records:
        group = groups.get(record.group_key, record.group)
        if group is None:
            draft.errors.append(record.error("group", groups.refusal(record.group)))
            continue
        details = Details(record.name, record.birth, record.phone, record.email, record.snils)
        try:
            person = _find(details, group, directory, history)
            if person:
                directory.claim(person, record.rows[0])
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        if person is None:
            _note_namesakes(record, directory.namesakes(details), history, draft)
            _create(record, details, group, start, draft, subgroups)
        else:
            place = _Place(record, group, start, history.get(person.id, []), person.id in ordered)
            _update(person, details, place, directory, draft, subgroups)


def _note_repeated(listing: StudentList, draft: Draft) -> None:
    """Two of one name in a group may be two people: whoever loads the list sees who was taken for one."""
    found = [
        f"{record.name.full}, {record.group} (строки {', '.join(map(str, record.rows))})"
        for record in listing.records
        if len(record.rows) > 1
    ]
    if found:
        more = f" и ещё {len(found) - MOST_NAMED}" if len(found) > MOST_NAMED else ""
        draft.notes.append(
            f"Повторяются в файле и записаны по одному разу: {'; '.join(found[:MOST_NAMED])}{more}. "
            "Если это разные люди, укажите у каждого дату рождения."
        )


def _note_namesakes(
    record: StudentRecord, namesakes: list[Person], history: dict[int, list[Enrollment]], draft: Draft
) -> None:
    """Without a date of birth who has changed groups is taken for another person: whoever loads the list sees it."""
    ways = [(person, history[person.id][-1].group) for person in namesakes if person.id in history]
    if ways:
        known = ", ".join(f"{person.full_name} ({group.title})" for person, group in ways)
        draft.notes.append(
            f"{record.name.full}, {record.group} (строка {record.rows[0]}) записывается новым человеком, а в базе уже "
            f"есть: {known}. Если это один человек, укажите дату рождения и в списке, и на его странице (п. 4.2)."
        )


def _enrollments() -> dict[int, list[Enrollment]]:
    """Every student's way through the groups, oldest first."""
    history: dict[int, list[Enrollment]] = {}
    for row in db.session.scalars(select(Enrollment).order_by(Enrollment.since, Enrollment.id)):
        history.setdefault(row.student_id, []).append(row)
    return history


def _find(details: Details, group: Group, directory: Directory, history: dict[int, list[Enrollment]]) -> Person | None:
    """The stored person, None for a new one; RowRefusedError where nobody can tell."""
    by_document = directory.find_by_snils(details)
    if by_document:
        return by_document
    candidates = directory.namesakes(details)
    exact = [person for person in candidates if details.birth and person.birth_date == details.birth]
    # Without a birth date on either side only the same group makes a namesake the same person.
    near = [person for person in candidates if any(e.group_id == group.id for e in history.get(person.id, []))]
    found = exact or near
    if len(found) > 1:
        raise RowRefusedError("name", AMBIGUOUS)
    return found[0] if found else None


def _create(
    record: StudentRecord, details: Details, group: Group, start: date, draft: Draft, subgroups: SubgroupLists
) -> None:
    person, lines = people.new_person(details, draft)
    enrollment = _enrollment(record, group, start)
    part, divide = subgroups.place(person, group, record.subgroup, enrollment.since)

    def act() -> None:
        enrollment.student = person
        db.session.add(enrollment)
        people.grant(person, [Role.STUDENT], enrollment.since)
        divide()

    placed = f"группа {group.title} с {enrollment.since:%d.%m.%Y}"
    draft.create(record.name.full, [placed, *filter(None, [part]), *lines], act)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the list puts a student, and the way through the groups so far."""

    record: StudentRecord
    group: Group
    start: date
    history: list[Enrollment]
    has_later_order: bool

    def current(self, today: date) -> Enrollment | None:
        """The membership of today, or the first one to come."""
        return next((row for row in self.history if row.until is None or row.until >= today), None)

    def since(self, today: date) -> date:
        """The first day in the list's group. Nobody who was in a group before comes back on a day gone by: «Дата
        зачисления» is often the day of admission to the college."""
        current = self.current(today)
        if current:
            return current.since if current.group is self.group else max(current.since, today)
        first = self.record.since or self.start
        return max(first, today) if self.history else first

    def settled(self, today: date) -> str:
        """In words what a list does not undo: an order, or a leaving before it was printed; "" for nothing (R4.2.c)."""
        if left := self._left(today):
            order = f", приказ № {left.order_out}" if left.order_out else ""
            return f"{LEAVING.get(left.left_kind or '', 'выбыл')} из {left.group.title}{order}"
        if coming := self._coming(today):
            order = f", приказ № {coming.order_in}" if coming.order_in else ""
            return f"в группе {coming.group.title} с {coming.since:%d.%m.%Y}{order}"
        return "есть приказ, который вступит в силу позже" if self.has_later_order else ""

    def _left(self, today: date) -> Enrollment | None:
        """The ended membership in this same group, or the last one where it is ended or has the order that ends it."""
        over = (row for row in reversed(self.history) if row.until and row.until < today and row.group is self.group)
        last = self.history[-1] if self.history else None
        return next(over, last if last and (last.order_out or last.left_kind) else None)

    def _coming(self, today: date) -> Enrollment | None:
        """What begins today or later, but for a slip of a list: of today's, or of the first one before the year."""
        last = self.history[-1] if self.history else None
        if last is None or last.since < today:
            return None
        is_slip = last.order_in is None and (last.since == today or len(self.history) == 1)
        return None if is_slip else last


def _update(
    person: Person, details: Details, place: _Place, directory: Directory, draft: Draft, subgroups: SubgroupLists
) -> None:
    lines, store_details = people.differences(person, details)
    line, enroll = _movement(person, place, draft)
    roles = people.missing_roles(directory, person, [Role.STUDENT])
    directory.remark_on_ended(person, [Role.STUDENT], draft.notes)
    current = place.current(draft.today)
    stays = current is not None and current.group is place.group
    part, divide = "", nothing
    if line or stays:
        part, divide = subgroups.place(person, place.group, place.record.subgroup, place.since(draft.today))
    lines += [each for each in (line, part) if each]
    lines += [f"роль: {role.label}" for role in roles]

    def act() -> None:
        store_details()
        enroll()
        divide()
        people.grant(person, roles, place.start)

    draft.update(person.full_name, lines, act)


def _movement(person: Person, place: _Place, draft: Draft) -> tuple[str, Callable[[], None]]:
    """What becomes of the membership: in words ("" for nothing), and the act."""
    today, group = draft.today, place.group
    current, since = place.current(today), place.since(today)
    if current and current.group is group:
        return "", nothing
    if settled := place.settled(today):
        draft.notes.append(
            f"{person.full_name}: {settled}. Список этого не меняет (п. 4.2): "
            "если обучающийся вернулся или переходит в другую группу, оформите движение контингента."
        )
        return "", nothing
    if current:
        words = f"группа: {current.group.title} → {group.title} с {since:%d.%m.%Y}"
        return words, lambda: _move(current, place.record, group, since)
    enrollment = _enrollment(place.record, group, place.start)
    enrollment.since = since

    def enroll() -> None:
        enrollment.student = person
        db.session.add(enrollment)

    return f"группа {group.title} с {since:%d.%m.%Y}", enroll


def _move(current: Enrollment, record: StudentRecord, group: Group, since: date) -> None:
    _end_subgroups(current, since)
    if current.since == since:
        # Put into the wrong group on that day: corrected, not moved.
        current.group = group
        return
    current.until, current.left_kind = since - timedelta(days=1), "moved"
    moved = _enrollment(record, group, since)
    moved.student, moved.since, moved.came_kind = current.student, since, "moved"
    db.session.add(moved)


def _end_subgroups(current: Enrollment, since: date) -> None:
    """Who leaves a group leaves its subgroups on the eve, as by an order."""
    for member in movement.subgroups_of(current.student_id, current.group_id):
        if member.since >= since:
            db.session.delete(member)
        elif member.until is None or member.until >= since:
            member.until = since - timedelta(days=1)


def _enrollment(record: StudentRecord, group: Group, since: date) -> Enrollment:
    return Enrollment(group=group, since=record.since or since, order_in=record.order, order_in_date=record.order_date)
