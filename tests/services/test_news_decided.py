"""What was decided is told under the bell at once, to the family and to nobody else (R4.3.d, R4.5.b, R4.5.c)."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import factories
import pytest
from factories_absences import PDF, World, form, make_world
from factories_diary import give, make_child
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Notice, Person, TaskAnswer
from ejournal.services import absences, answer_checks, disputes, notices, task_answers
from ejournal.services.disputes import Answer
from ejournal.services.errors import RefusedError
from ejournal.services.files import Upload
from ejournal.services.notices import News


@pytest.fixture
def world(in_app: Flask) -> World:
    return make_world()


@pytest.fixture
def student(world: World) -> Viewer:
    return factories.viewer_of(world.student)


@pytest.fixture
def classmate(world: World) -> Person:
    return make_child(world.journal.group)


def told(person: Person) -> list[tuple[str, str, str]]:
    rows = db.session.execute(
        db.select(Notice.kind, Notice.text, Notice.url).where(Notice.person_id == person.id).order_by(Notice.id)
    )
    return [(row.kind, row.text, row.url) for row in rows]


def test_r4_5_c_a_decided_dispute_is_told_to_the_family(world: World, student: Viewer, classmate: Person) -> None:
    cell = world.put("3")
    number = disputes.ask(student, world.student.id, cell.id, "Я отвечал на 5")
    assert told(world.student) == []
    disputes.answer(world.teacher, number, Answer("corrected", "Ошибся строкой", "5", cell.version))
    day = f"{world.journal.lessons[0].date:%d.%m.%Y}"
    words = f"Операционные системы, обращение об оценке «3» за {day}: оценка исправлена"
    assert told(world.student) == told(world.parent) == [("dispute", words, f"/disputes/{number}")]
    assert told(classmate) == []
    [notice] = notices.recent(student)
    assert notice.seen_at is None


def test_r4_3_d_a_document_that_was_taken_or_not_is_told_to_the_family(world: World, classmate: Person) -> None:
    parent = factories.viewer_of(world.parent)
    first = absences.send(parent, world.student.id, form(), Upload("справка.pdf", BytesIO(PDF)))
    absences.decline(world.curator, first, "Нет печати")
    second = absences.send(parent, world.student.id, form(), Upload("справка.pdf", BytesIO(PDF)))
    absences.confirm(world.curator, second, form())
    [refused, taken] = told(world.parent)
    assert refused[0] == taken[0] == "paper"
    assert refused[1].endswith("не принят: Нет печати")
    assert taken[1].endswith("зарегистрирован")
    assert (refused[2].partition("#")[2], taken[2].partition("#")[2]) == (f"paper-{first}", f"paper-{second}")
    assert told(world.student) == told(world.parent)
    assert told(classmate) == []
    absences.withdraw(world.curator, second, "Справка не той группы")
    assert [text.rpartition(", ")[2] for _kind, text, _url in told(world.parent)][-1] == "отозван"


def test_r4_5_b_a_checked_answer_is_told_to_the_family_and_a_sent_one_to_the_teacher(
    world: World, student: Viewer, classmate: Person
) -> None:
    lesson, course_id = world.journal.lessons[0], world.journal.course_id
    give(lesson, "Решить № 7", answer="required")
    day = f"{lesson.date:%d.%m}"
    first = task_answers.send(student, world.student.id, lesson.id, None, "Ответ: 42", [])
    sheet = f"/journal/{course_id}/lessons/{lesson.id}/answers"
    teacher = world.journal.teacher
    [waiting] = told(teacher)
    assert (waiting[0], waiting[2]) == ("answer", sheet)
    assert waiting[1].endswith(f"прислан ответ на задание от {day}")
    notices.see_all(world.teacher, notices.last_id(world.teacher))
    answer_checks.judge(world.teacher, course_id, first.id, "returned", "Где решение?")
    page = f"/diary/{world.student.id}/lessons/{lesson.id}/homework#answers"
    returned = ("answer", f"Операционные системы, ответ на задание от {day}: на доработку", page)
    assert told(world.student) == told(world.parent) == [returned]
    task_answers.send(student, world.student.id, lesson.id, None, "Ответ: 42, потому что", [])
    assert len(told(teacher)) == 1
    assert notices.recent(world.teacher)[0].seen_at is None, "new again with the next answer"
    assert told(classmate) == []


def test_what_has_a_letter_of_its_own_gets_no_other(world: World, student: Viewer) -> None:
    assert "dispute" not in notices.choices(world.student.id, family=True)
    assert "paper" not in notices.choices(world.student.id, family=True)
    assert notices.choices(world.student.id, family=True)["answer"] == "site"


def test_of_two_who_answer_a_dispute_at_once_one_is_told_that_it_is_answered(app: Flask) -> None:
    with app.app_context():
        world = make_world()
        number = disputes.ask(factories.viewer_of(world.student), world.student.id, world.put("3").id, "Я отвечал на 5")
        teacher, student_id = world.teacher, world.student.id
        db.session.remove()

    def uphold(reason: str) -> str:
        with app.app_context():
            try:
                return disputes.answer(teacher, number, Answer("upheld", reason)).state
            except RefusedError as error:
                return error.message

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(uphold, [f"Причина {number}" for number in range(6)]))
    assert sorted(said) == sorted(["upheld", *["На это обращение уже ответили."] * 5])
    with app.app_context():
        assert len(db.session.scalars(db.select(Notice).where(Notice.person_id == student_id)).all()) == 1


def test_told_twice_at_once_fails_nobody(app: Flask) -> None:
    with app.app_context():
        people = [factories.make_person(f"Человекова{letter}").id for letter in "абв"]
        db.session.remove()

    def tell(_number: int) -> None:
        with app.app_context():
            notices.tell("paper", [News(id_, "paper:1", "документ принят", value="registered") for id_ in people])
            db.session.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(tell, range(6)))
    with app.app_context():
        assert len(db.session.scalars(db.select(Notice)).all()) == 3


def test_a_class_that_answers_at_once_loses_no_answer(app: Flask) -> None:
    """Each tells the same teacher under the same key: who comes second must not fail for it."""
    with app.app_context():
        world = make_world()
        lesson_id = world.journal.lessons[0].id
        give(world.journal.lessons[0], "Решить № 7", answer="required")
        viewers = [factories.viewer_of(make_child(world.journal.group)) for _ in range(8)]
        teacher_id = world.journal.teacher.id
        db.session.remove()

    def send(viewer: Viewer) -> int:
        with app.app_context():
            return task_answers.send(viewer, viewer.person_id, lesson_id, None, "Ответ: 42", []).round

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, viewers)) == [1] * 8
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(TaskAnswer)) == 8
        assert len(db.session.scalars(db.select(Notice).where(Notice.person_id == teacher_id)).all()) == 1
