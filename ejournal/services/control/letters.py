"""The daily and the weekly letter to administration (R4.2.f): queued at night, once each, put together when sent.

No person is named in them: figures by clause, and a link to the page where the rest is read after signing in.
"""

from datetime import date, timedelta

from sqlalchemy import select

from ejournal.access import OVERSEERS, in_force
from ejournal.domain import notices as rules
from ejournal.domain.calendar import monday_of
from ejournal.domain.control import Clause, Counts
from ejournal.domain.words import plural
from ejournal.extensions import db
from ejournal.models import Letter, Person, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import addresses, mail, settings
from ejournal.services import letters as post
from ejournal.services.control import digest
from ejournal.services.control.digest import DAY, WEEK, Digest
from ejournal.services.errors import RefusedError
from ejournal.services.letter_format import Content

KIND = "control"
LISTS = {DAY: "control.daily", WEEK: "control.weekly"}
SUBJECTS = {DAY: "Контроль сроков за день", WEEK: "Контроль сроков за неделю"}
ONLY_LINK = "Отчёт о соблюдении сроков ведения журнала готов: откройте журнал, чтобы прочитать."
FOOTER = "Кто получает такие письма, выбирают в журнале: «Контроль сроков», «Сроки и письма»."


def candidates() -> list[Person]:
    """Who may get the letters: administration and system administrators of today."""
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(OVERSEERS), in_force(RoleGrant, settings.today()))
    return list(db.session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.skey, Person.id)))


def receivers(kind: str) -> set[int]:
    """Whom the college chose, of those who may; everybody of administration where it chose nobody in particular."""
    chosen = settings.get(LISTS[kind])
    roles = OVERSEERS if chosen is not None else {Role.ADMINISTRATION}
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles), in_force(RoleGrant, settings.today()))
    found = set(db.session.scalars(held))
    return found if chosen is None else found & set(chosen)


def queue() -> int:
    """Put yesterday's letter and the last week's into the queue, unless they are there or were sent; how many.

    A server that was off on Monday night sends the week's on the first night after it. Commits.
    """
    if not mail.is_ready():
        return 0
    today = settings.today()
    made = _add(DAY, today - timedelta(days=1)) + _add(WEEK, monday_of(today) - timedelta(days=1))
    db.session.commit()
    return made


def compose(letter: Letter) -> Content | None:
    """As things stood at the end of the day; nothing where the receiver is not of administration any more."""
    details = letter.details or {}
    if letter.person_id not in receivers(details["kind"]):
        return None
    link = ("Открыть контроль сроков", mail.link(mail.path_of("control.index")))
    if not settings.get("mail.content"):
        return Content(letter.subject, [ONLY_LINK], link=link, footer=FOOTER)
    try:
        found = digest.load(details["kind"], date.fromisoformat(details["day"]))
    except RefusedError:
        return None
    return Content(
        f"{letter.subject}: просрочено {found.total.open}", [_lead(found)], [("", lines(found))], link, FOOTER
    )  # fmt: skip


def _add(kind: str, day: date) -> int:
    chosen = receivers(kind)
    keys = {person_id: f"control-{kind}:{day:%Y-%m-%d}:{person_id}" for person_id in chosen}
    known = set(db.session.scalars(select(Letter.key).where(Letter.key.in_(keys.values()))))
    standing = addresses.of(chosen)
    left = [id_ for id_ in sorted(chosen) if keys[id_] not in known and id_ in standing and standing[id_].works]
    if not left or _is_quiet(kind, day):
        return 0
    not_before = rules.outside_quiet(settings.local(now()))
    for person_id in left:
        post.add(
            KIND, keys[person_id], standing[person_id].address, SUBJECTS[kind], person_id=person_id,
            details={"kind": kind, "day": day.isoformat()}, not_before=not_before,
        )  # fmt: skip
    return len(left)


def _is_quiet(kind: str, day: date) -> bool:
    """A letter that has nothing to say is not sent: vacations, and days on which nobody is late."""
    try:
        return digest.load(kind, day).is_quiet
    except RefusedError:
        return True


def _lead(found: Digest) -> str:
    whole = found.total
    teachers = len(found.debtors)
    number, hash_ = found.head
    who = f"{teachers} {plural(teachers, 'преподавателя', 'преподавателей', 'преподавателей')}"
    return (
        f"Соблюдение сроков ведения журнала {found.words}. Просрочено {whole.open}, у {who}; "
        f"новых {whole.fresh}, исправлено с опозданием {whole.mended}. "
        f"Журнал изменений на конец дня: запись № {number}, контрольная сумма {hash_[:16]}."
    )


def lines(found: Digest) -> list[str]:
    return [_line(clause, counts) for clause, counts in found.clauses if counts.open or counts.fresh or counts.mended]


def _line(clause: Clause, counts: Counts) -> str:
    words = f"{clause.title} ({clause.clause}): {counts.open}"
    return f"{words}, новых {counts.fresh}, исправлено с опозданием {counts.mended}"
