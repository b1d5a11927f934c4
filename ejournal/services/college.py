"""Opening a college: what an empty database needs before the first person can sign in (п. 4.2)."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Account,
    Bell,
    BellSchedule,
    Period,
    Person,
    Role,
    RoleGrant,
    WorkKind,
)
from ejournal.services import accounts, log, settings, usernames
from ejournal.services.errors import RefusedError

# Title, how the column's head says it, usual weight; in the order they are offered.
WORK_KINDS = (
    ("Ответ на занятии", "Отв", 1),
    ("Практическая работа", "ПР", 2),
    ("Лабораторная работа", "ЛР", 2),
    ("Самостоятельная работа", "СР", 2),
    ("Контрольная работа", "КР", 3),
    ("Тест", "Т", 2),
    ("Домашняя работа", "ДР", 1),
    ("Проект", "Пр", 3),
    ("Зачётная работа", "ЗР", 3),
)

# Pairs of two lessons of 45 minutes; Saturday and short days are each college's own.
BELLS = (
    (time(8, 30), time(10, 5)),
    (time(10, 15), time(11, 50)),
    (time(12, 20), time(13, 55)),
    (time(14, 5), time(15, 40)),
    (time(15, 50), time(17, 25)),
    (time(17, 35), time(19, 10)),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The first administrator's login and one-time code, which is shown once and stored nowhere."""

    username: str
    code: str
    year: str


def is_empty() -> bool:
    """Nobody and no year is stored: a new college or a demo one may be made here."""
    return not (db.session.scalar(select(Person.id).limit(1)) or db.session.scalar(select(AcademicYear.id).limit(1)))


def has_accounts() -> bool:
    return db.session.scalar(select(Account.id).limit(1)) is not None


def has_demo_accounts() -> bool:
    """Whether anybody could sign in here with the password that everybody knows."""
    demo = select(Account.id).where(Account.is_demo, Account.blocked_at.is_(None)).limit(1)
    return db.session.scalar(demo) is not None


def create(name: str, timezone: str, administrator: str, username: str) -> Opened:
    """Open a college in an empty database: settings, the running year, kinds of work, bells, administrator."""
    if not is_empty():
        raise RefusedError(
            "В этой базе данных уже есть колледж, ничего не изменено. "
            "Для нового колледжа укажите другую папку в EJOURNAL_INSTANCE."
        )
    if not name.strip() or not administrator.split():
        raise RefusedError("Укажите название колледжа и фамилию администратора.")
    settings.put("college.name", name.strip())
    settings.put("timezone", _checked_zone(timezone))
    year = _add_year(settings.today())
    _add_work_kinds()
    _add_bells()
    account = _add_administrator(administrator, usernames.check(username))
    log.record(None, "setting", "create", after=name.strip(), details={"timezone": timezone, "year": year})
    code = accounts.issue_code(account, None)
    db.session.commit()
    return Opened(account.username, code, year)


def _checked_zone(key: str) -> str:
    try:
        return ZoneInfo(key).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedError(
            f"Часового пояса «{key}» нет. Пример: Europe/Moscow, Asia/Yekaterinburg, Asia/Vladivostok."
        ) from None


def _add_year(today: date) -> str:
    """The running academic year with two semesters for all courses; exact dates are each college's own."""
    start = calendar.academic_year(today)
    first, last = calendar.year_bounds(start)
    year = AcademicYear(title=calendar.year_title(start), starts=first, ends=last)
    db.session.add(year)
    db.session.flush()
    semesters = (
        (1, "1 семестр", first, date(start, 12, 31)),
        (2, "2 семестр", date(start + 1, 1, 9), date(start + 1, 6, 30)),
    )
    db.session.add_all(
        Period(year_id=year.id, number=number, title=title, starts=starts, ends=ends)
        for number, title, starts, ends in semesters
    )
    return year.title


def _add_work_kinds() -> None:
    db.session.add_all(
        WorkKind(title=title, short=short, weight=weight, ordinal=ordinal)
        for ordinal, (title, short, weight) in enumerate(WORK_KINDS, 1)
    )


def _add_bells() -> None:
    schedule = BellSchedule(title="Основные звонки")
    db.session.add(schedule)
    db.session.flush()
    db.session.add_all(
        Bell(schedule_id=schedule.id, pair=pair, starts=starts, ends=ends)
        for pair, (starts, ends) in enumerate(BELLS, 1)
    )


def _add_administrator(full_name: str, username: str) -> Account:
    surname, name, patronymic = [*full_name.split(maxsplit=2), "", ""][:3]
    person = Person.called(surname, name, patronymic, post="системный администратор")
    account = Account(person=person, username=username)
    db.session.add_all([person, account])
    db.session.flush()
    db.session.add(RoleGrant(person_id=person.id, role=Role.SYSADMIN, since=settings.today()))
    about = {"person_id": person.id, "name": person.full_name}
    log.record(None, "account", "create", after=account.username, details=about)
    log.record(None, "role", "grant", after=Role.SYSADMIN.label, details=about)
    return account
