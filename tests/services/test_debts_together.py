"""Several people over one debt at the same moment (п. 4.4; ст. 58 273-ФЗ)."""

from datetime import timedelta

import factories
import pytest
from at_once import together
from factories import Journal
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Debt, DebtAttempt, LogEntry, Role
from ejournal.services import debts, period_marks, settings
from ejournal.services.debt_marks import Terms
from ejournal.services.period_marks import Typed


@pytest.fixture
def owed(app: Flask) -> tuple[Journal, int]:
    """A journal and the number of a debt in it, two weeks old."""
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        due = (settings.today() + timedelta(days=30)).isoformat()
        typed = Typed("н/а", 0, debt=Terms(due, "собеседование"))
        student, period = journal.students[0].id, str(journal.period.id)
        period_marks.record(factories.viewer_of(journal.teacher), journal.course_id, student, period, typed)
        debt = db.session.scalars(db.select(Debt)).one()
        debt.opened_on = settings.today() - timedelta(days=14)
        db.session.commit()
        return journal, debt.id


def office() -> Viewer:
    return factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))


def form() -> dict[str, str]:
    return {"day": settings.today().isoformat(), "examiners": "Иванов И. И."}


def test_r4_4_i_a_result_is_entered_by_one(app: Flask, owed: tuple[Journal, int]) -> None:
    journal, debt_id = owed
    with app.app_context():
        attempt = debts.issue(office(), debt_id, form())
        db.session.commit()
        attempt_id, teacher = attempt.id, factories.viewer_of(journal.teacher)
    results = ("2", "неявка", "2", "неявка")
    told = together(app, lambda number: debts.record_result(teacher, attempt_id, results[number]))
    assert sum("Обновите страницу" in words for words in told) == 3
    with app.app_context():
        assert db.session.get_one(DebtAttempt, attempt_id).result == results[told.index("")]
        entered = db.select(LogEntry).where(LogEntry.subject == "debt", LogEntry.action == "result")
        assert len(db.session.scalars(entered).all()) == 1


def test_r4_4_i_an_attempt_is_given_by_one(app: Flask, owed: tuple[Journal, int]) -> None:
    _journal, debt_id = owed
    with app.app_context():
        actor = office()
    told = together(app, lambda _number: debts.issue(actor, debt_id, form()))
    assert told.count("") == 1
    with app.app_context():
        assert len(db.session.scalars(db.select(DebtAttempt)).all()) == 1
