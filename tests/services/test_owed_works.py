"""«Не сдано»: marked by the teacher, closed by a mark; demanded answers that did not come (R4.5.b)."""

from datetime import timedelta

import factories
import factories_diary
import factories_tasks
import pytest
from factories import Journal, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import AcademicYear, LogEntry, OwedWork
from ejournal.models.base import now
from ejournal.services import diary_homework, owed_marking, owed_works, settings, works
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=3, lessons=1, works=2, last=settings.today() - 3 * DAY)


def mark(journal: Journal, *numbers: int, due: str | None = None, note: str = "", person=None) -> list[OwedWork]:
    chosen = [journal.students[number].id for number in numbers]
    term = due if due is not None else (settings.today() + DAY).isoformat()
    actor = viewer_of(person or journal.teacher)
    return owed_marking.mark(actor, journal.course_id, journal.works[0].id, chosen, term, note)


def sheet(journal: Journal, person=None) -> owed_marking.Sheet:
    return owed_marking.sheet(viewer_of(person or journal.teacher), journal.course_id, journal.works[0].id)


def owed(journal: Journal) -> list[tuple[int, str]]:
    return [(one.student_id, one.what) for one in owed_works.of_group(journal.group.id)]


def test_who_has_no_mark_is_listed_and_marked_in_one_action(journal):
    factories_diary.put(journal.works[0], journal.students[0], "4")
    factories_diary.put(journal.works[0], journal.students[1], None, "н")
    assert [(line.student_id, line.code) for line in sheet(journal).free] == [
        (journal.students[1].id, "н"),
        (journal.students[2].id, ""),
    ]
    assert len(mark(journal, 0, 1, 2, note="  на консультации ")) == 2  # who has a mark owes nothing
    found = sheet(journal)
    assert (found.marked, found.free, [line.owed.note for line in found.owing]) == (1, [], ["на консультации"] * 2)
    assert owed(journal) == [(journal.students[n].id, "Ответ на занятии") for n in (1, 2)]


def test_a_mark_closes_a_debt_by_itself_and_its_removal_opens_it_again(journal):
    mark(journal, 0)
    cell = factories_diary.put(journal.works[0], journal.students[0], "3")
    assert owed(journal) == []
    assert sheet(journal).owing == []
    cell.mark, cell.attendance = None, "н"
    db.session.commit()
    assert len(owed(journal)) == 1


def test_it_is_taken_back_and_the_log_keeps_both(journal):
    (row,) = mark(journal, 0, note="вариант 3")
    mark(journal, 0, due=(settings.today() + 5 * DAY).isoformat())
    owed_marking.lift(viewer_of(journal.teacher), journal.course_id, row.id)
    assert owed(journal) == []
    rows = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "owed").order_by(LogEntry.id)).all()
    until = f"сдать до {settings.today() + DAY:%d.%m.%Y}; вариант 3"
    later = f"сдать до {settings.today() + 5 * DAY:%d.%m.%Y}"
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("create", None, until), ("update", until, later), ("delete", later, None),
    ]  # fmt: skip
    assert {row.student_id for row in rows} == {journal.students[0].id}


@pytest.mark.parametrize("due", ["", "вчера", "2020-01-01"])
def test_a_term_is_needed_and_not_in_the_past(journal, due):
    with pytest.raises(FieldsError) as refused:
        mark(journal, 0, due=due)
    assert "due" in refused.value.fields


def test_nobody_chosen_or_a_lesson_to_come_is_refused(journal):
    with pytest.raises(FieldsError):
        mark(journal)
    db.session.rollback()
    journal.lessons[0].date = settings.today() + DAY
    db.session.merge(journal.lessons[0])
    db.session.commit()
    with pytest.raises(RefusedError, match="ещё не проведено"):
        mark(journal, 0)


