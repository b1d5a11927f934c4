"""Nobody learns of people who are not theirs by naming a number (п. 2.1)."""

from collections.abc import Callable

import factories
from flask import Flask
from flask.testing import FlaskClient

from ejournal.models import Person


def test_a_paste_preview_names_only_students_of_the_journal(
    app: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        stranger = factories.make_person("Посторонний")
    own, work = journal.students[0], journal.works[0]
    entries = f'[[{own.id}, {work.id}, "5", 0], [{stranger.id}, {work.id}, "5", 0]]'
    answer = sign_in(journal.teacher).post(f"/journal/{journal.course_id}/paste/preview", data={"entries": entries})
    assert answer.status_code == 200
    assert own.surname in answer.text
    assert "Посторонний" not in answer.text
