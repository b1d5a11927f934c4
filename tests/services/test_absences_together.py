"""Several people over one document about absences at the same moment (п. 4.3)."""

import io

import factories
from at_once import together
from factories_absences import PDF, form, make_world
from flask import Flask

from ejournal.extensions import db
from ejournal.models import AbsencePaper, LogEntry
from ejournal.services import absences
from ejournal.services.files import Upload


def test_r4_3_d_of_several_who_confirm_at_once_one_does_and_the_others_are_told(app: Flask) -> None:
    with app.app_context():
        world = make_world()
        world.put("н")
        sent = Upload("справка.pdf", io.BytesIO(PDF))
        paper_id = absences.send(factories.viewer_of(world.parent), world.student.id, form(), sent)

    codes = ("б", "п", "б", "п")
    told = together(app, lambda number: absences.confirm(world.curator, paper_id, form(code=codes[number])))
    assert sum("Обновите страницу" in words for words in told) == 3
    with app.app_context():
        assert db.session.get_one(AbsencePaper, paper_id).code == codes[told.index("")]
        confirmed = db.select(LogEntry).where(LogEntry.subject == "absence", LogEntry.action == "confirm")
        assert len(db.session.scalars(confirmed).all()) == 1
