"""Tables of bells → schedules: the general one and those of single weekdays."""

from collections.abc import Callable

from sqlalchemy import select

from ejournal.exchange.bells import BellList, BellRecord, BellTable
from ejournal.exchange.changes import Draft
from ejournal.extensions import db
from ejournal.models import Bell, BellSchedule


def plan(listing: BellList, draft: Draft) -> None:
    """Add the changes of the bells to the draft. Counted are bells, one a pair."""
    seen: set[int | None] = set()
    for table in listing.schedules:
        if table.weekday in seen:
            draft.notes.append(
                f"Таблица «{table.title}» не загружена: звонки бывают общими и на отдельный день недели, "
                "а такие в файле уже есть."
            )
            continue
        seen.add(table.weekday)
        _plan_table(table, draft)


def _plan_table(table: BellTable, draft: Draft) -> None:
    # A special one (a shortened day) has no weekday either, and is on no list.
    schedule = db.session.scalar(
        select(BellSchedule)
        .where(BellSchedule.weekday.is_not_distinct_from(table.weekday), ~BellSchedule.special)
        .order_by(BellSchedule.id)
    )
    known: dict[int, Bell] = {}
    if schedule is None:
        schedule = BellSchedule(title=table.title, weekday=table.weekday)
        draft.step(f"Новое расписание звонков: {table.title}", _adding(schedule))
    else:
        known = {bell.pair: bell for bell in db.session.scalars(select(Bell).where(Bell.schedule_id == schedule.id))}
    for record in table.bells:
        _plan_bell(record, table.title, schedule, known.get(record.pair), draft)
    told = {record.pair for record in table.bells}
    for pair, bell in known.items():
        if pair not in told:
            draft.step(f"{table.title}, пара {pair}: убирается, в файле её нет", _deleting(bell))


def _plan_bell(record: BellRecord, title: str, schedule: BellSchedule, bell: Bell | None, draft: Draft) -> None:
    name = f"{title}, пара {record.pair}"
    new = f"{record.starts:%H:%M}–{record.ends:%H:%M}"

    def act() -> None:
        if bell is None:
            db.session.flush()
            db.session.add(Bell(schedule_id=schedule.id, pair=record.pair, starts=record.starts, ends=record.ends))
        else:
            bell.starts, bell.ends = record.starts, record.ends

    if bell is None:
        draft.create(name, [new], act)
    else:
        old = f"{bell.starts:%H:%M}–{bell.ends:%H:%M}"
        draft.update(name, [f"{old} → {new}"] if old != new else [], act)


def _adding(schedule: BellSchedule) -> Callable[[], None]:
    return lambda: db.session.add(schedule)


def _deleting(bell: Bell) -> Callable[[], None]:
    return lambda: db.session.delete(bell)
