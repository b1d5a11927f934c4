"""What the college tells: announcements, events and recommended resources, something of each for every demo login."""

from datetime import date, datetime, time, timedelta
from typing import Any

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.staff import LED_BY_CURATOR, Staff
from ejournal.demo.world import Group, dice
from ejournal.domain import calendar, rich_text
from ejournal.domain.audiences import Choice
from ejournal.domain.names import fold
from ejournal.domain.web_addresses import host_of
from ejournal.models import (
    Announcement,
    AnnouncementReading,
    Audience,
    AudienceTarget,
    DeadLink,
    Event,
    Resource,
)

ACKNOWLEDGED = 0.6  # of those asked

PASSES = """С понедельника вход в колледж — **только по пропускам**.

- Пропуск выдаёт учебная часть, кабинет 105, с 9:00 до 16:00.
- Кто забыл пропуск, отмечается у дежурного.
- Родители проходят по паспорту.

Прочтите и подтвердите, пожалуйста."""
MEETING = """Уважаемые родители!

Приглашаю на собрание группы. Поговорим об итогах двух месяцев, о пропусках и о подготовке к сессии. \
Если не сможете прийти, *напишите мне заранее*."""
COUNCIL = """Педагогический совет состоится в конце месяца. До него:

1. проверьте накопляемость оценок;
2. заполните темы всех проведённых занятий (п. 4.4)."""

# kind, title, address, what for, tags, roles, courses
RESOURCES: tuple[tuple[str, str, str, str, tuple[str, ...], tuple[str, ...], tuple[int, ...]], ...] = (
    ("study", "Российская электронная школа", "https://resh.edu.ru", "Уроки с видео и заданиями по школьным предметам.",
     ("видео", "общие предметы"), ("student", "parent"), (1,)),
    ("study", "Национальная электронная библиотека", "https://rusneb.ru", "Книги и журналы библиотек России.",
     ("книги",), (), ()),
    ("study", "Грамота.ру", "https://gramota.ru", "Словари, правила и проверка слова.", ("русский язык", "словари"),
     (), ()),
    ("study", "Учебник по Python", "https://docs.python.org/ru/3/tutorial/", "Официальный учебник на русском языке.",
     ("информатика", "программирование"), ("student", "teacher"), ()),
    ("leisure", "Культура.РФ", "https://www.culture.ru", "Фильмы, спектакли, концерты и музеи онлайн.",
     ("кино", "музеи", "музыка"), (), ()),
    ("leisure", "Виртуальный Русский музей", "https://rusmuseumvrm.ru", "Прогулки по залам и лекции.", ("музеи",),
     ("student", "parent"), ()),
)  # fmt: skip


def add(
    rows: Rows, year: Year, seed: int, groups: list[Group], staff: Staff, guardians: list[tuple[int, int]],
    visitors: frozenset[int],
) -> None:  # fmt: skip
    """Keep rows; `guardians` are (parent, student), `visitors` sign in on the demo."""
    group = groups[LED_BY_CURATOR]
    first = _announcement(
        rows, year, staff.zavuch, "Вход в колледж по пропускам", PASSES, Choice(roles=("student", "parent")), 2,
        pinned=True, needs_ack=True,
    )  # fmt: skip
    asked = {member.student.id for each in groups for member in each.members} | {parent for parent, _ in guardians}
    _acknowledged(rows, year, seed, first, sorted(asked - visitors))
    _announcement(
        rows, year, staff.curator.id, "Родительское собрание группы", MEETING,
        Choice(roles=("parent",), group_ids=(group.id,)), 1,
    )  # fmt: skip
    _announcement(
        rows, year, staff.director, "Педагогический совет: что подготовить", COUNCIL,
        Choice(roles=("teacher", "curator")), 4,
    )  # fmt: skip
    _events(rows, year, group, staff)
    _resources(rows, year, staff)


