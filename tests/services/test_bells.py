"""Bells of a date and a group, their schedules, the working mode of groups (п. 4.2)."""

from datetime import date, time, timedelta

import pytest
from factories import Journal, make_journal, make_lesson, make_person, make_year, viewer_of
from factories_load import make_bells
from flask import Flask

from ejournal.access import Viewer
from ejournal.domain.calendar import monday_of
from ejournal.extensions import db
from ejournal.models import AcademicYear, Bell, BellDate, BellSchedule, Group, GroupMode, LogEntry, Role
from ejournal.models.base import now
from ejournal.services import bell_admin, bells, group_modes, week
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError

SATURDAY = date(2026, 9, 5)
MONDAY = date(2026, 9, 7)


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=1, lessons=0)


def place(journal: Journal) -> tuple[AcademicYear, Group]:
    return db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)


def test_r4_2_c_a_dates_own_bells_come_first_then_the_groups_the_weekdays_the_usual(journal: Journal) -> None:
    make_bells("Обычные", 8, 10)
    make_bells("Суббота", 9, weekday=6)
    short, own = make_bells("Короткие", 11, special=True), make_bells("Вторая смена", 14, special=True)
    year, group = place(journal)
    monday = monday_of(year.starts) + timedelta(days=14)
    db.session.add_all(
        [
            BellDate(date=monday, schedule_id=short.id),
            GroupMode(group_id=group.id, year_id=year.id, schedule_id=own.id),
        ]
    )
    db.session.commit()
    rang = bells.load()

    def starts(day: date, pair: int = 1, group_id: int | None = None) -> time | None:
        found = rang.of(day, pair, group_id)
        return found[0] if found else None

    saturday, tuesday = monday + timedelta(days=5), monday + timedelta(days=1)
    assert (starts(tuesday), starts(saturday), starts(monday)) == (time(8), time(9), time(11))
    assert (starts(tuesday, 1, group.id), starts(saturday, 1, group.id)) == (time(14), time(14))
    assert starts(monday, 1, group.id) == time(11), "a short day is everybody's"
    assert starts(tuesday, 2, group.id) == time(10), "what the own bells lack is rung by the usual ones"
    assert starts(monday, 2) is None, "a short day has no other pairs"
    assert starts(year.ends + timedelta(days=3), 1, group.id) != time(14), "the mode is one year's"


def test_special_bells_do_not_ring_on_usual_days(in_app: Flask) -> None:
    make_bells("Короткие", 11, special=True)
    assert bells.load().of(MONDAY, 1) is None
    make_bells("Обычные", 8)
    assert bells.load().of(MONDAY, 1) == (time(8), time(9))


def test_the_week_shows_the_bells_of_the_date(journal: Journal) -> None:
    make_bells("Обычные", 8)
    lesson = make_lesson(journal.course_id, monday_of(journal.year.starts) + timedelta(days=8), pair=1)
    short = make_bells("Короткие", 11, special=True)
    db.session.add(BellDate(date=lesson.date, schedule_id=short.id))
    db.session.commit()
    days = week.load(monday_of(lesson.date), group_ids=[journal.group.id])
    assert [slot.times for day in days for slot in day.slots] == [(time(11), time(12))]


def form(**more: str) -> dict[str, str]:
    return {"title": "Будни", "kind": "usual", "starts_1": "08:30", "ends_1": "10:05", **more}


def test_a_schedule_is_added_changed_and_kept_in_the_log(actor: Viewer) -> None:
    made = bell_admin.save(actor, None, form())
    bell_admin.save(actor, made.id, form(starts_2="10:15", ends_2="11:50"))
    assert {bell.pair for bell in db.session.scalars(db.select(Bell))} == {1, 2}
    entries = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "bells").order_by(LogEntry.id)).all()
    assert [entry.after for entry in entries] == [
        "Будни: 1: 08:30–10:05",
        "Будни: 1: 08:30–10:05, 2: 10:15–11:50",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"kind": "9"}, "kind"),
        ({"starts_1": "", "ends_1": ""}, "pair_1"),
        ({"ends_1": "08:00"}, "pair_1"),
        ({"starts_2": "10:00", "ends_2": "11:00"}, "pair_2"),
        ({"kind": "6"}, "kind"),
    ],
)
def test_what_is_wrong_with_bells_is_said_at_its_field(actor: Viewer, change: dict[str, str], field: str) -> None:
    make_bells("Суббота", 9, weekday=6)
    with pytest.raises(FieldsError) as refused:
        bell_admin.save(actor, None, form(**change))
    assert list(refused.value.fields) == [field]


