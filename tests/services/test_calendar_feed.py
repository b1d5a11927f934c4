"""The calendar of a telephone: what goes out, and that it stops when the access does (R2.1.c, R4.1.f, R4.2.d)."""

from datetime import datetime, time, timedelta

import factories
import factories_diary
import pytest
from factories import Journal, make_lesson
from flask import Flask
from ics_reader import read

from ejournal.extensions import db
from ejournal.models import (
    Account,
    Bell,
    BellSchedule,
    CalendarFeed,
    Enrollment,
    Exam,
    Guardianship,
    LogEntry,
    Person,
    Role,
)
from ejournal.models.base import now
from ejournal.services import calendar_feed, settings
from ejournal.services.errors import NotFoundError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    schedule = BellSchedule(title="Звонки")
    db.session.add(schedule)
    db.session.flush()
    db.session.add(Bell(schedule_id=schedule.id, pair=1, starts=time(8, 30), ends=time(10, 5)))
    db.session.commit()
    return factories.make_journal(students=0, lessons=0)


@pytest.fixture
def child(journal: Journal) -> Person:
    return factories_diary.make_child(journal.group)


@pytest.fixture
def parent(child: Person) -> Person:
    return factories_diary.make_parent(child)


def token_of(person: Person, child: Person) -> str:
    return calendar_feed.create(factories.viewer_of(person), child.id)


def events(token: str) -> list[dict[str, str]]:
    found = read(calendar_feed.read(token))
    db.session.commit()
    return found


def test_r4_2_d_a_lesson_goes_out_with_place_and_teacher_in_utc(journal, child, parent):
    tomorrow = settings.today() + DAY
    make_lesson(journal.course_id, tomorrow, room="217", state="planned")
    (event,) = events(token_of(parent, child))
    assert (event["SUMMARY"], event["LOCATION"]) == ("Операционные системы", "217")
    assert event["DESCRIPTION"] == f"1 пара, {journal.teacher.short_name}"
    starts = datetime.combine(tomorrow, time(8, 30), tzinfo=settings.timezone())
    assert datetime.strptime(event["DTSTART"] + "+0000", "%Y%m%dT%H%M%SZ%z") == starts


def test_r4_2_d_practice_of_six_hours_lasts_to_its_last_bell(journal, child, parent):
    schedule = db.session.scalars(db.select(BellSchedule)).one()
    for pair, (starts, ends) in ((2, (time(10, 10), time(11, 45))), (3, (time(12, 10), time(13, 45)))):
        db.session.add(Bell(schedule_id=schedule.id, pair=pair, starts=starts, ends=ends))
    tomorrow = settings.today() + DAY
    make_lesson(journal.course_id, tomorrow, state="planned", hours=6)
    (event,) = events(token_of(parent, child))
    ends = datetime.combine(tomorrow, time(13, 45), tzinfo=settings.timezone())
    assert datetime.strptime(event["DTEND"] + "+0000", "%Y%m%dT%H%M%SZ%z") == ends


def test_r4_2_d_moves_replacements_and_cancellations_are_told(journal, child, parent):
    instead = factories.make_person("Заменова")
    today = settings.today()
    make_lesson(journal.course_id, today, state="cancelled")
    make_lesson(journal.course_id, today + DAY, teacher_id=instead.id)
    make_lesson(journal.course_id, today + 2 * DAY, state="moved", moved_from=today)
    off, replaced, moved = events(token_of(parent, child))
    assert off["STATUS"] == "CANCELLED"
    assert replaced["DESCRIPTION"] == f"1 пара, {instead.short_name}, замена"
    assert f"перенесено с {today:%d.%m}" in moved["DESCRIPTION"]


def test_homework_and_exams_are_in_it_and_marks_are_not(journal, child, parent):
    today = settings.today()
    lesson = make_lesson(journal.course_id, today - DAY)
    factories_diary.put(lesson.works[0], child, "2", "н")
    factories_diary.give(lesson, "§ 5, № 1; «Б»", today + DAY)
    db.session.add(Exam(course_id=journal.course_id, kind="Э", date=today + 9 * DAY, starts=time(9, 0), room="105"))
    db.session.commit()
    text = calendar_feed.read(token_of(parent, child))
    found = {event["SUMMARY"]: event for event in read(text)}
    assert found["Задание: Операционные системы"]["DESCRIPTION"] == "§ 5, № 1; «Б»"
    assert f"{today + DAY:%Y%m%d}" == found["Задание: Операционные системы"]["DTSTART;VALUE=DATE"]
    assert found["Экзамен: Операционные системы"]["LOCATION"] == "105"
    assert child.surname not in text
    assert len(found) == 3


