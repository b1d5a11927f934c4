"""The teacher's side of answers: who sent, accepted or returned, files of all, what waits (R4.5.b)."""

import zipfile
from datetime import timedelta

import factories
import factories_diary
import factories_tasks
import pytest
from factories import Journal, viewer_of
from factories_tasks import pdf
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Person, Role, RoleGrant, TaskAnswer
from ejournal.services import answer_board, answer_checks, settings, task_answers
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """Three students, homework of yesterday's lesson that must be answered by tomorrow."""
    journal = factories.make_journal(students=3, lessons=1, last=settings.today() - DAY)
    factories_diary.give(journal.lessons[0], "Решить № 7", settings.today() + DAY, answer="required")
    return journal


def as_student(journal: Journal, number: int) -> Person:
    student = journal.students[number]
    if db.session.scalar(db.select(Account).where(Account.person_id == student.id)) is None:
        db.session.add(RoleGrant(person_id=student.id, role=Role.STUDENT, since=journal.year.starts))
        db.session.add(Account(person_id=student.id, username=f"s{student.id}"))
        db.session.commit()
    return student


def send(journal: Journal, number: int, text: str, *uploads) -> TaskAnswer:
    student = as_student(journal, number)
    return task_answers.send(viewer_of(student), student.id, journal.lessons[0].id, None, text, uploads)


def judge(journal: Journal, answer: TaskAnswer, verdict: str, comment: str = "", person=None) -> TaskAnswer:
    return answer_checks.judge(viewer_of(person or journal.teacher), journal.course_id, answer.id, verdict, comment)


def sheet(journal: Journal, person=None) -> answer_checks.Sheet:
    return answer_checks.sheet(viewer_of(person or journal.teacher), journal.course_id, journal.lessons[0].id)


def test_r4_5_b_who_sent_stands_first_and_who_did_not_is_named_too(journal):
    send(journal, 2, "Вот")
    found = sheet(journal)
    assert [line.student_id for line in found.lines] == [journal.students[n].id for n in (2, 0, 1)]
    assert [line.standing.state for line in found.lines] == ["sent", "awaited", "awaited"]
    assert found.can_check


def test_r4_5_b_returned_sent_again_and_accepted_each_round_with_its_verdict(journal):
    first = judge(journal, send(journal, 0, "Раз"), "returned", "Нет вывода")
    second = judge(journal, send(journal, 0, "Два"), "accepted", "Хорошо")
    rounds = sheet(journal).lines[0].rounds
    assert [(one.number, one.verdict_words, one.comment) for one in rounds] == [
        (1, "на доработку", "Нет вывода"),
        (2, "принято", "Хорошо"),
    ]
    assert rounds[0].checked_by == "Преподавателева П. И."
    rows = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "answer").order_by(LogEntry.id)).all()
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("send", None, "ответ № 1"),
        ("return", None, "на доработку"),
        ("send", None, "ответ № 2"),
        ("accept", None, "принято"),
    ]
    assert "вывод" not in str([(row.reason, row.details) for row in rows])
    assert (first.round, second.round) == (1, 2)


def test_a_verdict_needs_a_choice_and_a_return_a_comment(journal):
    answer = send(journal, 0, "Вот")
    with pytest.raises(RefusedError, match="принять"):
        judge(journal, answer, "")
    with pytest.raises(FieldsError) as refused:
        judge(journal, answer, "returned", "  ")
    assert "исправить" in refused.value.fields["comment"]


def test_a_verdict_on_what_was_sent_anew_meanwhile_is_refused(journal):
    first = send(journal, 0, "Раз")
    send(journal, 0, "Два")
    with pytest.raises(RefusedError, match="новый ответ"):
        judge(journal, first, "accepted")


def test_an_accepted_answer_may_still_be_returned(journal):
    answer = judge(journal, send(journal, 0, "Вот"), "accepted")
    judge(journal, answer, "returned", "Проверил ещё раз: не то")
    assert sheet(journal).lines[0].standing.state == "returned"


