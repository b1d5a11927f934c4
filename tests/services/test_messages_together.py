"""Several people writing and reading at once: nothing is lost or doubled, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import factories_diary
from factories import viewer_of
from factories_messages import letter, make_college, write
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Conversation, InboxState, Member, Message
from ejournal.services import messages
from ejournal.services.messages import Letter


def test_the_same_letter_sent_at_once_is_one_message(app: Flask) -> None:
    with app.app_context():
        college = make_college()
        teacher, student_id = viewer_of(college.teacher), college.student.id
    sent = letter("Один раз")

    def send(_number: int) -> int:
        with app.app_context():
            return messages.send_to(teacher, student_id, sent).id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(6)))) == 1
    with app.app_context():
        assert count(Message) == count(Conversation) == 1
        assert unread(student_id) == 1


def test_two_who_write_to_each_other_first_have_one_conversation(app: Flask) -> None:
    with app.app_context():
        college = make_college()
        two = [(viewer_of(college.teacher), college.student.id), (viewer_of(college.student), college.teacher.id)]

    def send(pair: tuple[Viewer, int]) -> int:
        with app.app_context():
            return messages.send_to(pair[0], pair[1], letter()).conversation_id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(send, two))) == 1
    with app.app_context():
        assert (count(Conversation), count(Message), count(Member)) == (1, 2, 2)


def test_writing_to_many_answering_and_reading_at_once_waits_in_no_ring(app: Flask) -> None:
    with app.app_context():
        college = make_college()
        key = f"students:{college.journal.group.id}"
        pupils = [college.student, *(factories_diary.make_child(college.journal.group, f"Имя{n}") for n in range(3))]
        ids = [pupil.id for pupil in pupils]
        place = write(college.teacher, pupils[0]).conversation_id
        staff = [viewer_of(college.teacher), viewer_of(college.curator)]
        readers = [viewer_of(pupil) for pupil in pupils]

    def act(number: int) -> None:
        with app.app_context():
            kind, turn = number % 4, number // 4
            if kind == 0:
                messages.send_to_many(staff[turn % 2], key, letter(f"Всем {number}"))
            elif kind == 1:
                messages.send_to(readers[turn % 4], staff[turn % 2].person_id, Letter("Ответ", f"answer-{number}"))
            elif kind == 2:
                messages.read_up_to(readers[0], place, 10**9)
            else:
                messages.read_up_to(staff[0], place, 10**9)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(32)))
    with app.app_context():
        assert count(Message) == 17
        for person_id in ids[1:]:
            assert unread(person_id) == 8


def count(table: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(table)) or 0


def unread(person_id: int) -> int:
    return db.session.scalars(db.select(InboxState.unread).where(InboxState.person_id == person_id)).one()
