"""Messages: sent once, delivered, read, mended, found (R2.3.communicate, R4.4.c, R4.3.b)."""

import io
from dataclasses import replace
from datetime import timedelta

import factories
import factories_diary
import pytest
import time_machine
from factories import viewer_of
from factories_messages import College, letter, make_college, write, write_to_many
from flask import Flask
from sqlalchemy import func, select

from ejournal.extensions import db
from ejournal.models import Conversation, Enrollment, InboxState, LogEntry, Member, Message, Person, Role
from ejournal.models.base import now
from ejournal.services import conversations, inbox, message_people, messages, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError, TooManyError
from ejournal.services.files import Upload


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def unread(person: Person) -> int:
    return viewer_of(person).unread


def lines(person: Person, text: str = "") -> list[str]:
    return [line.text for line in inbox.inbox(viewer_of(person), text)[0]]


def talk(person: Person, message: Message) -> conversations.Opened:
    return conversations.open_(viewer_of(person), message.conversation_id)


# ── Two people ──────────────────────────────────────────────────────────────
def test_r4_4_c_a_teacher_writes_to_a_student_who_answers_in_the_same_place(college: College) -> None:
    first = write(college.teacher, college.student, "Принесите тетрадь.")
    assert (unread(college.student), unread(college.teacher)) == (1, 0)
    answer = write(college.student, college.teacher, "Хорошо")
    assert answer.conversation_id == first.conversation_id
    texts = [shown.message.text for shown in talk(college.teacher, first).messages]
    assert texts == ["Принесите тетрадь.", "Хорошо"]
    # Whoever answers has read what came before.
    assert (unread(college.student), unread(college.teacher)) == (0, 1)
    assert talk(college.teacher, first).messages[0].read_by == 1


def test_a_message_sent_twice_is_stored_once(college: College) -> None:
    teacher, sent = viewer_of(college.teacher), letter("Один раз")
    first = messages.send_to(teacher, college.student.id, sent)
    again = messages.send_to(teacher, college.student.id, sent)
    third = messages.send_in(teacher, first.conversation_id, sent)
    assert first.id == again.id == third.id
    assert db.session.scalar(select(func.count(Message.id))) == 1
    assert unread(college.student) == 1


def test_the_same_number_of_another_author_is_another_message(college: College) -> None:
    for author in (college.teacher, college.curator):
        messages.send_to(viewer_of(author), college.student.id, letter("Привет", "the-same-number"))
    assert unread(college.student) == 2


def test_reading_tells_the_author_when(college: College) -> None:
    message = write(college.teacher, college.student)
    before = viewer_of(college.teacher).inbox
    assert talk(college.teacher, message).messages[0].read_by == 0
    messages.read_up_to(viewer_of(college.student), message.conversation_id, message.id)
    shown = talk(college.teacher, message).messages[0]
    assert (shown.read_by, shown.read_of) == (1, 1)
    assert shown.read_at is not None
    assert viewer_of(college.teacher).inbox > before
    assert unread(college.student) == 0


def test_what_came_after_the_page_was_opened_stays_unread(college: College) -> None:
    first = write(college.teacher, college.student, "Первое")
    write(college.teacher, college.student, "Второе")
    student = viewer_of(college.student)
    messages.read_up_to(student, first.conversation_id, first.id)
    assert unread(college.student) == 1
    messages.read_up_to(student, first.conversation_id, 10**9)
    assert unread(college.student) == 0


def test_reading_again_changes_nothing(college: College) -> None:
    message = write(college.teacher, college.student)
    student = viewer_of(college.student)
    messages.read_up_to(student, message.conversation_id, message.id)
    version = viewer_of(college.teacher).inbox
    messages.read_up_to(student, message.conversation_id, message.id)
    assert viewer_of(college.teacher).inbox == version


@pytest.mark.parametrize("text", ["", "  \n ", "ы" * 5001])
def test_nothing_and_too_much_are_refused_with_a_word_what_to_do(college: College, text: str) -> None:
    with pytest.raises(FieldsError) as refused:
        messages.send_to(viewer_of(college.teacher), college.student.id, letter(text))
    assert refused.value.fields["text"]
    assert db.session.scalar(select(func.count(Conversation.id))) == 0


