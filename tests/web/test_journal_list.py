"""The list of journals: whose, how far, found by what one remembers of it."""

from factories import make_curator, make_journal, make_person
from flask import Flask

from ejournal.models import Role


def test_r3_2_teacher_finds_own_journals_with_hours_given_of_planned(app: Flask, sign_in):
    with app.app_context():
        journal = make_journal(students=1, lessons=3)
        make_journal(students=1, lessons=1)
    page = sign_in(journal.teacher).get("/journal/").get_data(as_text=True)
    assert page.count('href="/journal/1"') == 1
    assert "6 из 72" in page
    assert "/journal/2" not in page, "another teacher's journal is not listed"


def test_r4_3_c_curator_finds_the_journals_of_the_group(app: Flask, sign_in):
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        make_journal(students=1, lessons=1)
        curator = make_curator(journal.group)
    page = sign_in(curator).get("/journal/").get_data(as_text=True)
    assert f'href="/journal/{journal.course_id}"' in page
    assert 'href="/journal/2"' not in page


def test_administration_searches_all_journals_regardless_of_case_and_yo(app: Flask, sign_in):
    with app.app_context():
        journal = make_journal(students=1, lessons=1)
        director = make_person("Директорова", (Role.ADMINISTRATION,))
    client = sign_in(director)
    assert f'href="/journal/{journal.course_id}"' in client.get("/journal/?q=ОПЕРАЦИОННЫЕ").get_data(as_text=True)
    assert "Ничего не нашлось" in client.get("/journal/?q=химия").get_data(as_text=True)
