"""Several people over one debt at the same moment (п. 4.4; ст. 58 273-ФЗ)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import factories
import pytest
from factories import Journal
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Debt, DebtAttempt, LogEntry, Role
from ejournal.services import debts, period_marks, settings
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import RefusedError
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


def test_r4_4_i_of_several_who_enter_a_result_at_once_one_does_and_the_others_are_told(
    app: Flask, owed: tuple[Journal, int]
) -> None:
    journal, debt_id = owed
    with app.app_context():
        office = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
        form = {"day": settings.today().isoformat(), "examiners": "Иванов И. И."}
        attempt = debts.issue(office, debt_id, form)
        db.session.commit()
        attempt_id, teacher = attempt.id, factories.viewer_of(journal.teacher)

    def enter(result: str) -> str:
        with app.app_context():
            try:
                debts.record_result(teacher, attempt_id, result)
            except RefusedError as refused:
                db.session.rollback()
                return refused.message
            return result

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(enter, ["2", "неявка", "2", "неявка"]))
    [taken] = [answer for answer in answers if answer in {"2", "неявка"}]
    assert sum("Обновите страницу" in answer for answer in answers) == 3
    with app.app_context():
        assert db.session.get_one(DebtAttempt, attempt_id).result == taken
        results = db.select(LogEntry).where(LogEntry.subject == "debt", LogEntry.action == "result")
        assert len(db.session.scalars(results).all()) == 1


def test_r4_4_i_of_several_who_give_an_attempt_at_once_one_does(app: Flask, owed: tuple[Journal, int]) -> None:
    _journal, debt_id = owed
    with app.app_context():
        office = factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))
        form = {"day": settings.today().isoformat(), "examiners": "Иванов И. И."}

    def give(_number: int) -> str:
        with app.app_context():
            try:
                debts.issue(office, debt_id, form)
            except RefusedError as refused:
                db.session.rollback()
                return refused.message
            db.session.commit()
            return ""

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(give, range(4)))
    assert answers.count("") == 1
    with app.app_context():
        assert len(db.session.scalars(db.select(DebtAttempt)).all()) == 1