def test_r4_4_a_only_the_teacher_marks_and_lifts(journal):
    (row,) = mark(journal, 0)
    curator = factories.make_curator(journal.group)
    assert len(sheet(journal, curator).owing) == 1
    assert not sheet(journal, curator).can_edit
    with pytest.raises(ForbiddenError):
        mark(journal, 1, person=curator)
    db.session.rollback()
    other = factories.make_journal(students=0, lessons=0)
    with pytest.raises(NotFoundError):
        sheet(journal, other.teacher)
    with pytest.raises(NotFoundError):
        owed_marking.lift(viewer_of(other.teacher), other.course_id, row.id)


def test_a_column_that_held_nothing_but_debts_can_be_taken_away(journal):
    mark(journal, 0)
    teacher = viewer_of(journal.teacher)
    works.remove(teacher, journal.course_id, journal.lessons[0].id, journal.works[0].id, None)
    assert owed(journal) == []
    assert db.session.scalars(db.select(OwedWork)).all() == []


# ── Demanded answers ────────────────────────────────────────────────────────
def test_r4_5_b_a_demanded_answer_that_did_not_come_is_owed(journal):
    lesson, (first, second, third) = journal.lessons[0], journal.students
    factories_diary.give(lesson, "§ 5", settings.today() - DAY, answer="required")
    factories_tasks.answer(lesson, first)
    factories_tasks.answer(lesson, second, verdict="returned", checked_at=now())
    assert owed(journal) == [
        (second.id, "домашнее задание: возвращено на доработку"),
        (third.id, "домашнее задание: нужен ответ"),
    ]
    factories_tasks.answer(lesson, second, round=2)
    factories_tasks.answer(lesson, third)
    assert owed(journal) == []


def test_not_before_its_day_and_not_where_it_is_not_demanded(journal):
    factories_diary.give(journal.lessons[0], "§ 5", settings.today(), answer="required")
    factories_tasks.give_task(journal.lessons[0], journal.students[0], due=settings.today() - DAY, answer="possible")
    assert owed(journal) == []


def test_a_personal_task_is_owed_by_its_students_alone_and_a_withdrawn_one_by_nobody(journal):
    lesson = journal.lessons[0]
    task = factories_tasks.give_task(lesson, journal.students[1], due=settings.today() - DAY, answer="required")
    (found,) = owed_works.of_group(journal.group.id)
    assert (found.student_id, found.own_id, found.is_over) == (journal.students[1].id, task.id, True)
    task.withdrawn_at = now()
    db.session.commit()
    assert owed(journal) == []


def test_debts_of_a_cancelled_lesson_of_other_groups_and_of_closed_years_are_not_there(journal):
    mark(journal, 0)
    factories_diary.give(journal.lessons[0], "§ 5", settings.today() - DAY, answer="required")
    elsewhere = factories.make_journal(students=2, lessons=1, last=settings.today() - 3 * DAY)
    assert owed(elsewhere) == []
    assert len(owed(journal)) == 4
    lesson = db.session.merge(journal.lessons[0])
    lesson.state = "cancelled"
    db.session.commit()
    assert owed(journal) == []
    lesson.state = "held"
    db.session.get_one(AcademicYear, journal.year.id).closed_at = now()
    db.session.commit()
    assert owed(journal) == []


def test_the_list_of_a_journal_holds_its_own_alone(journal):
    mark(journal, 0, 1)
    ids = [student.id for student in journal.students]
    other = factories_diary.make_course(journal, "История")
    lesson = factories.make_lesson(other.id, settings.today() - 3 * DAY)
    factories_tasks.owe(lesson.works[0], journal.students[0])
    assert len(owed_works.of_course(journal.course_id, ids)) == 2
    assert len(owed_works.of_students(ids)) == 3


def test_the_student_and_the_parent_read_it_in_the_diary(journal):
    child = factories_diary.make_child(journal.group)
    factories_tasks.owe(journal.works[0], child, settings.today() + DAY, "вариант 3")
    for person in (child, factories_diary.make_parent(child)):
        (found,) = diary_homework.load(viewer_of(person), child.id).owed
        assert (found.discipline, found.what, found.due, found.note) == (
            "Операционные системы", "Ответ на занятии", settings.today() + DAY, "вариант 3",
        )  # fmt: skip
