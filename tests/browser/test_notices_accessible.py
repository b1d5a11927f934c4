"""What is new, the profile's choices, mail and letters to parents: axe-core finds nothing, phones do not scroll
sideways (п. 1.7)."""

import factories_diary as diary
import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_curator, make_journal, make_person
from factories_mail import make_letter, write_to
from flask import Flask

from ejournal.extensions import db
from ejournal.models import BouncedAddress, Bulletin, Person, Role
from ejournal.services import notices
from ejournal.services.notices import News

pytestmark = pytest.mark.browser

PATHS = {
    "notices": "/notices/",
    "profile": "/profile",
    "mail": "/admin/mail",
    "group": "/bulletins/groups/{group}",
    "bulletin": "/bulletins/{bulletin}",
}


@pytest.fixture
def readers(world: Flask) -> dict[str, Person | int]:
    """A mother with news, an administrator with letters in trouble, a curator with a letter written."""
    journal = make_journal(students=1, lessons=1)
    child = diary.make_child(journal.group)
    mother = write_to(diary.make_parent(child), "mother@mail.example")
    lost = diary.make_parent(child)
    write_to(lost, f"a-very-long-name-of-a-mailbox-{lost.id}@lost.mail.example")  # the college is shared by all tests
    news = [News(mother.id, f"x:{n}", f"Информационные технологии, 24.11: {n}", "/diary/", child.id) for n in range(3)]
    notices.tell("mark", news)
    curator = make_curator(journal.group)
    bulletin = Bulletin(group_id=journal.group.id, author_id=curator.id, subject="Собрание", text="В среду.")
    db.session.add_all([bulletin, BouncedAddress(address=lost.email, error="550 5.1.1 no such user")])
    db.session.flush()
    for number, state in enumerate(("uncertain", "failed", "sent")):
        letter = make_letter(f"letter:{lost.id}:{number}", lost.email or "", person_id=lost.id, bulletin_id=bulletin.id)
        letter.state, letter.error = state, "текст: 554 5.7.1 " + "так-бывает" * 8
    db.session.commit()
    admin = make_person("Админов", (Role.SYSADMIN,))
    return {
        "notices": mother, "profile": mother, "mail": admin, "group": curator, "bulletin": curator,
        "group_id": journal.group.id, "bulletin_id": bulletin.id,
    }  # fmt: skip


@pytest.mark.parametrize("name", PATHS)
def test_r1_7_a_axe_finds_nothing_on_a_phone(open_as, readers, name):
    path = PATHS[name].format(group=readers["group_id"], bulletin=readers["bulletin_id"])
    page = open_as(readers[name], path)
    page.set_viewport_size({"width": 390, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
