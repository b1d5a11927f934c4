"""Recording a cell: what is stored, what is refused and what the log keeps."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import Journal, enroll, make_curator, make_journal, make_lesson, make_person, viewer_of
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Cell, CourseTeacher, Lesson, LogEntry, PeriodClosing, Role, Subgroup, SubgroupMember
from ejournal.models.base import now
from ejournal.services import cells, columns, failures, log, settings, stats, undo
from ejournal.services.cells import Entry
from ejournal.services.errors import (
    ClosedError,
    ForbiddenError,
    NotFoundError,
    ReasonNeededError,
    RefusedError,
    StaleError,
)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=3, lessons=3)


def put(journal: Journal, text: str, student: int = 0, work: int = 2, version: int = 0, **rest: str) -> cells.Saved:
    entry = Entry(journal.students[student].id, journal.works[work].id, text, version)
    return cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry, **rest)


def text_of(journal: Journal, student: int = 0, work: int = 2) -> str:
    cell = db.session.scalars(
        db.select(Cell).where(Cell.student_id == journal.students[student].id, Cell.work_id == journal.works[work].id)
    ).first()
    return (cell.attendance or "") + (cell.mark or "") if cell else ""


def entries(journal: Journal) -> list[LogEntry]:
    return list(
        db.session.scalars(
            db.select(LogEntry)
            .where(LogEntry.course_id == journal.course_id, LogEntry.subject == "cell")
            .order_by(LogEntry.id)
        )
    )


def test_r4_4_f_attendance_and_mark_are_stored_together(journal):
    saved = put(journal, "O5")
    assert (saved.text, saved.version) == ("о5", 1)
    cell = db.session.scalars(db.select(Cell)).one()
    assert (cell.attendance, cell.mark, cell.updated_by) == ("о", "5", journal.teacher.id)


def test_r4_2_e_every_change_is_logged_with_who_from_and_to(journal):
    put(journal, "3")
    put(journal, "4", version=1)
    put(journal, "", version=2)
    assert [(e.before, e.after, e.actor_id) for e in entries(journal)] == [
        ("", "3", journal.teacher.id),
        ("3", "4", journal.teacher.id),
        ("4", "", journal.teacher.id),
    ]


def test_typing_what_is_there_already_changes_and_logs_nothing(journal):
    put(journal, "5")
    saved = put(journal, " 5 ", version=0)
    assert (saved.version, saved.changed) == (1, False)
    assert len(entries(journal)) == 1


def test_r3_6_refused_notation_says_why_and_stores_nothing(journal):
    with pytest.raises(RefusedError, match=r"п\. 3\.6"):
        put(journal, "6")
    with pytest.raises(RefusedError) as refusal:
        put(journal, "о/5")
    assert refusal.value.repair == "о5"
    assert entries(journal) == []


def test_stale_version_is_told_who_has_changed_the_cell(journal):
    put(journal, "4")
    with pytest.raises(StaleError) as stale:
        put(journal, "5", version=0)
    assert (stale.value.current.text, stale.value.current.version) == ("4", 1)
    assert "Преподавателева" in stale.value.current.who
    assert text_of(journal) == "4"


def test_r4_4_a_another_teacher_finds_no_such_journal(journal):
    stranger = viewer_of(make_person("Чужакова", (Role.TEACHER,)))
    entry = Entry(journal.students[0].id, journal.works[2].id, "5", 0)
    with pytest.raises(NotFoundError):
        cells.record_cell(stranger, journal.course_id, entry)


def test_r4_3_c_curator_reads_but_never_writes(journal):
    curator = viewer_of(make_curator(journal.group))
    with pytest.raises(ForbiddenError):
        cells.record_cell(curator, journal.course_id, Entry(journal.students[0].id, journal.works[2].id, "5", 0))


def test_cell_of_another_journal_is_not_reached_through_ones_own(journal):
    other = make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        cells.record_cell(
            viewer_of(journal.teacher), journal.course_id, Entry(other.students[0].id, other.works[0].id, "5", 0)
        )


def test_student_who_was_not_there_yet_or_any_more_has_no_cell(journal):
    late = make_person("Поздний")
    enroll(late, journal.group, settings.today())
    journal.students.append(late)
    with pytest.raises(RefusedError, match="не числился"):
        put(journal, "5", student=3, work=0)
    assert put(journal, "5", student=3, work=2).text == "5"


def test_other_subgroup_is_not_written_to(journal):
    subgroup = Subgroup(group_id=journal.group.id, title="подгруппа 1")
    db.session.add(subgroup)
    db.session.flush()
    db.session.add(
        SubgroupMember(subgroup_id=subgroup.id, student_id=journal.students[0].id, since=journal.year.starts)
    )
    db.session.execute(db.text("UPDATE course SET subgroup_id = :s"), {"s": subgroup.id})
    db.session.commit()
    assert put(journal, "5", student=0).text == "5"
    with pytest.raises(RefusedError, match="подгруппе"):
        put(journal, "5", student=1)


def test_r4_4_a_closed_period_takes_nothing_more(journal):
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    with pytest.raises(ClosedError, match=r"п\. 4\.4"):
        put(journal, "5")


def test_r2_3_store_closed_year_is_read_only(journal):
    db.session.execute(db.update(type(journal.year)).values(closed_at=now()))
    db.session.commit()
    with pytest.raises(ClosedError):
        put(journal, "5")


def test_cancelled_and_future_lessons_take_no_marks(journal):
    lesson = make_lesson(journal.course_id, settings.today(), pair=5, state="cancelled")
    ahead = make_lesson(journal.course_id, settings.today() + timedelta(days=1), state="planned")
    journal.works += [*lesson.works, *ahead.works]
    with pytest.raises(RefusedError, match="отменено"):
        put(journal, "5", work=3)
    with pytest.raises(RefusedError, match="ещё не проведено"):
        put(journal, "5", work=4)


def test_first_value_shows_that_the_lesson_was_held_and_attendance_that_absentees_were_noted(journal):
    lesson = make_lesson(journal.course_id, settings.today(), pair=2, state="planned")
    journal.works += lesson.works
    put(journal, "5", work=3)
    assert db.session.get_one(Lesson, lesson.id).state == "held"
    assert db.session.get_one(Lesson, lesson.id).attendance_at is None
    put(journal, "н", student=1, work=3)
    db.session.expire_all()
    assert db.session.get_one(Lesson, lesson.id).attendance_at is not None


class TestTerms:
    """п. 4.4: attendance within 2 days, marks within 7, longer where the teacher set an own checking term."""

    @pytest.mark.parametrize(
        ("days", "text", "late"),
        [(2, "н", False), (3, "н", True), (7, "5", False), (8, "5", True), (3, "о5", True)],
    )
    def test_r4_4_e_h_first_entry_after_its_term_is_taken_and_marked_late(self, in_app, days, text, late):
        journal = make_journal(1, 1, last=settings.today() - timedelta(days=days))
        put(journal, text, work=0)
        assert [e.late for e in entries(journal)] == [late]

    def test_r4_4_h_own_checking_term_of_a_work_is_longer(self, in_app):
        journal = make_journal(1, 1, last=settings.today() - timedelta(days=10))
        work = db.session.merge(journal.works[0])
        work.mark_due = settings.today()
        db.session.commit()
        put(journal, "5", work=0)
        assert [e.late for e in entries(journal)] == [False]

    def test_r4_1_d_first_entry_of_a_day_of_failure_is_not_late_and_its_change_is(self, in_app):
        day = settings.today() - timedelta(days=10)
        journal = make_journal(1, 1, last=day)
        zavuch = viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))
        failures.declare(zavuch, day, day, "power")
        put(journal, "5", work=0)
        with pytest.raises(ReasonNeededError):
            put(journal, "4", work=0, version=1)
        put(journal, "4", work=0, version=1, reason="Пересдача")
        assert [e.late for e in entries(journal)] == [False, True]

    def test_change_after_its_term_needs_a_reason(self, in_app):
        journal = make_journal(1, 1, last=settings.today() - timedelta(days=10))
        put(journal, "3", work=0)
        with pytest.raises(ReasonNeededError, match=r"п\. 4\.4"):
            put(journal, "4", work=0, version=1)
        assert text_of(journal, work=0) == "3"
        put(journal, "4", work=0, version=1, reason="Пересдача")
        last = entries(journal)[-1]
        assert (last.after, last.late, last.reason) == ("4", True, "Пересдача")

    @pytest.mark.parametrize(
        ("zone", "late"), [("Asia/Vladivostok", True), ("Europe/Moscow", False)], ids=["Vladivostok", "Moscow"]
    )
    def test_term_ends_with_the_colleges_own_day(self, in_app, zone, late):
        # 16:00 UTC on the 26th: already the 27th in Vladivostok, still the 26th in Moscow.
        with time_machine.travel("2026-11-26 16:00:00+00:00", tick=False):
            settings.put("timezone", zone)
            db.session.commit()
            journal = make_journal(1, 1, last=date(2026, 11, 24))
            put(journal, "н", work=0)
            assert [e.late for e in entries(journal)] == [late]


def lateness_of_presence() -> list[bool]:
    pressed = db.select(LogEntry.late).where(LogEntry.action == "present").order_by(LogEntry.id)
    return list(db.session.scalars(pressed))


class TestColumns:
    def test_fill_leaves_what_is_there_and_goes_back_as_one(self, journal):
        put(journal, "н", student=1)
        teacher = viewer_of(journal.teacher)
        saved, refused = columns.fill(teacher, journal.course_id, journal.works[2].id, "зч")
        assert ([s.text for s in saved], refused) == (["ЗЧ", "ЗЧ"], [])
        assert [text_of(journal, n) for n in range(3)] == ["ЗЧ", "н", "ЗЧ"]
        undo.undo_last(teacher, journal.course_id)
        assert [text_of(journal, n) for n in range(3)] == ["", "н", ""]

    def test_fill_of_a_column_with_nonsense_writes_nothing(self, journal):
        with pytest.raises(RefusedError):
            columns.fill(viewer_of(journal.teacher), journal.course_id, journal.works[2].id, "7")
        assert entries(journal) == []

    def test_everybody_present_clears_codes_keeps_marks_and_goes_back_as_one(self, journal):
        put(journal, "н3", student=0)
        put(journal, "о", student=1)
        teacher = viewer_of(journal.teacher)
        columns.everybody_present(teacher, journal.course_id, journal.lessons[2].id)
        assert [text_of(journal, n) for n in range(3)] == ["3", "", ""]
        undo.undo_last(teacher, journal.course_id)
        assert [text_of(journal, n) for n in range(3)] == ["н3", "о", ""]

    def test_everybody_present_of_a_full_lesson_counts_as_attendance_entered(self, journal):
        teacher = viewer_of(journal.teacher)
        columns.everybody_present(teacher, journal.course_id, journal.lessons[2].id)
        db.session.expire_all()
        assert db.session.get_one(Lesson, journal.lessons[2].id).attendance_at is not None
        undo.undo_last(teacher, journal.course_id)
        db.session.expire_all()
        assert db.session.get_one(Lesson, journal.lessons[2].id).attendance_at is None

    def test_paste_writes_what_is_right_and_returns_the_rest(self, journal):
        pasted = [
            Entry(student.id, journal.works[2].id, text, 0)
            for student, text in zip(journal.students, ["5", "4+", "о3"], strict=True)
        ]
        saved, refused = cells.record_cells(viewer_of(journal.teacher), journal.course_id, pasted, "paste")
        assert [s.text for s in saved] == ["5", "о3"]
        assert [r.entry.text for r in refused] == ["4+"]

    def test_everybody_present_after_the_term_asks_for_a_reason_like_any_other_change(self, in_app):
        journal = make_journal(1, 1, last=settings.today() - timedelta(days=10))
        put(journal, "н", work=0)
        teacher = viewer_of(journal.teacher)
        with pytest.raises(ReasonNeededError):
            columns.everybody_present(teacher, journal.course_id, journal.lessons[0].id)
        assert text_of(journal, work=0) == "н"
        columns.everybody_present(teacher, journal.course_id, journal.lessons[0].id, "Ошибка при вводе")
        assert (text_of(journal, work=0), entries(journal)[-1].reason) == ("", "Ошибка при вводе")

    def test_r4_4_e_everybody_present_after_its_term_is_marked_late_and_in_time_is_not(self, in_app):
        journal = make_journal(1, 2, last=settings.today() - timedelta(days=2))
        teacher = viewer_of(journal.teacher)
        for lesson in journal.lessons:  # three days ago and two: the term is two days
            columns.everybody_present(teacher, journal.course_id, lesson.id)
        with time_machine.travel(now() + timedelta(days=5), tick=False):
            columns.everybody_present(teacher, journal.course_id, journal.lessons[1].id)
        assert lateness_of_presence() == [True, False, False]

    def test_r4_1_d_everybody_present_of_a_day_of_failure_is_not_late(self, in_app):
        journal = make_journal(1, 1, last=settings.today() - timedelta(days=10))
        day = journal.lessons[0].date
        failures.declare(viewer_of(make_person("Завучева", (Role.ADMINISTRATION,))), day, day, "power")
        columns.everybody_present(viewer_of(journal.teacher), journal.course_id, journal.lessons[0].id)
        assert lateness_of_presence() == [False]

    def test_everybody_present_pressed_again_keeps_when_attendance_was_entered(self, journal):
        teacher = viewer_of(journal.teacher)
        lesson = journal.lessons[2].id
        columns.everybody_present(teacher, journal.course_id, lesson)
        db.session.expire_all()
        first, version = db.session.get_one(Lesson, lesson).attendance_at, db.session.get_one(Lesson, lesson).version
        columns.everybody_present(teacher, journal.course_id, lesson)
        undo.undo_last(teacher, journal.course_id)
        db.session.expire_all()
        assert db.session.get_one(Lesson, lesson).attendance_at == first
        assert db.session.get_one(Lesson, lesson).version > version, "an open form of the lesson is told"


class TestUndo:
    def test_what_somebody_else_replaced_does_not_stand_in_the_way(self, journal):
        teacher = viewer_of(journal.teacher)
        put(journal, "5", student=1)
        put(journal, "3")
        second = make_person("Вторая", (Role.TEACHER,))
        db.session.execute(
            db.text("INSERT INTO course_teacher (course_id, teacher_id) VALUES (:c, :t)"),
            {"c": journal.course_id, "t": second.id},
        )
        db.session.commit()
        entry = Entry(journal.students[0].id, journal.works[2].id, "4", 1)
        cells.record_cell(viewer_of(second), journal.course_id, entry)
        undo.undo_last(teacher, journal.course_id)
        assert (text_of(journal, 0), text_of(journal, 1)) == ("4", "")

    def test_own_changes_go_back_one_after_another_each_logged(self, journal):
        teacher = viewer_of(journal.teacher)
        put(journal, "3")
        put(journal, "4", version=1)
        undo.undo_last(teacher, journal.course_id)
        assert text_of(journal) == "3"
        undo.undo_last(teacher, journal.course_id)
        assert text_of(journal) == ""
        assert [e.action for e in entries(journal)] == ["record", "record", "undo", "undo"]
        with pytest.raises(RefusedError, match="нечего"):
            undo.undo_last(teacher, journal.course_id)

    def test_what_somebody_else_changed_since_is_left_alone(self, journal):
        put(journal, "3")
        second = make_person("Вторая", (Role.TEACHER,))
        db.session.execute(
            db.text("INSERT INTO course_teacher (course_id, teacher_id) VALUES (:c, :t)"),
            {"c": journal.course_id, "t": second.id},
        )
        db.session.commit()
        entry = Entry(journal.students[0].id, journal.works[2].id, "5", 1)
        cells.record_cell(viewer_of(second), journal.course_id, entry)
        with pytest.raises(RefusedError, match="нечего"):
            undo.undo_last(viewer_of(journal.teacher), journal.course_id)
        assert text_of(journal) == "5"

    def test_r4_4_a_who_no_longer_teaches_takes_nothing_back(self, journal):
        teacher = viewer_of(journal.teacher)
        columns.everybody_present(teacher, journal.course_id, journal.lessons[2].id)
        yesterday = settings.today() - timedelta(days=1)
        db.session.execute(db.text("UPDATE course_teacher SET until = :day"), {"day": yesterday})
        db.session.commit()
        with pytest.raises(ForbiddenError):
            undo.undo_last(teacher, journal.course_id)
        db.session.expire_all()
        assert db.session.get_one(Lesson, journal.lessons[2].id).attendance_at is not None


def plan(journal: Journal) -> Lesson:
    """Today's lesson, not yet held."""
    lesson = journal.lessons[2]
    lesson.state = "planned"
    db.session.commit()
    return lesson


