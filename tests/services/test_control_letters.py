"""The daily and weekly letters to administration, and terms as settings (R4.2.b, f; R4.1.c)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import factories
import pytest
import time_machine
from factories import Journal
from factories_mail import mail_set_up
from flask import Flask
from werkzeug.datastructures import MultiDict

from ejournal.domain.terms import TERMS
from ejournal.extensions import db
from ejournal.jobs import night
from ejournal.models import ControlCount, Letter, LogEntry, Person, Role, RoleGrant
from ejournal.services import letter_texts, settings, term_settings
from ejournal.services.control import letters, words
from ejournal.services.errors import FieldsError

# A Tuesday night: yesterday's letter, and the week that ended on Sunday.
NIGHT = datetime(2026, 11, 24, 3, 0, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def journal(app: Flask) -> Iterator[Journal]:
    with mail_set_up(app, 1), app.app_context(), time_machine.travel(NIGHT, tick=False):
        settings.put("timezone", "Europe/Moscow")
        db.session.commit()
        yield factories.make_journal(students=1, lessons=5, last=date(2026, 11, 20))
        db.session.remove()


def overseer(role: Role = Role.ADMINISTRATION, surname: str = "Завучева") -> Person:
    person = factories.make_person(surname, (role,))
    db.session.get_one(Person, person.id).email = f"{person.id}@college.example"
    db.session.commit()
    return person


def queued() -> list[tuple[str, int | None]]:
    rows = db.session.scalars(db.select(Letter).where(Letter.kind == letters.KIND).order_by(Letter.id))
    return [(letter.key.rpartition(":")[0], letter.person_id) for letter in rows]


def test_r4_2_f_the_night_keeps_figures_and_sends_each_letter_once(journal: Journal) -> None:
    who_id = overseer().id  # kept: the night ends with sessions of its own
    overseer(Role.SYSADMIN, "Админов")  # gets none unless chosen
    for _ in range(2):
        done = {task.name: task for task in night.run().tasks}["control"]
        assert done.ok
        assert "просрочено" in done.message
    assert queued() == [("control-day:2026-11-23", who_id), ("control-week:2026-11-22", who_id)]
    assert db.session.scalar(db.select(ControlCount.open).where(
        ControlCount.day == date(2026, 11, 24), ControlCount.clause == "attendance", ControlCount.group_id.is_(None),
        ControlCount.teacher_id.is_(None),
    )) == 5  # fmt: skip
    with time_machine.travel(NIGHT.replace(day=25), tick=False):
        letters.queue()
    assert queued()[2:] == [("control-day:2026-11-24", who_id)]


def test_r4_1_c_a_letter_names_nobody_and_without_content_says_no_figures(journal: Journal) -> None:
    overseer()
    letters.queue()
    letter = db.session.scalars(db.select(Letter).where(Letter.key.startswith("control-week"))).one()
    plain = letter_texts.compose(letter)
    assert plain is not None
    assert plain.paragraphs == [letters.ONLY_LINK]
    assert plain.groups == []
    assert (plain.link or ("", ""))[1].endswith("/control/")
    settings.put("mail.content", True)
    db.session.commit()
    full = letter_texts.compose(letter)
    assert full is not None
    said = " ".join([full.subject, *full.paragraphs, *full.groups[0][1]])
    # Lessons of the 16th to the 20th; by the end of Sunday those up to the 19th are late with attendance.
    assert "за неделю 16.11.2026 – 22.11.2026" in said
    assert "Посещаемость не внесена (п. 4.4): 5" in said or "Посещаемость не внесена (п. 4.4): 4" in said
    assert "контрольная сумма" in said
    assert journal.teacher.surname not in said
    assert journal.students[0].surname not in said


def test_who_is_not_of_administration_any_more_is_told_nothing(journal: Journal) -> None:
    who = overseer()
    letters.queue()
    letter = db.session.scalars(db.select(Letter).where(Letter.kind == letters.KIND).order_by(Letter.id)).first()
    assert letter is not None
    grant = db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == who.id)).one()
    grant.until = date(2026, 11, 1)
    db.session.commit()
    assert letter_texts.compose(letter) is None


def test_a_quiet_day_sends_nothing(journal: Journal) -> None:
    overseer()
    with time_machine.travel(datetime(2026, 11, 10, 3, 0, tzinfo=ZoneInfo("Europe/Moscow")), tick=False):
        settings.put("terms", {"year_setup": "12-31"})
        db.session.commit()
        assert letters.queue() == 0
    assert queued() == []


# ── Terms as settings ────────────────────────────────────────────────────────


def form(**changed: str) -> MultiDict[str, str]:
    values: dict[str, Any] = {line.key: line.value for line in term_settings.load()}
    return MultiDict({**values, "homework_for": settings.get("control.homework"), **changed})


def test_r4_2_b_terms_are_saved_with_their_clause_and_logged(journal: Journal) -> None:
    person = overseer()
    actor = factories.viewer_of(person)
    assert term_settings.save(actor, form(), [person.id], [person.id]) == 0
    changed = form(attendance="3", homework_for="every", year_setup="20.09", lesson_mark="5")
    assert term_settings.save(actor, changed, [person.id], []) == 5
    assert settings.get("terms") == {"attendance": 3, "lesson_mark": 5, "year_setup": "09-20"}
    entries = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting").order_by(LogEntry.id)).all()
    assert ("посещаемость внесена, дней после занятия: 2 дня", "3 дня") in [(e.before, e.after) for e in entries]
    assert ("Еженедельное письмо: Завучева П. И.", "никому") in [(e.before, e.after) for e in entries]
    assert letters.receivers(letters.WEEK) == set()
    assert {line.key for line in term_settings.load() if line.softer} == {"attendance"}
    # Back to the regulation: nothing stays in the settings.
    term_settings.save(actor, form(**{key: words.shown(key, {}).split()[0] for key in TERMS}), [person.id], [])
    assert settings.get("terms") == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("attendance", "-1"), ("attendance", ""), ("attendance", "61"), ("attendance", "²"), ("lesson_mark", "два"),
        ("homework", "nonsense"), ("year_setup", "31.02"), ("year_setup", "25"), ("compromise", "1.5"),
    ],
)  # fmt: skip
def test_what_is_no_term_is_refused_at_its_field(journal: Journal, field: str, text: str) -> None:
    with pytest.raises(FieldsError) as refused:
        term_settings.save(factories.viewer_of(overseer()), form(**{field: text}), [], [])
    assert set(refused.value.fields) == {field}
    assert settings.get("terms") == {}