def test_every_form_of_control_is_named_in_words(journal, child, parent):
    day = settings.today() + 9 * DAY
    db.session.add_all(Exam(course_id=journal.course_id, kind=kind, date=day) for kind in ("КП", "ДФК"))
    db.session.commit()
    named = {event["SUMMARY"].partition(":")[0] for event in read(calendar_feed.read(token_of(parent, child)))}
    assert named == {"Курсовой проект", "Другая форма контроля"}


def test_r2_1_c_only_that_childs_lessons_are_in_it(journal, child, parent):
    elsewhere = factories.make_journal(students=0, lessons=0)
    make_lesson(elsewhere.course_id, settings.today())
    assert events(token_of(parent, child)) == []


def test_uids_stay_the_same_while_the_lesson_moves(journal, child, parent):
    lesson = make_lesson(journal.course_id, settings.today())
    token = token_of(parent, child)
    before = events(token)
    db.session.get_one(factories.Lesson, lesson.id).date = settings.today() + DAY
    db.session.commit()
    after = events(token)
    assert before[0]["UID"] == after[0]["UID"]
    assert before[0]["DTSTART"] != after[0]["DTSTART"]


def test_the_secret_is_stored_only_as_its_hash_and_both_steps_are_logged(journal, child, parent):
    token = token_of(parent, child)
    feed = db.session.scalars(db.select(CalendarFeed)).one()
    assert token not in feed.token_hash
    assert calendar_feed.revoke(factories.viewer_of(parent), child.id)
    assert not calendar_feed.revoke(factories.viewer_of(parent), child.id)
    entries = db.session.execute(db.select(LogEntry.subject, LogEntry.action).order_by(LogEntry.id)).all()
    assert [tuple(entry) for entry in entries] == [("calendar", "create"), ("calendar", "withdraw")]


def test_a_new_address_ends_the_one_before_but_not_anothers(journal, child, parent):
    own, first = token_of(child, child), token_of(parent, child)
    second = token_of(parent, child)
    with pytest.raises(NotFoundError):
        calendar_feed.read(first)
    assert events(second) == events(own) == []


def revoke(child: Person, parent: Person) -> None:
    calendar_feed.revoke(factories.viewer_of(parent), child.id)


def withdraw_consent(child: Person, parent: Person) -> None:
    factories_diary.answer(child, parent, "withdrawn")


def end_guardianship(child: Person, parent: Person) -> None:
    db.session.scalars(db.select(Guardianship)).one().until = settings.today() - DAY


def expel(child: Person, parent: Person) -> None:
    row = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == child.id)).one()
    row.until, row.left_kind = settings.today() - DAY, "expelled"


def come_of_age(child: Person, parent: Person) -> None:
    child.birth_date = settings.today() - timedelta(days=366 * 19)


def block(child: Person, parent: Person) -> None:
    db.session.scalars(db.select(Account).where(Account.person_id == parent.id)).one().blocked_at = now()


def compromise(child: Person, parent: Person) -> None:
    account = db.session.scalars(db.select(Account).where(Account.person_id == parent.id)).one()
    assert calendar_feed.revoke_all(account.id) == 1


@pytest.mark.parametrize(
    "end", [revoke, withdraw_consent, end_guardianship, expel, come_of_age, block, compromise], ids=lambda f: f.__name__
)
def test_r4_1_f_the_address_stops_working_with_the_access(journal, child, parent, end):
    token = token_of(parent, child)
    assert events(token) == []
    end(db.session.merge(child), parent)
    db.session.commit()
    with pytest.raises(NotFoundError):
        calendar_feed.read(token)


def test_an_unknown_address_is_not_found(in_app):
    with pytest.raises(NotFoundError):
        calendar_feed.read("0" * 43)


def test_nobody_gets_an_address_for_a_diary_read_as_staff(journal, child):
    for person in (factories.make_curator(journal.group), factories.make_person(roles=(Role.ADMINISTRATION,))):
        with pytest.raises(NotFoundError):
            token_of(person, child)
    stranger = factories_diary.make_parent(factories_diary.make_child(journal.group, "Другой"))
    with pytest.raises(NotFoundError):
        token_of(stranger, child)
