"""Schedules of bells: the usual one, those of weekdays, special ones with their dates (п. 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from ejournal.access import Viewer
from ejournal.domain import bells
from ejournal.domain.bells import PAIRS, Times
from ejournal.domain.calendar import WEEKDAYS, read_day
from ejournal.extensions import db
from ejournal.models import Bell, BellDate, BellSchedule, Group, GroupMode
from ejournal.services import log
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

USUAL, SPECIAL = "usual", "special"
# What a schedule is for, as the form offers it.
KINDS = (
    {USUAL: "обычные: все дни без своих звонков"}
    | {str(number): f"день недели: {WEEKDAYS[number - 1]}" for number in range(1, 7)}
    | {SPECIAL: "особые: на отдельные даты и группы"}
)


@dataclass(slots=True)
class Listed:
    """A schedule with its pairs, its dates and the groups that have it for their own."""

    schedule: BellSchedule
    times: dict[int, Times] = field(default_factory=dict)
    dates: list[BellDate] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return kind_of(self.schedule)


def listing() -> list[Listed]:
    """The usual one first, then weekdays, then special ones. Four queries however many."""
    found = {row.id: Listed(row) for row in db.session.scalars(select(BellSchedule).order_by(BellSchedule.id))}
    for bell in db.session.scalars(select(Bell).order_by(Bell.pair)):
        found[bell.schedule_id].times[bell.pair] = (bell.starts, bell.ends)
    for row in db.session.scalars(select(BellDate).order_by(BellDate.date)):
        found[row.schedule_id].dates.append(row)
    for schedule_id, title in _groups():
        found[schedule_id].groups.append(title)
    order = list(KINDS)
    return sorted(found.values(), key=lambda listed: (order.index(listed.kind), listed.schedule.id))


def _groups() -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(BellSchedule.id, Group.gkey, Group.title)
        .join(GroupMode, GroupMode.schedule_id == BellSchedule.id)
        .join(Group, Group.id == GroupMode.group_id)
        .order_by(Group.gkey)
        .distinct()
    )
    return [(schedule_id, title) for schedule_id, _gkey, title in rows]


def special() -> list[tuple[int, str]]:
    """The special schedules, to choose one of."""
    rows = db.session.execute(select(BellSchedule.id, BellSchedule.title).where(BellSchedule.special))
    return sorted(((id_, title) for id_, title in rows), key=lambda row: row[1])


def find(schedule_id: int) -> BellSchedule:
    """Raises NotFoundError."""
    schedule = db.session.get(BellSchedule, schedule_id)
    if schedule is None:
        raise NotFoundError
    return schedule


def kind_of(schedule: BellSchedule) -> str:
    if schedule.special:
        return SPECIAL
    return USUAL if schedule.weekday is None else str(schedule.weekday)


def form_of(schedule: BellSchedule) -> dict[str, str]:
    """A schedule as the fields of a form."""
    form = {"title": schedule.title, "kind": kind_of(schedule)}
    for pair, (starts, ends) in _times(schedule.id).items():
        form |= {f"starts_{pair}": f"{starts:%H:%M}", f"ends_{pair}": f"{ends:%H:%M}"}
    return form


def save(actor: Viewer, schedule_id: int | None, form: Mapping[str, str]) -> BellSchedule:
    """Add or change a schedule: `title`, `kind`, `starts_1`, `ends_1` … Raises NotFoundError, FieldsError."""
    schedule = find(schedule_id) if schedule_id else BellSchedule()
    before = _words(schedule.title, _times(schedule.id)) if schedule_id else None
    title, kind = " ".join(form.get("title", "").split())[:250], form.get("kind", "")
    times, wrong = bells.read({n: (form.get(f"starts_{n}", ""), form.get(f"ends_{n}", "")) for n in PAIRS})
    errors = {f"pair_{pair}": message for pair, message in wrong.items()}
    if not title:
        errors["title"] = "Назовите расписание звонков, например «Будни»."
    if not times and not wrong:
        errors["pair_1"] = "Укажите время хотя бы одной пары."
    errors |= _kind_errors(schedule, kind)
    if errors:
        raise FieldsError(errors)
    schedule.title, schedule.special = title, kind == SPECIAL
    schedule.weekday = int(kind) if kind.isdecimal() else None
    db.session.add(schedule)
    db.session.flush()
    db.session.execute(delete(Bell).where(Bell.schedule_id == schedule.id))
    db.session.add_all(
        Bell(schedule_id=schedule.id, pair=pair, starts=starts, ends=ends) for pair, (starts, ends) in times.items()
    )
    after = _words(title, times)
    if before != after:
        log.record(actor, "bells", "update" if before else "create", before=before, after=after)
    db.session.commit()
    return schedule


def remove(actor: Viewer, schedule_id: int) -> str:
    """Raises NotFoundError, RefusedError for the usual bells and those a group has for its own."""
    schedule = find(schedule_id)
    if kind_of(schedule) == USUAL:
        raise RefusedError("Обычные звонки удалить нельзя: без них у пар не будет времени. Измените их.")
    used = sorted(title for id_, title in _groups() if id_ == schedule.id)
    if used:
        raise RefusedError(f"По этим звонкам учатся {', '.join(used)}: сначала смените их режим работы.")
    title = schedule.title
    log.record(actor, "bells", "delete", before=_words(title, _times(schedule.id)))
    for table in (Bell, BellDate):
        db.session.execute(delete(table).where(table.schedule_id == schedule.id))
    db.session.delete(schedule)
    db.session.commit()
    return title


def add_date(actor: Viewer, schedule_id: int, text: str) -> BellDate:
    """Let a special schedule ring on a date. Raises NotFoundError, RefusedError."""
    schedule = find(schedule_id)
    if not schedule.special:
        raise RefusedError("Даты назначаются только особым звонкам.")
    day = read_day(text)
    if day is None:
        raise RefusedError("Укажите дату, на которую назначаются звонки.")
    other = db.session.scalar(
        select(BellSchedule).join(BellDate, BellDate.schedule_id == BellSchedule.id).where(BellDate.date == day)
    )
    if other:
        raise RefusedError(f"На {day:%d.%m.%Y} уже назначены звонки «{other.title}»: сначала снимите их.")
    made = BellDate(date=day, schedule_id=schedule.id)
    db.session.add(made)
    log.record(actor, "bells", "create", after=f"{schedule.title}: {day:%d.%m.%Y}")
    db.session.commit()
    return made


def remove_date(actor: Viewer, schedule_id: int, date_id: int) -> None:
    """From now on the date has the bells of its weekday. Raises NotFoundError."""
    row = db.session.get(BellDate, date_id)
    if row is None or row.schedule_id != schedule_id:
        raise NotFoundError
    log.record(actor, "bells", "delete", before=f"{find(schedule_id).title}: {row.date:%d.%m.%Y}")
    db.session.delete(row)
    db.session.commit()


def _kind_errors(schedule: BellSchedule, kind: str) -> dict[str, str]:
    """A kind that is nothing, taken already, or that what hangs on the schedule forbids."""
    if kind not in KINDS:
        return {"kind": "Выберите, для каких дней эти звонки."}
    if schedule.id and kind_of(schedule) == USUAL and kind != USUAL:
        return {"kind": "Обычные звонки должны остаться обычными: заведите для этого дня другие."}
    if schedule.id and schedule.special and kind != SPECIAL and _is_named(schedule):
        return {"kind": "На эти звонки назначены даты или группы: сначала снимите их."}
    if kind == SPECIAL:
        return {}
    weekday = int(kind) if kind.isdecimal() else None
    same = BellSchedule.weekday.is_(None) if weekday is None else BellSchedule.weekday == weekday
    other = db.session.scalar(
        select(BellSchedule).where(same, ~BellSchedule.special, BellSchedule.id != (schedule.id or 0))
    )
    return {"kind": f"Такие звонки уже есть: «{other.title}». Измените их."} if other else {}


def _is_named(schedule: BellSchedule) -> bool:
    named = db.session.scalar(select(BellDate.id).where(BellDate.schedule_id == schedule.id).limit(1))
    return named is not None or any(id_ == schedule.id for id_, _ in _groups())


def _times(schedule_id: int) -> dict[int, Times]:
    rows = db.session.scalars(select(Bell).where(Bell.schedule_id == schedule_id).order_by(Bell.pair))
    return {bell.pair: (bell.starts, bell.ends) for bell in rows}


def _words(title: str, times: Mapping[int, Times]) -> str:
    pairs = ", ".join(f"{pair}: {first:%H:%M}–{last:%H:%M}" for pair, (first, last) in sorted(times.items()))
    return f"{title}: {pairs}"
