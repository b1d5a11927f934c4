"""Several people over one document about absences at the same moment (п. 4.3)."""

import io
from concurrent.futures import ThreadPoolExecutor

import factories
from factories_absences import PDF, form, make_world
from flask import Flask

from ejournal.extensions import db
from ejournal.models import AbsencePaper, LogEntry
from ejournal.services import absences
from ejournal.services.errors import RefusedError
from ejournal.services.files import Upload


def test_r4_3_d_of_several_who_confirm_at_once_one_does_and_the_others_are_told(app: Flask) -> None:
    with app.app_context():
        world = make_world()
        world.put("н")
        sent = Upload("справка.pdf", io.BytesIO(PDF))
        paper_id = absences.send(factories.viewer_of(world.parent), world.student.id, form(), sent)

    def confirm(code: str) -> str:
        with app.app_context():
            try:
                absences.confirm(world.curator, paper_id, form(code=code))
            except RefusedError as refused:
                db.session.rollback()
                return refused.message
            return code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(confirm, ["б", "п", "б", "п"]))
    [taken] = [answer for answer in answers if answer in {"б", "п"}]
    assert sum("Обновите страницу" in answer for answer in answers) == 3
    with app.app_context():
        assert db.session.get_one(AbsencePaper, paper_id).code == taken
        confirmed = db.select(LogEntry).where(LogEntry.subject == "absence", LogEntry.action == "confirm")
        assert len(db.session.scalars(confirmed).all()) == 1
