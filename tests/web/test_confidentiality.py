"""Nobody learns of people who are not theirs by naming a number (п. 2.1)."""

import re
from collections.abc import Callable

import factories
import factories_diary
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


def test_a_link_to_a_diary_that_closed_says_so_in_words_that_fit_everybody(
    app: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    """One of two children is open to the mother no more: her old link, a stranger's and a number that is nobody's get
    the same answer (R2.1.c)."""
    with app.app_context():
        journal = factories.make_journal(students=0, lessons=1)
        child, brother, stranger = (factories_diary.make_child(journal.group) for _ in range(3))
        mother = factories_diary.make_parent(child, brother)
        cells = {one.id: factories_diary.put(journal.works[0], one, "5").id for one in (child, brother, stranger)}
        lesson_id = journal.lessons[0].id
        factories_diary.give(journal.lessons[0])
        factories_diary.answer(brother, mother, "withdrawn")
    client = sign_in(mother)
    assert client.get(f"/diary/{child.id}").status_code == 200
    for page in ("", "/marks", "/homework", "/marks/{cell}", f"/lessons/{lesson_id}/homework", "/answers/1/files/1"):
        answers = set()
        for number, cell in (*((one.id, cells[one.id]) for one in (brother, stranger)), (999_999, 999_999)):
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.get(f"/diary/{number}{page.format(cell=cell)}", headers=headers)
                assert answer.status_code == 404
                assert "согласие отозвано" in answer.text
                assert "руководителю группы" in answer.text
                answers.add((bool(headers), words_of(answer.text)))
        assert len(answers) == 2, (page, answers)
    # Also where the diary is open, so that the words alone tell nothing.
    assert "согласие отозвано" in client.get(f"/diary/{child.id}/marks/{cells[stranger.id]}").text


def test_employees_read_the_plain_words(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> None:
    with app.app_context():
        journal = factories.make_journal(students=1)
        curator = factories.make_curator(journal.group)
    answer = sign_in(curator).get("/diary/999999")
    assert answer.status_code == 404
    assert "согласие" not in answer.text
    assert "Такой страницы нет, или она вам не открыта" in answer.text


def words_of(page: str) -> str:
    """What is read of a page: without its head, its tokens and its address."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main[0] if main else page).split())