def test_who_may_not_write_learns_nothing_about_the_other(college: College) -> None:
    for person_id in (college.other_student.id, 10**6):
        with pytest.raises(NotFoundError) as refused:
            messages.send_to(viewer_of(college.student), person_id, letter())
        assert "написать не можете" in refused.value.message


def test_a_conversation_whose_link_is_lost_takes_no_new_messages(college: College) -> None:
    message = write(college.teacher, college.student)
    db.session.execute(
        db.update(Enrollment)
        .where(Enrollment.student_id == college.student.id)
        .values(until=settings.today() - timedelta(days=1), left_kind="moved")
    )
    factories.enroll(college.student, factories.make_group(), settings.today())
    for person in (college.teacher, college.student):
        assert talk(person, message).closed == conversations.CLOSED
        with pytest.raises(NotFoundError):
            messages.send_in(viewer_of(person), message.conversation_id, letter())


def test_a_flood_is_stopped_and_may_go_on_after_a_minute(college: College) -> None:
    teacher = viewer_of(college.teacher)
    for _ in range(20):
        messages.send_to(teacher, college.student.id, letter())
    with pytest.raises(TooManyError):
        messages.send_to(teacher, college.student.id, letter())
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        assert messages.send_to(teacher, college.student.id, letter()).id


def test_a_flood_by_a_clock_that_was_ahead_is_no_flood_when_it_is_right_again(college: College) -> None:
    teacher = viewer_of(college.teacher)
    with time_machine.travel(now() + timedelta(hours=3)):
        for _ in range(20):
            messages.send_to(teacher, college.student.id, letter())
    assert messages.send_to(teacher, college.student.id, letter()).id


def test_the_log_says_who_wrote_to_how_many_and_not_what(college: College) -> None:
    write(college.teacher, college.student, "Личное дело")
    write_to_many(college.curator, f"students:{college.journal.group.id}", "Тайна")
    entries = db.session.scalars(select(LogEntry).where(LogEntry.subject == "message").order_by(LogEntry.id)).all()
    assert [(entry.actor_id, entry.after) for entry in entries] == [
        (college.teacher.id, "1 получателю"),
        (college.curator.id, "1 получателю"),
    ]
    told = " ".join(str((entry.before, entry.after, entry.reason, entry.details)) for entry in entries)
    assert "Личное" not in told
    assert "Тайна" not in told


# ── Many ────────────────────────────────────────────────────────────────────
def test_r4_3_b_an_answer_to_many_goes_to_the_author_alone(college: College) -> None:
    classmate = factories_diary.make_child(college.journal.group, "Вера")
    message = write_to_many(college.curator, f"students:{college.journal.group.id}", "Собрание в 15:00")
    assert (unread(college.student), unread(classmate)) == (1, 1)
    answer = messages.send_in(
        viewer_of(college.student), message.conversation_id, replace(letter("Приду"), answers_id=message.id)
    )
    assert answer.conversation_id != message.conversation_id
    assert unread(college.curator) == 1
    assert lines(classmate) == ["Собрание в 15:00"]
    shown = talk(college.curator, answer).messages[0].message
    assert shown.answers is not None
    assert shown.answers.text == "Собрание в 15:00"
    with pytest.raises(NotFoundError):
        talk(classmate, answer)


def test_the_author_sees_how_many_and_who_have_read(college: College) -> None:
    classmate = factories_diary.make_child(college.journal.group, "Вера")
    message = write_to_many(college.curator, f"students:{college.journal.group.id}")
    messages.read_up_to(viewer_of(classmate), message.conversation_id, message.id)
    curator = viewer_of(college.curator)
    shown = talk(college.curator, message).messages[0]
    assert (shown.read_by, shown.read_of) == (1, 2)
    _message, read, not_read = conversations.readers(curator, message.conversation_id, message.id)
    assert ([person.id for person in read], [person.id for person in not_read]) == (
        [classmate.id],
        [college.student.id],
    )
    with pytest.raises(NotFoundError):
        conversations.readers(viewer_of(classmate), message.conversation_id, message.id)


