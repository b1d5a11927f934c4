"""A student's answers to homework: rounds, files, who may send and see (R4.5.b)."""

from datetime import timedelta

import factories
import factories_diary
import factories_tasks
import pytest
from factories import Journal, make_lesson, viewer_of
from factories_tasks import pdf
from flask import Flask

from ejournal.extensions import db
from ejournal.models import DiaryVisit, JournalUnlock, Lesson, LogEntry, PeriodClosing, Person, TaskAnswer
from ejournal.models.base import now
from ejournal.services import diary, diary_homework, diary_week, settings, task_answers
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=0, lessons=0)


@pytest.fixture
def child(journal: Journal) -> Person:
    return factories_diary.make_child(journal.group)


@pytest.fixture
def lesson(journal: Journal) -> Lesson:
    lesson = make_lesson(journal.course_id, settings.today() - DAY)
    factories_diary.give(lesson, "Решить № 7", settings.today() + DAY)
    return lesson


def send(child: Person, lesson: Lesson, text: str = "Ответ: 42", *uploads, own=None, number=None, actor=None):
    actor = viewer_of(actor or child)
    return task_answers.send(actor, child.id, lesson.id, own.id if own else None, text, uploads, number)


def page(person: Person, child: Person, lesson: Lesson, own=None) -> task_answers.Page:
    return task_answers.load(viewer_of(person), child.id, lesson.id, own.id if own else None)


def judge(answer: TaskAnswer, verdict: str, comment: str = "") -> None:
    answer.verdict, answer.comment, answer.checked_at = verdict, comment, now()
    db.session.commit()


def test_r4_5_b_nothing_is_sent_to_a_cancelled_lesson_and_what_was_sent_is_still_read(journal, child, lesson):
    send(child, lesson)
    lesson.state = "cancelled"
    db.session.commit()
    with pytest.raises(RefusedError, match=r"отменено.*п\. 4\.5"):
        send(child, lesson, "И ещё")
    found = page(child, child, lesson)
    assert ([one.text for one in found.rounds], found.can_send) == (["Ответ: 42"], False)


def test_r4_5_b_a_student_sends_text_and_files_and_the_parent_sees_them(journal, child, lesson):
    parent = factories_diary.make_parent(child)
    answer = send(child, lesson, "  Решил \r\n так  ", pdf("решение.pdf"))
    for person, sends in ((child, True), (parent, False)):
        found = page(person, child, lesson)
        (one,) = found.rounds
        assert (one.text, [each.file.name for each in one.files], one.is_late) == (
            "Решил\n так",
            ["решение.pdf"],
            False,
        )
        assert (found.task.standing.state, found.can_send) == ("sent", sends)
        got = task_answers.download(viewer_of(person), child.id, answer.id, one.files[0].id)
        assert got.path.read_bytes() == factories_tasks.PDF


def test_r4_5_b_every_round_is_kept_until_the_teacher_accepts(child, lesson):
    judge(send(child, lesson, "Первый", number=1), "returned", "Нет чертежа")
    assert page(child, child, lesson).task.standing.state == "returned"
    judge(send(child, lesson, "Второй", number=2), "accepted")
    found = page(child, child, lesson)
    assert [(one.number, one.text, one.verdict, one.comment) for one in found.rounds] == [
        (1, "Первый", "returned", "Нет чертежа"),
        (2, "Второй", "accepted", ""),
    ]
    assert not found.can_send
    with pytest.raises(RefusedError, match="уже принял"):
        send(child, lesson)


def test_an_answer_sent_twice_by_the_same_form_is_one(child, lesson):
    send(child, lesson, number=1)
    with pytest.raises(RefusedError, match="уже отправлен"):
        send(child, lesson, number=1)
    assert len(db.session.scalars(db.select(TaskAnswer)).all()) == 1


def test_what_comes_after_the_day_is_taken_and_marked_late(journal, child):
    lesson = make_lesson(journal.course_id, settings.today() - 5 * DAY)
    factories_diary.give(lesson, "§ 5", settings.today() - DAY)
    send(child, lesson)
    found = page(child, child, lesson)
    assert found.rounds[0].is_late
    assert found.task.standing.is_late


