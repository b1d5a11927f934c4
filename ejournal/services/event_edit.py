"""Planning events (п. 2.3): by administration for anybody, by group leaders and teachers for their own groups."""

from dataclasses import dataclass
from datetime import date, time

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain import bells
from ejournal.domain.audiences import EVERYBODY, Choice, choice_of
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import EVENT_KINDS, Event
from ejournal.models.base import now
from ejournal.services import audiences, events, log, settings
from ejournal.services.errors import FieldsError, ForbiddenError, RefusedError
from ejournal.services.events import Shown

TITLE, DESCRIPTION, PLACE, REASON = 200, 4000, 100, 250
REMIND = {0: "не напоминать", 1: "за день", 3: "за 3 дня", 7: "за неделю"}
CHANGED = "Пока вы правили, событие изменил кто-то другой. Сверьтесь с ним и сохраните ещё раз."


@dataclass(frozen=True, slots=True)
class Typed:
    """An event as it is written; `version`: the one a change began from."""

    kind: str = "meeting"
    title: str = ""
    date: str = ""
    starts: str = ""
    ends: str = ""
    place: str = ""
    description: str = ""
    remind_days: int | None = 1
    choice: Choice = EVERYBODY
    version: int = 0


def create(actor: Viewer, typed: Typed) -> Event:
    """Plan an event; seen at once. Raises ForbiddenError, FieldsError."""
    day, starts, ends = _check(actor, typed)
    if day < settings.today():
        raise FieldsError({"date": "Этот день уже прошёл."})
    made = Event(author_id=actor.person_id, audience=audiences.keep(typed.choice))
    _fill(made, typed, day, starts, ends)
    db.session.add(made)
    db.session.flush()
    log.record(actor, "event", "create", after=words(made), details={"event_id": made.id})
    db.session.commit()
    return made


def change(actor: Viewer, event_id: int, typed: Typed) -> Event:
    """Raises NotFoundError, ForbiddenError, FieldsError."""
    event = to_change(actor, event_id).event
    day, starts, ends = _check(actor, typed)
    if typed.version != event.version:
        raise FieldsError({"version": CHANGED})
    before = words(event)
    _fill(event, typed, day, starts, ends)
    audiences.keep(typed.choice, event.audience)
    event.version += 1
    event.updated_at = now()
    db.session.flush()
    log.record(actor, "event", "update", before=before, after=words(event), details={"event_id": event.id})
    db.session.commit()
    return event


def cancel(actor: Viewer, event_id: int, reason: str) -> None:
    """It stays in the calendar as cancelled. Raises NotFoundError, ForbiddenError, RefusedError."""
    event = to_change(actor, event_id).event
    if event.cancelled_at is not None:
        raise RefusedError("Событие уже отменено.")
    if event.date < settings.today():
        raise RefusedError("Событие уже прошло: отменять нечего.")
    event.cancelled_at, event.cancel_reason = now(), " ".join(reason.split())[:REASON]
    event.version += 1
    log.record(
        actor, "event", "cancel", before=words(event), reason=event.cancel_reason or None,
        details={"event_id": event.id},
    )  # fmt: skip
    db.session.commit()


def to_change(actor: Viewer, event_id: int) -> Shown:
    """Raises NotFoundError, and ForbiddenError where it may be seen but not changed."""
    shown = events.load(actor, event_id)
    if not shown.may_change:
        raise ForbiddenError("Изменить событие может тот, кто его назначил, или администрация.")
    return shown


def typed_of(shown: Shown) -> Typed:
    """What the form of a change begins with."""
    event = shown.event
    return Typed(
        event.kind, event.title, event.date.isoformat(), _hour(event.starts), _hour(event.ends), event.place,
        event.description, event.remind_days, choice_of(audiences.targets(event.audience)), event.version,
    )  # fmt: skip


def words(event: Event) -> str:
    """«классный час «…», 30.11.2026 13:00–13:45, ауд. 217 (Обучающиеся · ИС-21)»."""
    when = f"{event.date:%d.%m.%Y}" + (f" {_hour(event.starts)}" if event.starts else "")
    when += f"–{_hour(event.ends)}" if event.ends else ""
    place = f", {event.place}" if event.place else ""
    return f"{EVENT_KINDS[event.kind]} «{event.title}», {when}{place} ({audiences.words(event.audience)})"


def _hour(value: time | None) -> str:
    return value.strftime("%H:%M") if value else ""


def _fill(event: Event, typed: Typed, day: date, starts: time | None, ends: time | None) -> None:
    event.kind, event.title = typed.kind, " ".join(typed.title.split())
    event.date, event.starts, event.ends = day, starts, ends
    event.place, event.description = " ".join(typed.place.split()), typed.description.strip()
    event.remind_days = typed.remind_days or 0


def _check(actor: Viewer, typed: Typed) -> tuple[date, time | None, time | None]:
    if not actor.holds(access.PLANNERS):
        raise ForbiddenError("События назначают администрация, руководители групп и преподаватели.")
    errors: dict[str, str] = {}
    if typed.kind not in EVENT_KINDS:
        errors["kind"] = "Выберите вид события."
    if not typed.title.strip():
        errors["title"] = "Напишите, что будет: одной строкой."
    elif len(typed.title.strip()) > TITLE:
        errors["title"] = f"Не длиннее {TITLE} знаков: подробности — в описании."
    if len(typed.description) > DESCRIPTION:
        errors["description"] = f"Не длиннее {DESCRIPTION} знаков."
    if len(typed.place.strip()) > PLACE:
        errors["place"] = f"Не длиннее {PLACE} знаков."
    if typed.remind_days not in REMIND:
        errors["remind_days"] = "Выберите из списка."
    if wrong := audiences.check(actor, typed.choice, teaching=True):
        errors["audience"] = wrong
    day, starts, ends = _when(typed, errors)
    if errors or day is None:
        raise FieldsError(errors)
    return day, starts, ends


def _when(typed: Typed, errors: dict[str, str]) -> tuple[date | None, time | None, time | None]:
    day = read_day(typed.date)
    if day is None:
        errors["date"] = "Укажите день: ДД.ММ.ГГГГ."
    hours: dict[str, time | None] = {}
    for name in ("starts", "ends"):
        text = getattr(typed, name).strip()
        hours[name] = bells.clock(text)
        if text and hours[name] is None:
            errors[name] = "Укажите время: ЧЧ:ММ."
    starts, ends = hours["starts"], hours["ends"]
    if ends and not starts and "starts" not in errors:
        errors["starts"] = "Укажите и начало."
    elif starts and ends and ends <= starts:
        errors["ends"] = "Окончание раньше начала."
    return day, starts, ends
