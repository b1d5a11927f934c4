"""What is new to a person: told, listed, seen, and how each wants to be told (п. 4.2, 4.3, 4.6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, reads_diary
from ejournal.domain import calendar
from ejournal.domain import notices as rules
from ejournal.extensions import db
from ejournal.models import Notice, NoticeChoice, Person, Role
from ejournal.models.base import now
from ejournal.services import addresses, log, mail, settings

SHOWN = 100
KEPT = timedelta(days=45)
FAMILY = frozenset({Role.STUDENT, Role.PARENT})


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell one person. `student_id`: about whom, where it is about a student; `key` (up to 64 signs) is
    what it is about: told a second time under it, the first is replaced, unless it says the same `value`."""

    person_id: int
    key: str
    text: str
    url: str = ""
    student_id: int | None = None
    value: str = ""


def tell(kind: str, news: Iterable[News]) -> int:
    """Show these on the site, and have the mail consider them; in the current transaction. Returns how many are new.

    Where nobody can be written to, nothing waits: the notice stands on the site, and that is all.
    """
    if kind not in rules.TITLES:
        raise ValueError(f"unknown kind {kind!r}")
    wanted = {(one.person_id, one.key): one for one in news}
    known = _known(wanted)
    fresh = [one for place, one in wanted.items() if place not in known]
    renewed = [(known[place], one) for place, one in wanted.items() if place in known and known[place][1] != one.value]
    if not fresh and not renewed:
        return 0
    how = _Mailing(kind, {one.person_id for one in (*fresh, *(one for _row, one in renewed))})
    if fresh:
        db.session.connection().execute(_insert(db.engine.dialect.name), [_row(kind, one, how) for one in fresh])
    for (notice_id, _value), one in renewed:
        changed = update(Notice).where(Notice.id == notice_id).execution_options(synchronize_session=False)
        db.session.execute(changed.values(**_row(kind, one, how), seen_at=None, letter_id=None))
    return len(fresh) + len(renewed)


@cache
def _insert(dialect: str) -> Any:
    """On PostgreSQL another transaction may tell the same meanwhile: then it is told, and nothing of ours fails."""
    made = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return made(cast(Table, Notice.__table__)).on_conflict_do_nothing()


def recent(viewer: Viewer) -> Sequence[Notice]:
    """The viewer's own, the newest first, with the names of the students they are about.

    What was told of a child about whom the viewer may read no more (п. 4.1) is not shown any more either.
    """
    open_to_me = select(Person.id).where(reads_diary(viewer, settings.today()))
    wanted = (
        select(Notice)
        .where(Notice.person_id == viewer.person_id)
        .where(or_(Notice.student_id.is_(None), Notice.student_id.in_(open_to_me)))
        .options(joinedload(Notice.student))
    )
    return db.session.scalars(wanted.order_by(Notice.ready_at.desc(), Notice.id.desc()).limit(SHOWN)).all()


def last_id(viewer: Viewer) -> int:
    """The latest there is, shown or not: up to it everything counts as read once the person says so."""
    return db.session.scalar(select(func.max(Notice.id)).where(Notice.person_id == viewer.person_id)) or 0


def see_all(viewer: Viewer, last_id: int) -> int:
    """All that stood on the page, up to `last_id`, is read; what came meanwhile is not."""
    seen = db.session.execute(
        update(Notice)
        .where(Notice.person_id == viewer.person_id, Notice.seen_at.is_(None), Notice.id <= last_id)
        .values(seen_at=now())
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(getattr(seen, "rowcount", 0))


def choices(person_id: int, family: bool) -> dict[str, str]:
    """How the person is told of each kind: what was chosen, else the usual."""
    own = choices_of([person_id])
    return {kind: own.get((person_id, kind), rules.usual(kind, family)) for kind in rules.KINDS}


def choices_of(person_ids: Collection[int]) -> dict[tuple[int, str], str]:
    rows = db.session.execute(
        select(NoticeChoice.person_id, NoticeChoice.kind, NoticeChoice.how).where(
            NoticeChoice.person_id.in_(person_ids)
        )
    )
    return {(person_id, kind): how for person_id, kind, how in rows}


def choose(viewer: Viewer, chosen: Mapping[str, str]) -> int:
    """Store what differs; kinds and ways there are not are passed over. Returns how many changed."""
    before = choices(viewer.person_id, viewer.holds(FAMILY))
    changed = {
        kind: how for kind, how in chosen.items() if kind in before and how in rules.CHOICES and before[kind] != how
    }
    for kind, how in changed.items():
        row = db.session.scalar(
            select(NoticeChoice).where(NoticeChoice.person_id == viewer.person_id, NoticeChoice.kind == kind)
        )
        if row:
            row.how = how
        else:
            db.session.add(NoticeChoice(person_id=viewer.person_id, kind=kind, how=how))
        waiting = update(Notice).where(
            Notice.person_id == viewer.person_id, Notice.kind == kind, Notice.mail.in_((rules.NOW, rules.DIGEST))
        )
        mail_now = "none" if how == rules.SITE else how
        db.session.execute(waiting.values(mail=mail_now).execution_options(synchronize_session=False))
        log.record(
            viewer, "mail", "update",
            before=f"{rules.KINDS[kind]}: {rules.CHOICES[before[kind]]}", after=rules.CHOICES[how],
        )  # fmt: skip
    db.session.commit()
    return len(changed)


def remove_old() -> int:
    """Notices are news: the diary and the journal keep what they told of. Commits."""
    gone = db.session.execute(delete(Notice).where(Notice.ready_at < now() - KEPT))
    db.session.commit()
    return int(getattr(gone, "rowcount", 0))


def day_page(student_id: int, day: date, lesson_id: int | None = None) -> str:
    """Where the diary shows a day: its week, and the day in it, or a lesson of that day."""
    place = f"pair-{lesson_id}" if lesson_id else f"day-{day}"
    return f"{mail.path_of('diary.week', student_id=student_id)}?week={calendar.format_week(day)}#{place}"


class _Mailing:
    """Whether a notice goes on to the mail: by the person's choice, where there is a working address."""

    def __init__(self, kind: str, person_ids: Collection[int]) -> None:
        self.kind = kind
        self.chosen: dict[tuple[int, str], str] = {}
        self.reached: set[int] = set()
        if mail.is_ready():
            self.chosen = choices_of(person_ids)
            self.reached = {id_ for id_, standing in addresses.of(person_ids).items() if standing.works}

    def of(self, one: News) -> str:
        if one.person_id not in self.reached or self.kind in rules.SITE_ONLY:
            return "none"
        usual = rules.usual(self.kind, one.student_id is not None)
        how = self.chosen.get((one.person_id, self.kind), usual)
        return "none" if how == rules.SITE else how


def _known(wanted: Mapping[tuple[int, str], News]) -> dict[tuple[int, str], tuple[int, str]]:
    keys, people = {key for _person, key in wanted}, {person for person, _key in wanted}
    rows = db.session.execute(
        select(Notice.person_id, Notice.key, Notice.id, Notice.value).where(
            Notice.key.in_(keys), Notice.person_id.in_(people)
        )
    )
    return {(row.person_id, row.key): (row.id, row.value) for row in rows}


def _row(kind: str, one: News, how: _Mailing) -> dict[str, object]:
    return {
        "person_id": one.person_id,
        "student_id": one.student_id,
        "kind": kind,
        "key": one.key,
        "value": one.value,
        "text": one.text,
        "url": one.url,
        "ready_at": now(),
        "mail": how.of(one),
    }