def test_a_parent_and_a_curator_see_and_do_not_send(journal, child, lesson):
    for person in (factories_diary.make_parent(child), factories.make_curator(journal.group)):
        assert not page(person, child, lesson).can_send
        with pytest.raises(ForbiddenError, match="сам обучающийся"):
            send(child, lesson, actor=person)


def test_others_find_no_task_no_answer_and_no_file(journal, child, lesson):
    answer = send(child, lesson, "Мой ответ", pdf())
    classmate = factories_diary.make_child(journal.group, "Пётр")
    with pytest.raises(NotFoundError):
        page(classmate, child, lesson)
    for student in (child, classmate):
        with pytest.raises(NotFoundError):
            task_answers.download(viewer_of(classmate), student.id, answer.id, answer.files[0].id)
    assert page(classmate, classmate, lesson).rounds == []


def test_what_came_back_after_its_day_is_found_above_the_tasks(journal):
    child = factories_diary.make_child(journal.group, since=settings.today() - 40 * DAY)
    lesson = make_lesson(journal.course_id, settings.today() - 30 * DAY)
    factories_diary.give(lesson, "§ 5", settings.today() - 20 * DAY)
    own = factories_tasks.give_task(lesson, child, text="Доклад", due=settings.today() - 20 * DAY)
    judge(send(child, lesson), "returned", "Нет вывода")
    send(child, lesson, own=own)
    found = diary_homework.load(viewer_of(child), child.id)
    assert [task.text for task in found.returned] == ["§ 5"]
    assert (found.coming, found.past) == ([], [])
    judge(send(child, lesson, "Исправил"), "accepted")
    assert diary_homework.load(viewer_of(child), child.id).returned == []


def test_the_teachers_verdict_is_news_in_the_diary(child, lesson):
    answer = send(child, lesson)
    diary.visited(viewer_of(child), child.id)
    visit = db.session.scalars(db.select(DiaryVisit)).one()
    visit.seen_at -= timedelta(hours=1)
    judge(answer, "returned", "Нет вывода")
    week = diary_week.load(viewer_of(child), child.id, settings.today() - timedelta(days=settings.today().weekday()))
    assert "ответ возвращён на доработку: Операционные системы" in [news.text for news in week.summary.news]


def test_nobody_sends_without_end(child, lesson):
    for number in range(task_answers.MOST_ROUNDS):
        factories_tasks.answer(lesson, child, round=number + 1)
    with pytest.raises(RefusedError, match="уже 20 раз"):
        send(child, lesson)


def test_nothing_empty_and_nothing_half_is_sent(child, lesson):
    with pytest.raises(FieldsError) as refused:
        send(child, lesson, "  \n ")
    assert "Напишите ответ" in refused.value.fields["text"]
    with pytest.raises(RefusedError, match=r"не отправлен.*вирус\.exe"):
        send(child, lesson, "Вот", pdf(), pdf("вирус.exe", b"MZ" + b"0" * 100))
    with pytest.raises(RefusedError, match="не больше 10"):
        send(child, lesson, "Вот", *[pdf(f"{n}.pdf") for n in range(11)])
    assert db.session.scalars(db.select(TaskAnswer)).all() == []


def test_where_no_answer_is_needed_none_is_taken(journal, child):
    lesson = make_lesson(journal.course_id, settings.today())
    factories_diary.give(lesson, answer="none")
    with pytest.raises(RefusedError, match="не нужен"):
        send(child, lesson)


def test_r4_4_a_into_a_closed_period_nothing_is_sent(journal, child, lesson):
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError, match="договоритесь"):
        send(child, lesson)


def test_r4_4_a_into_a_period_that_is_open_for_some_days_an_answer_is_sent(journal, child, lesson):
    where = {"course_id": journal.course_id, "period_id": journal.period.id}
    db.session.add(PeriodClosing(**where))
    db.session.add(JournalUnlock(**where, until=settings.today(), reason="болел"))
    db.session.commit()
    assert send(child, lesson).round == 1


def test_the_log_says_that_it_was_sent_and_not_what(child, lesson):
    send(child, lesson, "Тайный текст", pdf("тайный файл.pdf"))
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "answer")).one()
    assert (entry.action, entry.after, entry.student_id) == ("send", "ответ № 1, файлов: 1", child.id)
    assert "айный" not in str((entry.before, entry.reason, entry.details))