def test_usual_bells_stay_and_those_of_a_group_are_not_removed(actor: Viewer, journal: Journal) -> None:
    usual, own, free = (
        make_bells("Обычные", 8),
        make_bells("Свои", 14, special=True),
        make_bells("Суббота", 9, weekday=6),
    )
    db.session.add(GroupMode(group_id=journal.group.id, year_id=journal.year.id, schedule_id=own.id))
    db.session.commit()
    with pytest.raises(RefusedError, match="Обычные звонки удалить нельзя"):
        bell_admin.remove(actor, usual.id)
    with pytest.raises(FieldsError):
        bell_admin.save(actor, usual.id, form(kind="special"))
    with pytest.raises(FieldsError):
        bell_admin.save(actor, own.id, form(kind="1"))
    with pytest.raises(RefusedError, match=journal.group.title):
        bell_admin.remove(actor, own.id)
    assert bell_admin.remove(actor, free.id) == "Суббота"
    assert db.session.scalars(db.select(BellSchedule.title).order_by(BellSchedule.id)).all() == ["Обычные", "Свои"]
    with pytest.raises(NotFoundError):
        bell_admin.remove(actor, 999)


def test_a_date_has_one_special_schedule(actor: Viewer) -> None:
    usual = make_bells("Обычные", 8)
    short, other = make_bells("Короткие", 11, special=True), make_bells("Другие", 12, special=True)
    made = bell_admin.add_date(actor, short.id, "2026-12-25")
    with pytest.raises(RefusedError, match="уже назначены звонки «Короткие»"):
        bell_admin.add_date(actor, other.id, "2026-12-25")
    with pytest.raises(RefusedError, match="Укажите дату"):
        bell_admin.add_date(actor, short.id, "25 декабря")
    with pytest.raises(RefusedError, match="только особым"):
        bell_admin.add_date(actor, usual.id, "2026-12-26")
    with pytest.raises(NotFoundError):
        bell_admin.remove_date(actor, other.id, made.id)
    bell_admin.remove_date(actor, short.id, made.id)
    assert db.session.scalars(db.select(BellDate)).all() == []


def typed(**more: str) -> dict[str, str]:
    return {"first": "3", "last": "6", "days": "12345", "shift": "2", "room": "305", "schedule": "", **more}


def test_r4_2_c_the_working_mode_of_every_group_is_kept(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    assert group_modes.save(actor, year, [group], {group.id: typed()}) == 1
    assert group_modes.of_group(year, group).words == "2 смена, пары 3–6, пн–пт, ауд. 305"
    assert group_modes.save(actor, year, [group], {group.id: typed()}) == 0, "nothing changed"
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "bells")).one()
    assert (entry.action, entry.after) == ("mode", "2 смена, пары 3–6, пн–пт, ауд. 305")


@pytest.mark.parametrize(
    "wrong", [{"first": "0"}, {"last": "2"}, {"last": "x"}, {"days": ""}, {"shift": "4"}, {"schedule": "77"}]
)
def test_a_mode_that_cannot_be_leaves_all_as_it_was(actor: Viewer, journal: Journal, wrong: dict[str, str]) -> None:
    year, group = place(journal)
    with pytest.raises(FieldsError) as refused:
        group_modes.save(actor, year, [group], {group.id: typed(**wrong)})
    assert list(refused.value.fields) == [f"{next(iter(wrong))}-{group.id}"]
    assert db.session.scalars(db.select(GroupMode)).all() == []


def test_ticked_groups_get_what_is_typed_and_keep_the_rest(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    other = db.session.get_one(Group, make_journal(students=0, lessons=0).group.id)
    group_modes.save(actor, year, [group], {group.id: typed()})
    empty = dict.fromkeys(("first", "last", "days", "shift", "room", "schedule"), "")
    assert group_modes.set_many(actor, year, [group, other], {group.id}, {**empty, "days": "123456"}) == 1
    assert group_modes.of_group(year, group).words == "2 смена, пары 3–6, пн–сб, ауд. 305"
    assert group_modes.of_group(year, other) == group_modes.Mode()
    with pytest.raises(FieldsError, match="Сохранено не было") as refused:
        group_modes.set_many(actor, year, [group, other], set(), empty)
    assert "Отметьте группы" in refused.value.fields["all"]


def test_the_modes_of_a_closed_year_stay(actor: Viewer) -> None:
    year, _period = make_year()
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        group_modes.save(actor, year, [], {})


def test_what_breaks_a_mode_is_said() -> None:
    mode = group_modes.Mode(first_pair=2, last_pair=5, days="135")
    assert group_modes.days_in_words(mode.days) == "пн, ср, пт"
    assert group_modes.outside(mode, 1, 2, 4) == []
    assert ["не учится" in text for text in group_modes.outside(mode, 2, 3)] == [True]
    assert "с 2 по 5" in group_modes.outside(mode, 1, 5, 2)[0], "a long practice ends too late"
