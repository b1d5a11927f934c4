"""A few talks, so that each login finds something: who may write to whom is asked of the rules themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import select

from ejournal import access
from ejournal.access import Viewer
from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Account, Conversation, Curatorship, InboxState, Member, Message
from ejournal.services import message_people
from ejournal.services.message_people import Audience


@dataclass(slots=True)
class Line:
    """What somebody wrote so many days ago at an hour."""

    author: str
    text: str
    days: int
    at: tuple[int, int]


# Between two logins; whether the last line has been read.
TALKS: tuple[tuple[str, str, bool, tuple[Line, ...]], ...] = (
    (
        "student",
        "teacher",
        False,
        (
            Line("student", "Здравствуйте! Я пропустил контрольную по болезни. Когда можно написать?", 3, (16, 5)),
            Line("teacher", "Здравствуйте! В четверг после третьей пары, ауд. 217. Возьмите справку.", 3, (17, 40)),
            Line("student", "Спасибо, приду.", 2, (9, 15)),
            Line("teacher", "Повторите циклы и массивы, задания похожи на те, что были на занятии.", 1, (15, 20)),
        ),
    ),
    (
        "parent",
        "curator",
        False,
        (
            Line("parent", "Добрый день! Завтра уезжаем на соревнования, справку принесём в понедельник.", 2, (12, 30)),
            Line("curator", "Добрый день! Хорошо, отмечу. Преподавателей предупрежу.", 2, (14, 10)),
            Line("parent", "Спасибо! Подскажите ещё, где посмотреть расписание консультаций?", 1, (19, 45)),
        ),
    ),
    (
        "zavuch",
        "admin",
        True,
        (
            Line("zavuch", "Коллега, преподаватель не может войти: говорит, что код просрочен.", 4, (10, 0)),
            Line("admin", "Выдал новый код активации, действует неделю.", 4, (10, 25)),
        ),
    ),
    (
        "teacher",
        "admin",
        False,
        (Line("teacher", "В журнале нет подгруппы 2, посмотрите, пожалуйста.", 1, (13, 55)),),
    ),
    (
        "curator",
        "director",
        False,
        (Line("curator", "Список группы для олимпиады готов, отнесла в приёмную.", 1, (16, 30)),),
    ),
)  # fmt: skip

STUDENTS = "Классный час в пятницу после последней пары, аудитория 305. Обсудим практику и дежурство."
PARENTS = "Уважаемые родители! Собрание группы в следующий четверг в 18:00. Если не сможете прийти, напишите мне."
TEACHERS = (
    "Коллеги, заполните темы занятий за месяц до пятницы: в понедельник закрываем ведомость. https://example.org/plan"
)


@dataclass(slots=True)
class Talk:
    """A conversation in the making: its people with the student each place rests on, what was written when and by whom,
    and how many of these messages each has read."""

    id: int
    links: dict[int, int | None]
    letters: list[tuple[datetime, int, str]] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)


def add(rows: Rows, year: Year) -> None:
    """Keep rows; people, accounts and journals must be written already."""
    viewers = _viewers(year)
    talks = [_two(rows, year, viewers, *talk) for talk in TALKS]
    curator, zavuch = viewers["curator"], viewers["zavuch"]
    led = _own_group(curator)
    if led:
        talks += [_many(rows, year, curator, f"{kind}:{led}", text, days) for kind, text, days in (
            ("students", STUDENTS, 3), ("parents", PARENTS, 2),
        )]  # fmt: skip
    talks.append(_many(rows, year, zavuch, "role:teacher", TEACHERS, 1))
    _finish(rows, year, [talk for talk in talks if talk])


def _two(
    rows: Rows, year: Year, viewers: dict[str, Viewer], first: str, second: str, read: bool, lines: Iterable[Line]
) -> Talk | None:
    one, two = viewers[first], viewers[second]
    if not message_people.may_write(one, two.person_id):
        return None
    other = message_people.find(one, two.person_id)
    low, high = sorted((one.person_id, two.person_id))
    talk = Talk(
        rows.add(Conversation, low_id=low, high_id=high),
        {one.person_id: message_people.own_link(one, two.person_id), two.person_id: other.link_id},
    )
    for line in lines:
        author = viewers[line.author].person_id
        talk.letters.append((_moment(year, line.days, *line.at), author, line.text))
        talk.read[author] = len(talk.letters)
    if read:
        talk.read = dict.fromkeys(talk.links, len(talk.letters))
    return talk


def _many(rows: Rows, year: Year, author: Viewer, key: str, text: str, days: int) -> Talk | None:
    chosen: Audience = message_people.audience(author, key)
    if not message_people.size(author, chosen):
        return None
    people = message_people.people(author, chosen)
    conversation = rows.add(
        Conversation, author_id=author.person_id, title=chosen.title, folded=fold(chosen.title), audience=chosen.key
    )
    links: dict[int, int | None] = {author.person_id: None}
    talk = Talk(conversation, links | {person.id: person.link_id for person in people})
    talk.letters.append((_moment(year, days, 11, 0), author.person_id, text))
    # Two of three have looked in since.
    talk.read = {person.id: 1 for place, person in enumerate(people) if place % 3}
    return talk


def _finish(rows: Rows, year: Year, talks: list[Talk]) -> None:
    """Messages in the order of time, places and counters, which agree with what was read."""
    written = sorted((*letter, talk.id) for talk in talks for letter in talk.letters)
    ids: dict[int, list[int]] = {talk.id: [] for talk in talks}
    for moment, author, text, talk_id in written:
        number = rows.add(
            Message, conversation_id=talk_id, author_id=author, request_id=f"demo-{len(ids[talk_id])}-{talk_id}",
            text=text, folded=fold(text), sent_at=moment,
        )  # fmt: skip
        ids[talk_id].append(number)
    unread: dict[int, int] = {}
    for talk in talks:
        for person, link in talk.links.items():
            seen = talk.read.get(person, 0)
            rows.add(
                Member, conversation_id=talk.id, person_id=person, student_id=link,
                read_id=ids[talk.id][seen - 1] if seen else 0,
                read_at=_read_at(year, talk, person, seen),
            )  # fmt: skip
            new = [author for _moment, author, _text in talk.letters[seen:] if author != person]
            unread[person] = unread.get(person, 0) + len(new)
    for person, number in sorted(unread.items()):
        rows.add(InboxState, person_id=person, version=1, unread=number)


def _read_at(year: Year, talk: Talk, person: int, seen: int) -> datetime | None:
    """Whoever answered had read a little before; others a while after the message came."""
    others = [moment for moment, author, _text in talk.letters[:seen] if author != person]
    if not others:
        return None
    answers = [moment for moment, author, _text in talk.letters if author == person and moment > others[-1]]
    looked = min([*answers, others[-1] + timedelta(minutes=95), year.now])
    return max(others[-1], looked - timedelta(minutes=5))


def _viewers(year: Year) -> dict[str, Viewer]:
    names = ("admin", "director", "zavuch", "curator", "teacher", "student", "parent")
    found = {}
    for account_id, name in db.session.execute(
        select(Account.id, Account.username).where(Account.username.in_(names)).order_by(Account.id)
    ):
        viewer = access.viewer_of(account_id, year.today)
        assert viewer is not None
        found[name] = viewer
    return found


def _own_group(curator: Viewer) -> int | None:
    return db.session.scalar(
        select(Curatorship.group_id).where(Curatorship.person_id == curator.person_id).order_by(Curatorship.id)
    )


def _moment(year: Year, days: int, hour: int, minute: int) -> datetime:
    return year.at(year.today - timedelta(days=days), time(hour, minute))
