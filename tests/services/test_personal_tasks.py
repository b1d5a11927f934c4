"""Homework for named students: given, changed, withdrawn (R4.4.b, R4.5.b)."""

from datetime import timedelta

import factories
import factories_diary
import factories_tasks
import pytest
from factories import Journal, make_lesson, viewer_of
from factories_tasks import pdf
from flask import Flask

from ejournal.extensions import db
from ejournal.models import LessonFile, LogEntry, PeriodClosing, PersonalTask, PersonalTaskStudent
from ejournal.services import files, generation, homework, lessons, personal_tasks, settings, substitution_effects
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.personal_tasks import Typed

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=3, lessons=1)


def typed(
    journal: Journal, *numbers: int, text: str = "Пересказ § 3", due: str = "", answer: str = "possible"
) -> Typed:
    return Typed(text, due, answer, [journal.students[number].id for number in numbers])


def give(journal: Journal, form: Typed, *uploads, person=None) -> list[str]:
    actor = viewer_of(person or journal.teacher)
    return personal_tasks.give(actor, journal.course_id, journal.lessons[0].id, form, uploads)


def change(journal: Journal, task: PersonalTask, form: Typed, *uploads) -> list[str]:
    actor = viewer_of(journal.teacher)
    return personal_tasks.change(actor, journal.course_id, journal.lessons[0].id, task.id, form, uploads)


def only(journal: Journal) -> personal_tasks.Listed:
    (found,) = personal_tasks.of_lesson(journal.lessons[0].id)
    return found


def logged() -> list[tuple[str, str | None, str | None]]:
    rows = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "personal-task").order_by(LogEntry.id))
    return [(row.details["name"].partition(": ")[2], row.before, row.after) for row in rows]


def test_r4_5_b_a_task_is_given_to_chosen_students_with_files(journal):
    due = settings.today() + DAY
    assert give(journal, typed(journal, 0, 2, due=due.isoformat(), answer="required"), pdf("карточка.pdf")) == []
    found = only(journal)
    assert [person.id for person in found.students] == [journal.students[0].id, journal.students[2].id]
    assert (found.task.text, found.task.due_date, found.task.answer) == ("Пересказ § 3", due, "required")
    assert [file.file.name for file in found.files] == ["карточка.pdf"]
    names = ", ".join(f"{s.surname} {s.name}" for s in (journal.students[0], journal.students[2]))
    assert logged() == [(f"личное задание ({names})", None, "Пересказ § 3")]
    assert homework.of_lesson(journal.lessons[0].id) is None  # the group got none by it


def test_what_is_missing_is_told_at_its_field_and_nothing_is_stored(journal):
    with pytest.raises(FieldsError) as refused:
        give(journal, typed(journal, text="", due=str(journal.lessons[0].date - DAY), answer="может быть"))
    assert set(refused.value.fields) == {"text", "due", "students", "answer"}
    assert personal_tasks.of_lesson(journal.lessons[0].id) == []


def test_a_task_goes_only_to_who_was_in_the_journal_that_day(journal):
    stranger = factories.make_journal(students=1, lessons=0).students[0]
    late = factories.make_person("Позднева", ())
    factories.enroll(late, journal.group, journal.lessons[0].date + DAY)
    with pytest.raises(FieldsError) as refused:
        give(journal, Typed("§ 3", "", "possible", [stranger.id, late.id]))
    assert "students" in refused.value.fields


def test_good_files_stay_where_others_are_refused(journal):
    refused = give(journal, typed(journal, 0), pdf("да.pdf"), pdf("нет.exe", b"MZ" + b"0" * 100))
    assert len(refused) == 1
    assert "нет.exe" in refused[0]
    assert [file.file.name for file in only(journal).files] == ["да.pdf"]


def test_r4_2_e_each_changed_field_is_in_the_log(journal):
    give(journal, typed(journal, 0))
    task = only(journal).task
    change(journal, task, typed(journal, 0, 1, text="Пересказ § 4", answer="none"), pdf())
    found = only(journal)
    assert (found.task.text, found.task.answer, len(found.students), len(found.files)) == ("Пересказ § 4", "none", 2, 1)
    first, second = (f"{s.surname} {s.name}" for s in journal.students[:2])
    assert logged()[1:] == [
        ("личное задание: кому", first, f"{first}, {second}"),
        ("личное задание: текст", "Пересказ § 3", "Пересказ § 4"),
        ("личное задание: ответ", "ответ можно прислать", "ответ не нужен"),
    ]
    change(journal, task, typed(journal, 0, 1, text="Пересказ § 4", answer="none"))
    assert len(logged()) == 4