def standing(lesson: Lesson) -> tuple[str, bool]:
    """The lesson's state, and whether its attendance was entered."""
    db.session.expire_all()
    found = db.session.get_one(Lesson, lesson.id)
    return found.state, found.attendance_at is not None


class TestUndoOfALesson:
    """What its only entries showed of a lesson goes back with them (п. 4.4)."""

    @pytest.mark.parametrize("text", ["н", "5", "о4"])
    def test_the_only_entry_taken_back_leaves_the_lesson_planned(self, journal, text):
        lesson = plan(journal)
        put(journal, text)
        undo.undo_last(viewer_of(journal.teacher), journal.course_id)
        assert standing(lesson) == ("planned", False)
        held = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "lesson").order_by(LogEntry.id)).all()
        assert [(e.action, e.after) for e in held] == [("held", "проведено"), ("undo", "запланировано")]

    def test_of_several_entries_the_last_taken_back_leaves_the_lesson_planned(self, journal):
        lesson, teacher = plan(journal), viewer_of(journal.teacher)
        put(journal, "5")
        put(journal, "н", student=1)
        undo.undo_last(teacher, journal.course_id)
        assert standing(lesson) == ("held", False)
        undo.undo_last(teacher, journal.course_id)
        assert standing(lesson) == ("planned", False)

    @pytest.mark.parametrize("verb", ["fill", "present"])
    def test_a_column_taken_back_leaves_the_lesson_planned(self, journal, verb):
        lesson, teacher = plan(journal), viewer_of(journal.teacher)
        if verb == "fill":
            columns.fill(teacher, journal.course_id, journal.works[2].id, "н")
        else:
            columns.everybody_present(teacher, journal.course_id, lesson.id)
        assert standing(lesson) == ("held", True)
        undo.undo_last(teacher, journal.course_id)
        assert standing(lesson) == ("planned", False)

    @pytest.mark.parametrize(("text", "attendance"), [("5", False), ("н", True)])
    def test_what_a_colleague_entered_since_keeps_the_lesson_held(self, journal, text, attendance):
        lesson = plan(journal)
        columns.everybody_present(viewer_of(journal.teacher), journal.course_id, lesson.id)
        second = make_person("Вторая", (Role.TEACHER,))
        db.session.add(CourseTeacher(course_id=journal.course_id, teacher_id=second.id))
        db.session.commit()
        entry = Entry(journal.students[0].id, journal.works[2].id, text, 0)
        cells.record_cell(viewer_of(second), journal.course_id, entry)
        undo.undo_last(viewer_of(journal.teacher), journal.course_id)
        assert standing(lesson) == ("held", attendance)

    def test_a_topic_written_since_keeps_the_lesson_held(self, journal):
        lesson, teacher = plan(journal), viewer_of(journal.teacher)
        columns.everybody_present(teacher, journal.course_id, lesson.id)
        log.record(teacher, "lesson", "update", after="Тема", course_id=journal.course_id, lesson_id=lesson.id)
        db.session.commit()
        undo.undo_last(teacher, journal.course_id)
        assert standing(lesson) == ("held", False)


class TestStats:
    def test_lesson_with_two_works_is_missed_once(self, in_app):
        journal = make_journal(students=1, lessons=1, works=2)
        put(journal, "н", work=0)
        put(journal, "н", work=1)
        span = (journal.year.starts, journal.year.ends)
        figures = stats.of_journal(journal.course_id, span)
        assert figures[journal.students[0].id].missed.unexcused == 2

    def test_average_is_weighted_by_the_work(self, in_app):
        journal = make_journal(students=1, lessons=2)
        db.session.merge(journal.works[1]).weight = 3
        db.session.commit()
        put(journal, "5", work=0)
        put(journal, "3", work=1)
        span = (journal.year.starts, journal.year.ends)
        assert stats.of_journal(journal.course_id, span)[journal.students[0].id].mean == "3,50"