def test_who_left_the_group_gets_no_more_of_it_and_who_came_gets_what_is_new(college: College) -> None:
    leaver = factories_diary.make_child(college.journal.group, "Вера")
    first = write_to_many(college.curator, f"students:{college.journal.group.id}", "Первое")
    yesterday = settings.today() - timedelta(days=1)
    db.session.execute(db.update(Enrollment).where(Enrollment.student_id == leaver.id).values(until=yesterday))
    factories.enroll(leaver, factories.make_group(), settings.today())
    newcomer = factories_diary.make_child(college.journal.group, "Глеб")
    messages.send_in(viewer_of(college.curator), first.conversation_id, letter("Второе"))

    def texts(person: Person) -> list[str]:
        return [shown.message.text for shown in talk(person, first).messages]

    assert texts(leaver) == lines(leaver) == ["Первое"]
    assert texts(newcomer) == ["Второе"]
    assert texts(college.student) == ["Первое", "Второе"]
    assert [(shown.read_of) for shown in talk(college.curator, first).messages] == [2, 2]
    assert (unread(leaver), unread(newcomer), unread(college.student)) == (1, 1, 2)


def test_a_message_to_nobody_is_refused(college: College) -> None:
    empty = factories.make_group()
    with pytest.raises(RefusedError, match="некому"):
        messages.send_to_many(viewer_of(college.director), f"parents:{empty.id}", letter())


def test_a_parent_of_two_in_a_group_gets_one_message(college: College) -> None:
    twin = factories_diary.make_child(college.journal.group, "Иван")
    db.session.add(factories_diary.Guardianship(parent_id=college.parent.id, student_id=twin.id))
    factories_diary.answer(twin, college.parent, "agreed")
    write_to_many(college.curator, f"parents:{college.journal.group.id}")
    assert len(lines(college.parent)) == unread(college.parent) == 1


# ── Mending, drafts, files ──────────────────────────────────────────────────
def test_the_author_mends_within_fifteen_minutes(college: College) -> None:
    message = write(college.teacher, college.student, "Завтра в 10")
    teacher = viewer_of(college.teacher)
    messages.edit(teacher, message.conversation_id, message.id, "Завтра в 11")
    shown = talk(college.student, message).messages[0].message
    assert shown.text == "Завтра в 11"
    assert shown.edited_at is not None
    assert lines(college.student, "в 11") == ["Завтра в 11"]
    with pytest.raises(ForbiddenError):
        messages.edit(viewer_of(college.student), message.conversation_id, message.id, "Не приду")
    with time_machine.travel(now() + timedelta(minutes=16), tick=False), pytest.raises(RefusedError, match="15 минут"):
        messages.edit(teacher, message.conversation_id, message.id, "Завтра в 12")


def test_mending_to_the_same_leaves_no_mark(college: College) -> None:
    message = write(college.teacher, college.student, "Завтра")
    messages.edit(viewer_of(college.teacher), message.conversation_id, message.id, " Завтра\n")
    assert message.edited_at is None


def test_an_unfinished_answer_waits_on_the_server_until_it_is_sent(college: College) -> None:
    message = write(college.teacher, college.student)
    student = viewer_of(college.student)
    messages.save_draft(student, message.conversation_id, "Здравствуйте, я")
    assert talk(college.student, message).member.draft == "Здравствуйте, я"
    assert inbox.inbox(student)[0][0].drafted
    assert talk(college.teacher, message).member.draft == ""
    messages.send_in(student, message.conversation_id, letter("Здравствуйте, я болел"))
    assert talk(college.student, message).member.draft == ""


