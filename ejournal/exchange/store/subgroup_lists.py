"""The column «Подгруппа» of a list of students → who is in which subgroup, from which day (п. 4.2)."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import or_, select

from ejournal.exchange.changes import Draft, nothing
from ejournal.exchange.store.groups import id_of
from ejournal.extensions import db
from ejournal.models import Group, Person, Subgroup, SubgroupMember


def title(number: int) -> str:
    """What a subgroup is called where a list or a timetable knows its number alone."""
    return f"подгруппа {number}"


class SubgroupLists:
    """The subgroups named by number, and who is in them; other ones («английский, сильная») a list never touches."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.known: dict[tuple[int, str], Subgroup] = {}
        self.members: dict[int, list[SubgroupMember]] = {}
        self.by_id: dict[int, Subgroup] = {}
        numbered = [title(number) for number in range(1, 7)]
        for row in db.session.scalars(select(Subgroup).where(Subgroup.title.in_(numbered))):
            self.known[row.group_id, row.title] = self.by_id[row.id] = row
        query = select(SubgroupMember).where(
            SubgroupMember.subgroup_id.in_(self.by_id),
            or_(SubgroupMember.until.is_(None), SubgroupMember.until >= draft.today),
        )
        for member in db.session.scalars(query.order_by(SubgroupMember.since, SubgroupMember.id)):
            self.members.setdefault(member.student_id, []).append(member)

    def place(self, person: Person, group: Group, number: int | None, since: date) -> tuple[str, Callable[[], None]]:
        """In words what changes ("" for nothing), and the act. `since`: the first day in the group.

        Who is in another subgroup already leaves it yesterday; the past stays as it was.
        """
        if number is None:
            return "", nothing
        now_in = [
            row for row in self.members.get(person.id or 0, ()) if self.by_id[row.subgroup_id].group_id == group.id
        ]
        if [self.by_id[row.subgroup_id].title for row in now_in] == [title(number)]:
            return "", nothing
        subgroup = self._subgroup(group, number)
        today = self.draft.today
        first = today if now_in else since

        def act() -> None:
            for row in now_in:
                if row.since >= today:
                    db.session.delete(row)
                else:
                    row.until = today - timedelta(days=1)
            db.session.flush()
            db.session.add(SubgroupMember(subgroup_id=subgroup.id, student_id=person.id, since=first))

        before = ", ".join(self.by_id[row.subgroup_id].title for row in now_in)
        line = f"{before} → {title(number)} с {first:%d.%m.%Y}" if before else f"{title(number)} с {first:%d.%m.%Y}"
        return line, act

    def _subgroup(self, group: Group, number: int) -> Subgroup:
        key = (id_of(group), title(number))
        if key not in self.known:
            made = self.known[key] = Subgroup(title=title(number))

            def act() -> None:
                db.session.flush()
                made.group_id = group.id
                db.session.add(made)

            self.draft.step(f"Новая подгруппа: {group.title}, {made.title}", act)
        return self.known[key]
