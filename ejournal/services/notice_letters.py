"""Letters made of notices: at once or once a day, as each person wishes; put together when they are sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, cast, exists, literal, select, update
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.domain import notices as rules
from ejournal.domain.notices import DIGEST, NOW
from ejournal.extensions import db
from ejournal.models import Letter, Notice
from ejournal.models.base import now
from ejournal.services import addresses, letters, mail, news_lessons, news_marks, news_talk, settings
from ejournal.services.letter_format import Content

KIND = "notices"
FRESH, CHANGING, GONE = "fresh", "changing", "gone"
# Read notices are told already; of those who never look, the mail is not to fall behind for days.
OLDEST = timedelta(days=2)
# People a look: the evening's letters of a large college are made over some minutes.
AT_ONCE = 200
SUBJECT = "Новое в дневнике"
ONLY_LINK = "В дневнике новое: откройте его, чтобы прочитать."
SETTINGS_WORDS = "Как часто приходят такие письма, выбирают в профиле."


def dispatch() -> int:
    """Put letters into the queue for notices that wait; how many. Commits.

    One letter a person for what is told at once, and one a day, after its hour, for the rest.
    """
    moment = now()
    here = settings.local(moment)
    old = update(Notice).where(Notice.mail.in_((NOW, DIGEST)), Notice.ready_at < moment - OLDEST).values(mail="none")
    db.session.execute(old.execution_options(synchronize_session=False))
    made = _queue(NOW, here)
    if here.hour >= settings.get("notices.digest_hour"):
        made += _queue(DIGEST, here)
    db.session.commit()
    return made


def compose(letter: Letter) -> Content | None:
    """The letter as it is to be now: without what was mended or is over, for who may still read it."""
    told = db.session.scalars(
        select(Notice).where(Notice.letter_id == letter.id).options(joinedload(Notice.student)).order_by(Notice.id)
    ).all()
    known = freshness(told)
    for notice in told:
        if known[notice.id] != FRESH:
            # What is being changed comes with a letter of its own, once it stands.
            again = DIGEST if letter.key.startswith("digest:") else NOW
            notice.mail, notice.letter_id = (again if known[notice.id] == CHANGING else "none"), None
    left = [notice for notice in _allowed(told) if known[notice.id] == FRESH]
    return _content(left) if left else None


def _allowed(told: Sequence[Notice]) -> list[Notice]:
    """What each may read today: of students as family, announcements as `freshness` says, all else as an employee."""
    today = settings.today()
    family = set(access.readers_of({n.student_id for n in told if n.student_id}, today))
    staff = access.at_work({n.person_id for n in told if n.student_id is None}, today)
    return [
        notice
        for notice in told
        if (notice.person_id, notice.student_id) in family
        or (notice.student_id is None and (notice.person_id in staff or notice.kind == "announcement"))
    ]


def freshness(told: Sequence[Notice]) -> dict[int, str]:
    """Whether each is so as it was told, is being changed just now, or is no news any more."""
    places = {_place(notice) for notice in told if notice.key.startswith(("mark:", "attendance:", "period:", "year:"))}
    values = news_marks.values_now(places) if places else {}
    gone = news_lessons.gone((notice.key, notice.value) for notice in told)
    off_board = news_talk.gone((notice.person_id, notice.key) for notice in told)
    found = {}
    for notice in told:
        if (notice.key, notice.value) in gone or (notice.person_id, notice.key) in off_board:
            found[notice.id] = GONE
        else:
            place = _place(notice)
            is_changing = place in places and values.get(place) != notice.value
            found[notice.id] = CHANGING if is_changing else FRESH
    return found


def _place(notice: Notice) -> tuple[str, int]:
    key, _, student = notice.key.rpartition(":")
    return key, int(student) if student.isdecimal() else 0


def _queue(how: str, here: datetime) -> int:
    waiting = _waiting(how, here)
    known = freshness(waiting)
    reached = {id_: found.address for id_, found in addresses.of({n.person_id for n in waiting}).items() if found.works}
    ready: dict[int, list[Notice]] = {}
    for notice in waiting:
        if notice.person_id not in reached or known[notice.id] == GONE or notice.seen_at:
            notice.mail = "none"
        elif known[notice.id] == FRESH:
            ready.setdefault(notice.person_id, []).append(notice)
    for person_id, told in ready.items():
        key = _digest_key(person_id, here) if how == DIGEST else f"notices:{told[0].id}:{here.timestamp()}"
        letter = letters.add(
            KIND, key, reached[person_id], SUBJECT, person_id=person_id, not_before=rules.outside_quiet(here)
        )
        assert letter is not None
        db.session.flush()
        for notice in told:
            notice.mail, notice.letter_id = "letter", letter.id
    return len(ready)


def _waiting(how: str, here: datetime) -> Sequence[Notice]:
    """The notices of some people who have not had their daily letter yet; locked, so that two do not take one."""
    people = select(Notice.person_id).where(Notice.mail == how).distinct().order_by(Notice.person_id).limit(AT_ONCE)
    if how == DIGEST:
        key = literal("digest:") + cast(Notice.person_id, String) + literal(f":{here:%Y-%m-%d}")
        people = people.where(~exists().where(Letter.key == key))
    ids = db.session.scalars(people).all()
    wanted = select(Notice).where(Notice.mail == how, Notice.person_id.in_(ids)).order_by(Notice.person_id, Notice.id)
    return db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def _digest_key(person_id: int, here: datetime) -> str:
    return f"digest:{person_id}:{here:%Y-%m-%d}"


def _content(told: Sequence[Notice]) -> Content:
    page = ("Открыть дневник", mail.link(mail.path_of("notices.index")))
    if not settings.get("mail.content"):
        return Content(SUBJECT, [ONLY_LINK], link=page, footer=SETTINGS_WORDS)
    lines = [(_child(notice), notice.text) for notice in told]
    return Content(SUBJECT, ["Новое в дневнике."], rules.grouped(lines), page, SETTINGS_WORDS)


def _child(notice: Notice) -> str:
    """Whom it is about, for a parent; one's own news need no name."""
    return notice.student.name if notice.student and notice.student_id != notice.person_id else ""