# ── Personal tasks in the diary ─────────────────────────────────────────────
def test_r4_5_b_a_personal_task_is_seen_by_its_students_alone(journal, child, lesson):
    other = factories_diary.make_child(journal.group, "Пётр")
    parent = factories_diary.make_parent(child)
    own = factories_tasks.give_task(lesson, child, text="Только Артёму", due=settings.today() + DAY)
    for person in (child, parent):
        found = diary_homework.load(viewer_of(person), child.id)
        assert [task.text for day in found.coming for task in day.tasks] == ["Решить № 7", "Только Артёму"]
    found = diary_homework.load(viewer_of(other), other.id)
    assert [task.text for day in found.coming for task in day.tasks] == ["Решить № 7"]
    with pytest.raises(NotFoundError):
        page(other, other, lesson, own)
    send(child, lesson, "Сделал", own=own)
    assert page(parent, child, lesson, own).task.standing.state == "sent"
    assert page(parent, child, lesson).rounds == []  # the group's homework has answers of its own


def test_a_personal_task_stands_in_the_week_on_its_lesson_and_for_the_next(journal, child, lesson):
    coming = make_lesson(journal.course_id, settings.today() + DAY)
    factories_tasks.give_task(lesson, child, text="Доклад", due=coming.date)
    for day in (lesson.date, coming.date):
        week = diary_week.load(viewer_of(child), child.id, day - timedelta(days=day.weekday()))
        lines = [line for shown in week.days if shown.date == day for line in shown.lessons]
        assert [task.text for task in (lines[0].homework if day == lesson.date else lines[0].due)] == [
            "Решить № 7", "Доклад",
        ]  # fmt: skip
        assert week.summary.due_on == coming.date
        assert len(week.summary.due) == 2


def test_two_teachers_and_two_tasks_do_not_multiply_each_other(journal, child, lesson):
    second = factories.make_person("Второва", ())
    db.session.add(factories.CourseTeacher(course_id=journal.course_id, teacher_id=second.id))
    for text in ("Первое", "Второе"):
        factories_tasks.give_task(lesson, child, text=text, due=settings.today() + DAY)
    send(child, lesson)
    send(child, lesson, "Ещё")
    found = diary_homework.load(viewer_of(child), child.id)
    assert [task.text for task in found.coming[0].tasks] == ["Решить № 7", "Первое", "Второе"]
    assert found.coming[0].tasks[0].teachers == "Преподавателева П. И., Второва П. И."


def test_a_withdrawn_personal_task_is_gone_from_the_diary(child, lesson):
    own = factories_tasks.give_task(lesson, child, withdrawn_at=now())
    with pytest.raises(NotFoundError):
        page(child, child, lesson, own)


def test_a_file_of_a_personal_task_is_not_had_by_a_classmate(journal, child, lesson, in_app):
    other = factories_diary.make_child(journal.group, "Пётр")
    own = factories_tasks.give_task(lesson, child)
    attached = factories_diary.attach(lesson, "лично.pdf", "personal", sha256="cd" * 32)
    attached.task_id = own.id
    db.session.commit()
    path = in_app.config["EJOURNAL"].files / "cd" / ("cd" * 32)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4")
    assert diary_homework.download(viewer_of(child), child.id, lesson.id, attached.id).name == "лично.pdf"
    with pytest.raises(NotFoundError):
        diary_homework.download(viewer_of(other), other.id, lesson.id, attached.id)


def test_a_student_ticks_the_own_personal_task(journal, child, lesson):
    own = factories_tasks.give_task(lesson, child)
    parent = factories_diary.make_parent(child)
    for done in (True, True, False):
        assert diary_homework.tick_own(viewer_of(child), child.id, own.id, done).is_done is done
    with pytest.raises(ForbiddenError):
        diary_homework.tick_own(viewer_of(parent), child.id, own.id, True)
    other = factories_diary.make_child(journal.group, "Пётр")
    with pytest.raises(NotFoundError):
        diary_homework.tick_own(viewer_of(other), other.id, own.id, True)
