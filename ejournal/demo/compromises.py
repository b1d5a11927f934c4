"""Two reports of compromised accounts (п. 3.11): one dealt with last month, one that waits for administration."""

from datetime import date, timedelta

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.domain import calendar, terms
from ejournal.models import Compromise

OUTCOME = "Поговорили лично, выдан новый код активации. Вход с чужого телефона, оценки никто не менял."


def add(rows: Rows, year: Year, staff: Staff, accounts: dict[int, int]) -> None:
    """Keep rows about two teachers; `accounts` are ids of accounts by person."""
    named = (staff.teacher.id, staff.curator.id)
    others = [teacher.id for teacher in staff.teachers if teacher.id not in named and teacher.id in accounts]
    for person, days, source in zip(others, (33, 0), ("profile", "stranger"), strict=False):
        known = year.today - timedelta(days=days)
        told = year.now - timedelta(days=days, hours=1)
        closed = source == "profile"
        rows.add(
            Compromise,
            account_id=accounts[person],
            source=source,
            known_on=known,
            due=terms.compromise_due(known, _is_working),
            reported_at=told,
            reported_by=person if closed else None,
            address="192.0.2.17",
            note="Пароль был записан на листке у монитора." if closed else "Не могу войти: пароль не подходит.",
            secured_at=told if closed else None,
            closed_at=told + timedelta(hours=3) if closed else None,
            closed_by=staff.sysadmin if closed else None,
            outcome=OUTCOME if closed else "",
        )


def _is_working(day: date) -> bool:
    return day.weekday() < 5 and not calendar.is_state_holiday(day)