def test_who_has_answered_stays_in_the_list_and_the_task_is_not_withdrawn(journal):
    give(journal, typed(journal, 0, 1))
    found = only(journal)
    factories_tasks.answer(journal.lessons[0], journal.students[0], task=found.task)
    with pytest.raises(FieldsError) as refused:
        change(journal, found.task, typed(journal, 1))
    assert journal.students[0].surname in refused.value.fields["students"]
    db.session.rollback()
    actor = viewer_of(journal.teacher)
    with pytest.raises(RefusedError, match="уже прислали"):
        personal_tasks.withdraw(actor, journal.course_id, journal.lessons[0].id, found.task.id)
    db.session.rollback()
    change(journal, found.task, typed(journal, 0))  # who has not answered may go
    assert [person.id for person in only(journal).students] == [journal.students[0].id]
    assert only(journal).answers == 1


def test_a_withdrawn_task_is_gone_and_stays_stored(journal):
    give(journal, typed(journal, 0))
    task = only(journal).task
    personal_tasks.withdraw(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id, task.id)
    assert personal_tasks.of_lesson(journal.lessons[0].id) == []
    assert db.session.get(PersonalTask, task.id).withdrawn_at
    with pytest.raises(NotFoundError):
        change(journal, task, typed(journal, 0))


def test_the_only_file_of_a_task_without_text_stays(journal):
    give(journal, typed(journal, 0, text=""), pdf())
    found = only(journal)
    place = (viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id)
    with pytest.raises(RefusedError, match="кроме этого файла"):
        personal_tasks.detach(*place, found.task.id, found.files[0].id)
    db.session.rollback()
    with pytest.raises(NotFoundError):
        files.detach(*place, found.files[0].id)  # nor by the lesson's own files
    db.session.rollback()
    change(journal, found.task, typed(journal, 0, text="Текст"))
    personal_tasks.detach(*place, found.task.id, found.files[0].id)
    assert only(journal).files == []


def test_r4_4_a_others_do_not_give_tasks(journal):
    curator = factories.make_curator(journal.group)
    with pytest.raises(ForbiddenError):
        give(journal, typed(journal, 0), person=curator)
    with pytest.raises(NotFoundError):
        give(journal, typed(journal, 0), person=factories.make_journal(students=0, lessons=0).teacher)
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError):
        give(journal, typed(journal, 0))


def test_a_lesson_with_a_task_an_answer_or_a_debt_is_not_an_empty_one(journal):
    held = [
        make_lesson(journal.course_id, settings.today() + n * DAY, state="planned", generated=True) for n in range(1, 5)
    ]
    student = journal.students[0]
    factories_tasks.give_task(held[0], student)
    factories_tasks.answer(held[1], student)
    factories_tasks.owe(held[2].works[0], student)
    untouched = db.session.scalars(
        db.select(factories.Lesson.id).where(
            generation.untouched(), factories.Lesson.id.in_([lesson.id for lesson in held])
        )
    ).all()
    assert untouched == [held[3].id]
    assert [substitution_effects.is_filled(lesson) for lesson in held] == [True, True, False, False]
    assert not any(lessons.is_removable(lesson) for lesson in held[:3])


def test_r4_5_b_answered_homework_is_not_withdrawn_with_its_text_or_its_last_file(journal):
    lesson = journal.lessons[0]
    factories_diary.give(lesson, "§ 5")
    factories_tasks.answer(lesson, journal.students[0])
    teacher = viewer_of(journal.teacher)
    with pytest.raises(FieldsError) as refused:
        homework.write(teacher, lesson, "", None)
    assert "уже прислали" in refused.value.fields["homework"]
    db.session.rollback()
    assert homework.write(teacher, lesson, "§ 6", None, "required")
    db.session.commit()
    assert homework.of_lesson(lesson.id).answer == "required"
    assert not homework.write(teacher, lesson, "§ 6", None)  # a form that does not ask changes nothing


def test_rows_of_a_task_are_its_own(journal):
    give(journal, typed(journal, 0, 1), pdf())
    (row,) = db.session.scalars(db.select(LessonFile)).all()
    assert (row.purpose, row.task_id) == ("personal", only(journal).task.id)
    assert len(db.session.scalars(db.select(PersonalTaskStudent)).all()) == 2