def _announcement(
    rows: Rows, year: Year, author: int, title: str, text: str, choice: Choice, days: int, **rest: Any
) -> int:
    said = _before(year, days)
    return rows.add(
        Announcement, audience_id=_audience(rows, choice), author_id=author, title=title, text=text,
        starts=said.astimezone(year.zone).date(), skey=fold(f"{title} {rich_text.to_plain(text)}"), created_at=said,
        **rest,
    )  # fmt: skip


def _acknowledged(rows: Rows, year: Year, seed: int, announcement: int, asked: list[int]) -> None:
    """Some have; those who sign in on the demo have not: they see the button."""
    chance = dice(seed, "acknowledged")
    for person in asked:
        if chance.random() < ACKNOWLEDGED:
            when = _before(year, 2) + timedelta(minutes=chance.randrange(60 * 10))
            rows.add(
                AnnouncementReading, announcement_id=announcement, person_id=person, seen_version=1, seen_at=when,
                acknowledged_version=1, acknowledged_at=when,
            )  # fmt: skip


def _events(rows: Rows, year: Year, group: Group, staff: Staff) -> None:
    own = (group.id,)
    plan: tuple[tuple[int, int, str, str, int, int, str, Choice, dict[str, Any]], ...] = (
        (staff.curator.id, 1, "class-hour", "Классный час: безопасность зимой", 13, 14, "217",
         Choice(("student",), own), {}),
        (staff.curator.id, 3, "meeting", "Родительское собрание", 18, 19, "217", Choice(("parent",), own),
         {"remind_days": 7, "description": "Итоги двух месяцев, пропуски, подготовка к сессии."}),
        (staff.zavuch, 8, "other", "День открытых дверей", 11, 14, "актовый зал", Choice(), {"remind_days": 3}),
        (staff.teacher.id, 2, "consultation", "Консультация по задолженностям", 15, 16, "311",
         Choice(("student",), own), {"cancelled_at": _before(year, 0), "cancel_reason": "болезнь преподавателя"}),
    )  # fmt: skip
    for author, ahead, kind, title, starts, ends, place, choice, rest in plan:
        rows.add(
            Event, audience_id=_audience(rows, choice), author_id=author, kind=kind, title=title,
            date=_working(year.today + timedelta(days=ahead)), starts=time(starts), ends=time(ends), place=place,
            created_at=_before(year, 3), **rest,
        )  # fmt: skip


def _resources(rows: Rows, year: Year, staff: Staff) -> None:
    made = [
        _resource(rows, year, staff.zavuch, number * 10, *told, state="shown", decided_by=staff.zavuch)
        for number, told in enumerate(RESOURCES, 1)
    ]
    rows.add(DeadLink, resource_id=made[-1], person_id=staff.curator.id, told_at=_before(year, 1))
    suggested = ("study", "Карта слов", "https://kartaslov.ru", "Значения слов и связи между ними.",
                 ("русский язык",), ("student",), ())  # fmt: skip
    _resource(rows, year, staff.teacher.id, 100, *suggested, state="suggested")


def _resource(
    rows: Rows, year: Year, author: int, ordinal: int, kind: str, title: str, url: str, description: str,
    tags: tuple[str, ...], roles: tuple[str, ...], courses: tuple[int, ...], **rest: Any,
) -> int:  # fmt: skip
    return rows.add(
        Resource, audience_id=_audience(rows, Choice(roles=roles, courses=courses)), kind=kind, title=title, url=url,
        description=description, tags=list(tags), ordinal=ordinal, suggested_by=author,
        skey=fold(" ".join((title, description, *tags, host_of(url)))), created_at=_before(year, 20), **rest,
    )  # fmt: skip


def _audience(rows: Rows, choice: Choice) -> int:
    audience = rows.add(Audience)
    for target in choice.targets():
        rows.add(
            AudienceTarget, audience_id=audience, role=target.role, group_id=target.group_id,
            course_number=target.course_number, programme_id=target.programme_id,
        )  # fmt: skip
    return audience


def _before(year: Year, days: int) -> datetime:
    return year.now - timedelta(days=days, hours=2)


def _working(day: date) -> date:
    """That day, or the first one after it on which the college works."""
    while not calendar.is_school_day(day):
        day += timedelta(days=1)
    return day