def test_r4_4_a_only_the_teacher_judges_and_a_substitute_on_the_own_lesson(journal):
    answer = send(journal, 0, "Вот", pdf())
    curator = factories.make_curator(journal.group)
    assert not sheet(journal, curator).can_check
    with pytest.raises(ForbiddenError):
        judge(journal, answer, "accepted", person=curator)
    db.session.rollback()
    stranger = factories.make_journal(students=0, lessons=0).teacher
    for act in (
        lambda: sheet(journal, stranger),
        lambda: judge(journal, answer, "accepted", person=stranger),
        lambda: answer_checks.download(viewer_of(stranger), journal.course_id, answer.id, answer.files[0].id),
        lambda: answer_board.load(viewer_of(stranger), journal.course_id),
    ):
        with pytest.raises(NotFoundError):
            act()
        db.session.rollback()
    db.session.merge(journal.lessons[0]).teacher_id = stranger.id
    db.session.commit()
    assert judge(journal, answer, "accepted", person=stranger).checked_by == stranger.id


def test_an_answer_is_not_reached_through_another_journal(journal):
    answer = send(journal, 0, "Вот")
    other = factories.make_journal(students=0, lessons=0)
    with pytest.raises(NotFoundError):
        answer_checks.judge(viewer_of(other.teacher), other.course_id, answer.id, "accepted", "")


def test_all_files_come_in_one_archive_a_folder_a_student(journal):
    send(journal, 0, "", pdf("решение.pdf"), pdf("../../etc/passwd.pdf"))
    send(journal, 1, "без файлов")
    send(journal, 2, "", pdf("решение.pdf"))
    packed, name = answer_checks.archive(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id)
    with packed, zipfile.ZipFile(packed) as pack:
        names = pack.namelist()
        assert len(names) == 3
        assert all(not each.startswith(("/", "..")) and ".." not in each.split("/") for each in names)
        assert pack.read(names[0]) == factories_tasks.PDF
    assert {each.split("/")[1] for each in names} == {"1.1 решение.pdf", "1.2 passwd.pdf"}
    assert name.endswith("ответы.zip")
    other = factories_tasks.give_task(journal.lessons[0], journal.students[0])
    with pytest.raises(NotFoundError, match="не прислали"):
        answer_checks.archive(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, other.id)


def test_who_left_the_group_stays_with_the_answer(journal):
    send(journal, 0, "Вот")
    enrollment = db.session.scalars(
        db.select(factories.Enrollment).where(factories.Enrollment.student_id == journal.students[0].id)
    ).one()
    enrollment.until = journal.lessons[0].date - DAY
    db.session.commit()
    assert journal.students[0].id in [line.student_id for line in sheet(journal).lines]


# ── The board of a journal and the start page ───────────────────────────────
def test_r4_5_b_the_board_counts_who_sent_and_puts_what_waits_first(journal):
    personal = factories_tasks.give_task(journal.lessons[0], *journal.students[:2], answer="possible")
    quiet = factories.make_lesson(journal.course_id, settings.today())
    factories_diary.give(quiet, "Ответ не ждут")
    judge(journal, send(journal, 0, "Вот"), "accepted")
    factories_tasks.answer(journal.lessons[0], journal.students[1], "Лично", task=personal)
    board = answer_board.load(viewer_of(journal.teacher), journal.course_id)
    assert [(one.student_id, one.own_id) for one in board.waiting] == [(journal.students[1].id, personal.id)]
    assert [(row.own_id, row.asked, row.sent, row.waiting, row.accepted, row.silent) for row in board.tasks] == [
        (personal.id, 2, 1, 1, 0, 1),
        (None, 3, 1, 0, 1, 2),
    ]


def test_the_start_page_counts_the_last_rounds_of_own_journals(journal):
    send(journal, 0, "Раз")
    send(journal, 0, "Два")
    send(journal, 1, "Раз")
    factories_tasks.owe(journal.works[0], journal.students[2])
    factories.make_journal(students=0, lessons=0)
    (count,) = answer_board.counts(viewer_of(journal.teacher))
    assert (count.course_id, count.waiting, count.owed) == (journal.course_id, 2, 1)
    factories_diary.put(journal.works[0], journal.students[2], "4")
    judge(journal, db.session.scalars(db.select(TaskAnswer).order_by(TaskAnswer.id)).all()[-1], "accepted")
    (count,) = answer_board.counts(viewer_of(journal.teacher))
    assert (count.waiting, count.owed) == (1, 0)