def test_files_go_with_a_message_and_to_its_people_alone(college: College) -> None:
    pdf = Upload("задание.pdf", io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"))
    message = messages.send_to(viewer_of(college.teacher), college.student.id, letter("", uploads=[pdf]))
    attached = message.files[0].id
    found = conversations.download(viewer_of(college.student), message.conversation_id, attached)
    assert found.name == "задание.pdf"
    assert found.path.read_bytes().startswith(b"%PDF")
    for person in (college.parent, college.director, college.admin):
        with pytest.raises(NotFoundError):
            conversations.download(viewer_of(person), message.conversation_id, attached)
    other = write(college.curator, college.student)
    with pytest.raises(NotFoundError):
        conversations.download(viewer_of(college.student), other.conversation_id, attached)


def test_a_file_that_is_not_what_it_says_stops_the_message(college: College) -> None:
    bad = Upload("задание.pdf", io.BytesIO(b"MZ\x90\x00" + b"\0" * 200))
    with pytest.raises(RefusedError, match=r"задание\.pdf"):
        messages.send_to(viewer_of(college.teacher), college.student.id, letter("Вот", uploads=[bad]))
    assert db.session.scalar(select(func.count(Message.id))) == 0


# ── The list ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", ["ЁЖИК", "ежик", "Ёжик в", "ёжик  В тумане"])
def test_search_finds_russian_words_whatever_case_and_yo(college: College, text: str) -> None:
    write(college.teacher, college.student, "Прочитать: «Ёжик в тумане»")
    write(college.teacher, college.student, "И ответить на вопросы")
    found, _more = inbox.inbox(viewer_of(college.student), text)
    assert [line.text for line in found] == ["Прочитать: «Ёжик в тумане»"]


def test_search_finds_people_and_takes_signs_as_they_are(college: College) -> None:
    write(college.teacher, college.student, "Скидка 50 % сегодня")
    write(college.curator, college.student, "Скидка сегодня")
    assert lines(college.student, "преподавателева") == ["Скидка 50 % сегодня"]
    assert lines(college.student, "50 %") == ["Скидка 50 % сегодня"]
    assert lines(college.student, "%") == ["Скидка 50 % сегодня"]
    assert lines(college.student, "_") == []
    assert lines(college.other_student, "скидка") == []


def test_families_see_the_leader_of_their_group_first_then_its_teachers_then_others(college: College) -> None:
    factories.make_person("Абрамов", (Role.ADMINISTRATION,))
    for family in (college.parent, college.student):
        found = [person.id for person in message_people.search(viewer_of(family), "")]
        assert found[:2] == [college.curator.id, college.teacher.id]
        assert set(found[2:]) >= {college.director.id, college.admin.id}
    names = [person.name for person in message_people.search(viewer_of(college.teacher), "")]
    assert names == sorted(names)


def test_the_author_finds_a_message_to_many_by_its_group(college: College) -> None:
    write_to_many(college.curator, f"students:{college.journal.group.id}", "Собрание")
    assert lines(college.curator, college.journal.group.title.lower()) == ["Собрание"]


def test_the_newest_conversation_is_first_with_what_is_unread(college: College) -> None:
    write(college.teacher, college.student, "Первое")
    write(college.curator, college.student, "Второе")
    write(college.teacher, college.student, "Третье")
    found, more = inbox.inbox(viewer_of(college.student))
    assert [(line.text, line.unread, line.is_own) for line in found] == [("Третье", 2, False), ("Второе", 1, False)]
    assert not more


def test_a_long_conversation_is_shown_from_its_end(college: College) -> None:
    message = write(college.teacher, college.student, "0")
    for number in range(1, 60):
        db.session.add(
            Message(
                conversation_id=message.conversation_id, author_id=college.teacher.id, request_id=f"old-{number}",
                text=str(number), folded=str(number),
            )
        )  # fmt: skip
    db.session.commit()
    opened = talk(college.student, message)
    assert [shown.message.text for shown in opened.messages] == [str(number) for number in range(10, 60)]
    assert opened.earlier
    before = conversations.open_(
        viewer_of(college.student), message.conversation_id, opened.messages[0].message.id
    )  # fmt: skip
    assert [shown.message.text for shown in before.messages] == [str(number) for number in range(10)]
    assert before.later
    assert not before.earlier


def test_the_counter_agrees_with_what_is_unread(college: College) -> None:
    """However it came about: the number kept for the header is the one that counting gives."""
    first = write(college.teacher, college.student)
    write_to_many(college.curator, f"students:{college.journal.group.id}")
    write(college.student, college.teacher)
    write(college.teacher, college.student)
    messages.read_up_to(viewer_of(college.student), first.conversation_id, first.id)
    counted = sum(line.unread for line in inbox.inbox(viewer_of(college.student))[0])
    assert unread(college.student) == counted == 2
    assert db.session.scalar(select(func.count()).select_from(InboxState)) == 3
    assert db.session.scalar(select(func.count(Member.id))) == 4
